"""The first paragraph: what was said, the estimate once, and what it rests on; and how to quote it.

It can be printed as it stands, in under eighty words: the official number first, one number with
its interval, one sentence on what it rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from casualty_est.report import naming, statements
from casualty_est.report.text import how_to_cite
from casualty_est.result.schema import Mode
from casualty_est.result.spoken import in_order, latest, of_row
from casualty_est.result.tables import row_numbers
from casualty_est.wording.numbers import Ends, ends, middle, percent
from casualty_est.wording.phrases import capitalised

if TYPE_CHECKING:
    from casualty_est.report.parts import Parts
    from casualty_est.result.estimate import Estimate

WORDS = 80
NOT_CONVERGED = "NOT CONVERGED: the computation gave no result, and no number of it may be quoted."
NO_NUMBER = (
    "We give no estimate: these figures fit a small toll that was reported almost in full as well "
    "as a large toll that was reported in part, and nothing here says which."
)


def paragraph(parts: Parts) -> list[str]:
    """Sentences of the first paragraph."""
    estimate = parts.estimate
    before = [sentence for sentence in [parts.said()] if sentence]
    if not estimate.converged:
        return [*before, NOT_CONVERGED]
    if not estimate.meta.has_level:
        return [*before, *parts.no_headline()]
    if not parts.has_answer():
        return [*before, parts.no_total()]
    said_so_far = [*before, *parts.answer()]
    rests = parts.rests_briefly()
    if len(" ".join([*said_so_far, rests]).split()) >= WORDS:
        rests = parts.rests_in_short()
    return [sentence for sentence in [*said_so_far, rests] if sentence]


def alone(parts: Parts) -> str:
    """The answer in one sentence that needs no other, or why there is none."""
    estimate = parts.estimate
    if not estimate.converged:
        return NOT_CONVERGED
    if not estimate.meta.has_level:
        return parts.no_headline()[0]
    if not parts.has_answer():
        return parts.no_total()
    return " ".join(answer(parts, counted=True))


def quote(parts: Parts, title: str | None, authors: str | None) -> str:
    """The first paragraph, a blank line, and how to cite it."""
    cite = how_to_cite(parts.estimate, title or parts.title(), authors)
    return f"{' '.join(paragraph(parts))}\n\n{cite}"


def said_of_claims(estimate: Estimate) -> str:
    """What sources say of the first estimate, or of parts of it."""
    if naming.has_total(estimate):
        told = statements.told(of_row(estimate, 0), estimate.meta.rows[0].cell)
        return told or statements.spoken_of_parts(estimate)
    cells = {row.cell for row in estimate.meta.rows}
    counted = [claim for claim in estimate.meta.claims if claim.counted]
    if len(cells) == 1:  # studies of one number that contradict each other
        return statements.told(in_order(latest(counted)), cells.pop())
    names = {claim.source for claim in counted}
    if not counted:
        return ""
    give = "source gives" if len(names) == 1 else "sources give"
    figures = naming.in_words(len(counted))
    counts = naming.in_words(len({claim.estimate for claim in counted}))
    return capitalised(
        f"{naming.in_words(len(names))} {give} {figures} figures for {counts} different counts."
    )


def answer(parts: Parts, *, counted: bool = False) -> list[str]:
    """Our estimate once, with its interval; of several modes each.

    counted: whether it says what is counted, where no sentence before it does.
    """
    estimate, prob = parts.estimate, parts.prob
    modes = estimate.modes(0, prob)
    cell = estimate.meta.rows[0].cell
    what = (
        f" {naming.counted_briefly(cell)}"
        if counted
        else statements.up_to(of_row(estimate, 0), cell)
    )
    if len(modes) > 1:
        return several(modes, prob, what)
    numbers = row_numbers(estimate, 0, prob)
    if numbers is None:
        return []
    return [f"{parts.lead} {about(numbers)}{what}; {chance(numbers, prob)}."]


def about(numbers: Ends) -> str:
    """A median as one says it."""
    text = middle(numbers)
    return text if text.startswith("fewer") else f"about {text}"


def chance(numbers: Ends, prob: float, what: str = "the true number") -> str:
    """What the interval says, under its condition."""
    return (
        f"if our assumptions hold, there is {_article(prob)} {percent(prob)} chance that {what} "
        f"lies between {ends(numbers, 'and')}"
    )


def _article(prob: float) -> str:
    text = percent(prob)
    return "an" if text.startswith("8") or text in ("11%", "18%") else "a"


def several(modes: Sequence[Mode], prob: float, what: str = "") -> list[str]:
    """The answer where the evidence supports several numbers: never one between them."""
    parts = [
        f"about {middle(mode)} ({percent(prob)} interval {ends(mode)}; weight "
        f"{naming.whole(mode.weight)})"
        for mode in modes
    ]
    together = "both" if len(modes) == 2 else "all of them"
    return [
        f"The evidence supports {naming.in_words(len(modes))} different numbers{what and ' of'}"
        f"{what} and cannot choose between them: {' or '.join(parts)}.",
        f"Quote {together} or none.",
    ]


def no_total(estimate: Estimate) -> str:
    """Why there are several estimates and no sum of them."""
    reason = estimate.meta.no_total
    brief = f", because {reason}" if reason and len(reason.split()) <= 25 else ""
    return f"We estimate each of them and give no total{brief}; do not add the estimates up."
