"""Group words of a table's own are told, and asked about where they may share people."""

from __future__ import annotations

import pandas as pd
import pytest

from casualty_est import Claims, ClaimsModel


def notes(*groups, outcome="killed"):
    rows = pd.DataFrame({"source": "Lantern", "quantity": "5", "group": groups, "outcome": outcome})
    codes = ("own_groups", "group_overlap")
    return [text for code, text in Claims(rows).warnings if code in codes]


def test_known_groups_are_passed_over():
    assert notes("civilians", "Women", "children", "combatants") == []


@pytest.mark.parametrize(
    "group", ["girls", "boys", "unknown", "adults", "policemen", "medics", "X"]
)
def test_each_own_word_is_told(group):
    (text,) = notes(group)
    assert text.startswith(f"{group!r} (row 1) is a label of your own, taken as a count apart")
    assert "not of civilians either" in text
    assert "[groups]" in text


@pytest.mark.parametrize(
    ("group", "known"),
    [
        ("girls", "children, women"),
        ("boys", "children, men"),
        ("adults", "civilians"),
        ("policemen", "civilians, combatants"),
        ("unknown", "civilians, combatants"),
        ("infants", "children"),
        ("rebels", "combatants"),
    ],
)
def test_overlap_is_asked(group, known):
    text = notes(group, *known.split(", "))[1]
    assert text.startswith(f"{group!r} (row 1) may share people with {known}, ")


def test_a_word_that_may_hold_others_is_asked():
    (_, text) = notes("adults", "women", "men")
    assert text.startswith("'adults' (row 1) may contain women and men, ")


def test_elderly_beside_women_is_said():
    assert notes("elderly", "women") == [
        "elderly is taken as a part of civilians, and its people may be women or men, too"
    ]
    assert notes("elderly", "civilians") == []


def test_a_slip_of_the_keyboard_is_asked():
    assert "did you mean 'civilians'?" in notes("civillians")[0]


def test_equipment_has_groups_of_its_own():
    assert notes("tanks", outcome="lost") == []


@pytest.mark.parametrize(
    ("word", "group"),
    [("ni\u00f1os", "children"), ("Frauen", "women"), ("\u0434\u0456\u0442\u0438", "children")],
)
def test_words_of_other_languages(word, group):
    claims = Claims(pd.DataFrame({"source": ["A"], "quantity": ["5"], "group": [word]}))
    assert claims.rows[0].group == group
    assert any(code == "reworded" for code, _ in claims.warnings)


def test_what_the_priors_declare_is_not_asked(tmp_path):
    path = tmp_path / "priors.toml"
    path.write_text('[groups.girls]\ninside = "children"\n', encoding="utf-8")
    rows = {"source": ["A", "B"], "quantity": ["5", "9"], "group": ["girls", "children"]}
    claims = Claims(pd.DataFrame(rows | {"role": "monitor"}))
    codes = {"own_groups", "group_overlap"}
    assert codes <= {code for code, _ in ClaimsModel(claims).notes}
    assert codes.isdisjoint(code for code, _ in ClaimsModel(claims, priors=path).notes)


def test_many_own_words_are_told_in_one_note_behind_the_first():
    told = notes(*(f"unit {n}" for n in range(12)))
    assert len(told) == 9
    assert told[8].startswith(
        "'unit 8', 'unit 9', 'unit 10', 'unit 11' are more labels of your own"
    )
