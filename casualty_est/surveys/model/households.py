"""Household microdata as a model: who died in which household, and how many people it stands for.

Deaths of a household are beta-binomial; the logit of the probability to die is Normal over strata
and over clusters. A sample sees a household only if somebody is left, so its likelihood is divided
by the probability that somebody is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special

from casualty_est.arrays import Array, Ints
from casualty_est.errors import InputError, Problem, UsageError
from casualty_est.result.labels import cell_of
from casualty_est.result.schema import Cell
from casualty_est.surveys.model.options import (
    CELL,
    POPULATION_SD,
    Options,
    log_sd_text,
    number,
    share,
)
from casualty_est.surveys.table.cells import number as read_number
from casualty_est.surveys.table.cells import short
from casualty_est.surveys.table.households import Households
from casualty_est.surveys.table.survey import Survey
from casualty_est.tables.read import read_table
from casualty_est.wording.language import Noted, stored
from casualty_est.wording.numbers import several
from casualty_est.wording.phrases import cell_text, listed

RATE_LOGIT, RATE_SD = -4.6, 2.0  # of the probability to die: 1%, from .02% to 34%
STRATA_SD, CLUSTER_SD = 1.0, 1.0  # of the half-Normal priors of the spreads, on the logit
ICC_PRIOR = (2.0, 6.0)
KNOWN = {"population", "population_sd", "zero_survivors", "missing", "imprisoned", "cell"}
NODES = 15
MOST_TIMES = 10.0
# What normalised weights average: 1, and a million in the files of DHS.
UNITS, NEAR = (1.0, 1e6), 0.02
MOST_PEOPLE = 1e10


@dataclass(frozen=True, eq=False)
class HouseholdLayout:
    """Households, the people they stand for, and the dials.

    `population` has one entry for each stratum, or is None where only weights say it.
    """

    households: Households
    cell: Cell
    population: Array
    population_sd: float
    zero_survivors: float
    missing: float
    imprisoned: float
    by_weights: bool
    notes: tuple[Noted, ...]

    @classmethod
    def of(cls, survey: Survey, options: Options) -> HouseholdLayout:
        """The layout of a table."""
        options.only(survey.form, KNOWN)
        held = survey.households
        assert held is not None
        times = number("zero_survivors", options.zero_survivors, 1.0, 0.0, MOST_TIMES)
        _nobody_left(held, times)
        by_weights = options.population is None
        layout = cls(
            held,
            cell_of(options.cell, CELL),
            _people_by_weights(held) if by_weights else _population(held, options.population),
            number("population_sd", options.population_sd, POPULATION_SD, 0.0, 1.0),
            times,
            share("missing", options.missing, 0.0),
            share("imprisoned", options.imprisoned, 0.0),
            by_weights,
            (
                *_notes(held, by_weights=by_weights, outcome=(options.cell or {}).get("outcome")),
                *_idle(held, options),
            ),
        )
        layout._smaller_than_the_sample()
        return layout

    def _smaller_than_the_sample(self) -> None:
        """Refuse a population that the sample exceeds."""
        people, total = int(self.households.members.sum()), float(self.population.sum())
        if total < people:
            msg = (
                f"the population, {total:,.0f}, is smaller than the {people:,} people in the "
                "sample: correct population (--population), or the weights"
            )
            raise UsageError(msg)

    @property
    def engine(self) -> str:
        """By weights where nothing else says how many people there were."""
        return "weighted" if self.by_weights else "households"

    @property
    def settings(self) -> dict[str, Any]:
        """What was set."""
        names = self.households.strata
        by_stratum = {
            name or "all": float(n) for name, n in zip(names, self.population, strict=True)
        }
        return {
            "population": by_stratum,
            "population_sd": self.population_sd,
            "zero_survivors": self.zero_survivors,
            "missing": self.missing,
            "imprisoned": self.imprisoned,
        }

    def lines(self) -> list[str]:
        """The model in words."""
        held, sd = self.households, self.population_sd
        people = int(held.members.sum())
        lines = [
            f"Survey model: {several(len(held), 'household')} in "
            f"{several(held.clusters, 'cluster')}",
            f"  {cell_text(self.cell)}",
            f"  {people:,} members, {int(held.deaths.sum()):,} deaths; they stand for "
            f"{self.population.sum():,.0f} people",
            "",
        ]
        of_people = f"  population: {'weights' if self.by_weights else 'as given'}, sd of the log "
        of_people += f"{sd:g} for all strata together" + (f" ({log_sd_text(sd)})" if sd else "")
        if self.by_weights:
            lines += [
                "Estimate by weights: ratio of weighted deaths to weighted members, its variance",
                "linearised over clusters within strata; log-normal",
                of_people,
            ]
        else:
            lines += [
                "Priors",
                f"  probability to die, logit: Normal, mean {RATE_LOGIT} (1%), sd {RATE_SD:g}",
                f"  spread over clusters, logit: half-Normal, sd {CLUSTER_SD:g}",
                *[f"  spread over strata, logit: half-Normal, sd {STRATA_SD:g}"]
                * (len(held.strata) > 1),
                "  likeness of deaths in a household (icc): Beta({:g}, {:g})".format(*ICC_PRIOR),
                of_people,
            ]
        times = f"times {self.zero_survivors:g}" if self.zero_survivors else "in the sample"
        if not self.by_weights:
            lines.append(f"  households without a survivor: {times}")
        lines.append(
            f"  of the missing {self.missing:g} are dead, of those held {self.imprisoned:g}"
        )
        return lines


def _idle(held: Households, options: Options) -> Iterator[Noted]:
    """What was set and changes nothing."""
    for name, given, people in (
        ("missing", options.missing, held.missing),
        ("imprisoned", options.imprisoned, held.imprisoned),
    ):
        if given is not None and not people.any():
            text = stored(
                "note",
                "{column} was set and changes nothing: the table has nobody in a column {column}",
                column=name,
            )
            yield "idle", text


def _nobody_left(held: Households, times: float) -> None:
    """Households of which nobody is left contradict the truncated likelihood."""
    gone = int((held.deaths == held.members).sum())
    if gone and times:
        msg = (
            f"in {several(gone, 'household')} everybody died, so the sample holds households "
            "without a survivor: set zero_survivors to 0 (--zero-survivors 0), or remove them"
        )
        raise UsageError(msg)


def _by_weights(held: Households) -> Array:
    if held.weight is None:
        msg = (
            "households need a denominator: give the number of people for whom they stand "
            "(population=, --population), or a column weight"
        )
        raise UsageError(msg)
    return np.bincount(held.stratum, held.weight * held.members, minlength=len(held.strata))


def _people_by_weights(held: Households) -> Array:
    """People in each stratum where nothing but weights says how many there are."""
    if held.clusters < 2:
        msg = (
            "one cluster cannot say how far clusters differ, so weights give no interval: give the "
            "number of people (population=, --population), or name the clusters in psu"
        )
        raise UsageError(msg)
    people = _by_weights(held)
    average = people.sum() / held.members.sum()
    for unit in UNITS:
        if abs(average / unit - 1) < NEAR:
            msg = (
                f"the weights average {short(average)}, as weights do that say how households "
                "compare and not for how many people they stand: give the number of people "
                "(population=, --population)"
            )
            raise UsageError(msg)
    if people.sum() > MOST_PEOPLE:
        msg = (
            f"by their weights the households stand for {people.sum():,.0f} people: correct the "
            "weights, or give the number of people (population=, --population)"
        )
        raise UsageError(msg)
    return people


def _population(held: Households, given: Any) -> Array:
    """People in each stratum."""
    if isinstance(given, str | Path):
        given = _number_or_file(given)
    if callable(getattr(given, "to_dict", None)):  # a series of pandas
        given = given.to_dict()
    if isinstance(given, Mapping):
        return _by_name(held, given)
    total = number("population", given, 0.0, 1.0, 1e10)
    if len(held.strata) == 1:
        return np.array([total])
    if held.weight is None:
        msg = (
            f"population: the table has the strata {_named(held.strata)}, so give people by "
            "stratum (a mapping, or a file with the columns stratum and population)"
        )
        raise UsageError(msg)
    parts = _by_weights(held)
    return total * parts / parts.sum()


def _number_or_file(given: str | Path) -> float | dict[str, float]:
    """A number of people as it is written, or a file of them by stratum."""
    try:
        return read_number(str(given).replace(",", ""))
    except ValueError:
        path = Path(given)
    if not path.suffix:
        msg = (
            "population is a number of people, or a file with the columns stratum and population, "
            f"not {str(given)!r}"
        )
        raise UsageError(msg)
    return _from_file(path)


def _by_name(held: Households, given: Mapping[str, float]) -> Array:
    if held.strata == ("",):
        msg = (
            f"population gives people by stratum ({_named(map(str, given))}), and the table has "
            "no column stratum: give one number, or add the column"
        )
        raise UsageError(msg)
    lacking = [name for name in held.strata if name not in given]
    strange = [str(name) for name in given if name not in held.strata]
    if lacking or strange:
        words = f"lacks {_named(lacking)}" if lacking else f"has {_named(strange)}, no stratum"
        msg = f"population {words}: the strata of the table are {_named(held.strata)}"
        if "" in held.strata:
            msg += "; fill the column stratum where it is blank"
        raise UsageError(msg)
    return np.array([number(f"population of {s}", given[s], 0.0, 1.0, 1e10) for s in held.strata])


def _named(strata: Iterable[str]) -> str:
    return listed([name or "(blank)" for name in strata])


def _from_file(path: Path) -> dict[str, float]:
    """Read people by stratum."""
    problems: list[Problem] = []
    table = read_table(path, problems=problems)
    for column in ("stratum", "population"):
        if column not in table.columns:
            msg = f"{path.name} needs the columns stratum and population, and has no {column}"
            raise UsageError(msg)
    people: dict[str, float] = {}
    for i, name in enumerate(table.column("stratum")):
        text = table.column("population")[i]
        if name in people:
            reason = "this stratum is in the table twice: keep one row"
            problems.append(table.problem(i, reason, "stratum", name))
        try:
            people[name] = read_number(text.replace(",", ""))
        except ValueError as error:
            problems.append(table.problem(i, str(error), "population", text))
    if problems:
        raise InputError(problems, table.name)
    return people


def _notes(held: Households, *, by_weights: bool, outcome: Any) -> list[Noted]:
    notes = []
    if outcome is None:
        text = stored(
            "note",
            "nothing says which deaths the column deaths counts: they are taken as killed; for "
            "deaths of any cause give the outcome died (cell=, --cell outcome=died)",
        )
        notes.append(("default", text))
    if not held.deaths.any():
        notes.append(
            (
                "upper_bound",
                stored("note", "nobody in the sample died: the number is an upper bound"),
            )
        )
    if held.clusters < 2:
        text = stored(
            "note",
            "the sample is one cluster: how far clusters differ is assumed, and not estimated; if "
            "these are several, name them in psu",
        )
        notes.append(("one_cluster", text))
    if by_weights:
        text = stored(
            "note",
            "no population is given: the estimate is the one by weights, and households without "
            "a survivor are a dial only",
        )
        notes.append(("by_weights", text))
    elif held.weight is not None:
        text = stored(
            "note",
            "a population is given: weights serve for comparison, and to share it over strata "
            "where it is one number",
        )
        notes.append(("weights_beside", text))
    if held.missing.any() or held.imprisoned.any():
        text = stored(
            "note",
            "{missing} missing and {imprisoned} imprisoned are counted as the dials missing and "
            "imprisoned say",
            missing=f"{int(held.missing.sum()):,}",
            imprisoned=f"{int(held.imprisoned.sum()):,}",
        )
        notes.append(("missing", text))
    return notes


# Sufficient statistics, and what follows from parameters -----------------------------------------


def statistics(held: Households) -> dict[str, Array | Ints]:
    """What the likelihood needs, by cluster.

    ``died`` (cluster, j) counts households with more than j dead, ``lived`` those with more than j
    living, ``sizes`` those with more than j members, ``exact`` (cluster, h) those with h + 1.
    """
    groups, group = held.clusters, held.psu
    stratum = np.zeros(groups, dtype=np.int64)
    stratum[group] = held.stratum
    largest = int(held.members.max())

    def more_than(values: Ints, width: int) -> Array:
        above = np.zeros((groups, width))
        for j in range(width):
            above[:, j] = np.bincount(group, values > j, minlength=groups)
        return above

    exact = np.zeros((groups, largest))
    np.add.at(exact, (group, held.members - 1), 1.0)
    return {
        "stratum": stratum,
        "died": more_than(held.deaths, max(int(held.deaths.max()), 1)),
        "lived": more_than(held.members - held.deaths, largest),
        "sizes": more_than(held.members, largest),
        "exact": exact,
    }


def all_die(p: Array, phi: Array, largest: int) -> Array:
    """P(all of a household die) for 1 to `largest` members: shape of p, and one axis more."""
    j = np.arange(largest)
    alpha, phi = (np.asarray(p) * phi)[..., None], np.asarray(phi)[..., None]
    return np.exp(np.cumsum(np.log(alpha + j) - np.log(phi + j), axis=-1))


def rates(logit: Array, spread: Array, phi: Array, sizes: Array) -> tuple[Array, Array]:
    """Deaths a person, and those in households without a survivor.

    `logit`, `spread` and `phi` have axes (draw,), `sizes` the seen households by size, weighted.
    """
    at, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    p = special.expit(logit[:, None] + spread[:, None] * at)
    gone = np.tensordot(all_die(p, phi[:, None], len(sizes)), weights, axes=([1], [0]))
    # The sample holds the households of which somebody is left: there were more of each size.
    there_were = sizes / (1 - gone)
    people = there_were * np.arange(1, len(sizes) + 1)
    extinct = (people * gone).sum(axis=1) / people.sum(axis=1)
    return p @ weights, extinct


def dialled(rate: Array, extinct: Array, times: float) -> Array:
    """Deaths a person where households without a survivor hold so many times the people."""
    seen = (rate - extinct) / (1 - extinct)
    gone = np.minimum(times * extinct, 1.0)
    return (1 - gone) * seen + gone
