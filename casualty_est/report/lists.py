"""Tables of the report that only capture histories have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from casualty_est.errors import UsageError
from casualty_est.models.lists.families import group_title
from casualty_est.report.tables import Table
from casualty_est.rounding import people, percent, share
from casualty_est.wording import capitalised, listed

if TYPE_CHECKING:
    from casualty_est.estimate import Estimate


def sources(estimate: Estimate, prob: float) -> Table:
    """Share of all deaths that each list holds."""
    rows = []
    for row in estimate.sources(prob).to_dict("records"):
        ends = f"{_share(row['low'])} to {_share(row['high'])}"
        rows.append((str(row["source"]), _share(row["completeness"]), ends))
    head = ("List", "Share of all deaths on it", f"{percent(prob)} credible interval")
    return Table("How complete each list is.", head, tuple(rows), stack=True)


def tables(estimate: Estimate) -> list[Table]:
    """What the answer rests on, in tables: kinds of dependence, dial, observability.

    Parameters
    ----------
    estimate : Estimate
        The result.

    Returns
    -------
    list of Table
    """
    details = estimate.meta["details"]
    found = [_groups(details["groups"])] if len(details["groups"]) > 1 else []
    if details.get("graphs"):
        found.append(_graphs(details["graphs"]))
    if details["dial"] is not None:
        found.append(_dial(details["dial"]["curve"]))
    found.append(_observability(details["observability"]))
    if details.get("replicates"):
        found.append(_replicates(details["replicates"]))
    return found


def checks(estimate: Estimate, prob: float) -> list[Table]:
    """Predictions of the overlaps, dependence of pairs, and lists as known populations.

    Parameters
    ----------
    estimate : Estimate
        The result; one without its model gives what was computed before it was saved.
    prob : float
        Level of the intervals of the known populations.

    Returns
    -------
    list of Table
    """
    details = estimate.meta["details"]
    found = [_predictions(details["predictions"])]
    if details["dependence"]:
        found.append(_dependence(details["dependence"]))
    with suppress(UsageError):
        known = estimate.consistency(0, prob)
        if len(known):
            found.append(_consistency(known.to_dict("records"), prob))
    return found


def _interval(row: Mapping[str, float]) -> tuple[str, str]:
    low, median, high = row["low"], row["median"], row["high"]
    return people(median, low, high), f"{people(low, low, high)} to {people(high, low, high)}"


def _groups(groups: Sequence[Mapping[str, Any]]) -> Table:
    rows = []
    for group in groups:
        p = group["predictive_p"]
        rows.append(
            (
                group_title(group["name"]),
                _share(group["mass"]),
                *_interval(group),
                "" if p is None else f"{p:.2f}",
                "yes" if group["ruled_out"] else "no",
            )
        )
    head = ("Kind of dependence", "Weight", "Median", "95 % interval", "Fit (p)", "Ruled out")
    caption = "What each kind of dependence between lists would answer, and its weight."
    return Table(caption, head, tuple(rows), stack=True)


def _graphs(graphs: Sequence[Mapping[str, Any]]) -> Table:
    rows = tuple(
        (
            listed([f"{a} with {b}" for a, b in graph["ties"]]) or "none",
            share(graph["probability"]),
            *_interval(graph),
        )
        for graph in graphs
    )
    caption = (
        "The most probable graphs, and what each would answer. Lists that are not tied are "
        "independent given those between them."
    )
    head = ("Ties between lists", "Probability", "Median", "95 % interval")
    return Table(caption, head, rows, stack=True)


def _dial(curve: Sequence[Mapping[str, float]]) -> Table:
    rows = tuple((share(row["ratio"]), *_interval(row)) for row in curve)
    caption = (
        "The number under each odds ratio that ties the people on no list to the others. No data "
        "can set this ratio; at 1 there is no interaction of the highest order."
    )
    return Table(caption, ("Odds ratio", "Median", "95 % interval"), rows, stack=True)


def _observability(found: Sequence[Mapping[str, float]]) -> Table:
    rows = tuple((f"more than {percent(row['chance'])}", *_interval(row)) for row in found)
    caption = (
        "How many people had some chance to be on any list at all. Of people with next to no "
        "chance, lists can say nothing."
    )
    return Table(caption, ("Chance to be listed", "People", "95 % interval"), rows, stack=True)


def _replicates(found: Mapping[str, Any]) -> Table:
    rows = [
        (f"replicate {i}", f"{row['listed']:,}", *_interval(row))
        for i, row in enumerate(found["each"], 1)
    ]
    combined = found["combined"]
    if combined is not None:
        ends = _interval({**combined, "median": combined["point"]})
        rows.append(("all, by the rule for multiple imputation", "", *ends))
    caption = (
        "Every replicate alone, and all by the rule for multiple imputation (Rubin 1987, as R "
        "verdata applies it to the logarithm of unlisted people). The estimate of this report "
        "mixes the replicates draw by draw."
    )
    return Table(caption, ("", "Listed", "Number", "95 % interval"), tuple(rows), stack=True)


def _predictions(found: Sequence[Mapping[str, Any]]) -> Table:
    rows = tuple(
        (" and ".join(row["history"]), f"{row['observed']:,}", *_interval(row), f"{row['p']:.2f}")
        for row in found
    )
    caption = "People on exactly these lists: as seen, and as the model would expect."
    head = ("Lists", "Seen", "Expected", "95 % interval", "p")
    return Table(caption, head, rows, stack=True)


def _dependence(found: Sequence[Mapping[str, Any]]) -> Table:
    rows = tuple(
        (
            f"{row['list_a']} with {row['list_b']}",
            share(row["median"]),
            f"{share(row['low'])} to {share(row['high'])}",
        )
        for row in found
    )
    caption = "Odds ratio of two lists in the whole population: above 1 they share more people."
    return Table(caption, ("Pair", "Odds ratio", "95 % interval"), rows, stack=True)


def _consistency(found: Sequence[Mapping[Any, Any]], prob: float) -> Table:
    rows = tuple(
        (
            capitalised(str(row["case"])),
            f"{row['members']:,}",
            f"{row['seen']:,}",
            *_interval(row),
            "yes" if row["covered"] else "no",
        )
        for row in found
    )
    head = (
        "",
        "True number",
        "Seen elsewhere",
        "Estimated",
        f"{percent(prob)} interval",
        "Covered",
    )
    caption = "A test on known numbers: the members of each list, as the other lists see them."
    return Table(caption, head, rows, stack=True)


def _share(value: float) -> str:
    return percent(round(value, 3))
