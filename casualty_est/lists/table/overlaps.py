"""Read capture histories from counts of the overlaps of lists."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.lists.table.digits import overlaps_of
from casualty_est.lists.table.marks import CAPTURES, WITHHELD, are_times, is_withheld
from casualty_est.lists.table.read import MOST_PEOPLE
from casualty_est.lists.table.strata import FEWEST, MOST, Codes, Parsed, build
from casualty_est.tables.read import Table
from casualty_est.wording.language import Noted, stored

# What people write between lists in place of &.
_JOINED = re.compile(r"\s+(?:and|y|et|und|и|with)\s+|\s*[,;+/|*∩]\s*", re.IGNORECASE)

MOST_COMPARED = 10  # lists, whose counts are read in both ways

Overlaps = Mapping[str | tuple[str, ...], int]


def read_overlaps(
    overlaps: Overlaps | Any, *, exact: bool, name: str | None, lists: Sequence[str] | None = None
) -> Parsed:
    """Read counts by combination of lists; see `CaptureHistories.from_overlaps`."""
    warnings: tuple[Noted, ...] = ()
    if not isinstance(overlaps, Mapping):
        overlaps, warnings = _of_matrix(overlaps)
        exact = False
    else:
        if are_times(list(overlaps)):
            raise UsageError(CAPTURES)
        overlaps, warnings = overlaps_of(overlaps, lists)
        if not exact and (warnings or lists):
            msg = "a history such as '011' is of people on exactly these lists: omit exact=False"
            raise UsageError(msg)
    names, sets = _sets(overlaps)
    if not FEWEST <= len(names) <= MOST:
        msg = (
            f"capture histories need {FEWEST} to {MOST} lists, not {len(names)}: name more or fewer"
        )
        raise UsageError(msg)
    if exact and not (warnings or lists) and _may_be_sizes(names, sets):
        text = stored(
            "note",
            "each count is read as people on exactly these lists; if they are sizes of lists and "
            "of overlaps, give exact=False",
        )
        warnings = (("default", text),)
    people = sets if exact else _exactly(names, sets)
    bits: Codes = np.array([[n in members for n in names] for members in people], dtype=np.int8)
    counts = np.array(list(people.values()), dtype=np.int64)
    rows_of = np.zeros(len(counts), dtype=np.int64)
    table = Table(name, names, (), (), "row", None)
    parsed = build(names, [()], rows_of, bits, counts, None, table)
    return replace(parsed, warnings=(*warnings, *parsed.warnings))


def _sets(overlaps: Overlaps) -> tuple[tuple[str, ...], dict[frozenset[str], int]]:
    names: dict[str, None] = {}
    sets: dict[frozenset[str], int] = {}
    for key, value in overlaps.items():
        parts = key.split("&") if isinstance(key, str) else key
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
            msg = f"an overlap names lists, as in 'A&B' or ('A', 'B'), not {key!r}"
            raise UsageError(msg)
        members = tuple(part.strip() for part in parts)
        if not members or "" in members or len(set(members)) < len(members):
            msg = f"an overlap names lists, as in 'A&B' or ('A', 'B'), each once, not {key!r}"
            raise UsageError(msg)
        # Pandas makes whole floats of counts.
        value = int(value) if isinstance(value, float) and value.is_integer() else value
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if isinstance(value, str) and is_withheld(value):
            msg = f"the overlap {key!r}, {value!r}: {WITHHELD}"
            raise UsageError(msg)
        if not whole or not 0 <= value <= MOST_PEOPLE:
            msg = f"the overlap {key!r} needs a whole number of people, not {value!r}"
            raise UsageError(msg)
        if frozenset(members) in sets:
            msg = f"the overlap {key!r} is given twice: keep one"
            raise UsageError(msg)
        names.update(dict.fromkeys(members))
        sets[frozenset(members)] = int(value)
    _no_joined(names)
    return tuple(names), sets


def _no_joined(names: Collection[str]) -> None:
    """Refuse the name of a list that two other lists make, as in "A and B"."""
    for name in names:
        parts = [part.strip() for part in _JOINED.split(name)]
        if len(parts) > 1 and all(part in names for part in parts):
            msg = (
                f"{name!r} would be a list of its own: write {'&'.join(parts)!r} for people on "
                f"{' and '.join(parts)}"
            )
            raise UsageError(msg)


def _may_be_sizes(names: tuple[str, ...], sets: Mapping[frozenset[str], int]) -> bool:
    """Whether counts could be of people on at least these lists too."""
    if len(names) > MOST_COMPARED:
        return False
    try:
        _exactly(names, sets)
    except UsageError:
        return False
    return True


def _exactly(
    names: tuple[str, ...], sets: Mapping[frozenset[str], int]
) -> dict[frozenset[str], int]:
    """From people on at least these lists to people on exactly these (Moebius inversion)."""
    place = {name: j for j, name in enumerate(names)}
    at_least = np.zeros(2 ** len(names), dtype=np.int64)
    known = np.zeros(2 ** len(names), dtype=bool)
    for members, people in sets.items():
        key = sum(1 << place[name] for name in members)
        at_least[key], known[key] = people, True
    # Nobody on A and B: then nobody is on A, B and C either, and that need not be said.
    nobody = known & (at_least == 0)
    for half in _halves(nobody, len(names)):
        half[:, 1] |= half[:, 0]
    missing = np.flatnonzero(~(known | nobody)[1:]) + 1
    if len(missing):
        largest = max(missing.tolist(), key=lambda key: (key.bit_count(), -key))
        msg = (
            f"people on at least these lists need every overlap, and {_shown(names, largest)!r} is "
            f"missing ({len(missing):,} in all): add it, 0 for nobody; sizes and pairs alone do "
            f"not give the histories of three lists"
        )
        raise UsageError(msg)
    left = at_least
    for half in _halves(left, len(names)):
        half[:, 0] -= half[:, 1]
    wrong = [_shown(names, key) for key in (np.flatnonzero(left[1:] < 0) + 1).tolist()]
    if wrong:
        more = "".join(f"; so it is with {other!r}" for other in wrong[1:5])
        msg = (
            f"more people are on {wrong[0]!r} and other lists than on {wrong[0]!r}{more}: correct "
            f"the counts, or use exact=True if each is of people on exactly these lists"
        )
        raise UsageError(msg)
    # Lists that hold nobody must not vanish: they are an error of their own.
    exactly = {frozenset({name}): 0 for name in names}
    for key in (np.flatnonzero(left[1:]) + 1).tolist():
        exactly[frozenset(n for n, j in place.items() if key >> j & 1)] = int(left[key])
    return exactly


def _halves[T: np.generic](values: npt.NDArray[T], n_lists: int) -> list[npt.NDArray[T]]:
    """Views of shape (_, 2, _) that divide all combinations by whether list j is in them."""
    return [values.reshape(-1, 2, 2**j) for j in range(n_lists)]


def _shown(names: Sequence[str], key: int) -> str:
    return "&".join(name for j, name in enumerate(names) if key >> j & 1)


def _of_matrix(data: Any) -> tuple[Overlaps, tuple[Noted, ...]]:
    """Read the symmetric matrix of two lists: their sizes, and the people they share."""
    values = np.asarray(data)
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        msg = (
            "overlaps are a mapping such as {'A': 30, 'A&B': 10}, or the symmetric matrix of two "
            f"lists, and a {type(data).__name__} of shape {values.shape} came: write a mapping"
        )
        raise UsageError(msg)
    if len(values) != 2:
        msg = (
            f"a matrix of overlaps tells everything of two lists only, and this one has "
            f"{len(values)}: who is on three lists is not in it, so give every overlap by name, as "
            "in {'A': 30, 'A&B': 10, 'A&B&C': 4}"
        )
        raise UsageError(msg)
    given = getattr(data, "columns", None)
    names = ("A", "B") if given is None else tuple(str(column) for column in given)
    index = [str(label) for label in getattr(data, "index", names)]
    if index not in ([*names], ["0", "1"]):
        msg = f"rows and columns of a matrix are the same lists, not {index} and {[*names]}"
        raise UsageError(msg)
    # A whole float is the number it is: a matrix with one gap holds floats only.
    flat = values.ravel().tolist()
    people = [int(x) if isinstance(x, float) and x.is_integer() else x for x in flat]
    if people[1] != people[2]:
        msg = f"a matrix of overlaps is symmetric, not {people[1]!r} and {people[2]!r}: correct one"
        raise UsageError(msg)
    sets: Overlaps = {(names[0],): people[0], (names[1],): people[3], names: people[1]}
    named = stored("note", "the matrix names no lists: they are called A and B")
    return sets, (("default", named),) if given is None else ()
