"""A number is read as what its row counts: the dead, the injured, both together, or equipment."""

from __future__ import annotations

from importlib.resources import files

import pytest

from casualty_est import Quantity
from casualty_est.errors import QuantityError

LANGUAGES = files("casualty_est.quantity") / "languages"
PLAIN = {
    "injured": ["5 wounded", "5 injured", "injured: 5", "5 WIA", "5 blessés", "5 Verletzte"],
    "casualties": [
        "5 casualties",
        "5 civilian casualties",
        "5 killed and injured",
        "5 dead or hurt",
    ],
    "lost": ["5 tanks", "5 vehicles destroyed", "5 aircraft lost", "5 helicopters"],
    "killed": ["5 killed", "5 dead", "5 bodies", "5 morts", "5 welders"],
}
OTHERS = {
    "injured": "5 killed",
    "casualties": "5 wounded",
    "lost": "5 killed",
    "killed": "5 wounded",
}


@pytest.mark.parametrize(
    ("outcome", "text"), [(outcome, text) for outcome in PLAIN for text in PLAIN[outcome]]
)
def test_what_the_row_counts_is_read(outcome, text):
    read = Quantity.parse(text, outcome=outcome)
    assert (read.form, read.best) == ("exact", 5)
    assert read.counted


@pytest.mark.parametrize(("outcome", "text"), OTHERS.items())
def test_what_it_does_not_count_is_refused(outcome, text):
    with pytest.raises(QuantityError, match="where the column outcome says so"):
        Quantity.parse(text, outcome=outcome)


@pytest.mark.parametrize("outcome", PLAIN)
def test_a_bare_number_is_what_the_row_counts(outcome):
    assert Quantity.parse("5", outcome=outcome).best == 5


def test_nobody_killed_does_not_say_that_nobody_is_injured():
    assert Quantity.parse("nobody killed").is_zero
    assert Quantity.parse("no casualties", outcome="injured").is_zero
    with pytest.raises(QuantityError, match="counts the dead"):
        Quantity.parse("nobody killed", outcome="injured")


def test_the_dead_stand_beside_the_injured():
    (part,) = Quantity.parse("5 killed, 12 injured", outcome="injured").parts
    assert (part.relation, part.row) == ("beside", {"quantity": "5", "outcome": "killed"})


def test_the_dead_and_the_injured_are_parts_of_casualties():
    read = Quantity.parse(
        "1,152 women casualties (350 deaths and 802 injured)", outcome="casualties"
    )
    assert read.best == 1152
    assert read.groups == ("women",)
    assert [part.row["outcome"] for part in read.parts] == ["killed", "injured"]
    assert {part.relation for part in read.parts} == {"part"}


def test_a_part_of_the_injured_is_injured():
    (part,) = Quantity.parse("45 (12 children)", outcome="injured").parts
    assert part.row == {"quantity": "12", "outcome": "injured", "group": "children"}


def test_what_no_row_can_hold_says_so():
    (note,) = Quantity.parse("45 killed, 3 missing").notes
    assert note == "3 missing are beside it, and no row has a place for the missing"


def test_an_outcome_that_is_none():
    with pytest.raises(QuantityError, match="one of killed, injured"):
        Quantity.parse("5", outcome="dead")


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("8,000 militants", ("combatants",)),
        ("3 women and children", ("women", "children")),
        ("5 civilians killed by soldiers", ("civilians",)),
        ("5", ()),
    ],
)
def test_groups_that_a_text_names(text, groups):
    assert Quantity.parse(text).groups == groups


def test_an_error_without_a_level_says_what_was_assumed():
    read = Quantity.parse("1,200 ± 200")
    assert read.content == ("estimate", 1000, 1200, 1400, 0.95)
    assert read.notes == (
        "the level of its interval is not stated: 95% is assumed; write (SD) behind a standard "
        "error",
    )


@pytest.mark.parametrize("path", sorted(LANGUAGES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_word_of_a_language_has_a_native_source(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    section = tagged = ""
    for line in lines:
        if line.startswith("["):
            section, tagged = line, "#" in line
        words = line.startswith((" ", '"', "'")) and not line.rstrip().endswith("[")
        if words and section.startswith("[words"):
            assert tagged or "#" in line, line
    sources = "".join(line for line in lines[:3] if line.startswith("#"))
    assert "Sources: " in sources
    assert sources.count(" = ") >= 2
