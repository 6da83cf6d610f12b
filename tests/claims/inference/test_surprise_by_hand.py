"""How surprising a claim is: truncated importance weights, by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from casualty_est.claims.inference.predict import surprise


def surprise_of(log_lik, places, bound=None):
    """Surprise of one claim whose predictive place in draw i is places[i]."""
    draws = len(log_lik)

    class Reading:
        def below(self, m, s, xp):
            np.testing.assert_allclose(m, np.log(np.arange(1.0, draws + 1)) + 0.5, rtol=1e-12)
            np.testing.assert_allclose(s, 0.15)
            return np.asarray(places)

    layout = SimpleNamespace(
        timeline=None,
        cover=np.ones((1, 1)),
        target_of=np.zeros(1, dtype=int),
        learned_of=np.array([-1]),
        reporting_sd=np.array([0.15]),
        readings=[Reading()],
        claims=[SimpleNamespace(quantity=SimpleNamespace(hedge=SimpleNamespace(bound=bound)))],
    )
    counts = np.log(np.arange(1.0, draws + 1)).reshape(1, draws, 1)
    state = SimpleNamespace(log_deaths=counts, log_ratio=np.full((1, draws, 1), 0.5), extra={})
    (tail,) = surprise(layout, state, np.reshape(log_lik, (1, draws, 1)))
    return tail


def test_a_draw_weighs_one_over_the_likelihood_of_the_claim():
    tail = surprise_of(np.log([1.0, 2.0, 1.0, 2.0]), [0.1, 0.2, 0.3, 0.4])
    assert tail == pytest.approx(2 * (0.1 + 0.1 + 0.3 + 0.2) / 3)


def test_no_draw_weighs_more_than_the_sum_over_the_root_of_their_number():
    """Of 100 draws one would weigh 1,000: it is cut to 1,099 / 10."""
    log_lik = np.append(np.zeros(99), -np.log(1000.0))
    tail = surprise_of(log_lik, np.append(np.full(99, 0.1), 0.4))
    cap = 1099 / 10
    assert tail == pytest.approx(2 * (99 * 0.1 + cap * 0.4) / (99 + cap))


def test_a_weight_just_below_that_stays():
    # Nine draws of weight 1 and seven of weight w: the sum over the root of 16 is above w.
    w = 3.0
    log_lik = np.append(np.zeros(9), np.full(7, -np.log(w)))
    tail = surprise_of(log_lik, np.append(np.full(9, 0.1), np.full(7, 0.4)))
    assert (9 + 7 * w) / 4 > w
    assert tail == pytest.approx(2 * (9 * 0.1 + 7 * w * 0.4) / (9 + 7 * w))


def test_both_tails_count():
    assert surprise_of(np.zeros(4), np.full(4, 0.9)) == pytest.approx(0.2)


def test_of_a_bound_only_the_tail_on_its_side_counts():
    for place in (0.001, 0.3, 0.999):
        places = np.full(4, place)
        assert surprise_of(np.zeros(4), places, "lower") == pytest.approx(1 - place)
        assert surprise_of(np.zeros(4), places, "upper") == pytest.approx(place)
