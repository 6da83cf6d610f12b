"""The contradiction radius: closed forms, the two numbers, and what is said of them."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

import casualty_est as ce
from casualty_est.result.radius import find, reading_of
from casualty_est.result.smallest_move import FARTHEST, Weighed, gradient, smallest
from casualty_est.result.unknowns import Assumed, beta_move
from tests.support.two_numbers import Grid, two_numbers


@pytest.fixture(scope="module")
def two():
    return two_numbers()


def linear(count=2**13):
    """log N = log 1,000 + 0.3 z1 - 0.4 z2: priors whose moves are known to shift it so."""
    z = stats.norm.ppf(stats.qmc.Sobol(2, seed=1).random(count))
    y = math.log(1000) + 0.3 * z[:, 0] - 0.4 * z[:, 1]
    assumed = [Assumed(name, 1.0, 1.0, draws=x, score=x) for name, x in zip("ab", z.T, strict=True)]
    return y, assumed


@pytest.mark.parametrize("n", [700, 900, 1000, 1300])
def test_in_the_linear_case_it_is_a_distance(n):
    y, assumed = linear()
    gap = math.log(n / 1000)
    answer = find("x", n, y, assumed)
    assert answer.sds == pytest.approx(abs(gap) / 0.5, abs=0.03)
    assert [move.sds for move in answer.together] == pytest.approx(
        [0.3 * gap / 0.25, -0.4 * gap / 0.25], abs=0.05
    )
    if n != 1000:
        alone = {move.assumption: move.sds for move in answer.alone}
        assert alone["b"] == pytest.approx(-gap / 0.4, abs=0.06)
        assert answer.alone[0].assumption == "b"
    again = find("x", n, y, assumed, lambda moves: math.log(1000) + moves @ [0.3, -0.4])
    assert again.sds == pytest.approx(abs(gap) / 0.5, abs=1e-3)
    assert again.error == 0
    assert again.how == "refits"


@pytest.mark.thorough
def test_its_error_is_what_other_draws_show():
    rng, lengths, errors = np.random.default_rng(2), [], []
    for _ in range(30):
        z = rng.standard_normal((1000, 2))
        y = math.log(1000) + 0.3 * z[:, 0] - 0.4 * z[:, 1]
        assumed = [Assumed(name, 1.0, 1.0, score=x) for name, x in zip("ab", z.T, strict=True)]
        answer = find("x", 800, y, assumed)
        lengths.append(answer.sds)
        errors.append(answer.error)
    assert np.std(lengths) == pytest.approx(np.mean(errors), rel=0.4)


def test_draws_that_do_not_reach_say_so():
    y, assumed = linear(2**9)
    answer = find("x", 100, y, assumed)
    assert answer.sds is None
    assert 1 < answer.beyond < 3
    assert "lies farther than the draws can say" in answer.sentence
    assert answer.reading.startswith("at least: ")


def test_draws_that_hardly_reach_do_not_say_that_it_is_within_what_was_assumed():
    y, assumed = linear(2**7)
    answer = find("x", 1, y, assumed)
    assert answer.sds is None
    assert answer.beyond <= 1
    assert answer.reading == "farther than these draws can say"


def test_what_no_move_reaches():
    _, assumed = linear(64)
    y = np.linspace(6, 7, 64)

    def still(moves):
        return math.log(1000) + 0.01 * math.tanh(float(moves[0]))

    answer = find("x", 2000, y, assumed, still)
    assert answer.sds is None
    assert "No move of the assumptions, all together, within 8" in answer.sentence


def test_far_from_linear_it_looks_in_all_directions():
    """Only where both are up together does the median fall off a cliff."""

    def cliff(moves):
        return math.log(1000) - 3 / (1 + math.exp(-4 * (min(moves[0], moves[1]) - 3)))

    y, assumed = linear(256)
    answer = find("x", 300, y, assumed, cliff)
    assert answer.sds == pytest.approx(math.sqrt(2) * 2.85, abs=0.15)


def test_limits_hold():
    y, assumed = linear()
    bounded = [assumed[0], Assumed("b", 1.0, 1.0, score=assumed[1].score, limits=(-0.1, 0.1))]
    answer = find("x", 1300, y, bounded)
    assert abs(answer.together[1].sds) <= 0.1 + 1e-9
    assert answer.sds > math.log(1.3) / 0.5


def test_moving_the_mean_of_a_beta_is_another_beta():
    rng = np.random.default_rng(1)
    p = rng.beta(17, 3, 200_000)
    sd, score, (low, high) = beta_move(17 / 20, 20, np.log(p / (1 - p)))
    assert sd == pytest.approx(stats.beta(17, 3).std())
    for by in (-1.0, 0.8):
        weights = np.exp(by * score)
        weights /= weights.sum()
        moved = stats.beta(17 + by * sd * 20, 3 - by * sd * 20)
        assert weights @ p == pytest.approx(moved.mean(), abs=0.002)
        assert math.sqrt(weights @ p**2 - (weights @ p) ** 2) == pytest.approx(
            moved.std(), rel=0.03
        )
    assert 0.85 + low * sd == pytest.approx(0.017)
    assert 0.85 + high * sd < 1


# The two numbers -------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("n", "together", "alone"), [(8000, 0.99, 1.04), (7000, 1.76, 1.91), (6047, 3.1, 3.77)]
)
def test_the_worked_case_of_two_assumptions(two, n, together, alone):
    """An independent program moved the perpetrator's ratio and the monitor's completeness."""
    median = two._median_after(0)
    movable = two._unknowns(0).movable[:2]
    y = np.log(two.draws().ravel())
    answer = find("x", n, y, movable, lambda moves: median(np.append(moves, [0, 0])))
    assert answer.sds == pytest.approx(together, abs=0.1)
    by_name = {move.assumption: move for move in answer.alone}
    assert abs(by_name["completeness of Airwars"].sds) == pytest.approx(alone, abs=0.1)


@pytest.mark.thorough
@pytest.mark.parametrize("n", [15_000, 20_000])
def test_no_shorter_move_on_a_grid_of_its_own(two, n):
    """Of two assumptions: the move found leads there, and none a twentieth shorter does."""
    median = two._median_after(0)
    movable = two._unknowns(0).movable[:2]
    y = np.log(two.draws().ravel())
    answer = find("x", n, y, movable, lambda moves: median(np.append(moves, [0, 0])))
    moves = np.array([move.sds for move in answer.together])
    assert moved_median(*moves) == pytest.approx(n, rel=0.01)
    angles = np.linspace(math.pi, 1.5 * math.pi, 10)
    short = 0.95 * answer.sds
    best = max(moved_median(short * math.cos(a), short * math.sin(a)) for a in angles)
    assert best < n


@cache
def on_grid():
    return Grid.build()


def moved_median(ratio, completeness):
    """Median by the grid of `Grid`, with both priors moved by so many sds."""
    grid = on_grid()
    x = grid.x
    b = np.arange(-6, 6, 0.05)
    rest = (
        1 + ((math.log(800) - x[:, None] - math.log(0.15) - ratio - b) / 0.2121) ** 2 / 4
    ) ** -2.5
    rest = rest @ np.exp(-0.5 * b**2) * np.exp(-0.5 * ((x - math.log(3000)) / 3) ** 2)
    mass = rest * (grid.monitor @ np.exp(-0.5 * (b - completeness) ** 2))
    below = np.cumsum(mass) - mass / 2
    return math.exp(np.interp(0.5, below / mass.sum(), x))


@pytest.mark.thorough
def test_all_assumptions_together_come_nearer_than_two(two):
    assert two.radius(8000).sds < 0.99
    assert two.radius(6047).sds == pytest.approx(2.3, abs=0.1)
    assert two.radius(6047).reading == "needs most assumptions to be wrong the same way"


@pytest.mark.thorough
def test_weights_agree_with_refits(two):
    y = np.log(two.draws().ravel())
    movable = two._unknowns(0).movable
    for n in (8000, 15_000):
        weighed = find("x", n, y, movable)
        assert weighed.how == "weights"
        assert weighed.sds == pytest.approx(two.radius(n).sds, abs=0.1)
        assert weighed.sds == pytest.approx(two.radius(n).sds, abs=4 * weighed.error)


@pytest.mark.slow
def test_a_number_behind_a_cliff_is_found(two):
    answer = two.radius(841)
    assert answer.reading == "contradicted"
    assert answer.sds == pytest.approx(4.6, abs=0.2)


@pytest.mark.thorough
def test_it_is_kept_in_the_file(two, tmp_path):
    before = two.radius(8000)
    loaded = ce.Estimate.load(two.save(tmp_path / "two.nc"))
    assert loaded.radius(8000) == before
    assert loaded.radius(8100).how == "weights"


@pytest.mark.thorough
def test_what_is_printed(two):
    answer = two.radius(8000)
    assert answer.sentence.startswith("8,000 lies within what was assumed: the estimate is 8,000")
    printed = repr(answer)
    assert "Together: completeness of Airwars 0.64 instead of 0.50" in printed
    assert "Alone: ratio of Pentagon 1.5 instead of 0.15 (+2.3" in printed
    assert "<td>completeness of Airwars</td><td>0.50</td><td>0.64</td>" in answer._repr_html_()
    assert "2,100" in answer._repr_html_()
    table = two.needed_for([8000, 6047])
    assert list(table["n"]) == [8000, 6047]
    assert table["cheapest_alone"][0].startswith("completeness of Airwars 0.70 instead of 0.50")
    assert len(answer.to_frame()) == 7


def test_the_scale_of_words():
    words = [reading_of(x) for x in (0.0, 0.99, 1.2, 2.4, 3.1)]
    assert words == [
        "within what was assumed",
        "within what was assumed",
        "strained",
        "needs most assumptions to be wrong the same way",
        "contradicted",
    ]


def test_the_derivative_and_the_error_of_a_weighted_median():
    y, assumed = linear()
    weighed = Weighed(y, assumed)
    np.testing.assert_allclose(gradient(weighed, np.zeros(2)), [0.3, -0.4], atol=0.03)
    # Of n Normal draws the median has an error of 1.25 sd over the root of n.
    assert weighed.error(np.zeros(2)) == pytest.approx(1.25 * 0.5 / math.sqrt(len(y)), rel=0.05)
    assert weighed.ess(np.zeros(2)) == pytest.approx(len(y))
    assert weighed.ess(np.array([1.0, 0.0])) == pytest.approx(len(y) * math.exp(-1), rel=0.1)
    assert FARTHEST == 8


@pytest.mark.parametrize(("of_the_farthest", "comes_there"), [(0.97, True), (1.02, False)])
def test_unasked_it_looks_as_far_as_the_scale_goes(of_the_farthest, comes_there):
    """Where the first derivative points to the wrong place, the way bends to the right one."""

    def bent(moves):
        return float(moves[0] * (1 + 0.5 * moves[1]) + 0.1 * moves[2])

    angle = np.linspace(0, np.pi / 2, 10_001)
    # Of all moves of three sds; the third assumption does little.
    ends = 3 * np.cos(angle) * (1 + 1.5 * np.sin(angle))
    target = of_the_farthest * ends.max()
    moves = smallest(bent, np.array([1.0, 0.0, 0.1]), target, [(-8.0, 8.0)] * 3, thorough=False)
    assert (moves is not None) == comes_there
    if comes_there:
        assert np.linalg.norm(moves) < 3
        assert bent(moves) == pytest.approx(target, abs=0.004)
