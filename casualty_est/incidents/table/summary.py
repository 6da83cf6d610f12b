"""Who reports what, as tables of numbers: by source, and by size of the incident."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.incidents.table.incident import GRADES, VERDICTS, Incident
from casualty_est.incidents.table.patterns import NOT_MENTIONED, IncidentPatterns
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.cells import RECORDING_ROLES, UPHELD, Documented
from casualty_est.tables.checks import nearest
from casualty_est.wording.numbers import several

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.incidents.table.reports import IncidentReports

# Lowest size of each class, in deaths; the last one is open.
CLASSES = (0, 1, 2, 3, 6, 11, 21, 51, 101)


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """How many incidents of each size each source mentions."""

    sources: tuple[str, ...]
    roles: tuple[str | None, ...]
    classes: tuple[str, ...]  # in words, smallest first
    incidents: npt.NDArray[np.int64]  # (class,)
    mentioned: npt.NDArray[np.int64]  # (source, class)
    counted: npt.NDArray[np.int64]  # (source, class): those in which it states deaths


def documented_of(
    incidents: Sequence[Incident],
    roles: Mapping[str, str | None],
    grades: Collection[str] | None = None,
) -> Documented | None:
    """Add up what was published; see `IncidentReports.documented`."""
    chosen = (grades,) if isinstance(grades, str) else grades
    for grade in chosen or ():
        if grade not in GRADES:
            msg = f"there is no grade {grade!r}{nearest(grade, GRADES)}: use {', '.join(GRADES)}"
            raise UsageError(msg)
    kept: Collection[str | None] = (*UPHELD, None) if chosen is None else chosen
    sums: dict[str, int] = {}
    for incident in incidents:
        if incident.grade not in kept:
            continue
        for row in incident.reports:
            low = row.quantity.stated_low
            if roles[row.source] in RECORDING_ROLES and low is not None:
                sums[row.source] = sums.get(row.source, 0) + low * incident.count
    if not sums:
        return None
    # Of two sources with the same sum the first one is named.
    source = max((name for name in roles if name in sums), key=lambda name: sums[name])
    return Documented(sums[source], None, source)


def summary_of(incidents: Sequence[Incident], roles: Mapping[str, str | None]) -> pd.DataFrame:
    """Tabulate what each source holds; see `IncidentReports.summary`."""
    import pandas as pd

    total = sum(incident.count for incident in incidents)
    sums = {name: dict.fromkeys(_COUNTED, 0) for name in roles}
    for incident in incidents:
        for row in incident.reports:
            own = sums[row.source]
            own["incidents"] += incident.count
            own["only_here"] += incident.count * (len(incident.reports) == 1)
            own["with_number"] += incident.count * (not row.quantity.is_unknown)
            own["deaths"] += incident.count * lowest_of(row.quantity)
            own["self_reported"] += incident.count * row.self_reported
            if row.verdict:
                own[row.verdict] += incident.count
    rows = [
        {"source": name, "role": roles[name], **own, "share": own["incidents"] / total}
        for name, own in sums.items()
    ]
    order = ["source", "role", "incidents", "share", *_COUNTED[1:]]
    return pd.DataFrame(rows)[order]


_COUNTED = ("incidents", "only_here", "with_number", "deaths", *VERDICTS, "self_reported")


def lowest_of(quantity: Quantity) -> int:
    """The plain count or lower end; "about n" is n, "as many as n" has the lower end 0."""
    return int((quantity.best if quantity.low is None else quantity.low) or 0)


def in_words(reports: IncidentReports) -> tuple[str, list[str]]:
    """The size of a table, and a line for each source."""
    incidents = reports.incidents
    numbers = sum(incident.count for incident in incidents), len(reports), len(reports.sources)
    size = ", ".join(map(several, numbers, ("incident", "row", "source")))
    rows = summary_of(incidents, reports.roles).to_dict("records")
    return f"{size} ({reports.name})" if reports.name else size, list(map(_line, rows))


def _line(row: Mapping[Any, Any]) -> str:
    parts = [f"{row['with_number']:,} with a number"]
    parts += [f"{row[word]:,} {word}" for word in VERDICTS if row[word]]
    if row["self_reported"]:
        parts.append(f"{row['self_reported']:,} of its own")
    incidents = several(row["incidents"], "incident")
    return f"{row['source']} ({row['role'] or 'no role'}): {incidents}, {', '.join(parts)}"


# --- by size ---------------------------------------------------------------------------


def sizes_of(
    patterns: IncidentPatterns,
    kept: npt.NDArray[np.int64],
    states_deaths: Callable[[Quantity], bool],
) -> Sizes:
    """Count mentions by size of the incident, over the patterns that are kept.

    The size is the largest number that any source names: a plain count, "about n", the lower end
    of a range, and of "as many as n" the n.
    """
    claim, count = patterns.claim[kept], patterns.count[kept]
    # The last two stand for no number, and for no mention: -2 and -1 from the end.
    sizes = [[*map(size_of, claims), None, None] for claims in patterns.claims]
    states = [[*map(states_deaths, claims), False, False] for claims in patterns.claims]
    shape = (len(patterns.sources), len(CLASSES) + 1)
    total = np.zeros(shape[1], np.int64)
    mentioned, counted = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, number in zip(claim, count, strict=True):
        stated = [x for s, c in enumerate(row) if (x := sizes[s][c]) is not None]
        at = class_of(max(stated, default=None))
        total[at] += number
        mentioned[:, at] += number * (row > NOT_MENTIONED)
        counted[:, at] += number * np.array([states[s][c] for s, c in enumerate(row)])
    used = np.flatnonzero(total)
    classes = tuple(class_name(int(i)) for i in used)
    numbers = total[used], mentioned[:, used], counted[:, used]
    return Sizes(patterns.sources, patterns.roles, classes, *numbers)


def table_sizes(patterns: IncidentPatterns) -> Sizes:
    """Count mentions by size, over a whole table."""
    return sizes_of(patterns, np.arange(len(patterns)), lambda quantity: not quantity.is_zero)


def class_of(size: float | None) -> int:
    """Index of the class of a size; beyond the last one where it is not known."""
    return len(CLASSES) if size is None else sum(size >= lowest for lowest in CLASSES) - 1


def size_of(quantity: Quantity) -> float | None:
    """The number that a size is taken from: of a range the lower end, of "as many as n" n."""
    if quantity.hedge.bound == "upper":
        return quantity.high
    return quantity.low if quantity.best is None else quantity.best


def class_name(i: int) -> str:
    """Name a class by its first and last size."""
    if i == len(CLASSES):
        return "unknown"
    low = CLASSES[i]
    if i == len(CLASSES) - 1:
        return f"{low} or more"
    high = CLASSES[i + 1] - 1
    return f"{low}" if low == high else f"{low}-{high}"
