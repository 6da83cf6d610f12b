"""Lists that hold nobody alone, lists that share nobody, and lists that are all alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.lists.table.alone import by_chance
from casualty_est.lists.table.copies import copied, strangers


def population(seed=5, number=2000):
    """Three independent lists, and a fourth that samples whoever is on one of them."""
    rng = np.random.default_rng(seed)
    on = rng.random((number, 3)) < (0.25, 0.2, 0.2)
    frame = pd.DataFrame(on.astype(int), columns=["A", "B", "C"])[on.any(axis=1)]
    return frame.assign(verified=(rng.random(len(frame)) < 0.4).astype(int))


def table(*rows, lists="ABCDE"):
    width = len(rows[0]) - 1
    return ce.CaptureHistories(pd.DataFrame(rows, columns=[*lists[:width], "count"]))


def test_a_list_sampled_from_the_others_is_left_out_and_said():
    frame = population()
    histories = ce.CaptureHistories(frame, lists=["A", "B", "C", "verified"])
    model = ce.ListModel(histories, families="independence")
    assert model.histories.lists == ("A", "B", "C")
    text = dict(model.notes)["copied"]
    assert text.startswith(f"list verified is left out: every one of its {frame.verified.sum()} ")
    low, high = model.fit(seed=1).summary()[["low", "high"]].iloc[0]
    assert low < 2000 < high
    kept = ce.ListModel(histories, families="independence", copies="keep")
    assert "verified" in kept.histories.lists
    assert kept.fit(seed=1).summary()["high"].iloc[0] < 2000


def test_nobody_alone_by_chance_is_kept():
    """Four people, in a population of which the lists miss hardly anybody."""
    few = table((1, 1, 0, 90), (1, 0, 0, 8), (0, 1, 0, 7), (1, 1, 1, 4))
    assert copied([few]) == ()
    (stratum,) = few.strata
    # By hand: 15 of the 205 places on A and B are of people on one of them only.
    assert by_chance(stratum.table, "C") == pytest.approx((1 - 15 / 203) ** 4)
    many = table((1, 1, 0, 90), (1, 0, 0, 80), (0, 1, 0, 70), (1, 1, 1, 40))
    assert copied([many]) == ("C",)


def test_two_lists_alike_are_one():
    twins = table((1, 1, 0, 50), (0, 0, 1, 40), (1, 1, 1, 20))
    assert copied([twins]) == ("A",)
    assert ce.ListModel(twins, families="independence").histories.lists == ("B", "C")


def test_what_one_replicate_holds_alone_is_no_copy():
    copy = table((1, 0, 0, 50), (0, 1, 0, 60), (1, 1, 0, 30), (1, 0, 1, 40))
    own = table((1, 0, 0, 50), (0, 1, 0, 60), (1, 1, 0, 30), (1, 0, 1, 40), (0, 0, 1, 1))
    assert copied([copy]) == ("C",)
    assert copied([copy, own]) == ()


def test_a_stratum_keeps_two_lists():
    rows = [(1, 0, 0, 50), (0, 1, 0, 60), (1, 1, 0, 30), (1, 0, 1, 40)]
    march = pd.DataFrame(rows, columns=["A", "B", "C", "count"]).assign(month="x")
    april = pd.DataFrame({"A": [1, 1], "B": "", "C": [0, 1], "count": [9, 8], "month": "y"})
    frame = pd.concat([march, april])
    assert copied([ce.CaptureHistories(frame, by="month")]) == ()


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        ([(1, 1, 50), (1, 0, 20)], "list B lies inside list A"),
        ([(1, 1, 1, 50)], "every list names the same people"),
        ([(1, 0, 40), (0, 1, 30)], "no person is on two lists"),
        ([(1, 0, 0, 40), (0, 1, 0, 30), (0, 0, 1, 5)], "no person is on two lists"),
    ],
)
def test_where_only_priors_speak_there_is_no_headline(rows, part):
    est = ce.ListModel(table(*rows), families="independence").fit(seed=1, draws=100)
    assert est.headline().startswith("no headline number")
    assert est.level() == "none"
    assert part in est.meta.no_level
    assert part in est.identification().sentences[0]
    assert est.modes() == ()


def test_whoever_knows_better_gets_a_number():
    est = ce.ListModel(table((1, 1, 50), (1, 0, 20)), copies="keep").fit(seed=1, draws=100)
    assert est.headline().startswith("about 7")
    none = ce.ListModel(table((1, 0, 40), (0, 1, 30)), copies="keep").fit(seed=1, draws=100)
    assert none.level() == "none"
    with pytest.raises(UsageError, match="copies must be 'drop' or 'keep', not True"):
        ce.ListModel(table((1, 1, 50), (1, 0, 20)), copies=True)


def test_a_list_that_shares_nobody_is_said():
    alone = table((1, 0, 0, 40), (0, 1, 0, 30), (0, 0, 1, 20), (1, 1, 0, 6))
    assert strangers(alone.strata[0].table) == ["C"]
    model = ce.ListModel(alone, families="independence")
    assert dict(model.notes)["shares_nobody"].startswith("list C shares nobody with any other list")
    assert strangers(table((1, 0, 40), (0, 1, 30)).strata[0].table) == []
