"""What stands beside a number takes no hedge from it, and texts without a number bring none."""

from __future__ import annotations

import pytest

from casualty_est import Quantity
from casualty_est.errors import QuantityError

HEDGED = """
40+|at least 40|about 40|40 or more|40 or so|up to 40|40-50|nearly 40|over 40|40 at least|40 (est.)
40, perhaps more|40-odd|40-plus|40 at most|40 (minimum)|dozens|40, possibly 50|40 (30-50)
fewer than 40|at least 40, perhaps 50
"""
BESIDE = """
 incl. 3 children|, including 3 children| (3 children)| killed| people killed| (including 3 women)
 civilians killed and 120 injured| killed, 120 injured| dead (UN)| dead in Aleppo| killed since 2014
; 120 wounded| of whom 3 were children|*| (unconfirmed)
 according to the ministry| killed/120 injured| plus 120 injured
 including at least 3 children| people, mostly women| (figures vary)|, officials say
"""


def listed(text):
    return [one for line in text.strip("\n").splitlines() for one in line.split("|")]


@pytest.mark.parametrize("hedged", listed(HEDGED))
def test_what_stands_beside_a_number_leaves_its_hedge(hedged):
    alone = Quantity.parse(hedged).content
    read = 0
    for beside in listed(BESIDE):
        try:
            quantity = Quantity.parse(hedged + beside)
        except QuantityError:
            continue
        read += 1
        assert quantity.content == alone, beside
    assert read >= 10


@pytest.mark.parametrize(
    "text",
    [
        "not yet released",
        "death toll unknown",
        "no reliable figures",
        "no casualty figures available",
        "no information on casualties",
        "casualties not known at this time",
        "number of dead cannot be confirmed",
        "unknown / disputed",
    ],
)
def test_words_that_say_that_nothing_is_known(text):
    assert Quantity.parse(text).is_unknown


@pytest.mark.parametrize(
    "text", ["no deaths reported", "none known", "no known deaths", "not killed", "not", "yet"]
)
def test_what_may_be_nobody_is_asked(text):
    with pytest.raises(QuantityError):
        Quantity.parse(text)


def test_a_number_beside_the_unknown_is_kept():
    assert Quantity.parse("12 confirmed; total unknown").stated_low == 12


@pytest.mark.parametrize(
    "text",
    [
        "40 presos",
        "40 \u0437\u0430\u043b\u043e\u0436\u043d\u0438\u043a\u043e\u0432",
        "40 Fl\u00fcchtlinge",
        "40 prisonniers",
    ],
)
def test_people_who_may_live_are_no_dead_in_any_language(text):
    with pytest.raises(QuantityError, match="not the dead"):
        Quantity.parse(text)


def test_people_who_may_live_are_dead_where_a_word_says_so():
    assert Quantity.parse("killed: 5 hostages").content == Quantity.parse("5").content


@pytest.mark.parametrize(
    "text",
    ["12 muertos por d\u00eda", "12 morts par jour", "12 Tote im Jahr", "12 mortos em m\u00e9dia"],
)
def test_a_rate_is_no_occasion(text):
    with pytest.raises(QuantityError):
        Quantity.parse(text)


@pytest.mark.parametrize(
    ("text", "ends"),
    [("1.300 (950-1.650)", (950, 1300, 1650)), ("950-1.200", (950, None, 1200))],
)
def test_points_that_can_be_no_decimals_part_thousands(text, ends):
    quantity = Quantity.parse(text)
    assert (quantity.low, quantity.best, quantity.high) == ends


@pytest.mark.parametrize("text", ["18.000 (15.000-21.000)", "1.200 (1.100-1.300)", "1.200"])
def test_points_that_may_be_decimals_are_asked(text):
    with pytest.raises(QuantityError, match="could mean"):
        Quantity.parse(text)


def test_an_error_that_differs_by_side():
    assert Quantity.parse("1,000 (-100/+150)").content == ("estimate", 900, 1000, 1150, 0.95)
