"""Lists and strata that hold too few people to be fitted: left out, and named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casualty_est.errors import UsageError
from casualty_est.lists.table.histories import CaptureHistories
from casualty_est.lists.table.strata import Labels, Parsed, Stratum, sealed
from casualty_est.wording.language import Kept, Noted, stored
from casualty_est.wording.phrases import label_text, listed

SHOWN = 6  # that a note names one by one


@dataclass(frozen=True, slots=True)
class Few:
    """What is left out; numbers of people are those of the first replicate."""

    lists: tuple[tuple[str, str, int], ...]  # list, stratum, people on it
    alone: int  # people on these lists and on no other
    strata: tuple[tuple[Labels, int], ...]  # labels, listed people


def enough(
    tables: tuple[CaptureHistories, ...], min_n: int, least: int
) -> tuple[tuple[CaptureHistories, ...], Few]:
    """Keep lists with `min_n` people or more in a stratum, and strata with `least` such lists."""
    kept: list[list[Stratum]] = [[] for _ in tables]
    lists: list[tuple[str, str, int]] = []
    strata: list[tuple[Labels, int]] = []
    alone = 0
    for s, first in enumerate(tables[0].strata):
        # Replicates have the same lists and strata: what is too small in one goes from all.
        same = [table.strata[s] for table in tables]
        small = [name for name in tables[0].lists if _smallest(same, name) < min_n]
        left = [_without(stratum, small) for stratum in same]
        if min(len(stratum.table.lists) for stratum in left) < least:
            strata.append((first.labels, first.table.people))
            continue
        sizes = dict(zip(first.table.lists, first.table.sizes.tolist(), strict=True))
        lists += [(name, first.name, sizes[name]) for name in small if name in sizes]
        alone += first.table.people - left[0].table.people
        for own, stratum in zip(kept, left, strict=True):
            own.append(stratum)
    if not kept[0]:
        where = "in no stratum do" if tables[0].by else "fewer than"
        few = f"{where} {least} lists hold {min_n:,} people or more"
        msg = f"min_n={min_n} leaves nothing to fit: {few}. Lower min_n or merge strata or lists"
        raise UsageError(msg)
    few_ = Few(tuple(lists), alone, tuple(strata))
    return tuple(_of(table, own) for table, own in zip(tables, kept, strict=True)), few_


def _smallest(same: Sequence[Stratum], name: str) -> int:
    """People on a list in the replicate where they are fewest."""
    tables = [stratum.table for stratum in same]
    return min(
        int(table.sizes[table.lists.index(name)]) if name in table.lists else 0 for table in tables
    )


def _without(stratum: Stratum, names: Sequence[str]) -> Stratum:
    """Leave lists out of a stratum, as if they had not been at work there."""
    table = stratum.table
    gone = [name for name in table.lists if name in names]
    if len(table.lists) - len(gone) < 1:
        gone = gone[1:]  # one list is too few as well, and no list makes no table
    for name in gone:
        table = table.without(name)
    return Stratum(stratum.labels, sealed(table), (*stratum.inactive, *gone))


def _of(table: CaptureHistories, strata: Sequence[Stratum]) -> CaptureHistories:
    """Make a table of some strata; a list that none of them has is none of its lists."""
    lists = tuple(name for name in table.lists if any(name in s.table.lists for s in strata))
    own = tuple(
        Stratum(s.labels, s.table, tuple(name for name in s.inactive if name in lists))
        for s in strata
    )
    return CaptureHistories._of(Parsed(lists, table.by, own, table.warnings, table.name))


def notes_on_few(few: Few, min_n: int, least: int) -> list[Noted]:
    """What is left out, why, and what becomes of its people."""
    notes = []
    if few.lists:
        named = [_list_text(name, where, size) for name, where, size in few.lists]
        places = {"most": f"{min_n:,}", "names": _some(named), "number": f"{few.alone:,}"}
        if few.alone > 1:
            text = stored(
                "note",
                "lists with fewer than {most} people are left out (min_n): {names}; {number} of "
                "these people are on no other list and count among those on no list",
                **places,
            )
        elif few.alone:
            text = stored(
                "note",
                "lists with fewer than {most} people are left out (min_n): {names}; 1 of these "
                "people is on no other list and counts among those on no list",
                **places,
            )
        else:
            text = stored(
                "note",
                "lists with fewer than {most} people are left out (min_n): {names}; all of them "
                "are on other lists too",
                **places,
            )
        notes.append(("min_n", text))
    if few.strata:
        named = [_list_text(label_text(labels), "", size) for labels, size in few.strata]
        places = {
            "least": str(least),
            "fewest": f"{min_n:,}",
            "names": _some(named),
            "people": _people(sum(size for _, size in few.strata)),
        }
        if len(named) > 1:
            text = stored(
                "note",
                "{number} strata are not fitted because fewer than {least} lists name {fewest} "
                "people or more in each (min_n): {names}; the total includes neither the "
                "{people} listed there nor those on no list there",
                number=f"{len(named):,}",
                **places,
            )
        else:
            text = stored(
                "note",
                "1 stratum is not fitted because fewer than {least} lists name {fewest} people or "
                "more there (min_n): {names}; the total includes neither the {people} listed "
                "there nor those on no list there",
                **places,
            )
        notes.append(("min_n", text))
    return notes


def _list_text(name: str, where: str, size: int) -> Kept:
    places = {"list": name, "people": _people(size)}
    if where:
        return stored("note", "{list} in {stratum} ({people})", stratum=where, **places)
    return stored("note", "{list} ({people})", **places)


def _people(number: int) -> Kept:
    if number == 1:
        return stored("note", "1 person")
    return stored("note", "{number} people", number=f"{number:,}")


def _some(named: Sequence[str]) -> str:
    rest = len(named) - SHOWN
    more = [stored("note", "{number} more", number=f"{rest:,}")] if rest > 0 else []
    return listed([*named[:SHOWN], *more])
