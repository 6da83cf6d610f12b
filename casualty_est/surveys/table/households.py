"""Household microdata: one row for each household that was interviewed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from casualty_est.arrays import Array, Ints
from casualty_est.errors import Problem
from casualty_est.surveys.table.cells import at_least, count, short
from casualty_est.tables.checks import convert, shown_safely, similar_names, unknown_columns
from casualty_est.tables.plain import plain
from casualty_est.tables.read import Table
from casualty_est.wording.language import N_, Noted, stored
from casualty_est.wording.phrases import listed

COLUMNS = ("psu", "stratum", "household", "members", "deaths", "weight", "missing", "imprisoned")
LARGEST_HOUSEHOLD = 200
MOVES = frozenset({"born", "births", "join", "joined", "left", "arrived", "departed"})
HEAVY = 0.1  # share of all weight beyond which one household is named


@dataclass(frozen=True, slots=True, eq=False)
class Households:
    """Households of a sample; every array has one entry for each."""

    strata: tuple[str, ...]  # one without a name where the table has no such column
    clusters: int  # primary sampling units; one label in two strata is two of them
    psu: Ints  # position of the cluster of each
    stratum: Ints  # position of its stratum
    members: Ints  # people who lived in it at the start of the window, those who died included
    deaths: Ints
    missing: Ints
    imprisoned: Ints  # held
    # people or households that each stands for; weights that average 1 do not say how many
    weight: Array | None

    def __len__(self) -> int:
        """Number of households."""
        return len(self.members)


def read_households(table: Table, problems: list[Problem]) -> tuple[Households, list[Noted]]:
    """Read every row, or add what is wrong to the problems."""
    parsed = {name: convert(table, name, _parser(name), problems) for name in COLUMNS}
    problems.extend(_row_problems(table, parsed))
    warnings = list(unknown_columns(table, COLUMNS))
    if problems:
        return _nothing(), warnings
    # Clusters are often numbered anew in each stratum.
    names = zip(parsed["stratum"], parsed["psu"], strict=True)
    psu, clusters = _positions([f"{stratum}\0{psu}" for stratum, psu in names])
    stratum, strata = _positions(parsed["stratum"])
    people = {
        name: np.array([value or 0 for value in parsed[name]], dtype=np.int64)
        for name in ("members", "deaths", "missing", "imprisoned")
    }
    warnings += [*_blank_notes(table), *_moves(table)]
    warnings += [*similar_names(strata, STRATA), *similar_names(table.column("psu"), CLUSTERS)]
    weight = np.array(parsed["weight"], dtype=float) if "weight" in table.columns else None
    warnings += _weight_notes(weight)
    return Households(strata, len(clusters), psu, stratum, **people, weight=weight), warnings


def _parser(name: str) -> Callable[[str], Any]:
    if name in ("psu", "stratum", "household"):
        return shown_safely(str)
    if name == "weight":
        return lambda text: at_least(text, 0.0)
    return count


def _row_problems(table: Table, parsed: dict[str, Any]) -> Iterator[Problem]:
    needed = ["psu", "members", "deaths"] + ["weight"] * ("weight" in table.columns)
    seen: dict[tuple[str, str, str], int] = {}
    for i in range(len(table)):
        for name in needed:
            if not table.column(name)[i]:
                reason = "the cell is blank: fill it, with 0 for nobody, or remove the row"
                yield table.problem(i, reason, name)
        members, lost = (
            parsed["members"][i],
            [parsed[name][i] or 0 for name in ("deaths", "missing", "imprisoned")],
        )
        if members is not None and not 0 < members <= LARGEST_HOUSEHOLD:
            reason = f"a household has 1 to {LARGEST_HOUSEHOLD} members, the dead included: correct"
            yield table.problem(i, reason, "members", str(members))
        elif members is not None and sum(lost) > members:
            reason = (
                f"{sum(lost)} dead, missing and imprisoned cannot exceed its {members} members, "
                "who are counted with them: correct one"
            )
            yield table.problem(i, reason, "deaths", str(lost[0]))
        if parsed["weight"][i] == 0:
            reason = "a household in the sample stands for somebody: its weight is above 0"
            yield table.problem(i, reason, "weight", "0")
        stratum, psu, name = (parsed[x][i] or "" for x in ("stratum", "psu", "household"))
        key = (stratum, psu, name)
        if name and key in seen:
            reason = f"this household stands in {table.where} {seen[key]} already: remove one"
            yield table.problem(i, reason, "household")
        seen.setdefault(key, table.lines[i])


def _positions(labels: list[str | None]) -> tuple[Ints, tuple[str, ...]]:
    names = sorted({label or "" for label in labels})
    place = {name: i for i, name in enumerate(names)}
    return np.array([place[label or ""] for label in labels], dtype=np.int64), tuple(names)


STRATA = N_("note", "{names} are taken as different strata: use one spelling if they are one")
CLUSTERS = N_("note", "{names} are taken as different clusters: use one spelling if they are one")


def _blank_notes(table: Table) -> Iterator[Noted]:
    """What a blank beside numbers is taken for."""
    for name in ("missing", "imprisoned"):
        blank = sum(not text for text in table.column(name))
        if name in table.columns and blank > 0:
            text = stored(
                "note",
                "{number} households say nothing about {column}: nobody is taken to be",
                number=f"{blank:,}",
                column=name,
            )
            yield "blank_as_0", text


def _moves(table: Table) -> Iterator[Noted]:
    """Say when members are counted, where a questionnaire also asks who came and went."""
    moves = [name for name in table.columns if not MOVES.isdisjoint(plain(name).split("_"))]
    if moves:
        text = stored(
            "note",
            "members are the people at the start of the window, the dead included: {names} do not "
            "change that number",
            names=listed(list(map(repr, moves))),
        )
        yield "at_start", text


def _weight_notes(weight: Array | None) -> Iterator[Noted]:
    if weight is None:
        return
    if np.ptp(weight) == 0:
        yield "equal_weights", stored("note", "all weights are equal: they change nothing")
    heaviest = float(weight.max() / weight.sum())
    if heaviest > HEAVY:
        text = stored(
            "note",
            "one household carries {share} of all weight (weights from {low} to {high}): an "
            "estimate by weights would rest on it",
            share=f"{heaviest:.0%}",
            low=short(weight.min()),
            high=short(weight.max()),
        )
        yield "heavy_weight", text


def _nothing() -> Households:
    none = np.zeros(0, dtype=np.int64)
    return Households(("",), 0, none, none, none, none, none, none, None)
