"""Scores that the analyst already has: a table of pairs, and no names at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from casualty_est.errors import InputError, Problem
from casualty_est.linkage.naming import read_quietly
from casualty_est.linkage.scores.pairs import Array, Ints, Pairs, checked, log_odds, refuse_many
from casualty_est.priors.distributions import z_of
from casualty_est.tables.checks import nearest
from casualty_est.tables.read import Table, read_table, table_from

ENDS = ("record_a", "record_b")
VALUES = ("probability", "weight")
KIN = "kin"
DOUBT = ("probability_low", "probability_high")  # ends of a 95% interval


def read_any(data: Any, name: str) -> Table:
    """Read a file or a dataframe."""
    if isinstance(data, str | os.PathLike):
        return read_quietly(read_table, Path(str(data)))
    return read_quietly(table_from, data, name)


def read_pairs(data: Any, keys: Sequence[str]) -> Pairs:
    """Read pairs with a probability, or with a weight (log of m over u)."""
    if hasattr(data, "__len__") and not isinstance(data, str):
        refuse_many(len(data))  # before a copy of them is made
    table = read_any(data, "pairs")
    value = _shape(table)
    refuse_many(len(table))
    at = {key: i for i, key in enumerate(keys)}
    problems: list[Problem] = []
    ends = np.full((len(table), 2), -1, dtype=np.int64)
    numbers = np.zeros((len(table), 3))  # the score, and the ends of its interval
    columns = zip(*(table.column(n) for n in (*ENDS, value, *DOUBT)), strict=True)
    for row, (one, two, text, low, high) in enumerate(columns):
        strange = [
            table.problem(row, "there is no record with this id in the records", name)
            for name, key in zip(ENDS, (one, two), strict=True)
            if key not in at
        ]
        number = _number(text, value)
        if isinstance(number, str):
            strange.append(table.problem(row, number, value, text))
        between = _interval(number, low, high)
        if isinstance(between, str):
            strange.append(table.problem(row, between, DOUBT[0], low))
        if not strange and one == two:
            strange.append(table.problem(row, "a record is paired with itself", ENDS[1]))
        if strange:
            problems += strange
            continue
        ends[row] = sorted((at[one], at[two]))
        numbers[row] = (number, *between)
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    problems += _twice(table, ends, order)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0), table.name)
    relatives = np.array([text == "1" for text in table.column(KIN)], dtype=bool)[order]
    ends, numbers = ends[order], numbers[order]
    holds_prior = value == "probability"
    weight = log_odds(numbers[:, 0]) if holds_prior else numbers[:, 0]
    no_rules = np.zeros(len(ends), dtype=np.int64)
    one_of, other = ends[:, 0].copy(), ends[:, 1].copy()
    pairs = Pairs(one_of, other, weight, relatives, no_rules, (), True, holds_prior)
    if DOUBT[0] in table.columns:
        pairs = _with_doubt(pairs, numbers)
    return checked(pairs)


def _twice(table: Table, ends: Ints, order: Ints) -> list[Problem]:
    """Rows whose pair stands there before; ends of rows with another problem are negative."""
    same = (ends[order[1:]] == ends[order[:-1]]).all(axis=1) & (ends[order[1:], 0] >= 0)
    said = "the pair stands there twice: keep one score"
    return [table.problem(int(row), said) for row in np.sort(order[1:][same])]


def _interval(number: float | str, low: str, high: str) -> tuple[float, float] | str:
    """Read the interval of a probability; without one it is known."""
    if isinstance(number, str):
        return (0.0, 0.0)
    if not low and not high:
        return (number, number)
    try:
        ends = float(low), float(high)
    except ValueError:
        return "an interval of a probability has two numbers, or none: fill both cells or neither"
    if not 0 <= ends[0] <= number <= ends[1] <= 1:
        return "the interval of a probability holds it, and lies between 0 and 1: correct one"
    return ends


def _with_doubt(pairs: Pairs, rows: Array) -> Pairs:
    """Pairs with the same probability and interval have one error: they are one class."""
    kinds, classes = np.unique(rows, axis=0, return_inverse=True)
    middles, low, high = (log_odds(kinds[:, column]) for column in range(3))
    # An end at 0 or 1 is infinitely far on this scale: the other side then says how wide it is.
    below = np.where(kinds[:, 1] > 0, middles - low, high - middles)
    above = np.where(kinds[:, 2] < 1, high - middles, below)
    doubt = np.where(kinds[:, 1] < kinds[:, 2], (below + above) / (2 * z_of(0.95)), 0.0)
    return pairs._replace(classes=classes.ravel().astype(np.int64), doubt=doubt)


def _shape(table: Table) -> str:
    """Check the columns, and return that of the score."""
    values = [name for name in VALUES if name in table.columns]
    known = not {*ENDS, *VALUES}.isdisjoint(table.columns)
    missing = [name for name in ENDS if name not in table.columns]
    strange = [name for name in table.columns if name not in (*ENDS, *VALUES, KIN, *DOUBT)]
    problems = [Problem(f"pairs need the column {name!r}") for name in missing]
    problems += [
        Problem(f"not a column of pairs{nearest(name, (*ENDS, *VALUES))}", column=name)
        for name in strange
        if known  # else the first line may be one of ids, which may be names
    ]
    if len(values) != 1:
        problems.append(Problem("pairs have one column 'probability', or one column 'weight'"))
    there = [name for name in DOUBT if name in table.columns]
    if there and (len(there) == 1 or values != ["probability"]):
        text = "an interval has the columns 'probability_low' and 'probability_high', beside "
        problems.append(Problem(f"{text}'probability'"))
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
