"""Evidence: the tables an analyst has, validated and immutable."""

from __future__ import annotations

from casualty_est.evidence.claim import ROLES, Claim
from casualty_est.evidence.claims import Claims
from casualty_est.evidence.counting import (
    DOCUMENTING_ROLES,
    Documented,
    count_once,
    documented,
)
from casualty_est.evidence.histories import CaptureHistories, Stratum
from casualty_est.evidence.history_table import HistoryTable
from casualty_est.evidence.incident import GRADES, VERDICTS, Incident, Report
from casualty_est.evidence.incident_patterns import IncidentIndex, IncidentPatterns
from casualty_est.evidence.incidents import IncidentReports
from casualty_est.evidence.over_time import OverTime
from casualty_est.evidence.tables import Table, read_table, table_from
from casualty_est.evidence.tally import Counted, LeftOut
from casualty_est.evidence.time_grid import TimeGrid
from casualty_est.evidence.windows import WindowError

__all__ = [
    "DOCUMENTING_ROLES",
    "GRADES",
    "ROLES",
    "VERDICTS",
    "CaptureHistories",
    "Claim",
    "Claims",
    "Counted",
    "Documented",
    "HistoryTable",
    "Incident",
    "IncidentIndex",
    "IncidentPatterns",
    "IncidentReports",
    "LeftOut",
    "OverTime",
    "Report",
    "Stratum",
    "Table",
    "TimeGrid",
    "WindowError",
    "count_once",
    "documented",
    "read_table",
    "table_from",
]
