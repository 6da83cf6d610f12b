"""What the rules that count every witness once work on, and what they leave behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass
from datetime import date

from casualty_est.claims.table.claim import Claim
from casualty_est.claims.table.claims import Claims
from casualty_est.claims.table.time_grid import TimeGrid
from casualty_est.tables.table import at_lines
from casualty_est.wording.language import N_, Kept, Noted, stored

SHOWN = 6  # windows, sources and lines that one message names

_SUMMARY = {
    "unknown": N_("note", "without a count"),
    "after_as_of": N_("note", "published after the as-of date"),
    "quotes": N_("note", "repeating a figure that its own source states"),
    "derived": N_("note", "built on claims that are counted"),
    "shared_parent": N_("note", "built on the same sources as another claim"),
    "repeat": N_("note", "repeating another claim of the same source"),
    "restated": N_("note", "superseded by a later total of the same source"),
    "restated_step": N_("note", "restated by the same source within one step of the grid"),
}
# What its source has replaced since, or nobody had seen: it is not documented any more, or yet.
REPLACED = frozenset({"restated", "restated_step"})
UNSEEN = frozenset({"after_as_of"})


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A claim that is not used, and why.

    Parameters
    ----------
    claim : Claim
        The row as published.
    code : str
        ``unknown``, ``after_as_of``, ``quotes``, ``derived``, ``shared_parent``, ``repeat``,
        ``restated`` or ``restated_step``.
    text : str
        The same in words.
    """

    claim: Claim
    code: str
    text: Kept


@dataclass(frozen=True, slots=True)
class Counted:
    """The claims that count as independent evidence.

    Parameters
    ----------
    claims : tuple of Claim
        Claims that count, in the order of the table, with aliases and quotations under the name
        of the source that speaks, and with the window that they share.
    left_out : tuple of LeftOut
        The others, in the order of the table.
    notes : tuple of (code, text)
        What was merged, moved and assumed, to be printed: the codes of `LeftOut` with their
        counts, and ``alias``, ``quoted``, ``window_assumed`` and ``contradictory``.
    grid : TimeGrid or None
        The steps on which time is modelled; None where overlapping cells share one window.
    """

    claims: tuple[Claim, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[Noted, ...]
    grid: TimeGrid | None = None


class Tally:
    """Claims still standing by their row, and what became of the others."""

    def __init__(self, claims: Claims) -> None:
        self.published = claims
        self.standing: dict[int, Claim] = dict(enumerate(claims.rows))
        self.gone: dict[int, LeftOut] = {}
        self.notes: list[Noted] = []

    def drop(self, row: int, code: str, text: Kept) -> None:
        """Take one row out of what stands, with its code and the reason in words."""
        self.gone[row] = LeftOut(self.published.rows[row], code, text)
        del self.standing[row]

    def place(self, rows: Sequence[int]) -> Kept:
        """Name the lines of some rows, the first few of many."""
        return at_lines(self.published.where, [self.published.rows[row].line or 0 for row in rows])

    def groups[K](self, key: Callable[[Claim], K]) -> dict[K, list[int]]:
        """Group the rows that stand by what `key` says of their claims."""
        groups: dict[K, list[int]] = {}
        for row, claim in self.standing.items():
            groups.setdefault(key(claim), []).append(row)
        return groups

    def drop_repeats(self) -> None:
        """Drop what a source says again; the last stays, so no older figure passes for it."""
        for rows in self.groups(lambda c: (*series(c), c.end, c.quantity.content)).values():
            kept = latest(self, rows)
            for row in rows:
                if row != kept:
                    where = self.place([kept])
                    text = stored("why a claim is left out", "it repeats {where}", where=where)
                    self.drop(row, "repeat", text)

    def copy(self) -> Tally:
        """Return a tally of its own in the same state."""
        twin = Tally(self.published)
        twin.standing, twin.gone = dict(self.standing), dict(self.gone)
        twin.notes = list(self.notes)
        return twin

    def result(self, grid: TimeGrid | None = None) -> Counted:
        """Return what stands, what does not, and the notes."""
        left_out = tuple(self.gone[row] for row in sorted(self.gone))
        codes = [out.code for out in left_out]
        counts = [
            (code, _left_out(codes.count(code), why))
            for code, why in _SUMMARY.items()
            if code in codes
        ]
        return Counted(tuple(self.standing.values()), left_out, (*counts, *self.notes), grid)


def _left_out(number: int, why: str) -> Kept:
    if number == 1:
        return stored("note", "1 claim left out: {why}", why=why)
    return stored("note", "{number} claims left out: {why}", number=f"{number:,}", why=why)


def series(claim: Claim) -> tuple[object, ...]:
    """What all claims of one source on one count since one day have in common."""
    return (claim.source, claim.cell_key, claim.level, claim.start)


def latest(tally: Tally, rows: Iterable[int]) -> int:
    """Return the row reported last; undated rows come before dated ones, ties go to the first."""
    return max(rows, key=lambda row: (tally.standing[row].reported or date.min, -row))


def more(things: Sized) -> str:
    """Say how many things a message leaves unnamed."""
    return f" and {len(things) - SHOWN} more" if len(things) > SHOWN else ""
