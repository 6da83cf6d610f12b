"""What the sources said, in a sentence: the official number first, each as it was published."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from casualty_est.report import naming
from casualty_est.result.schema import Cell, ClaimRow
from casualty_est.result.spoken import number, verb
from casualty_est.wording.hedged import on_page
from casualty_est.wording.language import _, ngettext, pgettext, spoken
from casualty_est.wording.numbers import grouped
from casualty_est.wording.phrases import clauses, documented_text, listed, with_source

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate

MANY = 3  # sources of which each is told; of more the range
_DIGITS = re.compile(r"[A-Za-z' ]*\d[\d,. ]*([-\u2013]\d[\d,. ]*)?( to \d[\d,. ]*)?( ?\(.*\d.*\))?")
_WORDS = re.compile(r"[A-Za-z ]+")


def as_published(claim: ClaimRow) -> str:
    """A number with its hedge as published; what is no plain English stands in quotation marks.

    In another language the hedge is said in that language.
    """
    text = grouped(claim.text.strip())
    if claim.high == 0:
        return pgettext("number", "none")
    if not spoken().english:
        return on_page(text, numbers_of(claim))
    if _DIGITS.fullmatch(text):
        return text
    if _WORDS.fullmatch(text):
        return text.lower()
    return f"“{text}”"


def numbers_of(claim: ClaimRow) -> list[float]:
    """The numbers that were read from the text of a claim."""
    return [float(end) for end in (claim.low, claim.best, claim.high) if end is not None]


def told(claims: Sequence[ClaimRow], cell: Cell) -> str:
    """One sentence on what sources say of a cell: a few of them each, of many the range."""
    if not claims:
        return ""
    first, *others = claims
    head = _first(first, cell)
    if len(others) < MANY:
        return clauses([head, *(says(verb(c), c.source, _by(c, cell)) for c in others)])
    low, high = (f(others, key=number) for f in (min, max))
    range_of = _(
        "{number} other sources give figures from {low} to {high}",
        number=naming.in_words(len(others)),
        low=_whose(low, cell),
        high=_whose(high, cell),
    )
    return clauses([head, range_of])


def says(verb: str, source: str, what: str) -> str:
    """What a source did with its number."""
    match verb:
        case "acknowledged":
            return _("{source} acknowledged {what}", source=source, what=what)
        case "estimated":
            return _("{source} estimated {what}", source=source, what=what)
        case "documented":
            return _("{source} documented {what}", source=source, what=what)
        case "reported":
            return _("{source} reported {what}", source=source, what=what)
        case "accepted":
            return _("{source} accepted {what}", source=source, what=what)
        case _other:
            return _("{source} stated {what}", source=source, what=what)


def _first(claim: ClaimRow, cell: Cell) -> str:
    """The first number, with what it counts and up to its own last day."""
    own = replace(cell, end=claim.end) if _runs_otherwise(claim, cell) else cell
    if claim.high == 0:
        return _("{source} said that {what}", source=claim.source, what=naming.happened(own))
    shown, what = as_published(claim), naming.counted_briefly(own)
    if shown.endswith("\u201d") or claim.best == 1:
        counted = _("{figure} of the {what}", figure=shown, what=what)
    elif claim.form == "vague":
        counted = _("{figure} of {what}", figure=shown, what=what)
    else:
        counted = _("{figure} {what}", figure=shown, what=what)
    return says(verb(claim), claim.source, counted)


def _runs_otherwise(claim: ClaimRow, cell: Cell) -> bool:
    return bool(claim.end and cell.end and claim.end != cell.end)


def _by(claim: ClaimRow, cell: Cell) -> str:
    """A number, and to which day it runs, where that is another than the estimate's."""
    shown = as_published(claim)
    if not _runs_otherwise(claim, cell):
        return shown
    return _("{figure} by {day}", figure=shown, day=naming.day(str(claim.end)))


def _whose(claim: ClaimRow, cell: Cell) -> str:
    """A number, and in brackets whose it is and to which day it runs."""
    shown = as_published(claim)
    if not _runs_otherwise(claim, cell):
        return with_source(shown, claim.source)
    last = naming.day(str(claim.end))
    return _("{figure} ({source} by {day})", figure=shown, source=claim.source, day=last)


def up_to(claims: Sequence[ClaimRow], cell: Cell) -> str:
    """To which day the estimate runs, where some number runs to another."""
    if not any(_runs_otherwise(claim, cell) for claim in claims):
        return ""
    return _("up to {day}", day=naming.day(str(cell.end)))


def spoken_of_parts(estimate: Estimate) -> str:
    """What is said where no source counts all of the first estimate."""
    counted = [claim for claim in estimate.meta.claims if claim.counted]
    if not counted:
        return ""
    row = estimate.meta.rows[0]
    what = naming.counted_briefly(row.cell)
    if row.in_parts:
        added = row.in_parts.text if spoken().english else documented_text(row.in_parts)
        return _(
            "No source counts all {what}; lists of parts of them add up to {number} ({source}).",
            what=what,
            number=added,
            source=row.in_parts.source,
        )
    names = list(dict.fromkeys(claim.source for claim in counted))
    who = listed(names)
    if len(names) > MANY:
        who = _("{number} sources", number=naming.in_words(len(names)))
    return ngettext(
        "No source counts all {what}; {sources} counts parts of them.",
        "No source counts all {what}; {sources} count parts of them.",
        len(names),
        what=what,
        sources=who,
    )
