"""The parts of a report that look ahead: further data, and what other numbers would need."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.report.tables import Table
from casualty_est.result.plan import Plan, Wanted, amount, evidence_of, harm, headlines
from casualty_est.result.plan import plan as make_plan
from casualty_est.result.radius import NEAR
from casualty_est.wording.again import told_again
from casualty_est.wording.language import _, figure, pgettext
from casualty_est.wording.numbers import chance, percent
from casualty_est.wording.phrases import listed
from casualty_est.wording.terms import assumption_name

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate
    from casualty_est.result.plan import Known
    from casualty_est.result.radius import Radius

MOST_STUDIES = 4
FINDINGS = 200  # simulated of each study: a table of two digits needs no more
ALIKE = math.log(1.1)  # two numbers nearer than that do not disagree
MENTION = 0.1  # share of the variance below which no assumption is named


@dataclass(frozen=True, slots=True)
class FindOut:
    """Sentences and table on further data, and the table on other numbers with its heading."""

    sentences: tuple[str, ...]
    studies: Table
    heading: str = ""
    needed: Table | None = None


def part(estimate: Estimate, rivals: Sequence[float], prob: float) -> FindOut | None:
    """Both parts, of an estimate that has a number; None where nothing can be narrowed."""
    evidence = evidence_of(estimate, 0)
    usual = [study.usual(evidence) for study in estimate._studies(0)[:MOST_STUDIES]]
    # One size of each study: the report is no place to choose one.
    chosen = [replace(s, sizes=(s.sizes[len(s.sizes) // 2],)) for s in usual if s is not None]
    if not chosen:
        return None
    plan = make_plan(estimate, chosen, Wanted(0, prob, findings=FINDINGS))
    if not any(row.width > 0 for row in plan.rows):
        return None
    known = estimate.information().rows
    sentences = (*headlines(plan.rows, prob), *_most_wanted(known[:1]), harm())
    if not rivals:
        return FindOut(sentences, _studies(plan))
    radii = [one for n in rivals if not _unsaid(one := estimate._radius(n, 0, unasked=False))]
    if not radii:
        return FindOut(sentences, _studies(plan))
    numbers = listed([figure(one.n) for one in radii], "or")
    heading = _("What would move the estimate to {numbers}?", numbers=numbers)
    return FindOut(sentences, _studies(plan), heading, _needed(radii))


def far_from(estimate: Estimate, numbers: Iterable[float], at_most: int = 2) -> list[float]:
    """Numbers that differ from the first estimate, those that do so most, in rising order."""
    median = float(np.median(estimate.draws(0)))
    gaps = {n: abs(math.log(n / median)) for n in numbers if n > 0 and median > 0}
    far = sorted((n for n, gap in gaps.items() if gap > ALIKE), key=lambda n: -gaps[n])
    return sorted(far[:at_most])


def printed(number: float) -> float:
    """A number of an estimate, rounded as far as anybody would quote it."""
    return float(f"{number:.2g}")


def _most_wanted(known: Sequence[Known]) -> list[str]:
    """Which assumption would be worth most to know, where any is worth much."""
    return [
        _(
            "If one assumption could be known exactly, the most would be gained from this one: "
            "{assumption}. {share} of the uncertainty, the variance of the log count, would go.",
            assumption=assumption_name(one.assumption),
            share=percent(round(one.share, 2)),
        )
        for one in known
        if one.share >= MENTION
    ]


def _studies(plan: Plan) -> Table:
    rows = tuple(
        (
            row.study[:1].upper() + row.study[1:],
            _("{number} people", number=amount(row.width_after)),
            chance(row.p_grows),
            amount(row.work),
        )
        for row in plan.rows
    )
    caption = _(
        "The {level} credible interval is about {now} people wide now. Expected from the "
        "draws of this fit, without new data; person-days are rough and can be replaced.",
        level=percent(plan.prob),
        now=amount(plan.rows[0].width),
    )
    head = (
        _("Study"),
        _("Typical width after it"),
        _("Chance that it gets wider"),
        _("Person-days"),
    )
    return Table(caption, head, rows)


def _needed(radii: Sequence[Radius]) -> Table:
    caption = _(
        "Together: how far all assumptions together would have to move, at the least, for the "
        "estimate to be that number, in standard deviations of what we assumed. Alone: the single "
        "assumption that would get there with the smallest change. This is about the estimate: the "
        "true number may lie anywhere in the interval with every assumption right."
    )
    rows = tuple(
        (figure(one.n), _length(one), told_again(one.reading, "reading of a radius"), _alone(one))
        for one in radii
    )
    head = (_("Number"), _("Together"), _("In words"), _("Alone"))
    return Table(caption, head, rows, wide=True)


def _unsaid(one: Radius) -> bool:
    """Whether the draws say nothing about a number: with no refits there is nothing to print."""
    silent = one.beyond is None or one.beyond < NEAR
    return one.how == "weights" and one.sds is None and silent


def _length(one: Radius) -> str:
    if one.sds is not None:
        return figure(one.sds, 1)
    if one.beyond is None:
        return told_again("not reached", "reading of a radius")
    return _("more than {number}", number=figure(one.beyond, 1))


def _alone(one: Radius) -> str:
    if one.alone:
        return one.alone[0].instead
    # Draws do not reach as far as refits.
    return pgettext("assumption", "none") if one.how == "refits" else _("not computed")
