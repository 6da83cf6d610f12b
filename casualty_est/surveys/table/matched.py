"""Matched surveys: one row for each death of the sample, looked up on the lists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from casualty_est.arrays import Array, Ints
from casualty_est.errors import Problem
from casualty_est.tables.checks import no_controls
from casualty_est.tables.marks import NOTHING, may_be_property, meanings
from casualty_est.tables.plain import plain
from casualty_est.tables.read import Table
from casualty_est.wording.language import Noted, stored

OWN = ("psu", "death")
_WEIGHTS = frozenset({"weight", "weights", "wt", "household", "hh", "id"})


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Deaths of a sample, and the lists that hold each."""

    lists: tuple[str, ...]
    on: Array  # (death, list): 1 where the list holds it, 0 where not, NaN where nobody looked
    psu: Ints  # (death,)

    def __len__(self) -> int:
        """Number of deaths."""
        return len(self.on)

    @property
    def whole(self) -> Matched:
        """The deaths that were looked up on every list."""
        known = ~np.isnan(self.on).any(axis=1)
        _, psu = np.unique(self.psu[known], return_inverse=True)
        return Matched(self.lists, self.on[known], psu.astype(np.int64))

    @property
    def on_any(self) -> Array:
        """1 where some list holds the death, 0 where none does, NaN where that is not known."""
        somewhere = (self.on == 1).any(axis=1)
        nowhere = (self.on == 0).all(axis=1)
        return np.where(somewhere, 1.0, np.where(nowhere, 0.0, np.nan))

    @property
    def cluster_size(self) -> float:
        """Deaths in the cluster of an average death."""
        sizes = np.bincount(self.psu)
        return float((sizes**2).sum() / sizes.sum()) if len(self) else 1.0


def read_matched(table: Table, problems: list[Problem]) -> tuple[Matched, list[Noted]]:
    """Read every row, or add what is wrong to the problems."""
    lists = tuple(name for name in table.columns if name not in OWN)
    if not lists:
        reason = "the table names no list: add a 0/1 column for each list that was searched"
        problems.append(Problem(reason, table.header_line, where=table.where))
    codes = [_column(table, name, problems) for name in lists]
    seen: dict[str, int] = {}
    for i, death in enumerate(table.column("death")):
        if not death:
            reason = "every death has a number or name of its own, and this cell is blank: fill it"
            problems.append(table.problem(i, reason, "death"))
        elif death in seen:
            # Identifiers are counted, never shown.
            reason = f"this death stands in {table.where} {seen[death]} already: remove one"
            problems.append(table.problem(i, reason, "death"))
        seen.setdefault(death, table.lines[i])
    clusters, warnings = _clusters(table, problems), list[Noted]()
    on = np.array(codes, dtype=float).T if codes else np.zeros((len(table), 0))
    unseen = int(np.isnan(on).any(axis=1).sum())
    if unseen:
        text = stored(
            "note",
            "left out: deaths that were not looked up on every list ({number})",
            number=f"{unseen:,}",
        )
        warnings.append(("not_looked_up", text))
    if "psu" not in table.columns:
        text = stored(
            "note", "the table has no column psu: the deaths are taken as drawn one by one"
        )
        warnings.append(("no_clusters", text))
    return Matched(lists, on, clusters), warnings


def _column(table: Table, name: str, problems: list[Problem]) -> list[float]:
    """What each cell of a list says, after what shows that the column is none."""
    texts = table.column(name)
    try:
        no_controls(name)
    except ValueError as error:
        problems.append(Problem(str(error), table.header_line, where=table.where))
    known = meanings(set(texts))
    bad = [row for row, text in enumerate(texts) if known[text] is None and not _blank(text)]
    said = {known[text] for text in texts} - {None}
    why = ""
    if 2 * len(bad) > len(texts) or not said:
        why = "its cells are not 1 and 0"
    elif may_be_property(name) or plain(name) in _WEIGHTS:
        why = "its name is that of a property of people, not of a list"
    if why:
        reason = f"every column but death and psu is a list, and this one seems none, for {why}: "
        reason += "remove it, or rename it if it is a list"
        problems.append(Problem(reason, table.header_line, name, where=table.where))
    elif said == {True} and any(map(_blank, texts)):
        reason = (
            "no cell says 0, and a blank means that nobody looked: write 0 for each death that was "
            "looked up and is not on the list"
        )
        problems.append(Problem(reason, table.header_line, name, where=table.where))
    for row in bad if not why else ():
        reason = (
            "a list is 1 where it holds the death, 0 where it does not, blank where nobody looked: "
            "correct it"
        )
        problems.append(table.problem(row, reason, name))
    return [float("nan") if known[text] is None else float(bool(known[text])) for text in texts]


def _blank(text: str) -> bool:
    return text.casefold() in NOTHING


def _clusters(table: Table, problems: list[Problem]) -> Ints:
    if "psu" not in table.columns:
        return np.arange(len(table), dtype=np.int64)
    labels = table.column("psu")
    for i, label in enumerate(labels):
        if not label:
            problems.append(table.problem(i, "the cell is blank: name the cluster", "psu"))
    place = {name: k for k, name in enumerate(dict.fromkeys(labels))}
    return np.array([place[label] for label in labels], dtype=np.int64)
