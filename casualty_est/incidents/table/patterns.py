"""Incidents as arrays: equal ones are merged into one pattern with a count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Bools, Ints
from casualty_est.incidents.table.incident import GRADES, VERDICTS, Incident, Report
from casualty_est.quantity.quantity import Quantity

NO_NUMBER, NOT_MENTIONED = -1, -2
NOT_ASKED, NO_GRADE, NO_YEAR = -1, -1, 0
NOT_DRAWN = 0.0

Floats = npt.NDArray[np.float64]
SmallInts = npt.NDArray[np.int8]


class IncidentIndex(NamedTuple):
    """The pattern of every incident of a table.

    Parameters
    ----------
    names : tuple of str
        The incidents, in the order of the table.
    pattern : ndarray of int64, shape (incident,)
        Index of the pattern of each.
    """

    names: tuple[str, ...]
    pattern: Ints


@dataclass(frozen=True, slots=True, eq=False)
class IncidentPatterns:
    """Incidents merged where everything that a model can use is equal.

    Two incidents share a pattern if every source says the same of both, and grade, suspects,
    scope, year, recall check and the probability with which the site was drawn are the same.
    Arrays are read-only.

    Parameters
    ----------
    sources, roles : tuple
        The sources, and the role of each (or None).
    claims : tuple of tuple of Quantity
        For each source the distinct numbers that it states, whatever their wording.
    claim : ndarray of int64, shape (pattern, source)
        Index into `claims` of the source; -1 without a number, -2 where it never mentions it.
    verdict : ndarray of int8, shape (pattern, source)
        0 none, 1 accepted, 2 rejected, 3 open.
    self_reported : ndarray of bool, shape (pattern, source)
        Whether the belligerent reported it on its own initiative.
    recall_check : ndarray of int8, shape (pattern,)
        Whether anybody else had reported it: 1 yes, 0 no, -1 not asked.
    grade, grade_of : tuple of str, ndarray of int8, shape (pattern,)
        The grades that occur, best first, and the index of each pattern, -1 for none.
    perpetrators, suspects : tuple of tuple of str, ndarray of int64, shape (pattern,)
        Distinct sets of suspects (empty where nobody is named), and the index of each pattern.
    scope, scope_of : tuple of str, ndarray of int64, shape (pattern,)
        The scopes that occur, and the index of each pattern.
    year : ndarray of int64, shape (pattern,)
        Year of the incident, 0 where it is not known.
    count : ndarray of int64, shape (pattern,)
        Incidents with this pattern.
    prob : ndarray of float, shape (pattern,)
        Probability with which an investigation drew the site, 0 where it drew none.
    incident_of : IncidentIndex or None
        The pattern of every incident; None where a row of the table stands for several.

    Examples
    --------
    >>> from casualty_est.incidents.table.incident import gather
    >>> rows = [Report(name, "Airwars", Quantity.parse("3")) for name in ("S1", "S2")]
    >>> patterns = IncidentPatterns.of(gather(rows), {"Airwars": "monitor"})
    >>> patterns.count.tolist(), patterns.claim.tolist(), patterns.incident_of.pattern.tolist()
    ([2], [[0]], [0, 0])
    """

    sources: tuple[str, ...]
    roles: tuple[str | None, ...]
    claims: tuple[tuple[Quantity, ...], ...]
    claim: Ints
    verdict: SmallInts
    self_reported: Bools
    recall_check: SmallInts
    grade: tuple[str, ...]
    grade_of: SmallInts
    perpetrators: tuple[tuple[str, ...], ...]
    suspects: Ints
    scope: tuple[str, ...]
    scope_of: Ints
    year: Ints
    count: Ints
    prob: Floats
    incident_of: IncidentIndex | None = None

    def __len__(self) -> int:
        """Return the number of patterns."""
        return len(self.count)

    @property
    def incidents(self) -> int:
        """Number of incidents."""
        return int(self.count.sum())

    @classmethod
    def of(cls, incidents: Sequence[Incident], roles: Mapping[str, str | None]) -> IncidentPatterns:
        """Merge equal incidents.

        Parameters
        ----------
        incidents : sequence of Incident
            The incidents.
        roles : mapping of str to (str or None)
            Every source with its role, in the order in which they are to come.

        Returns
        -------
        IncidentPatterns
            Patterns in the order in which they first appear.
        """
        column = {name: s for s, name in enumerate(roles)}
        numbers: list[dict[object, tuple[int, Quantity]]] = [{} for _ in roles]
        present = {incident.grade for incident in incidents}
        grades = tuple(grade for grade in GRADES if grade in present)
        suspects: dict[tuple[str, ...], int] = {}
        scopes: dict[str, int] = {}
        patterns: dict[tuple[Any, ...], int] = {}
        pattern_of, counts = [], []
        for incident in incidents:
            said = [(NOT_MENTIONED, 0, False)] * len(column)
            for row in incident.reports:
                s = column[row.source]
                said[s] = _said(row, numbers[s])
            key = (
                tuple(said),
                NOT_ASKED if incident.recall_check is None else int(incident.recall_check),
                grades.index(incident.grade) if incident.grade else NO_GRADE,
                suspects.setdefault(incident.perpetrators, len(suspects)),
                scopes.setdefault(incident.scope, len(scopes)),
                incident.date.year if incident.date else NO_YEAR,
                max((row.prob or NOT_DRAWN for row in incident.reports), default=NOT_DRAWN),
            )
            pattern_of.append(patterns.setdefault(key, len(patterns)))
            counts.append(incident.count)
        at, weights = np.array(pattern_of, np.int64), np.array(counts, np.int64)
        count = np.zeros(len(patterns), np.int64)
        np.add.at(count, at, weights)
        index = IncidentIndex(tuple(incident.name for incident in incidents), _sealed(at))
        keys = list(patterns)
        words = np.array([key[0] for key in keys], np.int64).reshape(len(keys), len(column), 3)
        return cls(
            tuple(roles),
            tuple(roles.values()),
            tuple(tuple(quantity for _, quantity in stated.values()) for stated in numbers),
            claim=_sealed(words[:, :, 0].copy()),
            verdict=_sealed(words[:, :, 1].astype(np.int8)),
            self_reported=_sealed(words[:, :, 2].astype(np.bool_)),
            recall_check=_column(keys, 1, np.int8),
            grade=grades,
            grade_of=_column(keys, 2, np.int8),
            perpetrators=tuple(suspects),
            suspects=_column(keys, 3, np.int64),
            scope=tuple(scopes),
            scope_of=_column(keys, 4, np.int64),
            year=_column(keys, 5, np.int64),
            count=_sealed(count),
            prob=_column(keys, 6, np.float64),
            incident_of=index if bool((weights == 1).all()) else None,
        )


def _said(row: Report, numbers: dict[object, tuple[int, Quantity]]) -> tuple[int, int, bool]:
    """What a source says: index of its number, code of its verdict, whether of its own accord."""
    verdict = VERDICTS.index(row.verdict) + 1 if row.verdict else 0
    if row.quantity.is_unknown:
        return NO_NUMBER, verdict, row.self_reported
    quantity = row.quantity
    # Two wordings of one number say the same: the text is no part of what is equal.
    key = (quantity.content, quantity.grid)
    at, _ = numbers.setdefault(key, (len(numbers), quantity))
    return at, verdict, row.self_reported


def _column[T: np.generic](
    keys: Iterable[tuple[Any, ...]], part: int, dtype: type[T]
) -> npt.NDArray[T]:
    return _sealed(np.array([key[part] for key in keys], dtype))


def _sealed[T: np.generic](array: npt.NDArray[T]) -> npt.NDArray[T]:
    array.flags.writeable = False
    return array
