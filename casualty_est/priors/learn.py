"""Learn what every role has been worth from the record: ``python -m casualty_est.priors.learn``.

For the statement of a source with a role in a conflict about a reference (a better figure),

    log(reported / reference) = mu[role, level] + a[role, conflict] + d[reference] + w[role] * t4

with a ~ N(0, b[role]), d ~ N(0, sd of the reference) shared by all rows with that reference, and a
survey's own interval as a further known error. mu ~ N(0, 1.5); log b and log w ~ N(pooled mean,
0.7). Single incidents shift a role's mean by N(0, 0.3). Who documents case by case (monitors,
merged lists, registries, verified cases of an international body) has a completeness instead: the
right-hand side, without d, is its logit, and an over-count exp N(0.05, 0.15) multiplies it.

What was compared on 239 rows, before three were set aside, by the mean log score with whole
conflicts left out (-1.20 a row; -1.22 for the 236 of today):

- completeness against ratio, both fitted to one role alone: monitors -1.16 against -1.67 (gain of
  14 in sum, standard error 5), registries -1.44 against -1.99, international bodies -1.14 against
  -1.64: the completeness is kept. Merged lists (4 rows): no difference in the joint model, -0.24
  against -0.50 alone: kept. A government's list: a loss of 2 in sum (standard error 3.5), for it
  may count far too many (a census of victims of twice the dead): it stays on the ratio scale.
- a shift for single incidents: a loss of 0.2 in sum (1.3): kept, as incidents are asked for.
- a slope with the log of the toll: monitors +2.7 in sum (2.6), perpetrators +1.1 (1.6), accusers
  +0.6 (1.4), all three +4.6 (3.2). Not kept: the gain is within its error, the toll is the thing
  that one does not know, and an error of the better figure alone gives such a slope.
- without the rows whose better figure is wholly built on the source: -1.24 a row.

Statements that nobody died are not in these means; `casualty_est.priors.record` counts them.
Nothing is learned from bounds, doubtful rows, epidemics and rows that are set aside.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from casualty_est import datasets
from casualty_est.arrays import Array
from casualty_est.datasets.statements import Record, Statement
from casualty_est.priors.gibbs import LEVEL_SD, MEAN_SD, Draws, Rows, rows_of, sample
from casualty_est.priors.learned import NONE_LEFT_OUT, Learned, to_csv

SEED = 20
DRAWS = 6000
WARMUP = 500
POOLED_ROLE = "none"


def learn(
    record: Record, *, folds: Sequence[str] | None = None, tell: Callable[[str], None] | None = None
) -> list[Learned]:
    """Learn every role, and one role for all (``none``), with each of the conflicts left out.

    `folds` are the conflicts to leave out in turn, ``""`` for none: all of them unless given.
    `tell` is called with a line of progress. The answer is by conflict left out, then by role.
    """
    main = [row for row in record if row.use == "main"]
    pooled = [replace(row, role=POOLED_ROLE) for row in main]
    table = [*_learn(main, folds, tell), *_learn(pooled, folds, tell)]
    return sorted(table, key=lambda row: (row.without, row.role))


def term_sds(rows: Rows) -> Array:
    """(role, term) prior sds of mu, of the shift of incidents, and of the slope, which is off."""
    level = np.where(rows.is_share, 2 * LEVEL_SD, LEVEL_SD)
    return np.column_stack([np.full(len(rows.roles), MEAN_SD), level, np.zeros(len(rows.roles))])


def _learn(
    statements: Sequence[Statement],
    folds: Sequence[str] | None,
    tell: Callable[[str], None] | None,
) -> list[Learned]:
    rows = rows_of(statements)
    names = (NONE_LEFT_OUT, *rows.conflicts) if folds is None else tuple(folds)
    places = [rows.conflicts.index(name) if name else -1 for name in names]
    drawn = sample(
        rows, places, draws=DRAWS, warmup=WARMUP, seed=SEED, term_sd=term_sds(rows), tell=tell
    )
    return [
        _summary(drawn, fold, place, name, role)
        for fold, name in enumerate(names)
        for place, role in enumerate(rows.roles)
    ]


def _summary(drawn: Draws, fold: int, place: int, without: str, role: str) -> Learned:
    mu, shift = drawn.terms[:, fold, place, 0], drawn.terms[:, fold, place, 1]
    parts = (mu, mu + shift, drawn.log_b[:, fold, place], drawn.log_w[:, fold, place])
    numbers = [number for part in parts for number in (float(part.mean()), float(part.std()))]
    return Learned(without, role, *numbers)


def main() -> int:
    """Write ``learned.csv`` beside this file."""
    start = time.monotonic()

    def tell(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - start:5.0f} s  {text}\n")

    record = datasets.record()
    tell(f"learning from {record}")
    table = learn(record, tell=tell)
    Path(__file__).with_name("learned.csv").write_text(to_csv(table), encoding="utf-8")
    tell(f"{len(table):,} rows written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
