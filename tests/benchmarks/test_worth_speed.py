"""What a study is worth: weights of draws beside refits to as many simulated findings.

Times are those of this process, and what is asserted is a ratio.
"""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.result.worth import FINDINGS
from casualty_est.studies import audit, survey
from tests.support.two_numbers import GIVEN, two_numbers

pytestmark = pytest.mark.slow
SOME = 20  # findings that are refitted; the cost of all of them follows


def _seconds(work):
    began = time.process_time()
    work()
    return time.process_time() - began


def test_weights_take_a_small_part_of_the_time_of_refits():
    """The quickest refit there is: exact, one cell, a survey as an anchor."""
    est = two_numbers()
    for study in (audit("Airwars", 50), survey(100)):
        est.worth(study)  # what is loaded once is not counted
    ours = [_seconds(lambda s=s: est.worth(s)) for s in (audit("Airwars", 50), survey(100))]
    claims = ce.datasets.load("coalition")
    found = np.exp(np.log(est.draws().ravel()[:SOME]) + 0.2)

    def refit():
        for median in found:
            anchor = {"median": float(median), "factor": math.exp(0.2)}
            priors = {**GIVEN, "anchors": [anchor]}
            ce.ClaimsModel(claims, priors=priors).fit(seed=1, progress_bar=False)

    theirs = _seconds(refit) / SOME * FINDINGS
    times = theirs / max(ours)
    print(f"\na study: {max(ours):.2f} s; {FINDINGS} refits take {times:.0f} times as long")  # noqa: T201
    assert theirs > 20 * max(ours)
