"""Counts that are compared cover the same days, or the table is refused."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from casualty_est.claims.table.claims import Claims
from casualty_est.claims.table.counting import count_once
from casualty_est.claims.table.windows import WindowError
from tests.support.claim_tables import day, left, stands, table


def test_blank_and_half_windows_take_that_of_the_others():
    claims = table(
        """source|quantity|start|end
        A|1|2014-08-08|
        B|2||2018-02-09
        C|3||
        D|4|2014-08-08|2018-02-09"""
    )
    counted = count_once(claims)
    window = (day("2014-08-08"), day("2018-02-09"))
    assert [claim.window for claim in counted.claims] == [window] * 4
    assert counted.notes == (
        (
            "window_assumed",
            "3 claims take the window of those they overlap, 2014-08-08 to 2018-02-09 "
            "(rows 1, 2, 3)",
        ),
    )


def test_a_window_taken_over_can_reveal_a_repeat_or_a_restatement():
    claims = table(
        """source|quantity|scope|end|reported
        A|50|x|2018-02-09|
        A|50|x||
        B|60|y|2018-02-09|2018-02-09
        B|70|y||2018-03-01"""
    )
    counted = count_once(claims)
    assert [line for _, line in stands(counted)] == [1, 4]
    assert left(counted) == [(2, "repeat"), (3, "restated")]


def test_a_blank_window_between_two_others_is_refused():
    claims = table(
        """source|quantity|scope|end
        A|1|Iraq|2017-12-31
        B|2|Syria|2018-12-31
        C|3|Iraq+Syria|"""
    )
    with pytest.raises(WindowError, match=r"up to 2017-12-31 .* against up to 2018-12-31"):
        count_once(claims)
    assert len(count_once(Claims.from_rows(claims.rows[:2])).claims) == 2


@pytest.mark.parametrize(
    ("cell", "meets"),
    [
        ("Syria|killed|civilians|Coalition", True),
        ("Iraq+Syria|killed|civilians|Coalition", True),
        ("all|killed|civilians|Coalition", True),
        ("all|killed|civilians|any", True),
        ("all|killed|civilians|Russia", False),
        ("Iraq|killed|civilians|any", False),
        ("Iraq|killed|civilians|Coalition", False),
        ("Syria|casualties|civilians|any", True),
        ("Syria|injured|civilians|any", False),
        ("Syria|killed|women|Coalition", True),
        ("Syria|killed|all|Coalition", True),
        ("Syria|killed|combatants|Coalition", False),
        ("Syria|killed|journalists|Coalition", False),
        ("Syria|killed|civilians|Russia", False),
    ],
)
def test_windows_must_agree_exactly_where_cells_overlap(cell, meets):
    claims = table(
        f"""source|quantity|scope|outcome|group|perpetrator|end
        A|100|Syria|killed|civilians|Coalition|2018-01-31
        B|150|{cell}|2018-02-28"""
    )
    if meets:
        with pytest.raises(WindowError):
            count_once(claims)
    else:
        assert len(count_once(claims).claims) == 2


def test_wide_scope_and_wide_perpetrator_overlap_each_other():
    claims = table(
        """source|quantity|scope|perpetrator|end
        A|100|all|Coalition|2018-01-31
        B|150|Syria|any|2018-02-28"""
    )
    with pytest.raises(WindowError):
        count_once(claims)


def pairs_overlap(one, other):
    """Overlap of two cells by its definition, one pair at a time."""
    outcomes = {"casualties": {"killed", "injured"}}
    civilian = {"women": {"civilians"}, "all": {"civilians", "combatants"}}
    scopes = "all" in (one.scope, other.scope) or set(one.scopes) & set(other.scopes)
    people = "any" in (one.perpetrator, other.perpetrator) or one.perpetrator == other.perpetrator
    return bool(
        scopes
        and people
        and outcomes.get(one.outcome, {one.outcome}) & outcomes.get(other.outcome, {other.outcome})
        and civilian.get(one.group, {one.group}) & civilian.get(other.group, {other.group})
    )


@pytest.mark.parametrize("seed", range(40))
def test_windows_agree_with_a_comparison_of_all_pairs(seed):
    draw = random.Random(seed)
    rows = pd.DataFrame(
        {
            "source": [f"S{n}" for n in range(5)],
            "quantity": range(1, 6),
            "scope": [draw.choice(["a", "b", "c", "a+b", "b+c", "all"]) for _ in range(5)],
            "outcome": [draw.choice(["killed", "injured", "casualties"]) for _ in range(5)],
            "group": [draw.choice(["women", "combatants", "civilians", "all"]) for _ in range(5)],
            "perpetrator": [draw.choice(["x", "y", "any"]) for _ in range(5)],
            "end": [draw.choice(["2018-01-31", "2018-01-31", "2018-02-28"]) for _ in range(5)],
        }
    )
    claims = Claims(rows)
    clash = any(
        pairs_overlap(one, other) and one.end != other.end for one in claims for other in claims
    )
    if clash:
        with pytest.raises(WindowError):
            count_once(claims)
    else:
        assert len(count_once(claims).claims) == 5
