"""The first year of the war in Ukraine against Radford et al. 2023, doi 10.1073/pnas.2307372120.

The claims are theirs, the model is another one: with errors of zero mean for every pair of a source
and a side, the losses of the Russian side have to lie inside their intervals. The example that the
documentation shows is what is tested.
"""

from __future__ import annotations

import sys
from pathlib import Path

import arviz as az
import numpy as np
import pytest
import xarray as xr

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
import ukraine_2022 as example

pytestmark = pytest.mark.slow

RUSSIAN = [key for key in example.PUBLISHED if key[0].startswith("Russian")]


@pytest.fixture(scope="module")
def claims():
    return example.table()


@pytest.fixture(scope="module")
def free(claims):
    return example.fit(claims)


@pytest.fixture(scope="module")
def anchored(claims):
    return example.fit(claims, anchors=[example.PROBATE])


def logs(est):
    """Log ratios, of shape (chain, draw, target), and whom each target speaks of."""
    values = np.log(est.idata["posterior"]["ratio_total"].values)
    russian = np.array([s.target.group.startswith("Russian ") for s in est.meta.sources])
    return values, russian


def test_the_fit_is_sound_and_says_what_was_assumed(free):
    assert free.converged, free.meta.diagnostics.reasons
    assert free.details.windows.claims > 1000
    assert "assumed_unbiased" in {note.code for note in free.warnings}
    for source in free.meta.sources:
        assert source.prior.median == pytest.approx(1.0, rel=1e-6)
        assert source.role is None


@pytest.mark.parametrize(("group", "outcome"), RUSSIAN)
def test_the_russian_side_lies_inside_the_published_intervals(free, group, outcome):
    _, low, high = example.PUBLISHED[group, outcome]
    mean, *_ = example.losses(free, example.LAST)[group, outcome]
    path = free.path()
    row = path[
        (path["group"] == group) & (path["outcome"] == outcome) & (path["date"] == example.LAST)
    ].iloc[0]
    assert low <= mean <= high
    assert low <= row["median"] <= high


def test_published_intervals_of_the_ukrainian_side_overlap(free):
    found = example.losses(free, example.LAST)
    for key, (_, low, high) in example.PUBLISHED.items():
        assert found[key][1] <= high
        assert found[key][2] >= low


def test_killed_and_injured_are_casualties_in_every_draw_on_every_day(free):
    path = free.idata["posterior"]["path"]
    cells = free.details.windows.cells
    place = {(cell.group, cell.outcome): i for i, cell in enumerate(cells)}
    for group in (example.RUSSIANS, example.UKRAINIANS, "civilians"):
        killed, injured, both = (
            path.isel(path_cell=place[group, outcome]).values.astype(float)
            for outcome in ("killed", "injured", "casualties")
        )
        np.testing.assert_allclose(killed + injured, both, rtol=1e-5)
        assert (np.diff(both, axis=-1) >= -1e-3 * both[..., -1:]).all()  # a running total rises


@pytest.fixture(scope="module")
def moved(free, anchored):
    """Shift of every log ratio, its Monte Carlo error, and whether it is toward Russian losses."""
    before, russian = logs(free)
    after, same = logs(anchored)
    assert (russian == same).all()
    arrays = [
        xr.DataArray(values, dims=("chain", "draw", "target"), name="log_ratio")
        for values in (before, after)
    ]
    error = np.hypot(*(az.mcse(array).values for array in arrays))
    return after.mean(axis=(0, 1)) - before.mean(axis=(0, 1)), error, russian


def test_an_anchor_moves_every_ratio_of_its_side(free, anchored, moved):
    assert anchored.details.windows.end == "2023-05-27"
    shift, error, russian = moved
    names = np.array([source.name for source in free.meta.sources])
    still = russian & (np.abs(shift) <= 2 * error)
    assert not still.any(), list(names[still])
    assert (shift[russian] > 0).all()  # fewer dead: everybody reported more of them


def test_an_anchor_moves_no_ratio_of_the_other_side_by_a_tenth(anchored, moved):
    assert anchored.converged, anchored.meta.diagnostics.reasons
    shift, _, russian = moved
    assert np.abs(shift[~russian]).max() < 0.1


def test_the_anchor_is_met_at_its_day_and_not_at_the_end_of_the_year(anchored):
    path = anchored.path()
    dead = path[(path["group"] == example.RUSSIANS) & (path["outcome"] == "killed")]
    dead = dead.set_index("date")
    assert 40_000 < dead.loc["2023-05-27", "median"] < 55_000
    assert dead.loc[example.LAST, "median"] < dead.loc["2023-05-27", "median"]
