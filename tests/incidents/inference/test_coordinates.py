"""Coordinates of the sampler: the change of variables by numerical derivatives, and its worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import special
from scipy.optimize import approx_fprime

from casualty_est.incidents.inference.coordinates import Coordinates
from casualty_est.incidents.inference.density import Density
from casualty_est.incidents.model.model import IncidentModel
from tests.support.incident_tables import judged, overlapping


@pytest.fixture(scope="module")
def layout():
    return IncidentModel(overlapping(np.random.default_rng(5), 40), scale="joint").layout


def points(layout, many=3):
    return np.random.default_rng(2).normal(0, 0.4, (many, layout.parameters.size))


def test_there_and_back(layout):
    coordinates, theta = Coordinates(layout.parameters), points(layout)
    moved = coordinates.of(theta)
    assert np.abs(moved - theta).max() > 0.05
    np.testing.assert_allclose(coordinates.parameters(moved), theta, rtol=1e-14)


def test_the_density_changes_by_the_volume(layout):
    coordinates, density = Coordinates(layout.parameters), Density(layout)
    changed = coordinates.density(density)
    for moved in points(layout):
        columns = [
            (coordinates.parameters(moved + step) - coordinates.parameters(moved - step)) / 2e-5
            for step in 1e-5 * np.eye(len(moved))
        ]
        _, volume = np.linalg.slogdet(np.column_stack(columns))
        before, _ = density(coordinates.parameters(moved))
        assert volume > 0.05
        assert changed(moved)[0] == pytest.approx(before + volume, abs=1e-8)


@pytest.mark.thorough
def test_its_gradient(layout):
    changed = Coordinates(layout.parameters).density(Density(layout))
    for moved in points(layout):
        by_steps = approx_fprime(moved, lambda x: changed(x)[0], 1e-6)
        np.testing.assert_allclose(changed(moved)[1], by_steps, rtol=2e-4, atol=2e-3)


def test_the_share_of_a_source_hardly_moves_with_its_visibility(layout):
    """By quadrature: in these coordinates the level of inclusion says how many a source holds."""
    parameters = layout.parameters
    coordinates = Coordinates(parameters)
    z, weight = np.polynomial.hermite_e.hermegauss(60)

    def share(theta):
        level = parameters.get(theta, "inclusion")[0]
        loading = np.exp(parameters.get(theta, "log_visibility")[0])
        return weight @ special.expit(level + loading * z) / weight.sum()

    moved = np.zeros((3, parameters.size))
    parameters.get(moved, "inclusion")[:] = 0.8
    parameters.get(moved, "log_visibility")[:] = np.array([-3.0, 0.0, 1.0])[:, None]
    assert np.ptp([share(theta) for theta in coordinates.parameters(moved)]) < 0.011
    assert np.ptp([share(theta) for theta in moved]) > 0.05


def test_without_overlapping_lists_nothing_changes():
    layout = IncidentModel(judged(np.random.default_rng(5), 40)).layout
    coordinates, theta = Coordinates(layout.parameters), points(layout)
    np.testing.assert_array_equal(coordinates.of(theta), theta)
    density = Density(layout)
    assert coordinates.density(density) is density


def thousands(incidents):
    """Three sources that each hold more of the larger incidents; A holds most of all."""
    rng = np.random.default_rng(1)
    size = np.maximum(1, np.round(np.exp(rng.normal(1, 1, incidents)))).astype(int)
    rows = []
    for source, (level, sd) in {"A": (0.85, 0.1), "B": (0.0, 0.2), "C": (-1.4, 0.3)}.items():
        held = rng.random(incidents) < special.expit(level + 0.4 * (np.log(size) - 1))
        said = np.maximum(1, np.round(size * np.exp(rng.normal(0, sd, incidents)))).astype(int)
        rows += [(f"i{i}", source, "monitor", int(said[i])) for i in np.flatnonzero(held)]
    return size.sum(), pd.DataFrame(rows, columns=["incident", "source", "role", "quantity"])


@pytest.mark.slow
def test_thirty_thousand_incidents_converge_at_the_defaults():
    deaths, table = thousands(30_000)
    est = IncidentModel(table, anchor="A").fit(seed=1)
    assert est.converged
    assert est.meta.diagnostics.divergences == 0
    assert est.meta.diagnostics.min_ess > 1000
    total = est.summary().iloc[0]
    assert total["low"] < deaths < total["high"]
