"""In conflict the model doubts the interested party, not the tally."""

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce

TALLY = 6047


def fitted(rows, **settings):
    """Draws of the one cell that some claims (source, quantity, role) speak of."""
    table = pd.DataFrame(rows, columns=["source", "quantity", "role"])
    return ce.ClaimsModel(table, **settings).fit(seed=1, progress_bar=False).draws()


def conceding(number, role="monitor", tally=TALLY, parties=1):
    armies = [(f"Army {i}", f"{number:,}", "perpetrator") for i in range(parties)]
    return fitted([("List", f"at least {tally:,}", role), *armies])


def below(draws, tally=TALLY):
    return float(np.mean(draws < tally - 0.5))


@pytest.mark.thorough
@pytest.mark.parametrize("role", ["monitor", "government", "merged_list", "international"])
@pytest.mark.parametrize("tally", [400, TALLY, 80_000])
def test_from_a_twentieth_down_a_smaller_concession_never_makes_the_tally_too_high(role, tally):
    numbers = [int(tally * part) for part in (0.05, 0.02, 0.01, 0.005, 0.001, 0)]
    chances = [below(conceding(number, role, tally), tally) for number in numbers]
    assert all(np.diff(chances) < 0.005)


@pytest.mark.thorough
@pytest.mark.parametrize("number", [6000, 800, 80, 10, 1, 0])
def test_no_concession_overrules_a_tally(number):
    low = np.quantile(conceding(number), 0.025)
    assert low > 0.7 * TALLY


@pytest.mark.thorough
def test_one_ten_and_none_say_nearly_the_same():
    alone = np.median(fitted([("List", f"at least {TALLY:,}", "monitor")]))
    for number in (10, 1, 0):
        assert np.median(conceding(number)) == pytest.approx(alone, rel=0.02)


@pytest.mark.thorough
def test_three_armies_that_admit_ten_each_hardly_move_the_median():
    alone = np.median(fitted([("List", f"at least {TALLY:,}", "monitor")]))
    three = conceding(10, parties=3)
    assert 0.9 * alone < np.median(three) < alone
    assert np.quantile(three, 0.025) > 0.7 * TALLY


@pytest.mark.thorough
@pytest.mark.parametrize(("role", "most"), [("monitor", 0.2), ("government", 0.4)])
def test_a_concession_of_hundreds_pulls_the_count_down_but_not_far(role, most):
    """The record says that perpetrators concede a quarter: the page on the model tells it."""
    alone = np.median(fitted([("List", f"at least {TALLY:,}", role)]))
    medians = [np.median(conceding(number, role)) for number in (800, 300, 80)]
    assert (1 - most) * alone < min(medians) < 0.9 * alone


def test_three_who_say_the_same_agree_on_it():
    rows = [(role, "1,000", role) for role in ("perpetrator", "government", "monitor")]
    low, middle, high = np.quantile(fitted(rows), [0.05, 0.5, 0.95])
    assert low < 1000 < high
    assert middle == pytest.approx(1000, rel=0.3)


def test_four_lists_given_as_monitors_cover_the_near_census():
    lists = ce.datasets.lists("kosovo").summary()
    sizes = dict(zip(lists["list"], lists["people"], strict=True))
    rows = [(name, f"{size:,}", "monitor") for name, size in sizes.items()]
    low, high = np.quantile(fitted(rows, conflict="Kosovo"), [0.05, 0.95])
    assert low < 10_401 < high


def test_complete_registers_are_not_doubled():
    rows = [("Civil register", "9,800", "register"), ("Census list", "10,050", "register")]
    low, middle, high = np.quantile(fitted(rows), [0.025, 0.5, 0.975])
    assert middle == pytest.approx(10_000, rel=0.05)
    assert high < 12_000
    assert low > 9000


def test_a_side_that_counts_too_many_does_not_carry_the_answer():
    rows = [("Accuser", "500", "accuser"), ("M", "53", "monitor"), ("G", "52", "government")]
    low, middle, high = np.quantile(fitted(rows), [0.025, 0.5, 0.975])
    assert middle < 80
    assert high < 200
    assert low > 35


@pytest.mark.parametrize("role", ["government", "perpetrator", "party"])
def test_a_reference_and_an_anchor_of_one_width_say_the_same(role):
    small = ("Interested", "50", role)
    # The reference's ratio has a log sd of 0.1, and its tally one of 0.05.
    width = np.exp(1.96 * np.hypot(0.1, 0.05))
    anchor = {"interval": [2000 / width, 2000 * width], "prob": 0.95}
    by_reference = fitted([small, ("Survey", "2,000", "reference")])
    by_anchor = fitted([small], priors={"anchors": [anchor]})
    ends = [0.025, 0.5, 0.975]
    np.testing.assert_allclose(
        np.quantile(by_reference, ends), np.quantile(by_anchor, ends), rtol=0.01
    )
    assert np.quantile(by_reference, 0.025) > 1000


@pytest.mark.slow
def test_women_and_men_cannot_contradict_their_whole():
    table = pd.DataFrame({
        "source": ["A", "A", "A"], "role": "reference", "quantity": ["400", "700", "1,000"],
        "group": ["women", "men", "civilians"],
    })  # fmt: skip
    est = ce.ClaimsModel(table).fit(seed=1, draws=500, progress_bar=False)
    summary = est.summary().set_index("group")
    assert summary.loc["civilians", "median"] == pytest.approx(1000, rel=0.15)
    assert summary.loc["women", "median"] == pytest.approx(400, rel=0.15)
