"""Numbers that eight languages spell out, by two other programs than the parser.

The texts were written from their numbers by num2words 0.5.14, which shares nothing with the parser;
those in which it errs were left out.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from casualty_est import Quantity
from casualty_est.errors import QuantityError

PATH = Path(__file__).parents[1] / "data" / "spelled_numbers.csv"
with PATH.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
# "And" inside a number, and between two numbers.
TWO_ENDS = {
    "entre mil e dois mil mortos": (1000, 2000),
    "entre vinte e vinte e cinco mortos": (20, 25),
    "entre cento e vinte e cento e trinta": (120, 130),
    "entre mil e duzentos e mil e trezentos": (1200, 1300),
    "entre cem e duzentos": (100, 200),
    "entre treinta y cuarenta y cinco": (30, 45),
    "entre treinta y cinco y cuarenta": (35, 40),
    "entre vingt et un et trente": (21, 30),
    "entre vingt et trente": (20, 30),
    "zwischen zwanzig und dreißig Tote": (20, 30),
    "\u0628\u064a\u0646 \u0639\u0634\u0631\u0629 \u0648\u0639\u0634\u0631\u064a\u0646": (10, 20),
    "\u0628\u064a\u0646 \u0645\u0626\u0629 \u0648\u0645\u0626\u062a\u064a\u0646": (100, 200),
    "від десяти до двадцяти": (10, 20),
    "dos mil o tres mil": (2000, 3000),
    # The hundreds are spoken behind the second end only.
    "deux ou trois cents": (200, 300),
    "deux-trois cents": (200, 300),
    "zwei bis dreihundert Tote": (200, 300),
    "dos o tres mil": (2000, 3000),
}
# The fifth is 25, or 5 and 20.
ASKED = {
    "1.5 mil": "million to others",
    "5 mil": "million to others",
    "dos": "two languages",
    "elf": "two languages",
    "بين خمسة وعشرين": "needs two ends",
    "1.200 millones": "could mean 1,200 or 1.2",
    "1,200 millones": "could separate thousands or decimals",
}


@pytest.mark.parametrize("name", sorted({row["language"] for row in ROWS}))
def test_spelled_numbers(name):
    rows = [row for row in ROWS if row["language"] == name]
    assert len(rows) > 25
    read = [Quantity.parse(row["text"]) for row in rows]
    assert [quantity.best for quantity in read] == [int(row["number"]) for row in rows]
    assert {quantity.form for quantity in read} == {"exact"}


@pytest.mark.parametrize(("text", "ends"), TWO_ENDS.items())
def test_two_ends(text, ends):
    read = Quantity.parse(text)
    assert (read.form, read.low, read.high) == ("between", *ends)


@pytest.mark.parametrize(
    ("text", "count", "part"),
    [
        ("treinta (cinco ni\u00f1os)", 30, 5),
        ("cent (vingt enfants)", 100, 20),
        ("quatre, vingt bless\u00e9s", 4, 20),
        ("deux morts et trois cents bless\u00e9s", 2, 300),
    ],
)
def test_no_number_goes_on_over_a_sign(text, count, part):
    read = Quantity.parse(text)
    assert (read.best, read.parts[0].quantity.best) == (count, part)


@pytest.mark.parametrize(("text", "reason"), ASKED.items())
def test_what_may_be_read_in_two_ways_is_asked(text, reason):
    with pytest.raises(QuantityError, match=reason):
        Quantity.parse(text)
