"""Who said what of an estimate: which numbers count, in which order, and with which verb."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from casualty_est.result.schema import Cell, ClaimRow
from casualty_est.tables.cells import ESTIMATE, LIST
from casualty_est.wording.hedged import on_page
from casualty_est.wording.language import N_, _, pgettext
from casualty_est.wording.language import spoken as speaking_now
from casualty_est.wording.numbers import grouped
from casualty_est.wording.phrases import day, documented_text, with_source

if TYPE_CHECKING:
    from casualty_est.result.answered import Answered

# Whose number is official, in the order in which it is told.
OFFICIAL = ("perpetrator", "party", "government", "first_count", "gov_estimate")
PRESS = ("media", "event_data")
NONE = N_("number", "none")


def verb(claim: ClaimRow) -> str:
    """What a source did with its number: only what was recorded case by case is documented."""
    if claim.low is None and claim.best is None and claim.high is None:
        return N_("verb", "gave no number")  # whoever says nothing acknowledges nothing
    if claim.role == "perpetrator":
        return N_("verb", "acknowledged")
    if claim.rests_on == ESTIMATE:
        return N_("verb", "estimated")
    if claim.rests_on == LIST:
        return N_("verb", "documented")
    return N_("verb", "reported") if claim.role in PRESS else N_("verb", "stated")


def number(claim: ClaimRow) -> float:
    """The one number that a claim comes to, to order claims by."""
    return next((float(n) for n in (claim.best, claim.low, claim.high) if n is not None), 0.0)


def latest(claims: Iterable[ClaimRow]) -> list[ClaimRow]:
    """Of each source what it said last; of several numbers of one day the largest."""
    last: dict[str, ClaimRow] = {}
    for claim in claims:
        when = (claim.end or claim.reported or "9", claim.reported or "", number(claim))
        other = last.get(claim.source)
        if other is None or when > _when(other):
            last[claim.source] = claim
    return list(last.values())


def _when(claim: ClaimRow) -> tuple[str, str, float]:
    return (claim.end or claim.reported or "9", claim.reported or "", number(claim))


def in_order(claims: Iterable[ClaimRow]) -> list[ClaimRow]:
    """Official numbers first, then what is documented, the largest first, then the rest."""

    def place(claim: ClaimRow) -> tuple[int, float]:
        if claim.role in OFFICIAL:
            return OFFICIAL.index(claim.role), -number(claim)
        return len(OFFICIAL) + (claim.rests_on != LIST), -number(claim)

    return sorted(claims, key=place)


def of_row(estimate: Answered, row: int) -> list[ClaimRow]:
    """What sources say of exactly one estimate, as far as it counts, the official number first."""
    own = (c for c in estimate.meta.claims if c.counted and c.estimate == row)
    return in_order(latest(own))


def documented_cell(estimate: Answered, row: int) -> str:
    """What was documented of one estimate, or of parts of it; else what was said instead."""
    entry = estimate.meta.rows[row]
    if entry.documented:
        return with_source(documented_text(entry.documented), entry.documented.source)
    if entry.in_parts:
        said = entry.in_parts.text if speaking_now().english else documented_text(entry.in_parts)
        return _("in parts of it {number} ({source})", number=said, source=entry.in_parts.source)
    said_instead = [_instead(claim, entry.cell) for claim in of_row(estimate, row)[:1]]
    return "; ".join([pgettext("number", NONE), *said_instead])


def _instead(claim: ClaimRow, cell: Cell) -> str:
    """What a source said of an estimate of which nothing is documented."""
    told = {"number": as_written(claim.text, claim), "source": claim.source}
    shorter = claim.end if claim.end != cell.end else None
    if claim.rests_on == LIST and shorter:
        return _("up to {day}: {number} ({source})", day=day(shorter), **told)
    told["verb"] = pgettext("verb", verb(claim))
    if shorter:
        return _("{verb} up to {day}: {number} ({source})", day=day(shorter), **told)
    return _("{verb}: {number} ({source})", **told)


def as_written(text: str, claim: ClaimRow) -> str:
    """What a source wrote, in a table; in another language its hedge is said in that."""
    if speaking_now().english:
        return grouped(text)
    numbers = [float(n) for n in (claim.low, claim.best, claim.high) if n is not None]
    return on_page(text, numbers)
