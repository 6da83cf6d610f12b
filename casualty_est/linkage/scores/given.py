"""Scores that the analyst already has: a table of pairs, and no names at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from casualty_est.errors import InputError, Problem
from casualty_est.linkage.scores.pairs import Array, Ints, Pairs, checked, log_odds
from casualty_est.tables.checks import nearest
from casualty_est.tables.read import Table, read_table, table_from

ENDS = ("record_a", "record_b")
VALUES = ("probability", "weight")
KIN = "kin"


def read_any(data: Any, name: str) -> Table:
    """Read a file or a dataframe."""
    if isinstance(data, str | os.PathLike):
        return read_table(Path(str(data)))
    return table_from(data, name)


def read_pairs(data: Any, keys: Sequence[str], list_of: Ints, lists: int) -> Pairs:
    """Read pairs with a probability, or with a weight (log of m over u)."""
    table = read_any(data, "pairs")
    value = _shape(table)
    at = {key: i for i, key in enumerate(keys)}
    problems: list[Problem] = []
    rows: dict[tuple[int, int], tuple[float, bool]] = {}
    columns = zip(*(table.column(n) for n in (*ENDS, value, KIN)), strict=True)
    for row, (one, two, text, kin) in enumerate(columns):
        strange = [
            table.problem(row, "there is no record with this id in the records", name)
            for name, key in zip(ENDS, (one, two), strict=True)
            if key not in at
        ]
        number = _number(text, value)
        if isinstance(number, str):
            strange.append(table.problem(row, number, value, text))
        if not strange and one == two:
            strange.append(table.problem(row, "a record is paired with itself", ENDS[1]))
        if strange:
            problems += strange
            continue
        i, j = sorted((at[one], at[two]))
        if (i, j) in rows:
            problems.append(table.problem(row, "the pair stands there twice: keep one score"))
        assert isinstance(number, float)
        rows[i, j] = (number, kin == "1")
    if problems:
        raise InputError(problems, table.name)
    ends = np.array(sorted(rows), dtype=np.int64).reshape(-1, 2)
    numbers = np.array([rows[i, j][0] for i, j in ends.tolist()])
    relatives = np.array([rows[i, j][1] for i, j in ends.tolist()], dtype=bool)
    one_of, other = ends[:, 0], ends[:, 1]
    weight = numbers if value == "weight" else _weights(numbers, one_of, other, list_of, lists)
    unknown = np.zeros(len(ends), dtype=np.int64)
    return checked(Pairs(one_of, other, weight, relatives, unknown, (), True))


def _shape(table: Table) -> str:
    """Check the columns, and return that of the score."""
    values = [name for name in VALUES if name in table.columns]
    missing = [name for name in ENDS if name not in table.columns]
    strange = [name for name in table.columns if name not in (*ENDS, *VALUES, KIN)]
    problems = [Problem(f"pairs need the column {name!r}") for name in missing]
    problems += [
        Problem(f"not a column of pairs{nearest(name, (*ENDS, *VALUES))}", column=name)
        for name in strange
    ]
    if len(values) != 1:
        problems.append(Problem("pairs have one column 'probability', or one column 'weight'"))
    if problems:
        raise InputError(problems, table.name)
    return values[0]


def _number(text: str, value: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return f"a {value} is a number: correct it or take the pair out"
    if value == "probability" and not 0 <= number <= 1:
        return "a probability lies between 0 and 1"
    if not np.isfinite(number):
        return "a weight is finite"
    return number


def _weights(p: Array, i: Ints, j: Ints, list_of: Ints, lists: int) -> Array:
    """Take the prior out of probabilities: how common links are between each pair of lists."""
    one, two = np.minimum(list_of[i], list_of[j]), np.maximum(list_of[i], list_of[j])
    between = one * lists + two
    sizes = np.bincount(list_of, minlength=lists).astype(float)
    links = np.bincount(between, p, minlength=lists * lists)
    possible = np.outer(sizes, sizes)
    np.fill_diagonal(possible, sizes * (sizes - 1) / 2)
    share = links / np.maximum(possible.ravel(), 1.0)
    weights: Array = log_odds(p) - log_odds(share)[between]
    return weights
