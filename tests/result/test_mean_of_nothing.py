"""A mean of no deaths at all is not a mean that is known."""

from __future__ import annotations

import numpy as np

from casualty_est.result.posterior import mean_is_known
from casualty_est.result.schema import Diagnostics


def test_the_mean_of_draws_that_are_all_zero_is_not_printed():
    sound = Diagnostics("nuts", True, min_ess=1000)
    assert not mean_is_known(np.zeros((4, 100)), sound)
    assert mean_is_known(np.ones((4, 100)), sound)
