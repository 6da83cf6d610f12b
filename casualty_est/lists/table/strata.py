"""The strata of a table of capture histories: rows added up, structural zeros, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from casualty_est.errors import InputError, Problem, UsageError
from casualty_est.lists.table.history import HistoryTable
from casualty_est.lists.table.traits import Covariate, Traits
from casualty_est.tables.checks import nearest, similar_names
from casualty_est.tables.read import Table
from casualty_est.wording.language import N_, Kept, Noted, stored
from casualty_est.wording.phrases import label_text

FEWEST, MOST = 2, 40
FEW_PLACES = 3  # strata that are named
MOST_SHOWN = 200  # bad rows listed one by one; the rest is counted
OUT, NO, YES, BAD = -1, 0, 1, 2  # not at work, not on the list, on it, unreadable

Labels = tuple[tuple[str, str], ...]
Codes = npt.NDArray[np.int8]
Inactive = Mapping[str, Sequence[Mapping[str, str]] | Mapping[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Stratum:
    """The capture histories of one stratum.

    Parameters
    ----------
    labels : tuple of (column, value)
        What distinguishes it; empty where the table is not divided.
    table : HistoryTable
        Histories over the lists that were at work there.
    inactive : tuple of str
        Lists that were not.
    """

    labels: Labels
    table: HistoryTable
    inactive: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What a sentence calls it, such as ``month 1999-03, sex f``; empty without labels."""
        return label_text(self.labels)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a table of capture histories says, before it becomes an object."""

    lists: tuple[str, ...]
    by: tuple[str, ...]
    strata: tuple[Stratum, ...]
    warnings: tuple[Noted, ...]
    name: str | None


LISTS_ALIKE = N_("note", "{names} are taken as different lists: use one spelling if they are one")


def build(
    names: tuple[str, ...],
    keys: Sequence[Labels],
    rows_of: npt.NDArray[np.int64],
    matrix: Codes,
    people: npt.NDArray[np.int64],
    inactive: Inactive | None,
    table: Table,
    *,
    drop_empty: bool = False,
    covariates: Sequence[Covariate] = (),
    values: npt.NDArray[np.int64] | None = None,
) -> Parsed:
    """Add up the rows of each stratum, and check what only whole strata can show."""
    problems: list[Problem] = []
    warnings = [*similar_names(names, LISTS_ALIKE)]
    if drop_empty:
        held = ((matrix == YES) & (people > 0)[:, None]).any(axis=0)
        held |= np.isin(names, list(inactive or ()))
        if FEWEST <= held.sum() < len(names):
            for name in np.array(names)[~held]:
                text = stored(
                    "note", "list {list} names nobody in the whole table: left out", list=name
                )
                warnings.append(("empty_list", text))
            names = tuple(name for name, kept in zip(names, held, strict=True) if kept)
            matrix = matrix[:, held]
    stated = _stated(names, keys, inactive)
    on = matrix == YES
    for j in np.flatnonzero(~(on & (people > 0)[:, None]).any(axis=0)):
        reason = "the list holds nobody in the whole table: remove it"
        problems.append(Problem(reason, table.header_line, names[j], None, table.where))
    strata: list[Stratum] = []
    empty: dict[str, list[str]] = {}
    for s, labels in enumerate(keys):
        here = np.flatnonzero(rows_of == s) if len(keys) > 1 else np.arange(len(matrix))
        out = matrix[here] == OUT
        where = f" in {label_text(labels)}" if labels else ""
        for j in np.flatnonzero(out.any(axis=0) & ~out.all(axis=0)):
            reason = (
                f"a list is blank in all rows of a stratum, where it was not at work, or in none; "
                f"{names[j]!r} is blank in some rows{where}: write 0 or 1"
            )
            for row in here[out[:, j]].tolist():
                problems.append(table.problem(row, reason, names[j]))
        gone = out.all(axis=0)
        for k in stated.get(s, ()):
            held = int(people[here][on[here, k]].sum())
            if held:
                reason = (
                    f"{names[k]!r} is said not to have been at work{where}, and yet holds "
                    f"{held:,} people there: correct inactive or the table"
                )
                problems.append(Problem(reason))
            gone[k] = True
        active = np.flatnonzero(~gone)
        seen = on[np.ix_(here, active)]
        counted = HistoryTable.of([names[j] for j in active], seen, people[here])
        if values is not None:
            traits = Traits.of(covariates, seen, values[here], people[here])
            counted = replace(counted, traits=traits)
        if counted.people == 0:
            text = stored("note", "nobody is listed: left out")
            if labels:
                stratum = label_text(labels)
                text = stored("note", "nobody is listed in {stratum}: left out", stratum=stratum)
            warnings.append(("empty_stratum", text))
            continue
        if len(active) < FEWEST:
            reason = (
                f"fewer than {FEWEST} lists were at work{where}, and nothing can be "
                f"estimated there: leave it out or merge it with another stratum"
            )
            problems.append(Problem(reason))
        for j, size in zip(active, counted.sizes, strict=True):
            if not size and on[:, j].any():
                empty.setdefault(names[j], []).append(label_text(labels))
        gone_names = tuple(names[j] for j in np.flatnonzero(gone))
        strata.append(Stratum(labels, sealed(counted), gone_names))
    for name, places in empty.items():
        warnings.append(("empty_list", _holds_nobody(name, places, len(strata))))
    if not strata and not problems:
        problems.append(Problem("the table holds nobody: every count is 0"))
    raise_all(problems, table.name)
    by = tuple(column for column, _ in keys[0])
    return Parsed(names, by, tuple(strata), tuple(warnings), table.name)


def _holds_nobody(name: str, places: Sequence[str], strata: int) -> Kept:
    """Where a list holds nobody: each place of few, or how many of many."""
    if len(places) <= FEW_PLACES:
        return stored(
            "note",
            "list {list} names nobody in {names}, though it was at work",
            list=name,
            names=" and in ".join(places),
        )
    return stored(
        "note",
        "list {list} names nobody in {number} of {strata} strata, though it was at work",
        list=name,
        number=f"{len(places):,}",
        strata=f"{strata:,}",
    )


def _stated(
    names: Sequence[str], keys: Sequence[Labels], inactive: Inactive | None
) -> dict[int, list[int]]:
    """Lists by stratum that the analyst says were not at work."""
    stated: dict[int, list[int]] = {}
    by = [column for column, _ in keys[0]] if keys else []
    for name, places in (inactive or {}).items():
        if name not in names:
            msg = f"inactive: there is no list {name!r}{nearest(name, names)}"
            raise UsageError(msg)
        for place in [places] if isinstance(places, Mapping) else places:
            strange = [column for column in place if column not in by]
            if strange:
                msg = (
                    f"inactive: {strange[0]!r} (list {name}) divides no strata"
                    f"{nearest(strange[0], by)}: name the column in by"
                )
                raise UsageError(msg)
            wanted = {(column, str(value)) for column, value in place.items()}
            hits = [s for s, labels in enumerate(keys) if wanted <= set(labels)]
            if not wanted or not hits:
                msg = (
                    f"inactive: no stratum matches {dict(place)!r} (list {name}): "
                    f"write the values of {', '.join(by) or 'by'} as in the table"
                )
                raise UsageError(msg)
            for s in hits:
                stated.setdefault(s, []).append(names.index(name))
    return stated


def sealed(table: HistoryTable) -> HistoryTable:
    """Make the arrays of a table read-only: evidence does not change."""
    table.histories.flags.writeable = False
    table.counts.flags.writeable = False
    return table


def raise_all(problems: Sequence[Problem], name: str | None) -> None:
    """Raise what was found, in the order of the table; nothing if nothing was."""
    ordered = sorted(problems, key=lambda problem: problem.line or 0)
    if len(ordered) > MOST_SHOWN:
        rest = len(ordered) - MOST_SHOWN
        more = "problem like these" if rest == 1 else "problems like these"
        ordered = [*ordered[:MOST_SHOWN], Problem(f"and {rest:,} more {more}")]
    if ordered:
        raise InputError(ordered, name)
