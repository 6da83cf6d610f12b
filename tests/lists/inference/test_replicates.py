"""The combination rule of R verdata 1.0.2, against what that program gave on the same draws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from casualty_est.errors import UsageError
from casualty_est.lists.inference.pack import combine

DRAWS = Path(__file__).parents[2] / "data" / "lists" / "verdata_combine_input.csv"


def test_equal_to_the_other_program():
    groups = [group for _, group in pd.read_csv(DRAWS).groupby("replicate")]
    combined = combine(
        [int(group["n_obs"].iloc[0]) for group in groups], [group["N"] for group in groups]
    )
    assert [round(x) for x in (combined.low, combined.point, combined.high)] == [1296, 1485, 1759]


def test_one_replicate_and_replicates_that_do_not_differ():
    draws = 100 + np.exp(np.random.default_rng(1).normal(4, 0.3, 4000))
    one = combine([100], [draws])
    two = combine([100, 100], [draws, draws])
    assert one == two
    assert one.freedom == np.inf
    logs = np.log(draws - 100)
    assert one.high == pytest.approx(100 + np.exp(logs.mean() + 1.959964 * logs.std(ddof=1)))


def test_nobody_unlisted_is_a_tenth():
    combined = combine([50], [[50, 51, 53, 52]])
    logs = np.log([0.1, 1, 3, 2])
    assert combined.within == pytest.approx(logs.var(ddof=1))
    with pytest.raises(UsageError, match="every replicate"):
        combine([50, 60], [[51, 52]])
