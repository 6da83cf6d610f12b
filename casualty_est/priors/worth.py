"""What the numbers of every role have been worth: in words, with examples, and as priors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from casualty_est import datasets
from casualty_est.datasets.statements import Statement
from casualty_est.priors.conflicts import matching_conflicts
from casualty_est.priors.distributions import LogitNormal, LogNormal, Normal
from casualty_est.priors.gibbs import OVER_COUNT
from casualty_est.priors.record import (
    LEARNED_ROLES,
    Level,
    ReportingRatio,
    reporting_ratio,
    statements_behind,
)
from casualty_est.priors.roles import CENTRED, NO_ROLE, RatioPrior, default_roles
from casualty_est.priors.scores import level_of
from casualty_est.tables.cells import Given
from casualty_est.wording.numbers import chance

ALL_ROLES = "all roles taken together"
BOTH: tuple[Level, ...] = ("total", "incident")
_FOR_INCIDENTS = "# A model of incidents takes `within` alone: print it with --level incident."
PROB = 0.9  # level of the intervals that are shown and that priors are fitted to


@dataclass(frozen=True, slots=True)
class Worth:
    """What the record says of one role.

    role, meaning: the word and what it means.
    ratio: what to expect of a new source in a new conflict.
    examples: up to two of the statements behind it.
    assumed: what the claims model takes for it.
    """

    role: str
    meaning: str
    ratio: ReportingRatio
    examples: tuple[Statement, ...]
    assumed: RatioPrior


def meaning_of(role: str) -> str:
    """Say what a role means."""
    return ALL_ROLES if role == NO_ROLE else default_roles()[role].title


def worth_of_roles(
    without: str | Iterable[str] | None = None, level: Level | None = None
) -> tuple[Worth, ...]:
    """Say what every role has been worth.

    Roles without a statement at that level are left out. Where no level is chosen, a role is shown
    by its totals, or by single incidents if it has no totals.
    """
    left_out = matching_conflicts(without)
    ratios = [
        reporting_ratio(role, left_out, level or usual_level(role, left_out))
        for role in LEARNED_ROLES
    ]
    return tuple(_worth(ratio) for ratio in ratios if at_level(ratio))


def _worth(ratio: ReportingRatio) -> Worth:
    assumed = default_roles(ratio.left_out)[ratio.role].prior(ratio.level)
    return Worth(ratio.role, meaning_of(ratio.role), ratio, examples_of(ratio), assumed)


def usual_level(role: str, without: str | Iterable[str] | None = None) -> Level:
    """Return ``total``, or ``incident`` for a role of which the record has no totals."""
    return "total" if at_level(reporting_ratio(role, without)) else "incident"


def at_level(ratio: ReportingRatio) -> tuple[Statement, ...]:
    """Return the statements behind a distribution that are of its own level."""
    return tuple(row for row in statements_behind(ratio) if level_of(row) == ratio.level)


def place_in_record(
    role: str, part: float, left_out: Iterable[str] = (), level: Level = "total"
) -> tuple[int, int]:
    """How many statements of a role name a larger part of the deaths than `part`, and of how many.

    left_out: conflicts that are not looked at; level: whether totals or single incidents are.
    """
    names = set(left_out)
    ratios = [
        row.ratio
        for row in datasets.record()
        if row.use == "main" and row.role == role and row.conflict not in names
        if level_of(row) == level
    ]
    return sum(ratio > part for ratio in ratios), len(ratios)


def examples_of(ratio: ReportingRatio) -> tuple[Statement, ...]:
    """Choose two statements at the quartiles of all, of two conflicts where there are two."""
    rows = at_level(ratio)
    # A reader can check numbers of people that were read in public text on both sides.
    clear = [row for row in rows if row.confidence == "A" and "per cent" not in row.note]
    rows = tuple(sorted(clear if len(clear) > 1 else rows, key=lambda row: row.ratio))
    if len(rows) < 2:
        return rows
    low, high = (len(rows) - 1) // 4, len(rows) - 1 - (len(rows) - 1) // 4
    first = rows[low]
    rest = [i for i, row in enumerate(rows) if row.conflict != first.conflict]
    rest = rest or [i for i in range(len(rows)) if i != low]
    return first, rows[min(rest, key=lambda i: abs(i - high))]


def example_text(row: Statement) -> str:
    """Write a statement in a line: who, where, when, what was said and the better figure."""
    year = row.date_reported[:4]
    said, better = (f"{number:,.0f}" for number in (row.reported_best, row.ref_best))
    return f"{row.source}, {row.place} {year}: {said} / {better}"


# --- as priors of the models --------------------------------------------------------------------


def as_prior(ratio: ReportingRatio) -> RatioPrior | None:
    """Express a distribution in the forms of the models; None where none of them fits.

    Median and 90% interval agree; beyond it the tails of what was learned are heavier. A stated
    zero has no place in these forms, so they speak of a number above 0. Inside an incident the
    models have no completeness.
    """
    given, by = replace(ratio, zeros=0, stated=0), ("the record", Given.RECORD)
    if not ratio.is_share:
        low, high = given.interval(PROB)
        width = LogNormal.from_interval(low, high, prob=PROB).sd
        return RatioPrior(LogNormal.from_log(float(np.log(given.median)), width), None, *by)
    if ratio.level == "incident":
        return None
    logit = np.linspace(-14.0, 28.0, 2101)
    low, high = np.interp([0.5 - PROB / 2, 0.5 + PROB / 2], ratio.mixture.cdf(logit), logit)
    width = Normal.from_interval(float(low), float(high), prob=PROB).sd
    core = LogitNormal.from_logit(ratio.mixture.mean, width)
    return RatioPrior(core, Normal(*OVER_COUNT), *by)


def as_toml(without: str | Iterable[str] | None = None, levels: Sequence[Level] = BOTH) -> str:
    """Write what was learned as a file that `--priors` reads."""
    left_out = matching_conflicts(without)
    lines = [*_head(left_out), *([_FOR_INCIDENTS] if len(levels) > 1 else [])]
    for role in LEARNED_ROLES:
        if role == NO_ROLE:
            continue
        ratios = [reporting_ratio(role, left_out, level) for level in levels]
        numbers = [line for ratio in ratios if at_level(ratio) for line in _numbers(ratio)]
        if not numbers:
            continue
        behind = f"{meaning_of(role)}: {_behind(ratios[0])}"
        lines += ["", f"[roles.{role}]  # {behind}", *numbers]
    return "\n".join(lines) + "\n"


def _head(left_out: Sequence[str]) -> list[str]:
    rows = [row for row in datasets.record() if row.use == "main" and row.conflict not in left_out]
    conflicts = len({row.conflict for row in rows})
    without = f", without {' and '.join(left_out)}" if left_out else ""
    return [
        "# Role priors learned from the record: what sources said beside later, better figures",
        f"# ({len(rows)} statements, {conflicts} conflicts, disasters and crimes{without}).",
        "# The claims model takes them by itself. Change a line, and give this file as --priors.",
        "# Median and 90% interval are those that were learned.",
        "# A source without a role has no numbers here: nothing it says sets the level.",
    ]


def _behind(ratio: ReportingRatio) -> str:
    return f"{ratio.rows} statements in {ratio.conflicts} conflicts"


def _numbers(ratio: ReportingRatio) -> list[str]:
    """Lines of the numbers of one role at one level."""
    prior = as_prior(ratio)
    if ratio.role in CENTRED and prior is not None:
        centred = _line("ratio" if ratio.level == "total" else "within", 1.0, prior.core.sd)
        return [f"{centred}  # a median of 1: the surveys of the record were disputed"]
    if prior is None:
        return ["# within: a completeness inside an incident has no form here"]
    form = "within" if ratio.level == "incident" else "ratio"
    form = "completeness" if prior.is_completeness else form
    line = _line(form, prior.core.median, prior.core.sd)
    if ratio.stated:
        line += f"  # of a number above 0; {chance(ratio.zero)} say that nobody died"
    if prior.over_count is None:
        return [line]
    over = prior.over_count
    return [line, f"over_count = {{ mean = {over.mean:g}, sd = {over.sd:g} }}"]


def _line(form: str, median: float, sd: float) -> str:
    return f"{form} = {{ median = {median:.3g}, sd = {sd:.3g} }}"
