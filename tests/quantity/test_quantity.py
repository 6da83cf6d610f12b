"""Quantity and its parser, against counts read by hand."""

import pickle
from dataclasses import FrozenInstanceError
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from casualty_est.errors import CasualtyEstError, QuantityError
from casualty_est.quantity.quantity import Quantity
from casualty_est.quantity.surroundings import between_ends
from casualty_est.quantity.tokens import tokenize
from casualty_est.quantity.words import UNKNOWN as UNKNOWN_WORDS
from casualty_est.quantity.words import VAGUE
from casualty_est.quantity.written_numbers import rounding_grid


def ends(text):
    """Return form, low, best and high of a text."""
    read = Quantity.parse(text)
    return read.form, read.low, read.best, read.high


def exact(n):
    return "exact", n, n, n


def about(n):
    return "about", None, n, None


def at_least(n, best=None):
    return "at_least", n, best, None


def at_most(n):
    return "at_most", 0, None, n


def between(low, high):
    return "between", low, None, high


def vague(low, high):
    return "vague", low, None, high


# Every count in the Daily Kos article of February 2018 as short phrases parted by bars; some of its
# spaces are no-break spaces.
ARTICLE_ROWS = [
    ("more than\u00a0100", at_least(101)),
    ("at least\u00a033 civilians", at_least(33)),
    ("as many as\u00a015", at_most(15)),
    ("7 women", exact(7)),
    ("53 civilians", exact(53)),
    ("12 women", exact(12)),
    ("21 children", exact(21)),
    ("three women|three civilians", exact(3)),
    ("11\u00a0civilians", exact(11)),
    ("at least 13 civilians", at_least(13)),
    ("at least five children", at_least(5)),
    ("some 100", about(100)),
    ("around 500 troops loyal to the state", about(500)),
    ("around\u00a0800 Syrian and Iraqi civilians", about(800)),
    ("at least\u00a06,047\u00a0civilians", at_least(6047)),
    ("more than\u00a028,000", at_least(28001)),
    ("more than\u00a0400,000", at_least(400001)),
    (
        "at least hundreds of thousands, and perhaps more than\u00a01.3 million|"
        "at least hundreds of thousands, and perhaps more than 1.3 million people",
        at_least(200_000, 1_300_000),
    ),
    ("more than half a dozen", at_least(7)),
]

# Texts, parted by bars, and what each of them says.
READ_ROWS = [
    # plain numbers and separators
    ("800| 800 |0800|800.|800.0", exact(800)),
    ("1,234.0", exact(1234)),
    ("6,047|6 047|6\u2009047|6\u202f047|6\u00a0047|6'047|6\u2019047", exact(6047)),
    ("1,300,000|1.300.000", exact(1_300_000)),
    ("1,5 million|1\u00b75 million", exact(1_500_000)),
    ("12 members of one family|12 members of the same family", exact(12)),
    ("31,184 (7 March 2024)|31,184 (March 2024)", exact(31_184)),
    ("75,200 (CI 95: 63,600-86,800)", ("estimate", 63_600, 75_200, 86_800)),
    ("75,200 (IC95% 63,600-86,800)", ("estimate", 63_600, 75_200, 86_800)),
    ("12 died of wounds|12 dead from their injuries", exact(12)),
    ("12 bodies of victims|12 dead relatives of victims", exact(12)),
    ("12 345 678", exact(12_345_678)),
    # digits and separators of other scripts, marks of writing direction
    ("\u0666\u066c\u0660\u0664\u0667", exact(6047)),
    ("\u06f5\u06f5|\uff15\uff15|\u202a55\u202c", exact(55)),
    ("\u0967\u0968\u0969", exact(123)),
    ("\u09eb\u09e6", exact(50)),
    ("\u0661\u066b\u0663 million", exact(1_300_000)),
    ("\u0665\u0665-\u0666\u0660", between(55, 60)),
    ("\ufeff800", exact(800)),
    # multipliers
    ("1.3 million", exact(1_300_000)),
    ("1.2345 million", exact(1_234_500)),
    ("0.500 million|5 hundred thousand", exact(500_000)),
    ("12k", exact(12_000)),
    ("1.5K", exact(1500)),
    ("5m", exact(5_000_000)),
    ("2bn", exact(2_000_000_000)),
    ("2 lakh", exact(200_000)),
    ("1 crore", exact(10_000_000)),
    ("10 billion", exact(10_000_000_000)),
    # number words
    ("zero", exact(0)),
    ("one|a single civilian|single", exact(1)),
    ("a couple|a couple of civilians", exact(2)),
    ("a dozen|dozen people", exact(12)),
    ("half a dozen|half-dozen", exact(6)),
    ("two dozen|two-dozen civilians", exact(24)),
    ("3 score", exact(60)),
    ("twenty-one|twenty one", exact(21)),
    ("a hundred", exact(100)),
    ("one hundred and twenty|one hundred twenty", exact(120)),
    ("twelve hundred|twelve-hundred", exact(1200)),
    ("a thousand and one", exact(1001)),
    ("two thousand three hundred", exact(2300)),
    ("one hundred and fifty thousand three hundred", exact(150_300)),
    ("two million five hundred thousand and one", exact(2_500_001)),
    ("half a million", exact(500_000)),
    ("a quarter of a million", exact(250_000)),
    ("one and a half million|a million and a half", exact(1_500_000)),
    ("2 and a half million", exact(2_500_000)),
    # zero
    (
        "0|0 civilians|no|none|None killed|nobody|nil|no civilians|no civilian deaths|"
        "no one was killed|no-one",
        exact(0),
    ),
    # about
    (
        "about 800|around 800|approximately 800|approx. 800|roughly 800|circa 800|c. 800|"
        "ca. 800|ca 800|~800|\u2248 800|an estimated 800|estimated 800|almost 800|"
        "close to 800|just over 800|800 or so|perhaps about 800",
        about(800),
    ),
    ("some two dozen", about(24)),
    ("nearly a hundred", about(100)),
    ("a dozen or so", about(12)),
    # at least
    ("at least 6,047|At Least 6,047", at_least(6047)),
    (
        "no fewer than 15|no less than 15|not less than 15|a minimum of 15|upwards of 15|"
        ">=15|\u226515|15+|15+ civilians|15 or more|15 or more civilians|"
        "15 civilians or more|15 dead at least|at least a total of 15",
        at_least(15),
    ),
    ("at least about 100", at_least(100)),
    ("at least a dozen", at_least(12)),
    ("at least 0", at_least(0)),
    # more than
    ("more than 15|over 15|above 15|exceeding 15|in excess of 15|well over 15|>15", at_least(16)),
    ("more than a hundred", at_least(101)),
    ("over two dozen", at_least(25)),
    ("over 1.3 million", at_least(1_300_001)),
    # at most
    (
        "up to 15|perhaps as many as 15|up to perhaps 15|up to about 15|no more than 15|"
        "not more than 15|at most 15|a maximum of 15|\u2264 15|<=15|15 or fewer|15 or less",
        at_most(15),
    ),
    ("fewer than 15|less than 15|under 15|<15", at_most(14)),
    ("fewer than 1", at_most(0)),
    # ranges
    ("55-60|55 - 60|55\u201360|55\u201460|55\u201160|about 55-60", between(55, 60)),
    (
        "6 to 8|from 6 to 8|between 6 and 8|between 6 and 8 civilians|between 6-8|"
        "between about 6 and 8",
        between(6, 8),
    ),
    ("15 or 16", between(15, 16)),
    ("two or three", between(2, 3)),
    ("forty-fifty", between(40, 50)),
    ("0-3", between(0, 3)),
    ("5-5", between(5, 5)),
    ("900-1,200", between(900, 1200)),
    ("6,136-9,315", between(6136, 9315)),
    ("at least 10 and at most 15|at least 10, perhaps up to 15", between(10, 15)),
    ("at least 10 but fewer than 20", between(10, 19)),
    ("more than 9 and fewer than 11", between(10, 10)),
    # ends of a range that share a multiplier, or do not
    ("2-3 million", between(2_000_000, 3_000_000)),
    ("1.2-1.5 million", between(1_200_000, 1_500_000)),
    ("between 5 and 6 thousand", between(5000, 6000)),
    ("1-2k", between(1000, 2000)),
    ("one or two dozen", between(12, 24)),
    ("two to three hundred", between(200, 300)),
    ("2-3 hundred thousand", between(200_000, 300_000)),
    ("one hundred to two hundred thousand", between(100_000, 200_000)),
    ("120 to two hundred thousand", between(120_000, 200_000)),
    ("1 million to 2 million", between(1_000_000, 2_000_000)),
    ("900,000 to 1.2 million", between(900_000, 1_200_000)),
    ("800-1.2k", between(800, 1200)),
    ("10 to a hundred|ten to one hundred", between(10, 100)),
    ("5 to a dozen", between(5, 12)),
    ("two hundred to three hundred and fifty", between(200, 350)),
    ("between one hundred and two hundred", between(100, 200)),
    ("between one hundred and twenty and two hundred and fifty", between(120, 250)),
    ("between a thousand and one and two thousand", between(1001, 2000)),
    # a floor and a best guess
    ("at least 10 and perhaps 15|at least 10, perhaps 15", at_least(10, 15)),
    ("more than 10 civilians, and possibly around 15", at_least(11, 15)),
    # vague words
    ("tens", vague(10, 99)),
    ("dozens", vague(24, 96)),
    ("scores", vague(40, 100)),
    ("hundreds|hundreds of people|some hundreds", vague(100, 900)),
    ("several hundred|several hundreds", vague(300, 900)),
    ("thousands", vague(1000, 9000)),
    ("several thousand", vague(3000, 9000)),
    ("tens of thousands|tens of thousands of civilians", vague(10_000, 90_000)),
    ("hundreds of thousands", vague(200_000, 900_000)),
    ("millions", vague(1_000_000, 9_000_000)),
    ("a few|a handful of people", vague(2, 5)),
    ("several", vague(3, 9)),
    ("a few dozen", vague(24, 60)),
    ("several dozen", vague(36, 108)),
    ("a few hundred", vague(200, 500)),
    ("a few hundred thousand", vague(200_000, 500_000)),
    ("dozens or hundreds|from dozens to hundreds|dozens, perhaps hundreds", vague(24, 900)),
    ("at least dozens|more than dozens", at_least(24)),
    ("hundreds or more", at_least(100)),
    ("up to hundreds", at_most(900)),
    # leading words that change nothing
    ("perhaps 15|a total of 15", exact(15)),
    ("reportedly at least 15", at_least(15)),
    # nouns after the number
    ("12 killed to date|12 killed at a wedding", exact(12)),
    ("5 fighters' wives", exact(5)),
    ("one of the dead", exact(1)),
]
READ = [(text, row[1]) for row in ARTICLE_ROWS + READ_ROWS for text in row[0].split("|")]

UNKNOWN = [
    *(None, "", "  ", "\u00a0", "unknown", "Unknown", "not known", "unclear", "undisclosed"),
    *("nan", "NA", "n/a", "N/A", "-", "\u2014", "?", "#N/A", "not reported", "no information"),
]

# Texts, and a piece of the reason why none of them is read.
REFUSED_ROWS = [
    ("1.300|12.345|1.234 million", "write thousands with a comma"),
    ("1,300 million|1,300-1,400 million", "could separate thousands or decimals"),
    ("1,5|1,30|1,300 000|12 34|0,345", "group the digits by three"),
    ("2.5|two and a half|1.5555k|1/2|1 1/2|\u00bd", "whole numbers"),
    ("1e6", "'e' on the digits"),
    ("12 deaths averted|12 death threats|12 near-deaths|12 people at risk", "nobody died"),
    ("12 sentenced to death|12 potential deaths|12 death row inmates", "nobody died"),
    ("12 relatives of the dead|12 family members of victims", "nobody died"),
    ("12th", "'th' on the digits"),
    ("11 billion|20 trillion", "more than the people alive"),
    ("-5|\u22125|about -5|minus 5", "negative"),
    ("inf|Infinity", "finite"),
    ("None", "a program writes None"),
    ("60-55", "its low end, 60, lies above its high end, 55"),
    ("between 8 and 6", "low end, 8, lies above"),
    ("2018-02-09", "lies above"),
    ("at least 20 and at most 10|at least 15 and perhaps 10", "must not decrease"),
    ("at least 6-8|up to 6-8", "before a range"),
    ("at least at most 5|at least 15 or fewer", "stand beside one number"),
    ("about 0", "about zero"),
    ("fewer than 0|fewer than hundreds", "above zero"),
    ("12 to|12 and|hundreds of", "unfinished"),
    ("from 6|between 6 and", "two ends"),
    (
        "5 of 12|one in five|6 to 8 to 10|12 killed in five of ten towns|"
        "one thousand one thousand|5 thousand 200",
        "second number",
    ),
    ("100%", "percentage"),
    ("5/12", "'/'"),
    ("12:30", "':'"),
    ("12, 3 wounded", "which of its numbers"),
    (
        "12\u00b2|55\u00ad60|three-member family|5---6|55-",
        "no meaning",
    ),
    (
        "$5|+5|a|a village|first|few|many civilians|about civilians|million killed|hundred",
        "is not a number",
    ),
    ("at least|from dozens", "it contains no number"),
    ("half|half of them", "part of"),
    (
        "5 m|5 times|12 a day|30 day|5 others|"
        "one third of civilians|two hundered civilians|5 milion|3 thousnd dead|"
        "two hundredand fifty|5 lac|hundreds of thousends",
        "could change",
    ),
    ("500 to 1 million|two to three hundred and fifty", "may or may not share"),
    ("no casualties reported|none reported", "nothing is known"),
    ("at least 5 and perhaps 6-8", "do not make one quantity"),
    ("9" * 40, "more than the people alive"),
    ("9" * 301, "longer than 300"),
]
REFUSED = [(text, row[1]) for row in REFUSED_ROWS for text in row[0].split("|")]

CANONICAL = {
    "6047": "6,047",
    "about 800": "about 800",
    "at least 6,047": "at least 6,047",
    "more than 28,000": "more than 28,000",
    "at least 28,001": "at least 28,001",
    "at least hundreds of thousands, and perhaps more than 1.3 million": (
        "at least 200,000, perhaps 1,300,000"
    ),
    "as many as 15": "at most 15",
    "fewer than 1,000": "fewer than 1,000",
    "from 6,136 to 9,315": "6,136-9,315",
    "several hundreds": "several hundred",
    "dozens or hundreds": "dozens to hundreds",
    "": "unknown",
    "none": "0",
}


@pytest.mark.parametrize(("text", "expected"), READ)
def test_text_is_read_as_by_hand(text, expected):
    assert ends(text) == expected
    assert Quantity.parse(text).text == text


@pytest.mark.parametrize(("text", "expected"), READ)
def test_canonical_form_parses_back(text, expected):
    assert ends(str(Quantity.parse(text))) == expected


@pytest.mark.parametrize(("text", "expected"), CANONICAL.items())
def test_canonical_form(text, expected):
    assert str(Quantity.parse(text)) == expected


@pytest.mark.parametrize("text", [*UNKNOWN, "an unknown number of civilians", "unknown number"])
def test_unknown_is_not_zero(text):
    read = Quantity.parse(text)
    assert (read.form, read.low, read.best, read.high) == ("unknown", None, None, None)
    assert read.is_unknown
    assert not read.is_zero


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_refused_with_the_text_the_reason_and_the_forms(text, reason):
    with pytest.raises(QuantityError) as caught:
        Quantity.parse(text)
    message = str(caught.value)
    assert reason in message.split(" cannot be read as a quantity: ")[1]
    assert "800, about 800, at least 6,047" in message
    if len(text) < 70:
        assert message.startswith(repr(text))
    assert "\n" not in message
    assert caught.value.__cause__ is None


def test_shown_text_is_cut_at_80_characters():
    with pytest.raises(QuantityError) as caught:
        Quantity.parse("z" * 200)
    shown, reason = str(caught.value).split(" cannot be read as a quantity: ")
    assert shown == "'" + "z" * 76 + "..."
    assert len(reason) < 360


def test_every_missing_mark_is_one_the_tokenizer_can_produce():
    for mark in UNKNOWN_WORDS:
        assert " ".join(tokenize(mark)).rstrip() == mark


@pytest.mark.parametrize("name", VAGUE)
def test_every_vague_word_parses_to_its_row(name):
    assert ends(name) == vague(*VAGUE[name])
    assert ends(f"{name} of civilians") == vague(*VAGUE[name])


@pytest.mark.parametrize(
    ("texts", "grid"),
    [
        ("6,047|7|10|0|55-60|at least 33", 1),
        ("800|about 800|800.0|900-1,200", 10),
        ("6,000|fewer than 1,000", 100),
        ("12k|28,000|more than 28,000", 1000),
        ("1.30 million", 10_000),
        ("1.3 million|at least hundreds of thousands, and perhaps 1.3 million", 100_000),
        ("dozens|at least dozens|unknown", None),
    ],
)
def test_grid_is_the_rounding_seen_in_the_digits(texts, grid):
    assert {Quantity.parse(text).grid for text in texts.split("|")} == {grid}


def test_rounding_grid_by_hand():
    pairs = {1: 1, 10: 1, 99: 1, 100: 10, 120: 10, 1000: 100, 1010: 10, 1_300_000: 100_000}
    assert {n: rounding_grid(n) for n in pairs} == pairs


@pytest.mark.parametrize(
    "kind", [int, float, np.int64, np.uint8, np.float64, np.float32, Decimal, Fraction]
)
def test_numeric_cells(kind):
    assert ends(kind(5)) == exact(5)
    assert ends(kind(0)) == exact(0)
    read = Quantity.parse(kind(5))
    assert [type(end) for end in (read.low, read.best, read.high, read.text)] == [int] * 3 + [str]


def test_numpy_text_cell():
    assert ends(np.str_("about 5")) == about(5)
    assert type(Quantity.parse(np.str_("about 5")).text) is str


NO_COUNTS = [
    *(True, np.True_, 1j, b"5", [5], object(), Fraction(3, 2), np.float64("nan")),
    *(float(text) for text in ("-1", "2.5", "nan", "inf", "-inf")),
    *(Decimal(text) for text in ("NaN", "sNaN", "1e999999999", "5.000000000000000000000001")),
    *(10**power for power in (11, 400, 5000)),
]


@pytest.mark.parametrize("cell", NO_COUNTS, ids=lambda cell: type(cell).__name__)
def test_cells_that_are_no_count_are_errors(cell):
    with pytest.raises(QuantityError, match=r"^a quantity must be "):
        Quantity.parse(cell)


def test_a_quantity_parses_to_itself():
    read = Quantity.parse("about 800")
    assert Quantity.parse(read) is read


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ((-1, None, None, "at_least"), "low must be None or a whole number"),
        ((None, float("nan"), None, "about"), "best must be None or a whole number"),
        ((0, None, float("inf"), "at_most"), "high must be None or a whole number"),
        ((2.5, 2.5, 2.5, "exact"), "low must be None or a whole number"),
        ((True, 1, 1, "exact"), "low must be text or a whole number, but got bool"),
        ((10**11, None, None, "at_least"), "up to 10,000,000,000"),
        ((10**5000, None, None, "at_least"), "up to 10,000,000,000"),
        ((5, None, 3, "between"), "must not decrease, but got 5, 3"),
        ((5, 3, None, "at_least"), "must not decrease"),
        ((1, 2, 3, "between"), "do not make form 'between'"),
        ((1, 2, 2, "exact"), "do not make form 'exact'"),
        ((None, 0, None, "about"), "do not make form 'about'"),
        ((3, None, 15, "at_most"), "do not make form 'at_most'"),
        ((3, None, 17, "vague"), "do not make form 'vague'"),
        ((1, 1, 1, "unknown"), "do not make form 'unknown'"),
        ((1, 1, 1, "exactly"), "the forms are exact, about, at_least"),
        ((1, 1, 1, "exact", 0), "grid must be at least 1"),
    ],
)
def test_constructor_refuses_what_no_count_can_be(args, reason):
    with pytest.raises(QuantityError, match=reason):
        Quantity(*args)


def test_constructor_stores_whole_numbers_as_int():
    read = Quantity(5.0, np.float64(5), np.int64(5), "exact")
    assert [type(end) for end in (read.low, read.best, read.high)] == [int, int, int]
    assert str(read) == "5"


def test_frozen_hashable_picklable_and_text_counts_for_equality():
    read = Quantity.parse("about 800")
    with pytest.raises(FrozenInstanceError):
        read.low = 3
    assert not hasattr(read, "__dict__")
    assert pickle.loads(pickle.dumps(read)) == read
    assert len({read, Quantity.parse("around 800"), Quantity.parse("about 800")}) == 2


def test_is_zero():
    assert Quantity.parse("no civilians").is_zero
    assert Quantity.parse("fewer than 1").is_zero
    assert not Quantity.parse("at least 0").is_zero
    assert not Quantity.parse("up to 15").is_zero


def test_the_error_belongs_to_the_package_and_is_a_value_error():
    with pytest.raises(CasualtyEstError):
        Quantity.parse("lots")
    with pytest.raises(ValueError, match="lots"):
        Quantity.parse("lots")


def test_counts_of_two_columns_are_never_taken_for_years():
    assert between_ends(1950, 2000) == "1950 to 2000"
    assert Quantity.parse(between_ends(1950, 2000)).content == ("between", 1950, None, 2000, None)
    assert between_ends("12", "600") == "12-600"
