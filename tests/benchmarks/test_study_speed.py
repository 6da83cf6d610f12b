"""A study costs a small part of a refit: its likelihoods come from draws that are there.

Times are those of this process, and what is asserted is a ratio.
"""

from __future__ import annotations

import time

import pandas as pd
import pytest

import casualty_est as ce
from tests.support.known import normal

pytestmark = pytest.mark.slow


def _seconds(work):
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def test_a_study_by_weights_beside_a_refit_of_the_claims():
    rows = {
        "source": ["MoH", "NGO"],
        "role": ["government", "monitor"],
        "quantity": ["9,000", "8,200"],
    }
    cell = {
        "scope": "Iraq+Syria",
        "start": "2014-08-08",
        "end": "2018-02-09",
        "perpetrator": "Coalition",
    }
    model = ce.ClaimsModel(pd.DataFrame({**rows, **cell}))
    model.fit(seed=1, method="nuts")  # what is loaded and compiled once is not counted
    refit, claims = _seconds(lambda: model.fit(seed=2, method="nuts", draws=4000))
    study = ce.Study(lists=normal(9.0, 0.2), survey=normal(9.1, 0.3, 1), claims=claims)
    study.fit(seed=1)
    joined, _ = _seconds(lambda: study.fit(seed=1))
    print(f"\nstudy of three kinds: {joined:.2f} s; a refit takes {refit / joined:.1f} times that")  # noqa: T201
    assert joined < refit
