"""A source's own record: cases in which it gave a number, and a better one came later."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import special

from casualty_est.arrays import Array
from casualty_est.errors import InputError, UsageError
from casualty_est.priors.distributions import LogitNormal, LogNormal, z_of
from casualty_est.priors.roles import RatioPrior, Spread
from casualty_est.tables.checks import known
from casualty_est.tables.read import read_table, table_from
from casualty_est.tables.toml_file import mapping

FIELDS = ("source", "said", "true", "low", "high", "level")
# The names of the same columns in the record of the package; others of its columns say nothing.
RECORD_NAMES = {"reported_best": "said", "ref_best": "true", "ref_low": "low", "ref_high": "high"}
LEVELS = {"total": "total", "campaign": "total", "war": "total", "incident": "incident"}
LEAST_SD = 0.02  # log sd below which nobody knows the better figure
PROB = 0.9  # level of the interval of the better figure, as in the record
GAPS = np.linspace(-12.0, 12.0, 1201)  # what is a source's own, in sds of its prior
NODES = (np.arange(201) + 0.5) / 201
T4, NORMAL = special.stdtrit(4, NODES), special.ndtri(NODES)


@dataclass(frozen=True, slots=True)
class OwnCase:
    """What a source said once, and a better figure.

    level: ``total`` or ``incident``.
    log_ratio: log of said / true; sd: of the log of the better figure.
    """

    source: str
    level: str
    log_ratio: float
    sd: float


def read_cases(items: Any, where: str = "record") -> tuple[OwnCase, ...]:
    """Read validated cases from a list of tables (``[[record]]``)."""
    if not isinstance(items, list | tuple):
        msg = f"{where} must be a list of tables ([[record]]), not {items!r}"
        raise UsageError(msg)
    return tuple(_case(mapping(x, f"{where}[{i}]"), f"{where}[{i}]") for i, x in enumerate(items))


def read_record(data: Any) -> tuple[OwnCase, ...]:
    """Read the same from a file or a dataframe, in the columns of the package's own record.

    Raises
    ------
    InputError
        With every row that breaks a rule.
    """
    is_path = isinstance(data, str) or hasattr(data, "__fspath__")
    table = read_table(data) if is_path else table_from(data)
    names = {RECORD_NAMES.get(name, name): name for name in table.columns}
    missing = [name for name in ("source", "said", "true") if name not in names]
    if missing:
        msg = (
            f"record: {' and '.join(missing)} missing; the columns are source, said (or "
            "reported_best), true (or ref_best), low, high (a 90% interval of the better figure) "
            "and level (total or incident)"
        )
        raise UsageError(msg)
    used = [name for name in FIELDS if name in names]
    cases, problems = [], []
    for index, row in enumerate(zip(*(table.column(names[name]) for name in used), strict=True)):
        cells = {name: cell for name, cell in zip(used, row, strict=True) if cell}
        try:
            cases.append(_case(cells, "this row"))
        except UsageError as error:
            problems.append(table.problem(index, str(error)))
    if problems:
        raise InputError(problems, table.name)
    return tuple(cases)


def _case(fields: dict[str, Any], where: str) -> OwnCase:
    known(fields, FIELDS, where)
    numbers = {key: _count(fields[key], f"{where}.{key}") for key in FIELDS[1:5] if key in fields}
    if "source" not in fields or len(numbers.keys() & {"said", "true"}) < 2:
        msg = f'{where}: write source = "...", said = 12 and true = 19'
        raise UsageError(msg)
    low, high = numbers.get("low", numbers["true"]), numbers.get("high", numbers["true"])
    if not low <= numbers["true"] <= high:
        msg = f"{where}: true must lie between low and high"
        raise UsageError(msg)
    level = str(fields.get("level", "total"))
    known([level], LEVELS, f"{where}.level")
    sd = max(LEAST_SD, math.log(high / low) / (2 * z_of(PROB)))
    ratio = math.log(numbers["said"] / numbers["true"])
    return OwnCase(str(fields["source"]), LEVELS[level], ratio, sd)


def _count(value: Any, where: str) -> float:
    try:
        number = float(str(value).replace(",", ""))
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        msg = f"{where} must be a count above 0, not {value!r}"
        raise UsageError(msg)
    return number


def updated(
    prior: RatioPrior, cases: Sequence[OwnCase], fractions: tuple[float, float, float], sd: float
) -> RatioPrior:
    """Update a prior on a source's ratio by its own cases, at the level of the prior.

    What the source has in common over all that it counts is learned on a grid; what is new in each
    target keeps its spread. `fractions` are the shares of a Normal prior's variance that belong to
    the role, the source and the target; `sd` is the log sd of what a source says round what it
    means to say. The `spread` of the answer begins with what is still unknown of the source.
    """
    common, each = _parts(prior, fractions)
    heavy = prior.spread is not None and prior.spread.heavy
    nodes = T4 if heavy else NORMAL
    gaps = GAPS * prior.core.sd
    density = np.gradient(common.below(gaps), gaps)
    log_post = np.log(np.maximum(density, 1e-300))
    for case in cases:
        log_post = log_post + _log_likelihood(prior, gaps, each * nodes, case, sd)
    mass = special.softmax(log_post)
    mean = float((mass * gaps).sum())
    left = float(np.sqrt((mass * (gaps - mean) ** 2).sum()))
    spread = Spread(
        left, each, of_source=0.0, heavy=prior.spread is not None and prior.spread.heavy
    )
    make = LogitNormal.from_logit if prior.is_completeness else LogNormal.from_log
    core = make(prior.core.mu + mean, spread.normal_sd)
    return replace(prior, core=core, spread=spread)


def _parts(prior: RatioPrior, fractions: tuple[float, float, float]) -> tuple[Spread, float]:
    """What the targets of a source have in common, and the scale of what each adds."""
    if prior.spread is None:
        role, source, target = fractions
        shared = prior.core.sd * math.sqrt(role + source)
        return Spread(shared, 1e-3 * shared), prior.core.sd * math.sqrt(target)
    of_source = prior.spread.of_source
    own = prior.spread.own
    common = replace(prior.spread, own=own * math.sqrt(of_source))
    return common, own * math.sqrt(1 - of_source)


def _log_likelihood(prior: RatioPrior, gaps: Array, each: Array, case: OwnCase, sd: float) -> Array:
    """Log-density of one case at every gap, what is the case's own (`each`, nodes) summed out."""
    place = prior.core.mu + gaps[:, None] + each
    error = math.hypot(case.sd, sd)
    if prior.is_completeness:
        place = -np.logaddexp(0.0, -place)
    if prior.over_count is not None:
        place = place + prior.over_count.mean
        error = math.hypot(error, prior.over_count.sd)
    z = (case.log_ratio - place) / error
    return np.asarray(np.log(np.exp(-0.5 * z * z).mean(axis=1) + 1e-300))
