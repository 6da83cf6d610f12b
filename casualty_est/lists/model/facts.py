"""What a reader must know of the lists before any model sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.lists.families import Family
from casualty_est.lists.table.copies import all_on_all, copied, inside, strangers, without
from casualty_est.lists.table.histories import CaptureHistories, Stratum
from casualty_est.lists.table.history import HistoryTable
from casualty_est.lists.table.smallest import enough, notes_on_few
from casualty_est.lists.table.strata import FEWEST
from casualty_est.tables.checks import is_whole
from casualty_est.wording.language import N_, Noted, stored
from casualty_est.wording.phrases import listed

Tables = tuple[CaptureHistories, ...]

NO_OVERLAP = N_(
    "why lists say nothing",
    "no person is on two lists, so the lists do not say how many people they miss",
)
ALL_ON_ALL = N_(
    "why lists say nothing",
    "every list names the same people: either nobody is missing, or the lists are copies of each "
    "other, and they cannot say which (copies='keep' if you know that they are not)",
)
ONE_INSIDE = N_(
    "why lists say nothing",
    "list {list} lies inside list {other}: if it was copied from there, or sampled, it says "
    "nothing about the people whom both miss (copies='keep' if you know that it was not)",
)


def large_enough(
    tables: Tables, min_n: int, families: Sequence[Family] | None
) -> tuple[Tables, list[Noted], list[dict[str, Any]]]:
    """Leave out lists and strata that are too small; notes, and the strata as plain values."""
    if not is_whole(min_n) or min_n < 1:
        msg = f"min_n must be a whole number of people, 1 or more, not {min_n!r}"
        raise UsageError(msg)
    if min_n == 1:
        return tables, [], []
    least = max([FEWEST, *(family.least for family in families or ())])
    kept, few = enough(tables, min_n, least)
    strata = [{"strata": dict(labels), "people": people} for labels, people in few.strata]
    return kept, notes_on_few(few, min_n, least), strata


def without_copies(tables: Tables, keep: bool) -> tuple[Tables, list[Noted]]:
    """Leave out lists that only repeat what others hold, and say so."""
    names = () if keep else copied(tables)
    if not names:
        return tables, []
    sizes = tables[0].summary().set_index("list")["people"]
    notes = [
        (
            "copied",
            stored(
                "note",
                "list {list} is left out: every one of its {number} people is on another list too, "
                "as if it had been copied or sampled from them, and so it says nothing about the "
                "people on no list (copies='keep' if you know that it was made independently)",
                list=name,
                number=f"{sizes[name]:,}",
            ),
        )
        for name in names
    ]
    return tuple(without(table, names) for table in tables), notes


def no_level(table: HistoryTable, keep: bool) -> str:
    """Why there can be no headline number for a table; empty where there can."""
    if not table.shared:
        return NO_OVERLAP
    if keep:
        return ""
    if all_on_all(table):
        return ALL_ON_ALL
    if len(table.lists) == 2 and (pairs := inside(table)):
        name, other = pairs[0]
        return stored("why lists say nothing", ONE_INSIDE, list=name, other=other)
    return ""


def of_whole(table: HistoryTable) -> list[Noted]:
    """Facts about the table without strata, which the first paragraph repeats."""
    alone = strangers(table)
    if not alone:
        return []
    if len(alone) == 1:
        text = stored(
            "note",
            "list {list} shares nobody with any other list: only the priors say how many people "
            "like its people are on no list",
            list=alone[0],
        )
    else:
        text = stored(
            "note",
            "lists {lists} share nobody with any other list: only the priors say how many people "
            "like their people are on no list",
            lists=listed(alone),
        )
    return [("shares_nobody", text)]


NOBODY_TWICE = (  # of the whole, of a stratum
    N_("note", "no person is on two lists: only the priors say how many are on none"),
    N_("note", "no person is on two lists in {stratum}: only the priors say how many are on none"),
)
LIES_INSIDE = (
    N_("note", "list {list} lies inside list {other}: it may have been copied"),
    N_("note", "list {list} lies inside list {other} in {stratum}: it may have been copied"),
)


def of_stratum(stratum: Stratum) -> list[Noted]:
    """Facts about one stratum."""
    table, where, notes = stratum.table, {"stratum": stratum.name}, list[Noted]()
    if not table.shared:
        whole, there = NOBODY_TWICE
        notes.append(("no_overlap", stored("note", there if stratum.labels else whole, **where)))
    for name, other in inside(table):
        whole, there = LIES_INSIDE
        template = there if stratum.labels else whole
        notes.append(("nested", stored("note", template, list=name, other=other, **where)))
    return notes


def notes_on(tables: Sequence[CaptureHistories]) -> list[Noted]:
    """Facts about all tables, each once."""
    notes: list[Noted] = []
    for table in tables:
        notes += of_whole(table.pooled().table)
        for stratum in table.strata:
            notes += of_stratum(stratum)
    return list(dict.fromkeys(notes))
