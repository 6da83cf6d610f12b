"""Texts made of pieces of the grammar: a value or a package error, and no number from nowhere.

The numbers that a text holds are worked out here without the parser: every number in digits or
words, and what neighbours make by sum and product. Each end of a reading must be among them, one
beside one of them ("more than"), the end of a vague word, or thousands of the left end of a range.
"""

from __future__ import annotations

import csv
import random
import re
import unicodedata
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

from casualty_est import Quantity
from casualty_est.errors import QuantityError
from casualty_est.quantity.words import SHADES, VAGUE

SEED = 20
PIECES = (
    "at least|more than|up to|about|perhaps|between|from|fewer than|or more|or so|"
    "at most|nearly|~|>|<=|+|or fewer|min|max|approx.|-|–|—|to|or|and|,|;|/|:|.|±|+/-|%|"
    "(|)|[|]|*|†|[3]|?|a|half|quarter|and a half|½|1/2|5|7|12|12|15|30|45|200|900|1,200|"
    "1,500|15,000|6 047|1.3|1.300|2.5|0|12k|3m|2,00,000|one|three|twenty|sixty|hundred|"
    "thousand|million|dozen|dozens|hundreds|several hundred|low hundreds|"
    "tens of thousands|a couple of|killed|dead|civilians|children|injured|wounded|"
    "missing|families|vehicles|goats|men|women|soldiers|of whom|including|their mother|"
    "95% CI|90% CrI|SD|best|low|high|range|est.|since 2014|in May 2018|per day|total|"
    "death toll|no|none|unknown|n/a|None|(12 children)|(900-1,500)|family of|×|²|e6|٥|"
    "au moins|morts|blessés|entre|et|muertos|heridos|más de|miles|Tote|Verletzte|"
    "zwischen|und|не менее|погибших|раненых|до|قتيلا|جريحا|ölü|yaralı|至少|人|死亡|受伤|三|百|"
    "\u200f|\u00a0"
)
CHOICES = PIECES.split("|")
PATH = Path(__file__).parents[1] / "data" / "notations.csv"
with PATH.open(encoding="utf-8", newline="") as file:
    NOTATIONS = [row["text"] for row in csv.DictReader(file)]
UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
WORDS = """
single 1 couple 2 dozen 12 dozens 12 hundred 100 hundreds 100 thousand 1000 thousands 1000 k 1000
million 1000000 m 1000000 billion 1000000000 lakh 100000 crore 10000000 half 1/2 quarter 1/4
quarters 1/4 no 0 none 0 nobody 0 nil 0 null 0 une 1 douzaine 12 vingtaine 20 millones 1000000
cientos 100 مئات 100 十 10 百 100 千 1000 万 10000 两 2
"""
CHINESE = "零一二三四五六七八九"


def number_words():
    """Every number word that the pieces hold, with its value."""
    pairs = WORDS.split()
    table = dict(zip(pairs[::2], map(Fraction, pairs[1::2]), strict=True))
    table |= {word: Fraction(n) for n, word in enumerate(UNITS.split(" "))}
    table |= {word: Fraction(10 * n) for n, word in enumerate(TENS.split(" "), start=2)}
    table |= {"a": Fraction(1), "an": Fraction(1)}  # "a woman" is one
    return table | {character: Fraction(n) for n, character in enumerate(CHINESE)}


ATOMS = number_words()
VAGUE_ENDS = {Fraction(end) for ends in (VAGUE | SHADES).values() for end in ends}
MOST_NUMBERS = 6
SIGNS = (*"-‐‑–—−à", "to", "or", "and", "et", "und", "до", "القتلى")
THOUSANDS = {Fraction(1000**k) for k in (1, 2, 3)}
SCALES = {Fraction(n) for n in (12, 20, 100, 100_000)}
TOKEN = re.compile(
    r"[0-9]+(?:[,' ][0-9]+)*(?:\.[0-9]+)?|[a-z]+|[؀-ۿ]+|[零一二三四五六七八九十百千万两]"
)


def atoms(text):
    """Numbers of a text in their order, each as the values that it may have."""
    text = re.sub("½|(?<![0-9/])1/2(?![0-9/])", " half ", text)
    text = unicodedata.normalize("NFKC", re.sub("[¹²³]", " ", text)).lower()
    text = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
    found = []
    for token in TOKEN.findall(text):
        if token in ATOMS:
            found.append({ATOMS[token]})
        elif token[0].isdigit():
            # Separators group the digits, or part two numbers.
            whole = Fraction(re.sub(r"[,' ]", "", token))
            parts = {Fraction(part) for part in re.split(r"[,' ]", token)}
            if re.fullmatch("[0-9]+,[0-9]{1,2}", token):  # 1,5 millones
                parts.add(Fraction(token.replace(",", ".")))
            if re.fullmatch("[0-9]{1,3}[.][0-9]{3}", token):  # 1.200 Tote
                parts.add(Fraction(token.replace(".", "")))
            found.append({whole} | parts)
    return found


def reachable(numbers):
    """Every value that neighbouring numbers make by sum, product and quotient (1/2)."""
    size = len(numbers)
    table = {(i, i + 1): set(numbers[i]) for i in range(size)}
    for width in range(2, min(size, 6) + 1):
        for i in range(size - width + 1):
            made = set()
            for k in range(i + 1, i + width):
                for a, b in product(table[i, k], table[k, i + width]):
                    made |= {a + b, a * b}
                    if b in (2, 4) and a < 4:
                        made.add(a / b)
            table[i, i + width] = {value for value in made if value <= 10**10}
    return set().union(*table.values()) if table else set()


def numbers_of(quantity):
    ends = [end for end in (quantity.low, quantity.best, quantity.high) if end is not None]
    if quantity.form == "at_most":
        ends = [quantity.high]
    return ends + [end for part in quantity.parts for end in numbers_of(part.quantity)]


def check(text):
    """Whether a text was read; fails where a reading holds a number that the text does not."""
    try:
        read = Quantity.parse(text)
    except QuantityError:
        return False
    assert Quantity.parse(str(read)).content == read.content, text
    found = atoms(text)
    plain = VAGUE_ENDS.union(*found)
    if plain.issuperset(numbers_of(read)):
        return True
    if len(found) > MOST_NUMBERS:
        return True  # too many ways to put them together for the sets to say anything
    base = reachable(found)
    allowed = base | VAGUE_ENDS | {n + 1 for n in base} | {n - 1 for n in base}
    if any(sign in text for sign in SIGNS):
        allowed |= {scale * n for n in base for scale in (SCALES & base) | THOUSANDS}
    if "±" in text or "+/-" in text or "S" in text:
        allowed |= {a + sign * b for a in base for b in base for sign in (1, -1)}
    if "(" in text or "[" in text or "best" in text:
        allowed |= {a * b for a in base for b in base}
    if "half" in text or "½" in text:
        allowed |= {n + scale / 2 for n in base for scale in base}
    strange = [end for end in numbers_of(read) if end not in allowed]
    assert not strange, (text, read)
    return True


def made_up(rng):
    """Return a text of random pieces, or a notation with one piece put in, left out or changed."""
    if rng.random() < 0.5:
        glue = rng.choice([" ", " ", ""])
        return glue.join(rng.choice(CHOICES) for _ in range(rng.randint(1, 7)))
    words = rng.choice(NOTATIONS).split(" ")
    at = rng.randrange(len(words) + 1)
    match rng.randrange(4):
        case 0:
            words.insert(at, rng.choice(CHOICES))
        case 1:
            words[at : at + 1] = []
        case 2:
            words[at : at + 1] = [rng.choice(CHOICES)]
        case _:
            words = words[:at] + rng.choice(NOTATIONS).split(" ")[-2:]
    return " ".join(words)


def fuzz(size, seed):
    rng = random.Random(seed)
    return sum(check(made_up(rng)) for _ in range(size))


def test_no_number_comes_from_nowhere():
    assert fuzz(5_000, SEED) > 500  # a fuzz of which nothing is read would show nothing


@pytest.mark.slow
def test_no_number_comes_from_nowhere_in_a_hundred_thousand():
    assert fuzz(100_000, SEED + 1) > 10_000


def test_the_check_itself_can_fail():
    assert 15 not in reachable(atoms("three and 7"))
    assert {3, 7, 10, 21} <= reachable(atoms("three and 7"))
    assert 1_500_000 in reachable(atoms("1 1/2 million"))
