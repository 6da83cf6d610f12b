"""The record: what sources said, beside a later, independent and better figure."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import TYPE_CHECKING, overload

from scipy import special

from casualty_est.errors import InputError, Problem
from casualty_est.tables.checks import nearest

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.datasets import Provenance

ROLES = (
    "perpetrator",
    "party",
    "adversary",
    "accuser",
    "monitor",
    "merged_list",
    "register",
    "government",
    "first_count",
    "gov_estimate",
    "international",
    "int_estimate",
    "third_state",
    "media",
    "event_data",
    "registry",
    "survey",
    "reference",
)
_WORDS = {
    "role": ROLES,
    "level": ("incident", "campaign", "war"),
    "domain": ("war", "repression", "riot", "terror", "policing", "disaster", "epidemic"),
    "lag": ("days", "month", "year", "during", "later"),
    "ref_uses_source": ("no", "partly", "wholly"),
    "same_definition": ("yes", "near", "no"),
    "confidence": ("A", "B", "C"),
    "use": ("main", "zero", "bound", "doubtful", "other_domain", "aside"),
}
_NUMBERS = (
    *("reported_low", "reported_best", "reported_high"),
    *("ref_best", "ref_low", "ref_high", "ref_prob", "ratio", "ref_sd_log"),
)
_FILLED = (
    *("id", "conflict", "place", "who_died", "source", "hedge"),
    *("ref_kind", "citation_source", "citation_ref"),
)
_DATES = ("start", "end", "date_reported")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
SMALLEST_SD = 0.02


def sd_of_log(low: float, high: float, prob: float) -> float:
    """Sd of the log whose equal-tailed Normal interval of `prob` is `low` to `high`; at least 0.02.

    No figure of the dead is known better than to some two per cent, whatever its interval says.

    Parameters
    ----------
    low, high : float
        Ends of the interval, in people.
    prob : float
        Probability that it holds the figure.

    Returns
    -------
    float
        On the log scale.
    """
    return max(SMALLEST_SD, math.log(high / low) / (2 * float(special.ndtri(0.5 + prob / 2))))


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source said of one toll, and what was known of it later.

    Parameters
    ----------
    id : str
        Short name of the row.
    conflict, domain : str
        The conflict, disaster or crime, and its kind: ``war``, ``repression``, ``riot``,
        ``terror``, ``policing``, ``disaster`` or ``epidemic``.
    start, end : str
        First and last day of what is counted, as an ISO date to the day, month or year.
    place : str
        Where.
    level : str
        ``incident`` (one event), ``campaign`` or ``war``.
    who_died : str
        Whose deaths are counted.
    source : str
        Who said it.
    role_today : str
        The word that a user without this record would pick, ``none`` where there was none.
    role : str
        What the source was toward these deaths: one of the package's roles.
    hedge : str
        How the number was worded: ``exact``, ``at least``, ``documented`` and so on.
    reported_low, reported_best, reported_high : float
        What was said, in deaths (in per cent where the note says so).
    date_reported : str
        When it was said, as an ISO date to the day, month or year.
    lag : str
        How long after the events: ``days``, ``month``, ``year``, ``later``, or ``during``.
    ref_best, ref_low, ref_high : float
        The better figure and its interval, in the same unit.
    ref_prob : float
        Probability of that interval: 0.95 where it is published, 0.90 where it is judged.
    ref_kind : str
        What the better figure is: a census list, multiple systems, a survey and so on.
    ref_uses_source : str
        Whether the better figure is built on what the source said: ``no``, ``partly``, ``wholly``.
    same_definition : str
        Whether both count the same deaths: ``yes``, ``near`` or ``no``.
    ratio : float
        ``reported_best / ref_best``.
    ref_sd_log : float
        Sd of the log of the better figure: ``log(ref_high / ref_low)`` over twice the Normal
        quantile of `ref_prob`, at least 0.02.
    citation_source, citation_ref : str
        Where the statement and the better figure were published or read.
    confidence : str
        ``A``: both figures were read in public text; ``B``: one of them; ``C``: neither.
    use : str
        ``main`` rows are learned from. ``zero``: nobody died, it said. ``bound``: the ratio is a
        bound. ``doubtful``: the better figure is disputed or unsure. ``other_domain``: no deaths by
        violence or accident. ``aside``: alone of its kind, or counted in another row.
    note : str
        What to know before using it.
    """

    id: str
    conflict: str
    domain: str
    start: str
    end: str
    place: str
    level: str
    who_died: str
    source: str
    role_today: str
    role: str
    hedge: str
    reported_low: float
    reported_best: float
    reported_high: float
    date_reported: str
    lag: str
    ref_best: float
    ref_low: float
    ref_high: float
    ref_prob: float
    ref_kind: str
    ref_uses_source: str
    same_definition: str
    ratio: float
    ref_sd_log: float
    citation_source: str
    citation_ref: str
    confidence: str
    use: str
    note: str

    @property
    def own_sd(self) -> float:
        """Sd of the log of what was said, where the source published a 95% interval; else 0."""
        if self.hedge != "interval":
            return 0.0
        return sd_of_log(self.reported_low, self.reported_high, 0.95)


@dataclass(frozen=True, slots=True)
class Record(Sequence[Statement]):
    """The record of what sources have been worth: a sequence of `Statement`.

    Parameters
    ----------
    statements : tuple of Statement
        One for each row of the table.
    provenance : Provenance
        Where the table comes from and what to know before using it.
    """

    statements: tuple[Statement, ...]
    provenance: Provenance

    @overload
    def __getitem__(self, index: int) -> Statement: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Statement, ...]: ...
    def __getitem__(self, index: int | slice) -> Statement | tuple[Statement, ...]:
        return self.statements[index]

    def __len__(self) -> int:
        return len(self.statements)

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.statements)

    def __repr__(self) -> str:
        return f"Record: {len(self)} statements, {len(self.conflicts)} conflicts"

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Conflicts, disasters and crimes, in the order of the table."""
        return tuple(dict.fromkeys(row.conflict for row in self))

    def of(self, role: str, *, use: str = "main") -> tuple[Statement, ...]:
        """Return the statements of one role.

        Parameters
        ----------
        role : str
            One of the package's roles.
        use : str
            ``main``, ``zero``, ``bound``, ``doubtful``, ``other_domain`` or ``aside``.

        Returns
        -------
        tuple of Statement
        """
        return tuple(row for row in self if row.role == role and row.use == use)

    def to_frame(self) -> pd.DataFrame:
        """Return the table, one row for each statement and one column for each field.

        Returns
        -------
        pandas.DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {name: [getattr(row, name) for row in self] for name in COLUMNS}, columns=list(COLUMNS)
        )


COLUMNS = tuple(field.name for field in fields(Statement))


def read(provenance: Provenance) -> Record:
    """Read the bundled table.

    Parameters
    ----------
    provenance : Provenance
        Where it comes from.

    Returns
    -------
    Record
    """
    text = (files("casualty_est.datasets") / "record.csv").read_text("utf-8")
    return Record(parse(csv.DictReader(io.StringIO(text, newline="")), "record.csv"), provenance)


def parse(rows: Iterable[Mapping[str, str]], name: str) -> tuple[Statement, ...]:
    """Check every row; `ratio` and `ref_sd_log` are computed where they are blank.

    Parameters
    ----------
    rows : iterable of mapping
        Texts by column, one mapping for each row.
    name : str
        Name of the table, for messages.

    Returns
    -------
    tuple of Statement

    Raises
    ------
    InputError
        With all problems at once.
    """
    problems: list[Problem] = []
    statements: list[Statement] = []
    seen: set[str] = set()
    for line, cells in enumerate(rows, start=2):
        if set(cells) != set(COLUMNS):
            wrong = sorted(str(word) for word in set(cells) ^ set(COLUMNS))
            raise InputError([Problem(f"columns missing or unknown: {', '.join(wrong)}", 1)], name)
        row = {column: (cells[column] or "").strip() for column in COLUMNS}
        bad = [Problem(reason, line, word, row[word]) for word, reason in _wrong_texts(row)]
        if row["id"] in seen:
            bad.append(
                Problem("this id stands twice: give each row its own", line, "id", row["id"])
            )
        seen.add(row["id"])
        numbers, wrong_numbers = _numbers(row)
        bad += [Problem(reason, line, column, row[column]) for column, reason in wrong_numbers]
        problems += bad
        if not bad:
            statements.append(Statement(**{**row, **numbers}))  # type: ignore[arg-type]
    if problems:
        raise InputError(problems, name)
    return tuple(statements)


def _wrong_texts(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Columns of words and dates that break a rule, each with its reason."""
    for column, words in _WORDS.items():
        if row[column] not in words:
            near = nearest(row[column], words)
            yield column, f"one of {', '.join(words)}{near}"
    for column in _DATES:
        if not _DATE.fullmatch(row[column]):
            yield column, "an ISO date to the day, month or year: write 2018-02-09, 2018-02 or 2018"
    if row["start"] > row["end"] and not row["start"].startswith(row["end"]):
        yield "end", f"the end may not come before the start, {row['start']}"
    for column in _FILLED:
        if not row[column]:
            yield column, "may not be blank"


def _numbers(row: Mapping[str, str]) -> tuple[dict[str, float], list[tuple[str, str]]]:
    """Return the numbers of a row, and the columns that break a rule with their reasons."""
    values: dict[str, float] = {}
    for column in _NUMBERS:
        text = row[column]
        if not text and column in ("ratio", "ref_sd_log"):
            continue
        try:
            values[column] = float(text)
        except ValueError:
            return values, [(column, "a number")]
        if not math.isfinite(values[column]) or values[column] < 0:
            return values, [(column, "a finite number, not below 0")]
    return values, list(_wrong_numbers(row, values))


def _wrong_numbers(row: Mapping[str, str], values: dict[str, float]) -> Iterator[tuple[str, str]]:
    if not values["reported_low"] <= values["reported_best"] <= values["reported_high"]:
        yield "reported_best", "lies between reported_low and reported_high"
    if not 0 < values["ref_low"] <= values["ref_best"] <= values["ref_high"]:
        yield "ref_best", "above 0, and between ref_low and ref_high"
        return
    if not 0 < values["ref_prob"] < 1:
        yield "ref_prob", "between 0 and 1: write 0.95 for a 95% interval"
        return
    if (values["reported_best"] == 0) != (row["use"] == "zero") and row["use"] != "aside":
        yield "use", "zero where the source said that nobody died, and only there"
    ratio = values["reported_best"] / values["ref_best"]
    sd = sd_of_log(values["ref_low"], values["ref_high"], values["ref_prob"])
    if abs(values.setdefault("ratio", ratio) - ratio) > 1e-3 * max(ratio, 1e-3):
        yield "ratio", f"reported_best / ref_best is {ratio:.4g}"
    if abs(values.setdefault("ref_sd_log", sd) - sd) > 1e-3:
        yield "ref_sd_log", f"the interval of the better figure has {sd:.3f}"
