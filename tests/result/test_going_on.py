"""Fits that go on: whole rounds, and a clock that decides only whether another begins."""

from __future__ import annotations

import pytest

import casualty_est as ce
from casualty_est.result.going_on import go_on, in_words, seconds_of


@pytest.mark.parametrize(
    ("budget", "seconds"),
    [("3m", 180), ("90s", 90), ("1.5h", 5400), (" 2 m ", 120), ("45", 45), (12.5, 12.5), (0, 0)],
)
def test_a_budget_is_read(budget, seconds):
    assert seconds_of(budget, usual=False) == seconds


def test_without_a_budget_only_the_usual_fit_goes_on():
    assert seconds_of(None, usual=True) == 180
    assert seconds_of(None, usual=False) == 0


@pytest.mark.parametrize("budget", ["soon", "-3m", "3d", "", -1, float("inf"), True, [3]])
def test_another_budget_is_refused(budget):
    with pytest.raises(ce.UsageError, match="budget is a time such as '3m'"):
        seconds_of(budget, usual=True)


@pytest.mark.parametrize(("seconds", "text"), [(180, "3m"), (90, "90s"), (7200, "2h"), (0, "0s")])
def test_a_budget_is_written_as_it_is_read(seconds, text):
    assert in_words(seconds) == text
    assert seconds_of(text, usual=True) == seconds


class Clock:
    """A clock that moves by what each round takes."""

    def __init__(self, *took):
        self.now, self.took = 100.0, list(took)

    def __call__(self):
        return self.now

    def attempt(self, number, before):
        self.now += self.took[number]
        return [*(before or []), number]


def test_what_settles_at_once_is_one_round_on_any_clock():
    for took in (1.0, 1e9):
        clock = Clock(took)
        assert go_on(clock.attempt, lambda _: True, 0, clock) == ([0], 1)


def test_rounds_follow_until_the_check_holds():
    clock = Clock(10, 20, 40)
    assert go_on(clock.attempt, lambda run: len(run) == 3, 180, clock) == ([0, 1, 2], 3)


@pytest.mark.parametrize(("budget", "rounds"), [(0, 1), (29, 1), (30, 2), (69, 2), (70, 3)])
def test_no_round_begins_that_would_pass_the_budget(budget, rounds):
    clock = Clock(10, 20, 40, 80)
    assert go_on(clock.attempt, lambda _: False, budget, clock)[1] == rounds
