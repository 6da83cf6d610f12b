"""An Estimate in a terminal and in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from casualty_est.result.tables import (
    completeness_numbers,
    has_completeness,
    row_numbers,
    source_numbers,
)
from casualty_est.wording.numbers import people, percent, share
from casualty_est.wording.phrases import cell_text, documented_text

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate


def estimate_rows(estimate: Estimate, prob: float = 0.95) -> list[tuple[str, ...]]:
    """Cell, documented count, median and interval of every estimate, rounded for print."""
    if has_completeness(estimate):
        return _list_rows(estimate, prob)
    rows: list[tuple[str, ...]] = []
    for i, row in enumerate(estimate.meta["rows"]):
        documented = row["documented"]
        stated = (
            f"{documented_text(documented)} ({documented['source'] or 'lists'})"
            if documented
            else "none" * (row["part"] == "total" or len(estimate) == 1)
        )
        strata = "".join(f", {column} {value}" for column, value in row["strata"].items())
        part = "" if row["part"] == "total" else f", {row['part']}"
        name = cell_text(row["cell"]) + strata + part
        if not row.get("claimed", True):
            name += " (remainder: no source counts it alone)"
        rows.append((name, stated, *answer(estimate, i, prob)))
    return rows


def answer(estimate: Estimate, row: int, prob: float) -> tuple[str, str]:
    """Median and interval of one estimate in print; of several modes each, and none between."""
    numbers = row_numbers(estimate, row, prob)
    if numbers["median"] is None:
        return "no headline", ""
    modes = estimate.modes(row, prob)
    found: list[Any] = list(modes) if len(modes) > 1 else [numbers]
    ends = [(float(m["low"]), float(m["median"]), float(m["high"])) for m in found]
    medians = [people(median, low, high) for low, median, high in ends]
    if len(modes) > 1:
        medians = [
            f"{text} (weight {percent(round(mode['weight'], 2))})"
            for text, mode in zip(medians, modes, strict=True)
        ]
    intervals = [f"{people(low, low, high)} to {people(high, low, high)}" for low, _, high in ends]
    return " or ".join(medians), " or ".join(intervals)


def _list_rows(estimate: Estimate, prob: float) -> list[tuple[str, ...]]:
    """People on some list, in all, and on none: the total, then every stratum."""
    rows: list[tuple[str, ...]] = []
    for i, row in enumerate(estimate.meta["rows"]):
        if row["part"] != "total":
            continue
        strata = ", ".join(f"{column} {value}" for column, value in row["strata"].items())
        unlisted = next(
            j
            for j, other in enumerate(estimate.meta["rows"])
            if other["part"] == "unlisted" and other["strata"] == row["strata"]
        )
        rest = answer(estimate, unlisted, prob)[0]
        counted = documented_text(row["documented"])
        name = strata or cell_text(row["cell"])
        rows.append((name, counted, *answer(estimate, i, prob), rest))
    return rows


def source_rows(estimate: Estimate, prob: float = 0.95) -> list[tuple[str, ...]]:
    """Source, role, posterior and prior of every reporting ratio, rounded for print."""
    rows: list[tuple[str, ...]] = []
    for i, source in enumerate(estimate.meta["sources"]):
        if has_completeness(estimate):
            found = completeness_numbers(estimate, i, prob)
            ends = f"{percent(round(found['low'], 3))} to {percent(round(found['high'], 3))}"
            rows.append((source["name"], percent(round(found["completeness"], 3)), ends))
            continue
        prior = source["prior"]
        before = f"{share(prior['median'])} ({share(prior['low'])} to {share(prior['high'])})"
        name = source["name"].removeprefix("ratio of ")
        row = (name, source["role"] or "none", estimate.ratio_text(i, prob), before)
        rows.append((*row, _held(estimate, i, prob)) if estimate.kind == "incidents" else row)
    return rows


def _held(estimate: Estimate, i: int, prob: float) -> str:
    """Share of all deaths that lie in what a source of incidents lists."""
    found = source_numbers(estimate, "completeness_listed", i, prob)
    if found is None:
        return "not known"
    middle, low, high = (percent(round(found[k], 2)) for k in ("median", "low", "high"))
    return f"{middle} ({low} to {high})"


def titles(prob: float, kind: str = "claims") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Column titles of the two tables."""
    interval = f"{percent(prob)} credible interval"
    if kind == "lists":
        return (
            ("people", "on some list (counted)", "estimated in all", interval, "on no list"),
            ("list", "holds of all people", interval),
        )
    if kind == "incidents":
        return (
            ("estimate", "documented", "median", interval),
            (
                "source",
                "role",
                f"own count / true ({percent(prob)})",
                "before the data (95 %)",
                "lists of all deaths",
            ),
        )
    return (
        ("estimate", "documented", "median", interval),
        ("source", "role", f"reported / true ({percent(prob)})", "before the data (95 %)"),
    )


def _kind(estimate: Estimate) -> str:
    if has_completeness(estimate):
        return "lists"
    return "incidents" if estimate.kind == "incidents" else "claims"


def status(estimate: Estimate) -> str:
    """One line on the fit."""
    return estimate.check().lines[0]


def as_text(estimate: Estimate) -> str:
    """Plain text for a terminal."""
    estimates, sources = titles(0.95, _kind(estimate))
    parts = [
        f"Estimate from {estimate.kind}. {status(estimate)}",
        _plain(estimates, estimate_rows(estimate)),
    ]
    if estimate.meta["sources"]:
        parts.append(_plain(sources, source_rows(estimate)))
    parts.append("\n".join(level_lines(estimate)))
    return "\n\n".join(parts)


def level_lines(estimate: Estimate) -> list[str]:
    """What the level rests on, and the warnings a reader must see."""
    lines = list(estimate.identification().sentences[:1])
    urgent = {"no_level", "no_total", "contradicts", "own_conflict", "assumed_unbiased"}
    urgent |= {"two_lists", "no_overlap", "misfit", "unstratified", "replicates"}
    urgent |= {"windows_modelled"}
    return lines + [f"Note: {text}." for code, text in estimate.warnings if code in urgent]


def _plain(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    table = [head, *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in table]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def as_html(estimate: Estimate) -> str:
    """HTML for a notebook, input escaped."""
    estimates, sources = titles(0.95, _kind(estimate))
    parts = [f"<p><b>Estimate from {escape(estimate.kind)}.</b> {escape(status(estimate))}</p>"]
    parts.append(_html(estimates, estimate_rows(estimate)))
    if estimate.meta["sources"]:
        parts.append(_html(sources, source_rows(estimate)))
    parts += [f"<p>{escape(line)}</p>" for line in level_lines(estimate)]
    return "".join(parts)


def _html(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    top = "".join(f"<th>{escape(title)}</th>" for title in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def as_rich(estimate: Estimate, prob: float = 0.95) -> Any:
    """Tables for a terminal that knows colours."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
        found = Table(*head, show_edge=False, pad_edge=False)
        for row in rows:
            found.add_row(*(Text(cell) for cell in row))
        return found

    estimates, sources = titles(prob, _kind(estimate))
    good = "green" if estimate.converged else "bold red"
    parts: list[Any] = [Text(status(estimate), style=good), Text("")]
    parts += [table(estimates, estimate_rows(estimate, prob)), Text("")]
    if estimate.meta["sources"]:
        parts += [table(sources, source_rows(estimate, prob)), Text("")]
    parts += [Text(line) for line in level_lines(estimate)]
    return Group(*parts)
