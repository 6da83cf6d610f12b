"""One report: what one source says of one incident, and the words an incidents table uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.cells import ALL_SCOPES, ROLES

VERDICTS = ("accepted", "rejected", "open")
DISCOUNTED = "discounted"  # found not to have happened so: never added to what is documented
GRADES = ("confirmed", "fair", "weak", "contested", DISCOUNTED)
# Who went to the site to establish what happened; in a table of claims such a study is a claim.
INVESTIGATION = "investigation"
INCIDENT_ROLES = (*ROLES, INVESTIGATION)
# Only who took part can accept or reject an incident, or report its own.
BELLIGERENT_ROLES = ("perpetrator", "party")


@dataclass(frozen=True, slots=True)
class Report:
    """What one source says of one incident, as published.

    Parameters
    ----------
    incident, source : str
        Code or name of the incident, and who says it.
    quantity : Quantity
        The deaths it states; of form ``unknown`` where it states none.
    role : str or None
        One of `ROLES`, or ``investigation``: what the source is in this table.
    verdict : str or None
        One of `VERDICTS`, where a belligerent judged the incident.
    self_reported : bool
        Whether the belligerent reported the incident before anybody asked.
    recall_check : bool or None
        Whether anybody else had reported what a belligerent reported itself; None: nobody looked.
    grade : str or None
        One of `GRADES`: how well the incident is established.
    date : datetime.date or None
        Its day.
    scope : str or None
        Label of the place; None where the row does not give it.
    perpetrator : tuple of str
        Who is suspected, sorted; empty where the row names nobody.
    count : int or None
        Incidents like this one; None where the row does not say.
    prob : float or None
        Of an investigation: the probability with which the site was drawn, whoever had reported
        it; None where it chose among incidents that others report.
    citation : str
        Where it was published.
    line : int or None
        Line of the file, or row of the dataframe (`IncidentReports.where` says which).

    Examples
    --------
    >>> Report("S1", "Army", Quantity.parse(""), "perpetrator", verdict="rejected").verdict
    'rejected'
    """

    incident: str
    source: str
    quantity: Quantity
    role: str | None = None
    verdict: str | None = None
    self_reported: bool = False
    recall_check: bool | None = None
    grade: str | None = None
    date: date | None = None
    scope: str | None = None
    perpetrator: tuple[str, ...] = ()
    count: int | None = None
    prob: float | None = None
    citation: str = ""
    line: int | None = None


# The columns of an incidents table are the fields of a report, without its line.
COLUMNS = tuple(field.name for field in fields(Report))[:-1]
REQUIRED = ("incident", "source", "quantity")
# What belongs to the incident and not to the source: its rows must agree.
OF_THE_INCIDENT = ("recall_check", "grade", "date", "scope", "perpetrator", "count")


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident with everything that is said of it.

    Parameters
    ----------
    name : str
        Its code or name.
    reports : tuple of Report
        One per source that mentions it.
    grade : str or None
        How well it is established.
    date : datetime.date or None
        Its day.
    scope : str
        Label of the place; ``all`` where no row gives one.
    perpetrators : tuple of str
        Who is suspected, sorted; empty where no row names anybody.
    count : int
        Incidents like this one; 1 where no row says.
    recall_check : bool or None
        Whether anybody but the belligerent had reported it; None where nobody looked.
    """

    name: str
    reports: tuple[Report, ...]
    grade: str | None
    date: date | None
    scope: str
    perpetrators: tuple[str, ...]
    count: int
    recall_check: bool | None


def gather(rows: Iterable[Report]) -> tuple[Incident, ...]:
    """Bring the rows of each incident together; what one row gives holds for all of them."""
    by_name: dict[str, list[Report]] = {}
    for row in rows:
        by_name.setdefault(row.incident, []).append(row)
    return tuple(_incident(name, tuple(reports)) for name, reports in by_name.items())


def _incident(name: str, reports: tuple[Report, ...]) -> Incident:
    return Incident(
        name,
        reports,
        grade=next((row.grade for row in reports if row.grade), None),
        date=next((row.date for row in reports if row.date), None),
        scope=next((row.scope for row in reports if row.scope), ALL_SCOPES),
        perpetrators=next((row.perpetrator for row in reports if row.perpetrator), ()),
        count=next((row.count for row in reports if row.count), 1),
        recall_check=next((r.recall_check for r in reports if r.recall_check is not None), None),
    )


def cells_of(row: Report) -> tuple[str, ...]:
    """Return one report as the cells of its row, in the order of `COLUMNS`."""
    recall = "" if row.recall_check is None else str(int(row.recall_check))
    return (
        row.incident,
        row.source,
        row.quantity.text,
        row.role or "",
        row.verdict or "",
        "1" if row.self_reported else "",
        recall,
        row.grade or "",
        row.date.isoformat() if row.date else "",
        row.scope or "",
        "; ".join(row.perpetrator),
        "" if row.count is None else str(row.count),
        "" if row.prob is None else repr(row.prob),
        row.citation,
    )
