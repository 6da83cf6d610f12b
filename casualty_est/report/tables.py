"""The tables of the report: numbers rounded, texts unescaped (the template does that)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from casualty_est.errors import UsageError
from casualty_est.report import naming
from casualty_est.result.schema import Case, ClaimRow, Row
from casualty_est.result.show import interval_title as interval_title
from casualty_est.result.tables import row_numbers
from casualty_est.wording.interval import Ends, ends, middle
from casualty_est.wording.numbers import share
from casualty_est.wording.phrases import capitalised, documented_text

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate

MANY_REFITS = 12  # refits of a sampled model that a report starts unasked: about a minute
MANY_CLAIMS = 250  # claims that are printed one by one
NONE = "none"
_LINK = re.compile(r"https?://[^\s<>\"'`]+|\bdoi:?\s*(10\.\d{4,9}/[^\s<>\"'`;]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text, with the address it links to, if any."""

    text: str
    href: str | None = None


Cell = str | tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table to print.

    wide: Whether cells hold sentences, so that the table may be wider than the text.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[str, ...] = ()
    wide: bool = False
    stack: bool = False


def linked(citation: str) -> tuple[Segment, ...]:
    """Cut a citation into plain text and links: http, https and doi only."""
    parts: list[Segment] = []
    done = 0
    for match in _LINK.finditer(citation):
        shown = match.group().rstrip(".,;:!?)]}")
        doi = match.group(1)
        href = f"https://doi.org/{doi.rstrip('.,;:!?)]}')}" if doi else shown
        if not _safe(href):
            continue
        if match.start() > done:
            parts.append(Segment(citation[done : match.start()]))
        parts.append(Segment(shown, href))
        done = match.start() + len(shown)
    if done < len(citation):
        parts.append(Segment(citation[done:]))
    return tuple(parts)


def _safe(href: str) -> bool:
    try:
        address = urlsplit(href)
    except ValueError:
        return False
    return address.scheme.lower() in ("http", "https") and bool(address.hostname)


def estimates(estimate: Estimate, prob: float) -> Table:
    """Documented count beside estimate, one line per cell and part."""
    rows = []
    windows: dict[str, set[tuple[str | None, str | None]]] = {}
    for row in estimate.meta.rows:
        windows.setdefault(row.cell.scope, set()).add((row.cell.start, row.cell.end))
    several_windows = any(len(span) > 1 for span in windows.values())
    for i, row in enumerate(estimate.meta.rows):
        name = naming.row_name(estimate, i)
        if several_windows and naming.window(row.cell):
            name += f" ({naming.window(row.cell)})"
        if not row.claimed:
            name += " (remainder: no source counts it alone)"
        rows.append((name, _stated(row), *answer(estimate, i, prob)))
    return Table(
        "What was documented, and what we estimate. The two answer different questions.",
        ("", "Documented (a count)", "Estimated (median)", interval_title(prob)),
        tuple(rows),
        stack=True,
    )


def _stated(row: Row) -> str:
    published = row.documented
    if not published:
        return NONE
    return documented_text(published) + (f" ({published.source})" if published.source else "")


def answer(estimate: Estimate, i: int, prob: float) -> tuple[str, str]:
    """Median and interval of a row, rounded; several of each where it has several modes."""
    numbers = row_numbers(estimate, i, prob)
    if numbers is None:
        return "no number", NONE
    modes = estimate.modes(i, prob)
    if len(modes) < 2:
        return rounded(numbers)
    return (
        " or ".join(f"{middle(mode)} (weight {naming.whole(mode.weight)})" for mode in modes),
        " or ".join(map(ends, modes)),
    )


def rounded(numbers: Ends) -> tuple[str, str]:
    """Median and interval, rounded to the width of the interval."""
    return middle(numbers), ends(numbers)


def weights(estimate: Estimate) -> Table | None:
    """What the level rests on, signed, with the sum where there is one."""
    rests = estimate.identification(0)
    if not rests.rows:
        return None
    sampled = any(row.mcse for row in rests.rows)
    head = ("Assumption", "Weight") + ("Monte Carlo error",) * sampled
    form = "{:.3f}" if rests.kind == "families" else "{:+.2f}"
    rows = tuple(
        (row.assumption, form.format(row.weight), *([f"{row.mcse:.2g}"] if sampled else []))
        for row in rests.rows
    )
    foot: tuple[str, ...] = ()
    if rests.sum is not None:
        foot = ("Sum", f"{rests.sum:+.2f}", *([f"{rests.sum_mcse:.2g}"] if sampled else []))
    error = " up to Monte Carlo error" if sampled else ""
    captions = {
        "gauge": f"Weight of each assumption in the level of the estimate; the sum is 1{error}.",
        "elasticity": "Per cent by which the estimate changes if an input is 1% higher.",
        "families": "Weight of each kind of dependence in the answer.",
    }
    return Table(captions.get(rests.kind, "Weights."), head, rows, foot, stack=True)


def refits(
    estimate: Estimate, prob: float, questions: Mapping[str, str], *, unasked: bool
) -> list[Table]:
    """A table for each question that refits answer, by the name of its method: its caption.

    Refits that were not made before are made now where that is `unasked`.
    """
    answered = []
    for name, caption in questions.items():
        records = estimate._records(name, 0, prob, unasked=unasked)
        if records:
            answered.append(cases(caption, records, prob))
    return answered


def cases(caption: str, records: Iterable[Case], prob: float) -> Table:
    """The estimate in each of some cases."""
    rows = []
    for case in records:
        mark = "" if case.converged else " (NOT CONVERGED)"
        rows.append((capitalised(case.case) + mark, *rounded(case)))
    head = ("Case", "Estimated (median)", interval_title(prob))
    return Table(caption, head, tuple(rows), stack=True)


def claims(estimate: Estimate) -> list[Table]:
    """Every claim as published: those that count, then those left out with the reason."""
    tables = []
    for counted in (True, False):
        rows = [row for row in estimate.meta.claims if row.counted is counted]
        if len(rows) > MANY_CLAIMS:
            tables.append(many_claims(rows, counted_in=counted))
        elif rows:
            tables.append(_claims(rows, counted=counted))
    return tables


def many_claims(rows: Sequence[ClaimRow], *, counted_in: bool) -> Table:
    """Count claims by source and cell, where they are too many to print one by one."""
    groups: dict[tuple[str, str, str], list[ClaimRow]] = {}
    for row in rows:
        key = (row.source, _role(row), naming.counted_whenever(row))
        groups.setdefault(key, []).append(row)
    lines = []
    for (source, role, what), same in sorted(groups.items(), key=lambda one: -len(one[1])):
        days = sorted(row.end for row in same if row.end)
        span = f"{naming.day(days[0])} to {naming.day(days[-1])}" if days else "not given"
        stated = (n for row in same for n in (row.low, row.best, row.high))
        numbers = [float(n) for n in stated if n]
        ends = f"{min(numbers):,.0f} to {max(numbers):,.0f}" if numbers else "no number"
        lines.append((f"{source} ({role})", what, f"{len(same):,}", ends, span))
    how = "that count" if counted_in else "left out"
    return Table(
        f"The {len(rows):,} claims {how}, by source; one by one they stand in estimate.json under "
        "details.claims.",
        ("Source", "Of", "Claims", "Numbers", "Up to a day between"),
        tuple(lines),
        wide=True,
        stack=True,
    )


def _claims(rows: Sequence[ClaimRow], *, counted: bool) -> Table:
    """One table of claims; what all of them speak of is said once."""
    of = [naming.counted(row).replace(" (listed below)", "") for row in rows]
    one = len(set(of)) == 1
    caption = "Claims that count, as published" if counted else "Claims left out, and why"
    head = ("Source", "Stated", *([] if one else ["Of"]), "Read as" if counted else "Why")
    lines = []
    for row, what in zip(rows, of, strict=True):
        lines.append(
            (
                f"{row.source} ({_role(row)})",
                row.text or "blank",
                *([] if one else [what]),
                _reading(row) if counted else row.reason or NONE,
                _day(row),
                _cited(row),
            )
        )
    caption += f". All of {of[0]}." if one else "."
    return Table(caption, (*head, "Published", "Citation"), tuple(lines), wide=True, stack=True)


def _role(row: ClaimRow) -> str:
    return (row.role or "no role").replace("_", " ")


def _reading(row: ClaimRow) -> str:
    one = "; single incident" if row.level == "incident" else ""
    return f"{row.reading}{one}"


def _day(row: ClaimRow) -> str:
    return naming.day(row.reported) if row.reported else "not given"


def _cited(row: ClaimRow) -> Cell:
    return linked(row.citation) if row.citation else "none given"


def priors(estimate: Estimate) -> Table | None:
    """Every assumption with its number and the grounds for it."""
    rows = []
    for item in estimate.meta.assumptions:
        grounds = [
            f"{ground.figure}"
            + (f" ({ground.conflict})" if ground.conflict else "")
            + f"; {ground.citation}"
            for ground in item.grounds
        ]
        own = "vague on purpose" if item.kind == "level" else "given by the analyst"
        rows.append((item.name, item.text, linked(". ".join(grounds) or own)))
    if not rows:
        return None
    head = ("Assumption", "Prior", "Grounds")
    return Table(
        "What is assumed before the data, and why.", head, tuple(rows), wide=True, stack=True
    )


def comparisons(given: Iterable[Mapping[str, Any]]) -> list[Table]:
    """Tables that the analyst sets beside the answer, such as published estimates."""
    return [_comparison(one) for one in given]


def _comparison(one: Mapping[str, Any]) -> Table:
    try:
        head = tuple(map(str, one["head"]))
        rows = tuple(tuple(map(str, row)) for row in one["rows"])
        table = Table(str(one["caption"]), head, rows, wide=True, stack=True)
    except (KeyError, TypeError):
        table = None
    if table is None or any(len(row) != len(head) for row in rows):
        msg = (
            "each of comparisons needs caption (a text), head (texts) and rows (lists of as many "
            f"texts as head), not {one!r:.200}"
        )
        raise UsageError(msg)
    return table


def facts(estimate: Estimate) -> Table:
    """Versions, seed and settings, so that the numbers can be computed again."""
    meta = estimate.meta
    rows = [("seed", str(meta.seed)), ("method", meta.diagnostics.method)]
    rows += list(meta.versions.items())
    for key, value in meta.settings.items():
        if key != "seed" and value not in (None, {}, [], ""):
            rows.append((key.replace("_", " "), _plain(value)))
    caption = (
        "What is needed to compute the same numbers again: to the last digit on the same kind of "
        "processor and system; on another, sampled numbers may move within their Monte Carlo error."
    )
    return Table(caption, ("", ""), tuple(rows))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(item) for item in value)
    return share(value) if isinstance(value, float) else str(value)
