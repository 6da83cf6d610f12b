"""The bound on the interval score knows the simulator as it is."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tests.calibration import list_bound
from tests.support import list_simulators

LISTS, POPULATIONS = 3, 300


class ThreeLists:
    """A generator that always draws three lists."""

    def __init__(self, rng):
        self._rng = rng

    def integers(self, *_):
        """Number of lists."""
        return LISTS

    def __getattr__(self, name):
        """Everything else is the generator's."""
        return getattr(self._rng, name)


@pytest.mark.slow
@pytest.mark.parametrize("structure", list_simulators.GATED)
def test_chances_of_histories_are_those_of_the_simulator(structure):
    """Shares of histories, averaged over populations, against chances averaged over strengths."""
    cells = np.array(list(product((0, 1), repeat=LISTS)), dtype=float)
    rng = ThreeLists(np.random.default_rng(5))
    shares = np.empty((POPULATIONS, len(cells)))
    for i in range(POPULATIONS):
        number, seen = list_simulators._population(structure, rng)
        shares[i] = np.bincount(seen @ [4, 2, 1], minlength=len(cells)) / number
    bounds = np.array([list_bound.CHANCE] * LISTS + list_bound.STRENGTHS[structure])
    drawn = np.random.default_rng(6).uniform(*bounds.T, size=(20_000, len(bounds)))
    wanted = np.exp(
        list_bound.log_cells(structure, drawn[:, :LISTS], drawn[:, LISTS:], cells)
    ).mean(axis=0)
    assert wanted.sum() == pytest.approx(1.0)
    error = shares.std(axis=0) / np.sqrt(POPULATIONS)
    assert (np.abs(shares.mean(axis=0) - wanted) < 4 * error).all()
