"""Strata that few people are in: merged before anything is kept, for they can identify a person.

A place, a month and a sex with two people in them say who is meant to whoever knew them. Offices of
statistics withhold counts below 3 to 10 for that reason. To withhold one count is not enough, since
the total less the other strata gives it back; so small strata are merged.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.result.schema import Note
from casualty_est.wording.language import stored

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Labels = tuple[str, ...]

FEWEST = 5  # people on some list
MERGED = "merged (few people)"
SURE = 0.025  # quantile over draws that must reach it, so that no end of an interval lies below


class Group(NamedTuple):
    """Strata that are shown as one."""

    labels: Labels
    members: tuple[int, ...]


def check_fewest(fewest: int) -> None:
    """Refuse a smallest stratum that is no number of people."""
    if isinstance(fewest, bool) or not isinstance(fewest, int | np.integer) or fewest < 1:
        msg = f"smallest_stratum must be a whole number of people from 1 on, not {fewest!r}"
        raise UsageError(msg)


def groups_of(people: Ints, here: Bools, strata: list[Labels], fewest: int) -> list[Group]:
    """Which strata are shown as one.

    The last column is merged first, within one value of the columns before it.

    people (draw, stratum): those on some list; here (stratum,): whether it is a stratum at all, for
    some combinations of labels are of nobody.
    """
    groups = [Group(labels, (at,)) for at, labels in enumerate(strata) if here[at]]
    columns = len(strata[0])
    for column in reversed(range(columns)):
        small = [group for group in groups if _size(people, group) < fewest]
        groups = [group for group in groups if group not in small]
        for group in small:
            labels = (*group.labels[:column], *(MERGED,) * (columns - column))
            groups = _joined(groups, Group(labels, group.members))
    groups.sort(key=lambda group: _size(people, group))
    while len(groups) > 1 and _size(people, groups[0]) < fewest:
        # What is left over would be known from the total: it takes the next smallest with it.
        last, other, *rest = groups
        both = zip(last.labels, other.labels, strict=True)
        labels = tuple(one if one == two else MERGED for one, two in both)
        groups = _joined(rest, Group(labels, last.members + other.members))
        groups.sort(key=lambda group: _size(people, group))
    return sorted(groups, key=lambda group: min(group.members))


def _size(people: Ints, group: Group) -> float:
    return float(np.quantile(people[:, list(group.members)].sum(axis=1), SURE))


def _joined(groups: list[Group], more: Group) -> list[Group]:
    """Add a group; one that has the same labels becomes part of it."""
    same = [group for group in groups if group.labels == more.labels]
    members = [*(at for group in same for at in group.members), *more.members]
    rest = [group for group in groups if group.labels != more.labels]
    return [*rest, Group(more.labels, tuple(members))]


def summed(table: Ints, groups: list[Group], axis: int) -> Ints:
    """A table with its strata, along an axis, put together by group."""
    parts = [table.take(group.members, axis=axis).sum(axis=axis) for group in groups]
    return np.stack(parts, axis=axis)


def notes_on(groups: list[Group], fewest: int) -> list[Note]:
    """How many strata were merged; which ones, or that none was, would tell of their people."""
    merged = sum(len(group.members) for group in groups if MERGED in group.labels)
    if merged:
        text = stored(
            "note",
            "{number} strata are merged with others, because fewer than {fewest} people may be in "
            "one of them: who they are could be recognised (smallest_stratum=, --smallest-stratum)",
            number=f"{merged:,}",
            fewest=fewest,
        )
        return [Note("small_strata", text)]
    if len(groups) > 1 and fewest < FEWEST:
        text = stored(
            "note",
            "strata of fewer than {fewest} people are shown, as asked: a place, a day and an age "
            "can say who somebody is",
            fewest=FEWEST,
        )
        return [Note("small_strata", text)]
    return []
