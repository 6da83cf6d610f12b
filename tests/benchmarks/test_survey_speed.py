"""Surveys: what a fit of households costs beside sampling the same model, and as tables grow.

Times are those of this process, and what is asserted are ratios.
"""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest

import casualty_est as ce
from tests.support.survey_simulators import Country, people_of

pytestmark = pytest.mark.slow


def _model(per):
    country = Country(icc=0.3, per=per)
    frame = country.survey(np.random.default_rng(5))
    return ce.SurveyModel(frame, population=people_of(country))


def _seconds(work):
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def test_the_grid_agrees_with_the_sampler_in_a_part_of_its_time():
    import nutpie

    model = _model(10)
    model.fit(seed=1)  # what is loaded once is not counted
    ours, est = _seconds(lambda: model.fit(seed=1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PyTensor and numba, about themselves
        compiled = nutpie.compile_pymc_model(model.pymc_model)
        peer, tree = _seconds(lambda: nutpie.sample(compiled, seed=1, chains=4, progress_bar=False))
    for name in ("icc", "cluster_sd"):
        exact = est.idata["posterior"][name].values.ravel()
        sampled = tree["posterior"][name].values.ravel()
        np.testing.assert_allclose(
            np.quantile(exact, [0.1, 0.5, 0.9]), np.quantile(sampled, [0.1, 0.5, 0.9]), rtol=0.08
        )
    print(f"\n2,000 households: {ours:.1f} s, NUTS takes {peer / ours:.0f} times as long")  # noqa: T201
    assert peer > 3 * ours


def test_the_cost_grows_with_clusters_and_not_with_households():
    small, large = _model(10), _model(80)
    small.fit(seed=1)
    first, _ = _seconds(lambda: small.fit(seed=1))
    second, _ = _seconds(lambda: large.fit(seed=1))
    print(f"\n16,000 households take {second / first:.1f} times as long as 2,000")  # noqa: T201
    assert second < 2 * first
