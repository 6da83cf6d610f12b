"""What the sources said, in a sentence: the official number first, each as it was published."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from casualty_est.report import naming
from casualty_est.result.schema import Cell, ClaimRow
from casualty_est.result.spoken import number, verb
from casualty_est.wording.numbers import grouped
from casualty_est.wording.phrases import capitalised, listed

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate

MANY = 3  # sources of which each is told; of more the range
_DIGITS = re.compile(r"[A-Za-z' ]*\d[\d,. ]*([-\u2013]\d[\d,. ]*)?( to \d[\d,. ]*)?( ?\(.*\d.*\))?")
_WORDS = re.compile(r"[A-Za-z ]+")


def as_published(claim: ClaimRow) -> str:
    """A number with its hedge as published; what is no plain English stands in quotation marks."""
    text = grouped(claim.text.strip())
    if claim.high == 0:
        return "none"
    if _DIGITS.fullmatch(text):
        return text
    if _WORDS.fullmatch(text):
        return text.lower()
    return f"“{text}”"


def told(claims: Sequence[ClaimRow], cell: Cell) -> str:
    """One sentence on what sources say of a cell: a few of them each, of many the range."""
    if not claims:
        return ""
    first, *others = claims
    head = f"{first.source} {_first(first, cell)}"
    if len(others) < MANY:
        parts = [head, *(f"{c.source} {verb(c)} {as_published(c)}{_by(c, cell)}" for c in others)]
        return capitalised("; ".join(parts)) + "."
    low, high = min(others, key=number), max(others, key=number)
    count = naming.in_words(len(others))
    ends = " to ".join(f"{as_published(c)} ({c.source}{_by(c, cell)})" for c in (low, high))
    return capitalised(f"{head}; the figures of {count} other sources run from {ends}.")


def _first(claim: ClaimRow, cell: Cell) -> str:
    """The first number, with what it counts and up to its own last day."""
    own = replace(cell, end=claim.end) if _runs_otherwise(claim, cell) else cell
    if claim.high == 0:
        return f"said that no {naming.happened(own)}"
    shown = as_published(claim)
    of = " of" if claim.form == "vague" else ""
    of = " of the" if shown.endswith("\u201d") or claim.best == 1 else of
    return f"{verb(claim)} {shown}{of} {naming.counted_briefly(own)}"


def _runs_otherwise(claim: ClaimRow, cell: Cell) -> bool:
    return bool(claim.end and cell.end and claim.end != cell.end)


def _by(claim: ClaimRow, cell: Cell) -> str:
    """To which day a number runs, where that is another than the estimate's."""
    return f" by {naming.day(str(claim.end))}" if _runs_otherwise(claim, cell) else ""


def up_to(claims: Sequence[ClaimRow], cell: Cell) -> str:
    """To which day the estimate runs, where some number runs to another."""
    if not any(_runs_otherwise(claim, cell) for claim in claims):
        return ""
    return f" up to {naming.day(str(cell.end))}"


def spoken_of_parts(estimate: Estimate) -> str:
    """What is said where no source counts all of the first estimate."""
    counted = [claim for claim in estimate.meta.claims if claim.counted]
    if not counted:
        return ""
    row = estimate.meta.rows[0]
    sentence = f"No source counts all {naming.counted_briefly(row.cell)}"
    if row.in_parts:
        added = f"{row.in_parts.text} ({row.in_parts.source})"
        return f"{sentence}; lists of parts of them add up to {added}."
    names = list(dict.fromkeys(claim.source for claim in counted))
    who = listed(names) if len(names) <= MANY else f"{naming.in_words(len(names))} sources"
    return f"{sentence}; {who} count{'s' * (len(names) == 1)} parts of them."
