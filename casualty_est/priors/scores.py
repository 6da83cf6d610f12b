"""How well role priors foretold the record, each conflict foretold from all others."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Literal

from scipy import special, stats

from casualty_est import datasets
from casualty_est.datasets.statements import Statement
from casualty_est.errors import UsageError
from casualty_est.priors.mixture import Mixture
from casualty_est.priors.record import Level, reporting_ratio, share_mixed

Which = Literal["learned", "former", "pooled"]

# Priors that were judged from a few conflicts before there was a record: median and sd of the log
# for a total and inside an incident. A list had a completeness (median, sd of the logit) times an
# over-count.
_FORMER = {
    "perpetrator": ((0.15, 1.0), (0.5, 0.75)),
    "party": ((0.6, 0.7), (0.8, 0.5)),
    "adversary": ((2.5, 0.6), (1.5, 0.6)),
    "monitor": ((0.5, 0.8), (1.0, 0.5)),
    "government": ((0.5, 0.8), (1.0, 0.5)),
    "media": ((0.5, 0.7), (1.0, 0.5)),
    "international": ((0.5, 0.5), (1.0, 0.3)),
    "third_state": ((1.0, 0.4), (1.0, 0.5)),
    "survey": ((1.0, 0.25), (1.0, 0.25)),
    "none": ((1.0, 1.5), (1.0, 1.0)),
}
_FORMER_LISTS = ("monitor", "government")
_FORMER_OVER_COUNT = (0.05, 0.10)
ALL = "all"
# Organisations that speak in several conflicts of the record, by how their labels begin.
ORGANISATIONS = (
    "Associated Press",
    "Gaza ministry of health",
    "Human Rights Watch",
    "Soviet Union",
    "United Nations",
    "Uppsala/PRIO",
)


@dataclass(frozen=True, slots=True)
class Score:
    """How well one role was foretold.

    role: the role in the record, or ``all``.
    rows: statements with a number above 0, use ``main``.
    covered_90, covered_50: share of them inside the 90% and 50% predictive intervals.
    log_score: mean log density of the log ratio; larger is better.
    """

    role: str
    rows: int
    covered_90: float
    covered_50: float
    log_score: float


def scores(priors: Which = "learned") -> tuple[Score, ...]:
    """Score role priors on the record, with the whole conflict of each statement left out.

    The errors of the better figure and of the source itself, where published, are part of every
    prediction. Statements that nobody died are not scored. Which roles have a completeness, and how
    wide their over-count is, was chosen by this score, so it flatters the learned priors a little.

    Parameters
    ----------
    priors : {"learned", "former", "pooled"}
        What is scored: the shipped priors; those that were judged before there was a record, for
        the word that a user then had (nothing left out: they were not learned); or one learned
        prior for all roles.

    Returns
    -------
    tuple of Score
        One for every role, then ``all``.

    Raises
    ------
    UsageError
        If there are no such priors.

    References
    ----------
    Gneiting and Raftery 2007, Strictly proper scoring rules, prediction, and estimation,
    doi 10.1198/016214506000001437.
    """
    predictions: dict[str, Callable[[Statement], tuple[float, float]]] = {
        "learned": lambda row: _learned(row, row.role),
        "former": _former,
        "pooled": lambda row: _learned(row, "none"),
    }
    if priors not in predictions:
        msg = f"priors are learned, former or pooled, not {priors!r}: choose one"
        raise UsageError(msg)
    rows = [row for row in datasets.record() if row.use == "main"]
    scored = [(row.role, *predictions[priors](row)) for row in rows]
    roles = sorted({role for role, _, _ in scored})
    return tuple(
        _score(role, [one[1:] for one in scored if role in (one[0], ALL)]) for role in (*roles, ALL)
    )


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """Whether who named too many in one conflict did so in another.

    organisations, pairs: sources, and their pairs of statements in two conflicts.
    correlation: of the two statements' places in what was foretold of them, as normal scores;
    1 if a source carries its whole error over, 0 if nothing of it.
    """

    organisations: int
    pairs: int
    correlation: float


def carried_over() -> CarriedOver:
    """Correlate what one organisation said in two conflicts, beyond what its roles foretold.

    Returns
    -------
    CarriedOver

    Examples
    --------
    >>> from casualty_est.priors.scores import carried_over
    >>> carried_over().organisations
    6
    """
    main = [row for row in datasets.record() if row.use == "main"]
    pairs = [
        (one, other)
        for name in ORGANISATIONS
        for one, other in combinations([row for row in main if row.source.startswith(name)], 2)
        if one.conflict != other.conflict
    ]
    place = {row.id: special.ndtri(_learned(row, row.role)[0]) for row in chain(*pairs)}
    product = sum(place[one.id] * place[other.id] for one, other in pairs)
    square = sum((place[one.id] ** 2 + place[other.id] ** 2) / 2 for one, other in pairs)
    return CarriedOver(len(ORGANISATIONS), len(pairs), float(product / square))


def level_of(row: Statement) -> Level:
    """The level of a claim: a single incident, or a total."""
    return "incident" if row.level == "incident" else "total"


def known_sd(row: Statement) -> float:
    """Sd of the log ratio that is known: of the better figure, and of a survey's own interval."""
    return math.hypot(row.ref_sd_log, row.own_sd)


def _learned(row: Statement, role: str) -> tuple[float, float]:
    """Probability of a smaller ratio, and log density."""
    ratio = reporting_ratio(role, without=row.conflict, level=level_of(row))
    at, sd = math.log(row.ratio), known_sd(row)
    return ratio.cdf(at, sd), ratio.log_density(at, sd)


def _former(row: Statement) -> tuple[float, float]:
    total, within = _FORMER[row.role_today if row.role_today in _FORMER else "none"]
    is_total = level_of(row) == "total"
    median, sd = total if is_total else within
    log_ratio, known = math.log(row.ratio), known_sd(row)
    if is_total and row.role_today in _FORMER_LISTS:
        mixture = Mixture.normal(float(special.logit(median)), sd)
        return share_mixed(mixture, log_ratio, known, _FORMER_OVER_COUNT)
    normal = stats.norm(math.log(median), math.hypot(sd, known))
    return float(normal.cdf(log_ratio)), float(normal.logpdf(log_ratio))


def _score(role: str, scored: list[tuple[float, float]]) -> Score:
    below = [probability for probability, _ in scored]
    return Score(
        role=role,
        rows=len(scored),
        covered_90=sum(0.05 < one < 0.95 for one in below) / len(below),
        covered_50=sum(0.25 < one < 0.75 for one in below) / len(below),
        log_score=sum(density for _, density in scored) / len(scored),
    )
