"""The tables of the report: numbers rounded, texts unescaped (the template does that)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from casualty_est.errors import UsageError
from casualty_est.report import naming
from casualty_est.result.schema import Case, ClaimRow
from casualty_est.result.show import interval_title
from casualty_est.result.spoken import NONE, documented_cell, verb
from casualty_est.result.tables import row_numbers
from casualty_est.wording.numbers import Ends, ends, middle
from casualty_est.wording.phrases import capitalised

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate

MANY_REFITS = 12  # refits of a sampled model that a report starts unasked: about a minute
MANY_WEIGHTS, SHOWN_WEIGHTS = 40, 12  # of more assumptions those with the largest weights are shown
MANY_CLAIMS = 250  # claims that are printed one by one
MOST_NAMED, FIRST_NAMED = 12, 8  # of more assumptions with one prior the first are named
_LINK = re.compile(r"https?://[^\s<>\"'`]+|\bdoi:?\s*(10\.\d{4,9}/[^\s<>\"'`;]+)", re.IGNORECASE)
_AFTER = ".,;:!?)]}"  # belongs to the sentence, not to the address


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text, with the address it links to, if any."""

    text: str
    href: str | None = None


Cell = str | tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table to print."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[str, ...] = ()
    wide: bool = False  # whether cells hold sentences: it may be wider than the text
    stack: bool = True  # whether a narrow screen shows its rows one under the other


def linked(citation: str) -> tuple[Segment, ...]:
    """Cut a citation into plain text and links: http, https and doi only."""
    parts: list[Segment] = []
    done = 0
    for match in _LINK.finditer(citation):
        shown, doi = match.group().rstrip(_AFTER), match.group(1)
        href = f"https://doi.org/{doi.rstrip(_AFTER)}" if doi else shown
        if _safe(href):
            parts += [Segment(citation[done : match.start()]), Segment(shown, href)]
            done = match.start() + len(shown)
    parts.append(Segment(citation[done:]))
    return tuple(part for part in parts if part.text)


def _safe(href: str) -> bool:
    try:
        address = urlsplit(href)
    except ValueError:
        return False
    return address.scheme.lower() in ("http", "https") and bool(address.hostname)


def estimates(estimate: Estimate, prob: float) -> Table:
    """Documented count beside estimate, one line per cell and part."""
    rows = []
    windows = {(row.cell.scope, row.cell.start, row.cell.end) for row in estimate.meta.rows}
    several_windows = len(windows) > len({scope for scope, _, _ in windows})
    for i, row in enumerate(estimate.meta.rows):
        name = naming.row_name(estimate, i)
        if several_windows and (window := naming.window(row.cell)):
            name += f" ({window})"
        if not row.claimed:
            name += " (remainder: no source counts it alone)"
        rows.append((name, documented_cell(estimate, i), *answer(estimate, i, prob)))
    return Table(
        "What was documented, and what we estimate. The two answer different questions.",
        ("", "Documented (a count)", "Estimated (median)", interval_title(prob)),
        tuple(rows),
    )


def answer(estimate: Estimate, i: int, prob: float) -> tuple[str, str]:
    """Median and interval of a row, rounded; several of each where it has several modes."""
    numbers = row_numbers(estimate, i, prob)
    if numbers is None:
        return "no number", NONE
    modes = estimate.modes(i, prob)
    if len(modes) < 2:
        return rounded(numbers)
    medians = (f"{middle(mode)} (weight {naming.whole(mode.weight)})" for mode in modes)
    return " or ".join(medians), " or ".join(map(ends, modes))


def rounded(numbers: Ends) -> tuple[str, str]:
    """Median and interval, rounded to the width of the interval."""
    return middle(numbers), ends(numbers)


def weights(estimate: Estimate) -> Table | None:
    """What the level rests on, signed, with the sum where there is one."""
    rests = estimate.identification(0)
    if not rests.rows:
        return None
    columns = 3 if any(row.mcse for row in rests.rows) else 2  # the third has errors of sampling
    head = ("Assumption", "Weight", "Monte Carlo error")
    form = "{:.3f}" if rests.kind == "families" else "{:+.2f}"
    shown, others = list(rests.rows), []
    if len(shown) > MANY_WEIGHTS:
        shown.sort(key=lambda row: -abs(row.weight))
        shown, others = shown[:SHOWN_WEIGHTS], shown[SHOWN_WEIGHTS:]
    rows = [(row.assumption, form.format(row.weight), f"{row.mcse or 0:.2g}") for row in shown]
    if others:
        of_others = math.hypot(*(row.mcse or 0 for row in others))
        together = form.format(sum(row.weight for row in others))
        rows.append((f"{len(others):,} others together", together, f"{of_others:.2g}"))
    total = rests.sum
    foot = () if total is None else ("Sum", f"{total:+.2f}", f"{rests.sum_mcse:.2g}")[:columns]
    error = " up to Monte Carlo error" if columns == 3 else ""
    captions = {
        "gauge": f"Weight of each assumption in the level of the estimate; the sum is 1{error}.",
        "elasticity": "Per cent by which the estimate changes if an input is 1% higher.",
        "families": "Weight of each kind of dependence in the answer.",
    }
    lines = tuple(row[:columns] for row in rows)
    return Table(captions.get(rests.kind, "Weights."), head[:columns], lines, foot)


def refits(
    estimate: Estimate, prob: float, questions: Mapping[str, str], *, unasked: bool
) -> list[Table]:
    """A table for each question that refits answer, by the name of its method: its caption.

    Refits that were not made before are made now where that is `unasked`.
    """
    return [
        cases(caption, records, prob)
        for name, caption in questions.items()
        if (records := estimate._records(name, 0, prob, unasked=unasked))
    ]


def cases(caption: str, records: Iterable[Case], prob: float) -> Table:
    """The estimate in each of some cases."""
    rows = tuple(case_row(case) for case in records)
    return Table(caption, ("Case", "Estimated (median)", interval_title(prob)), rows)


def case_row(case: Case) -> tuple[str, str, str]:
    """One case; of a refit that did not converge no numbers."""
    if not case.converged:
        return capitalised(case.case), "did not converge", NONE
    return capitalised(case.case), *rounded(case)


def claims(estimate: Estimate) -> list[Table]:
    """Every claim as published: those that count, then those left out with the reason."""
    tables = []
    for counted in (True, False):
        rows = [row for row in estimate.meta.claims if row.counted is counted]
        if len(rows) > MANY_CLAIMS:
            tables.append(many_claims(rows, counted=counted))
        elif rows:
            tables.append(_claims(rows, counted=counted))
    return tables


def many_claims(rows: Sequence[ClaimRow], *, counted: bool) -> Table:
    """Count claims by source and cell, where they are too many to print one by one."""
    groups: dict[tuple[str, str, str], list[ClaimRow]] = {}
    for row in rows:
        key = (row.source, _role(row), naming.counted_whenever(row))
        groups.setdefault(key, []).append(row)
    lines = []
    for (source, role, what), same in sorted(groups.items(), key=lambda one: -len(one[1])):
        days = sorted(row.end for row in same if row.end)
        span = f"{naming.day(days[0])} to {naming.day(days[-1])}" if days else "not given"
        numbers = [float(n) for row in same for n in (row.low, row.best, row.high) if n]
        ends = f"{min(numbers):,.0f} to {max(numbers):,.0f}" if numbers else "no number"
        lines.append((f"{source} ({role})", what, f"{len(same):,}", ends, span))
    caption = (
        f"The {len(rows):,} claims {'that count' if counted else 'left out'}, by source; one by "
        "one they stand in estimate.json under details.claims."
    )
    head = ("Source", "Of", "Claims", "Numbers", "Up to a day between")
    return Table(caption, head, tuple(lines), wide=True)


def _claims(rows: Sequence[ClaimRow], *, counted: bool) -> Table:
    """One table of claims; what all of them speak of is said once."""
    of = [naming.counted(row).replace(" (listed below)", "") for row in rows]
    one = len(set(of)) == 1
    caption = "Claims that count, as published" if counted else "Claims left out, and why"
    caption += f". All of {of[0]}." if one else "."
    head = ("Source", "Said", *["Of"] * (not one), "Basis", "Read as" if counted else "Why")
    lines = tuple(
        (
            f"{row.source} ({_role(row)})",
            row.text or "blank",
            *[what] * (not one),
            verb(row),
            _reading(row) if counted else row.reason or NONE,
            naming.day(row.reported) if row.reported else "not given",
            linked(row.citation) if row.citation else "none given",
        )
        for row, what in zip(rows, of, strict=True)
    )
    return Table(caption, (*head, "Published", "Citation"), lines, wide=True)


def _role(row: ClaimRow) -> str:
    return (row.role or "no role").replace("_", " ")


def _reading(row: ClaimRow) -> str:
    return f"{row.reading}{'; single incident' if row.level == 'incident' else ''}"


def priors(estimate: Estimate) -> Table | None:
    """Every assumption with its number and the grounds for it."""
    named: dict[tuple[str, str], list[str]] = {}
    for item in estimate.meta.assumptions:
        grounds = [
            f"{one.figure}{f' ({one.conflict})' if one.conflict else ''}; {one.citation}"
            for one in item.grounds
        ]
        own = "vague on purpose" if item.kind == "level" else "given by the analyst"
        named.setdefault((item.text, ". ".join(grounds) or own), []).append(item.name)
    # What is assumed alike of many is told once.
    rows = [(_named(names), said, linked(grounds)) for (said, grounds), names in named.items()]
    head = ("Assumption", "Prior", "Grounds")
    caption = "What is assumed before the data, and why."
    return Table(caption, head, tuple(rows), wide=True) if rows else None


def _named(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMED:
        return "; ".join(names)
    more = f"and {len(names) - FIRST_NAMED} more, in estimate.json under assumptions"
    return "; ".join([*names[:FIRST_NAMED], more])


def comparisons(given: Iterable[Mapping[str, Any]]) -> list[Table]:
    """Tables that the analyst sets beside the answer, such as published estimates."""
    tables = []
    for one in given:
        try:
            head = tuple(map(str, one["head"]))
            rows = tuple(tuple(map(str, row)) for row in one["rows"])
            tables.append(Table(str(one["caption"]), head, rows, wide=True))
            fits = all(len(row) == len(head) for row in rows)
        except (KeyError, TypeError):
            fits = False
        if not fits:
            msg = (
                "each of comparisons needs caption (a text), head (texts) and rows (lists of as "
                f"many texts as head), not {one!r:.200}"
            )
            raise UsageError(msg)
    return tables


def facts(estimate: Estimate) -> Table:
    """Versions, seed and settings, so that the numbers can be computed again."""
    meta = estimate.meta
    rows = [("seed", str(meta.seed)), ("method", meta.diagnostics.method), *meta.versions.items()]
    rows += [
        (key.replace("_", " "), _plain(value))
        for key, value in meta.settings.items()
        if key != "seed" and value not in (None, {}, [], "")
    ]
    caption = (
        "What is needed to compute the same numbers again: to the last digit on the same kind of "
        "processor and system; on another, sampled numbers may move within their Monte Carlo error."
    )
    return Table(caption, ("", ""), tuple(rows), stack=False)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(item) for item in value)
    # What is computed again needs every digit.
    return f"{value:.15g}" if isinstance(value, float) else str(value)
