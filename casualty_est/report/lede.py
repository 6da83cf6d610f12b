"""The first paragraph: what was said, the estimate once, and what it rests on; and how to quote it.

It can be printed as it stands, in under eighty words: the official number first, one number with
its interval, one sentence on what it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from casualty_est.report import naming, statements
from casualty_est.report.text import how_to_cite
from casualty_est.result.schema import Mode
from casualty_est.result.spoken import in_order, latest, of_row
from casualty_est.result.tables import row_bound, row_numbers
from casualty_est.wording.catalogue import ENGLISH
from casualty_est.wording.display import renamed
from casualty_est.wording.language import N_, _, ngettext, pgettext, retold, speaking, spoken
from casualty_est.wording.numbers import Ends, both_ends, ends, is_few, middle, percent
from casualty_est.wording.phrases import capitalised, either

if TYPE_CHECKING:
    from casualty_est.report.parts import Parts
    from casualty_est.result.estimate import Estimate

WORDS = 80
_WINDOWS = re.compile(r"(.* different windows) \(.*\)")
LONGEST = 25  # words of a reason that the paragraph repeats
# Why there is no total, as results keep it; what is none of these is said in English alone.
NO_TOTAL = (
    N_("no total", "the parts cover different windows"),
    N_("no total", "the groups {groups} have no declared relation ([groups])"),
    N_("no total", "the studies count different places, days or outcomes"),
    N_("no total", "the kinds contradict each other"),
)


def not_converged() -> str:
    """What a paragraph says in place of an answer that did not settle."""
    return _("NOT CONVERGED: the computation gave no result, and no number of it may be quoted.")


def no_number() -> str:
    """What it says where nothing sets the level."""
    return _(
        "We give no estimate: these figures fit a small toll that was reported almost in full as "
        "well as a large toll that was reported in part, and nothing here says which."
    )


def paragraph(parts: Parts) -> list[str]:
    """Sentences of the first paragraph."""
    estimate = parts.estimate
    before = [sentence for sentence in [parts.said()] if sentence]
    if not estimate.converged:
        return [*before, not_converged()]
    if not estimate.meta.has_level:
        return [*before, *parts.no_headline()]
    if not parts.has_answer():
        return [*before, parts.no_total()]
    rests = parts.rests_in_short() if _long(parts) else parts.rests_briefly()
    return [sentence for sentence in [*before, *parts.answer(), rests] if sentence]


def _long(parts: Parts) -> bool:
    """Whether the paragraph would be too long; by its English, to say the same in any language."""
    # Names of another language are no words of the English sentence.
    named = renamed if spoken().english else str
    with speaking(ENGLISH):
        every = [parts.said(), *parts.answer(), parts.rests_briefly()]
    return len(named(" ".join(filter(None, every))).split()) >= WORDS


def alone(parts: Parts) -> str:
    """The answer in one sentence that needs no other, or why there is none."""
    estimate = parts.estimate
    if not estimate.converged:
        return not_converged()
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
    sentence = ngettext(
        "{names} source gives {figures} figures for {counts} different counts.",
        "{names} sources give {figures} figures for {counts} different counts.",
        len(names),
        names=naming.in_words(len(names)),
        figures=naming.in_words(len(counted)),
        counts=naming.in_words(len({claim.estimate for claim in counted})),
    )
    return capitalised(sentence)


def answer(parts: Parts, *, counted: bool = False) -> list[str]:
    """Our estimate once, with its interval; of several modes each.

    counted: whether it says what is counted, where no sentence before it does.
    """
    estimate, prob = parts.estimate, parts.prob
    bound = row_bound(estimate, 0, prob)
    modes = estimate.modes(0, prob) if bound is None else ()
    cell = estimate.meta.rows[0].cell
    what = naming.counted_briefly(cell) if counted else statements.up_to(of_row(estimate, 0), cell)
    if len(modes) > 1:
        return several(modes, prob, what)
    numbers = row_numbers(estimate, 0, prob)
    if numbers is None:
        return []
    estimated = about(numbers) if bound is None else bound.text
    if what:
        estimated = _("{figure} {what}", figure=estimated, what=what)
    if bound is not None:
        return [bounded(parts.estimated(estimated), prob)]
    return [joined(parts.estimated(estimated), chance(numbers, prob)), *parts.beside_answer()]


def joined(estimated: str, chance: str) -> str:
    """Our estimate and what its interval says, in one sentence."""
    return _("{estimate}; {chance}.", estimate=estimated, chance=chance)


def bounded(estimated: str, prob: float) -> str:
    """Our estimate where it is an upper bound and no more."""
    return _(
        "{estimate}, with {level} probability if our assumptions hold.",
        estimate=estimated,
        level=percent(prob),
    )


def about(numbers: Ends) -> str:
    """A median as one says it."""
    text = middle(numbers)
    return text if is_few(numbers) else pgettext("hedge", "about {number}", number=text)


def chance(numbers: Ends, prob: float, *, of_total: bool = False) -> str:
    """What the interval says, under its condition."""
    level = percent(prob)
    low, high = both_ends(numbers)
    what = {"level": level, "low": low, "high": high}
    if level.startswith("8") or level in ("11%", "18%"):  # "an 80% chance" in English
        if of_total:
            return _(
                "if our assumptions hold, there is an {level} chance that the total lies between "
                "{low} and {high}",
                **what,
            )
        return _(
            "if our assumptions hold, there is an {level} chance that the true number lies between "
            "{low} and {high}",
            **what,
        )
    if of_total:
        return _(
            "if our assumptions hold, there is a {level} chance that the total lies between {low} "
            "and {high}",
            **what,
        )
    return _(
        "if our assumptions hold, there is a {level} chance that the true number lies between "
        "{low} and {high}",
        **what,
    )


def several(modes: Sequence[Mode], prob: float, what: str = "") -> list[str]:
    """The answer where the evidence supports several numbers: never one between them."""
    parts = [
        _(
            "about {number} ({level} interval {interval}; weight {weight})",
            number=middle(mode),
            level=percent(prob),
            interval=ends(mode),
            weight=naming.whole(mode.weight),
        )
        for mode in modes
    ]
    said = {"number": naming.in_words(len(modes)), "answers": either(parts)}
    if what:
        first = _(
            "The evidence supports {number} different numbers of {what} and cannot choose between "
            "them: {answers}.",
            what=what,
            **said,
        )
    else:
        first = _(
            "The evidence supports {number} different numbers and cannot choose between them: "
            "{answers}.",
            **said,
        )
    quote = _("Quote both or none.") if len(modes) == 2 else _("Quote all of them or none.")
    return [first, quote]


def no_total(estimate: Estimate) -> str:
    """Why there are several estimates and no sum of them."""
    reason: str | None = estimate.meta.no_total
    if not spoken().english:
        # The days of the windows are kept in English, and stand in the table.
        reason = retold(_WINDOWS.sub(r"\1", estimate.meta.no_total), NO_TOTAL, "no total")
    if reason and len(reason.split()) <= LONGEST:
        return _(
            "We estimate each of them and give no total, because {reason}; do not add the "
            "estimates up.",
            reason=reason,
        )
    return _("We estimate each of them and give no total; do not add the estimates up.")
