"""The tables of the report: numbers rounded, texts unescaped (the template does that)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from casualty_est.errors import UsageError
from casualty_est.report import naming
from casualty_est.result.tables import has_completeness
from casualty_est.wording.numbers import people, percent, share
from casualty_est.wording.phrases import documented_text

if TYPE_CHECKING:
    import pandas as pd

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

    Parameters
    ----------
    caption : str
        What it shows.
    head : tuple of str
        Column titles.
    rows : tuple of tuple
        Cells; the first of each row names it.
    foot : tuple of str
        A last row set apart, such as a sum; may be empty.
    wide : bool
        Whether cells hold sentences, so that the table may be wider than the text.
    stack : bool
        Whether rows become cards on a narrow screen.
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
    for found in _LINK.finditer(citation):
        shown = found.group().rstrip(".,;:!?)]}")
        doi = found.group(1)
        href = f"https://doi.org/{doi.rstrip('.,;:!?)]}')}" if doi else shown
        if not _safe(href):
            continue
        if found.start() > done:
            parts.append(Segment(citation[done : found.start()]))
        parts.append(Segment(shown, href))
        done = found.start() + len(shown)
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
    if has_completeness(estimate):
        from casualty_est.lists.report import tables as lists

        return lists.estimates(estimate, prob)
    if estimate.kind == "incidents":
        from casualty_est.incidents.report import tables as incidents

        return incidents.estimates(estimate, prob)
    rows = []
    summary = estimate.summary(prob).to_dict("records")
    windows: dict[str, set[tuple[Any, Any]]] = {}
    for row in estimate.meta["rows"]:
        windows.setdefault(row["cell"]["scope"], set()).add(_window(row))
    several_windows = any(len(found) > 1 for found in windows.values())
    for i, (row, numbers) in enumerate(zip(estimate.meta["rows"], summary, strict=True)):
        found = row["documented"]
        stated = NONE
        if found:
            stated = documented_text(found)
            if found["source"]:
                stated += f" ({found['source']})"
        name = naming.row_name(estimate, i)
        if several_windows and naming.window(row["cell"]):
            name += f" ({naming.window(row['cell'])})"
        if not row.get("claimed", True):
            name += " (remainder: no source counts it alone)"
        rows.append((name, stated, *answer(estimate, i, numbers, prob)))
    return Table(
        "What was documented, and what we estimate. The two answer different questions.",
        ("", "Documented (a count)", "Estimated (median)", f"{percent(prob)} credible interval"),
        tuple(rows),
        stack=True,
    )


def _window(row: Mapping[str, Any]) -> tuple[Any, Any]:
    return row["cell"]["start"], row["cell"]["end"]


def answer(estimate: Estimate, i: int, numbers: Mapping[Any, Any], prob: float) -> tuple[str, str]:
    """Median and interval of a row, rounded; several of each where it has several modes."""
    if naming.missing(numbers["median"]):
        return "no number", NONE
    modes = estimate.modes(i, prob)
    if len(modes) < 2:
        return rounded(numbers)
    found = [rounded(mode) for mode in modes]
    weights = [naming.whole(mode["weight"]) for mode in modes]
    return (
        " or ".join(f"{n} (weight {w})" for (n, _), w in zip(found, weights, strict=True)),
        " or ".join(ends for _, ends in found),
    )


def rounded(numbers: Mapping[Any, Any]) -> tuple[str, str]:
    """Median and interval, rounded to the width of the interval."""
    low, median, high = (float(numbers[key]) for key in ("low", "median", "high"))
    ends = f"{people(low, low, high)} to {people(high, low, high)}"
    return people(median, low, high), ends


def sources(estimate: Estimate, prob: float) -> Table:
    """Reporting ratio of every source, before and after the data."""
    if has_completeness(estimate):
        from casualty_est.lists.report import tables as lists

        return lists.sources(estimate, prob)
    if estimate.kind == "incidents":
        from casualty_est.incidents.report import tables as incidents

        return incidents.sources(estimate, prob)
    rows = []
    for source, numbers in zip(
        estimate.meta["sources"], estimate.sources(prob).to_dict("records"), strict=True
    ):
        prior = source["prior"]
        ends = naming.ratio_interval(prior["low"], prior["high"])
        before = f"{naming.ratio(prior['median'])} ({ends})"
        after = "not known"
        if not naming.missing(numbers["ratio"]):
            ends = naming.ratio_interval(numbers["low"], numbers["high"])
            after = f"{naming.ratio(numbers['ratio'])} ({ends})"
        learned = numbers["learned"]
        left = "not known" if naming.missing(learned) else naming.whole(learned)
        role = (source["role"] or "none").replace("_", " ")
        rows.append((naming.ratio_owner(source), role, before, after, left))
    return Table(
        "Reported as a part of the true number.",
        ("Source", "Role", "Assumed (95 %)", f"After the data ({percent(prob)})", "Spread left"),
        tuple(rows),
        stack=True,
    )


def weights(estimate: Estimate) -> Table | None:
    """What the level rests on, signed, with the sum where there is one."""
    found = estimate.identification(0)
    if not found.rows:
        return None
    sampled = any(row["mcse"] for row in found.rows)
    head = ("Assumption", "Weight") + ("Monte Carlo error",) * sampled
    form = "{:.3f}" if found.kind == "families" else "{:+.2f}"
    rows = tuple(
        (
            row["assumption"],
            form.format(row["weight"]),
            *([f"{row['mcse']:.2g}"] if sampled else []),
        )
        for row in found.rows
    )
    foot: tuple[str, ...] = ()
    if found.sum is not None:
        foot = ("Sum", f"{found.sum:+.2f}", *([f"{found.sum_mcse:.2g}"] if sampled else []))
    error = " up to Monte Carlo error" if sampled else ""
    captions = {
        "gauge": f"Weight of each assumption in the level of the estimate; the sum is 1{error}.",
        "elasticity": "Per cent by which the estimate changes if an input is 1 % higher.",
        "families": "Weight of each kind of dependence in the answer.",
    }
    return Table(captions.get(found.kind, "Weights."), head, rows, foot, stack=True)


def refits(estimate: Estimate, prob: float) -> list[Table]:
    """Each source alone, each left out, and priors from this very conflict widened."""
    meta = estimate.meta
    sampled = meta["diagnostics"]["method"] != "exact"
    # A refit of incident reports takes some ten seconds, one over time up to minutes.
    many = (
        meta["kind"] == "incidents"
        or estimate.has_path
        or (sampled and 2 * len({source["source"] for source in meta["sources"]}) > MANY_REFITS)
    )
    kept = meta["details"].get("refits", {})
    asked: list[tuple[str, Callable[..., pd.DataFrame]]] = [
        ("If only one source were heard, all assumptions unchanged.", estimate.alone),
        ("If one source were left out.", estimate.leave_one_out),
        (
            "If less were assumed of roles whose grounds come partly from this very conflict.",
            estimate.widened,
        ),
    ]
    found = []
    for caption, ask in asked:
        if many and f"{ask.__name__}:0:{prob:g}" not in kept:
            continue
        try:
            table = ask(0, prob)
        except (UsageError, AttributeError):
            continue
        if len(table):
            found.append(_refits(estimate, caption, table.to_dict("records"), prob))
    return found


def _refits(
    estimate: Estimate, caption: str, records: Sequence[Mapping[Any, Any]], prob: float
) -> Table:
    if not has_completeness(estimate):
        return _cases(caption, records, prob)
    from casualty_est.lists.report import tables as lists

    caption = "If one list were left out: people who are on no other vanish from the data."
    return lists.without_lists(caption, records, prob)


def _cases(caption: str, records: Sequence[Mapping[Any, Any]], prob: float) -> Table:
    rows = []
    for case in records:
        median, ends = rounded(case)
        mark = "" if case["converged"] else " (NOT CONVERGED)"
        name = str(case["case"])
        rows.append((name[0].upper() + name[1:] + mark, median, ends))
    head = ("Case", "Estimated (median)", f"{percent(prob)} credible interval")
    return Table(caption, head, tuple(rows), stack=True)


def claims(estimate: Estimate) -> list[Table]:
    """Every claim as published: those that count, then those left out with the reason."""
    rows = estimate.meta.get("claims", [])
    tables = []
    for counted in (True, False):
        found = [row for row in rows if row["counted"] is counted]
        if len(found) > MANY_CLAIMS:
            tables.append(many_claims(found, counted_in=counted))
        elif found:
            tables.append(_claims(found, counted=counted))
    return tables


def many_claims(rows: Sequence[Mapping[str, Any]], *, counted_in: bool) -> Table:
    """Count claims by source and cell, where they are too many to print one by one."""
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        what = naming.counted({**row, "start": None, "end": None})
        key = (str(row["source"]), (row["role"] or "no role").replace("_", " "), what)
        groups.setdefault(key, []).append(row)
    lines = []
    for (source, role, what), found in sorted(groups.items(), key=lambda one: -len(one[1])):
        days = sorted(str(row["end"]) for row in found if row["end"])
        span = f"{naming.day(days[0])} to {naming.day(days[-1])}" if days else "not given"
        numbers = [float(row[key]) for row in found for key in ("low", "best", "high") if row[key]]
        ends = f"{min(numbers):,.0f} to {max(numbers):,.0f}" if numbers else "no number"
        lines.append((f"{source} ({role})", what, f"{len(found):,}", ends, span))
    how = "that count" if counted_in else "left out"
    return Table(
        f"The {len(rows):,} claims {how}, by source; one by one they stand in estimate.json under "
        "details.claims.",
        ("Source", "Of", "Claims", "Numbers", "Up to a day between"),
        tuple(lines),
        wide=True,
        stack=True,
    )


def _claims(rows: Sequence[Mapping[str, Any]], *, counted: bool) -> Table:
    """One table of claims; what all of them speak of is said once."""
    of = [naming.counted(row).replace(" (listed below)", "") for row in rows]
    one = len(set(of)) == 1
    caption = "Claims that count, as published" if counted else "Claims left out, and why"
    head = ("Source", "Stated", *([] if one else ["Of"]), "Read as" if counted else "Why")
    lines = []
    for row, what in zip(rows, of, strict=True):
        role = (row["role"] or "no role").replace("_", " ")
        lines.append(
            (
                f"{row['source']} ({role})",
                row["text"] or "blank",
                *([] if one else [what]),
                _reading(row) if counted else row["reason"] or NONE,
                _day(row),
                _cited(row),
            )
        )
    caption += f". All of {of[0]}." if one else "."
    return Table(caption, (*head, "Published", "Citation"), tuple(lines), wide=True, stack=True)


def _reading(row: Mapping[str, Any]) -> str:
    one = "; single incident" if row["level"] == "incident" else ""
    return f"{row['reading']}{one}"


def _day(row: Mapping[str, Any]) -> str:
    return naming.day(row["reported"]) if row["reported"] else "not given"


def _cited(row: Mapping[str, Any]) -> Cell:
    return linked(row["citation"]) if row["citation"] else "none given"


def priors(estimate: Estimate) -> Table | None:
    """Every assumption with its number and the grounds for it."""
    rows = []
    for item in estimate.meta["assumptions"]:
        grounds = [
            f"{ground['figure']}"
            + (f" ({ground['conflict']})" if ground["conflict"] else "")
            + f"; {ground['citation']}"
            for ground in item["grounds"]
        ]
        own = "vague on purpose" if item["kind"] == "level" else "given by the analyst"
        rows.append((item["name"], item["text"], linked(". ".join(grounds) or own)))
    if not rows:
        return None
    head = ("Assumption", "Prior", "Grounds")
    return Table(
        "What is assumed before the data, and why.", head, tuple(rows), wide=True, stack=True
    )


def comparisons(estimate: Estimate) -> list[Table]:
    """Tables that the analyst sets beside the answer, such as published estimates."""
    found = estimate.meta["details"].get("comparisons", [])
    return [
        Table(
            str(one["caption"]),
            tuple(map(str, one["head"])),
            tuple(tuple(map(str, row)) for row in one["rows"]),
            wide=True,
            stack=True,
        )
        for one in found
    ]


def facts(estimate: Estimate) -> Table:
    """Versions, seed and settings, so that the numbers can be computed again."""
    meta = estimate.meta
    found = meta["diagnostics"]
    rows = [("seed", str(meta["seed"])), ("method", str(found["method"]))]
    rows += [(name, version) for name, version in meta["versions"].items()]
    for key, value in meta["settings"].items():
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
