"""How people write counts: the words, and the numbers in digits or words.

Everything here is a table (those of words stand in ``words.toml``) or a small reader over tokens;
`quantity` puts the pieces together. Readers take a token list padded by `tokenize` with empty
strings, so that looking a few tokens ahead never runs off its end.
"""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from enum import Enum
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from casualty_est.errors import QuantityError

LARGEST = 10_000_000_000  # more than the people alive: a larger count is a slip of the keyboard


class Phrase(Enum):
    """What a phrase beside a number says of it."""

    NONE = "none"
    ABOUT = "about"
    AT_LEAST = "at least"
    MORE_THAN = "more than"
    AT_MOST = "at most"
    FEWER_THAN = "fewer than"
    PERHAPS = "perhaps"
    NEUTRAL = "a total of"


BOUNDS = frozenset({Phrase.AT_LEAST, Phrase.MORE_THAN, Phrase.AT_MOST, Phrase.FEWER_THAN})

# --- words ---------------------------------------------------------------------------------------
_LISTS = tomllib.loads((files("casualty_est.quantity") / "words.toml").read_text(encoding="utf-8"))
SMALL = {word: value for value, word in enumerate(_LISTS["numbers"]["small"].split(), start=1)}
UNITS = {word: value for word, value in SMALL.items() if value < 10}
TENS = {word: 10 * value for value, word in enumerate(_LISTS["numbers"]["tens"].split(), start=2)}
SCALES: dict[str, int] = _LISTS["scales"]
PLURAL_SCALES = {f"{word}s": value for word, value in SCALES.items() if len(word) > 3}
# Only when written on the digits: "12k" is a number, "5 m" may be five men.
ATTACHED = {"k": 1_000, "m": 1_000_000, **SCALES}
PARTS = {"half": (5, 1), "quarter": (25, 2)}  # digits and decimals
NOUN_NUMBERS = {"single": 1, "couple": 2, "pair": 2}


def _vague_table() -> dict[str, tuple[int, int]]:
    """Return the one table of vague words: lowest and highest count that the word is used for."""
    table = {name: (low, high) for name, (low, high) in _LISTS["vague"].items()}
    for name, (low, high) in _LISTS["vague_times"].items():
        for words in ("dozen", "score", "hundred", "thousand", "hundred thousand", "million"):
            scale = math.prod(SCALES[word] for word in words.split())
            table[f"{name} {words}"] = table[f"{name} {words}s"] = (low * scale, high * scale)
    return table


VAGUE = _vague_table()


def vague_name(low: float, high: float) -> str:
    """Return the words of the table that have these ends, or an empty string."""
    exact = next((name for name, ends in VAGUE.items() if ends == (low, high)), "")
    first = next((name for name, ends in VAGUE.items() if ends[0] == low), "")
    last = next((name for name, ends in VAGUE.items() if ends[1] == high), "")
    return exact or (f"{first} to {last}" if first and last else "")


UNKNOWN = frozenset(_LISTS["cells"]["unknown"])
MISSING_MARKS = frozenset(_LISTS["cells"]["missing"])
PEOPLE, _MEANINGFUL, _OTHER_SCALES, _NEVER_FIRST, _NEVER_LAST = (
    frozenset(_LISTS["nouns"][key].split())
    for key in ("people", "meaningful", "other_scales", "first", "last")
)
_LONG_NUMBERS = [word for word in (*SMALL, *TENS, *SCALES, *PLURAL_SCALES) if len(word) > 4]
_NEVER_NOUN = frozenset({*PLURAL_SCALES, *_MEANINGFUL, *_OTHER_SCALES})

type Phrases[T] = dict[str, list[tuple[list[str], T]]]  # by their first word


def _by_first_word[T](phrases: Iterable[tuple[str, T]]) -> Phrases[T]:
    table: Phrases[T] = {}
    for phrase, meaning in sorted(phrases, key=lambda item: -len(item[0].split())):
        words = phrase.split()
        table.setdefault(words[0], []).append((words, meaning))  # "just over" before "just"
    return table


def _hedges(table: dict[str, list[str]]) -> Phrases[Phrase]:
    return _by_first_word((text, Phrase[name.upper()]) for name in table for text in table[name])


BEFORE, AFTER = _hedges(_LISTS["before"]), _hedges(_LISTS["after"])
VAGUE_PHRASES = _by_first_word(VAGUE.items())

# --- tokens --------------------------------------------------------------------------------------
_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc\u2032\u00b4", "'"),
        **dict.fromkeys("\u2248\u223c\uff5e", "~"),
        # Marks of writing direction and zero-width spaces part words, and never join digits.
        **dict.fromkeys("\u061c\u200b\u200e\u200f\u2060\ufeff", " "),
        **dict.fromkeys((chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))), " "),
        **dict.fromkeys("\u2265\u2a7e", ">="),
        **dict.fromkeys("\u2264\u2a7d", "<="),
        **dict.fromkeys("\u066c\uff0c", ","),
        "\u066b": ".",
    }
)
_LETTER = "a-zß-öø-ɏ\u1e01-\u1eff"
# No two branches can start at the same character in two ways, so the scan is linear.
_TOKEN = re.compile(
    rf"(?:approx|est|ca|c)\.|[0-9]+(?:[,' ][0-9]+)*(?:\.[0-9]+)*[{_LETTER}]*|"
    rf"[{_LETTER}]+(?:'[{_LETTER}]*)*|>=|<=|[^ ]"
)
_DIGITS = re.compile(r"([0-9]+)((?:[,' ][0-9]+)*)((?:\.[0-9]+)*)(.*)")
_WORD = re.compile(rf"[{_LETTER}]+(?:'[{_LETTER}]*)*")
PAD = 4


def tokenize(text: str) -> list[str]:
    """Split a text into lower-case words, numbers and symbols; digits become ASCII."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_CHARACTERS)
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    tokens = _TOKEN.findall(" ".join(text.lower().split()))
    while tokens and tokens[-1] == ".":
        tokens.pop()
    return padded(tokens)


def padded(tokens: Iterable[str]) -> list[str]:
    """Return tokens with the padding that the readers count on."""
    return [*(token for token in tokens if token), *[""] * PAD]


def phrase_at[T](phrases: Phrases[T], tokens: list[str], i: int) -> tuple[T, int] | None:
    """Return what the longest phrase that starts at a token says, and the position after it."""
    for words, meaning in phrases.get(tokens[i], ()):
        if len(words) == 1 or tokens[i : i + len(words)] == words:
            return meaning, i + len(words)
    return None


def refuse_unless_noun(words: list[str]) -> None:
    """Refuse what follows a number unless it can only be the noun that was counted."""
    if not words:
        return
    for k, word in enumerate(words):
        if word == "-" and 0 < k < len(words) - 1 and words[k - 1] != "-":
            continue
        if word[0] in "0123456789" or word in SMALL or word in TENS or word in SCALES:
            msg = f"a second number, {word!r}, follows the first"
        elif word == "%":
            msg = "a percentage is not a count"
        elif not _WORD.fullmatch(word):
            msg = f"{word!r} has no meaning after a number"
        elif word in _NEVER_NOUN or (len(word) == 1 and word != "a") or _misspelt_number(word):
            msg = f"{word!r} after a number could change what it means"
        else:
            continue
        raise QuantityError(msg)
    for edge, unfinished in ((words[0], _NEVER_FIRST), (words[-1], _NEVER_LAST)):
        if edge in unfinished:
            msg = f"{edge!r} leaves the phrase unfinished"
            raise QuantityError(msg)


@lru_cache(maxsize=4096)
def _misspelt_number(word: str) -> bool:
    """Return whether a word is nearly a number: "3 milion" must not become 3."""
    glued = word.startswith(("hundred", "thousand", "million", "billion"))
    return glued or bool(get_close_matches(word, _LONG_NUMBERS, n=1, cutoff=0.82))


# --- numbers -------------------------------------------------------------------------------------
class Number(NamedTuple):
    """A number as written: digits / 10**decimals, times the product of the scales.

    `own` says that the scale cannot be shared with the other end of a range ("10 to a hundred").
    `lead` is the first factor of a sum such as "three hundred and fifty"; 0 where there is no sum.
    `comma` marks digits with one comma, "1,300", which before "million" could be a decimal comma.
    """

    digits: int
    decimals: int = 0
    scales: tuple[int, ...] = ()
    own: bool = False
    lead: int = 0
    comma: bool = False

    def value(self) -> int:
        """Return the whole number that was written."""
        if not self.decimals and not self.scales:
            count, rest = self.digits, 0
        else:
            if self.comma and self.scales:
                msg = "the comma may part thousands or decimals; write the number out in digits"
                raise QuantityError(msg)
            count, rest = divmod(self.digits * math.prod(self.scales), 10**self.decimals)
        if rest:
            msg = "people are counted in whole numbers"
            raise QuantityError(msg)
        if count > LARGEST:
            msg = f"it passes {LARGEST:,}, more than the people alive"
            raise QuantityError(msg)
        return count

    def grid(self) -> int:
        """Return the rounding seen in the digits: 1.30 million shows one digit more than 1.3."""
        grid = rounding_grid(self.value())
        if self.decimals and self.scales:
            grid = min(grid, max(1, math.prod(self.scales) // 10**self.decimals))
        return grid


def rounding_grid(count: int) -> int:
    """Return the largest power of ten that divides a count and is at most a tenth of it, or 1."""
    grid = 1
    while count and count % (10 * grid) == 0 and 100 * grid <= count:
        grid *= 10
    return grid


def number_at(tokens: list[str], i: int) -> tuple[Number, int] | None:
    """Return the number that starts at a token, and the position after it."""
    token = tokens[i]
    if "0" <= token[:1] <= "9":  # "²" is a digit to isdigit
        return _digits_at(tokens, i)
    j = i + 1 if token in ("a", "an") else i
    if tokens[j] in NOUN_NUMBERS:
        return Number(NOUN_NUMBERS[tokens[j]], own=True), j + 1
    if tokens[j] in PARTS:
        return _part_at(tokens, j)
    if token == "zero":
        return Number(0), i + 1
    return _words_at(tokens, i)


def _digits_at(tokens: list[str], i: int) -> tuple[Number, int]:
    number, unit = _from_digits(tokens[i])
    i += 1
    if unit:
        if unit not in ATTACHED:
            msg = f"{unit!r} on the digits is not k, m or bn"
            raise QuantityError(msg)
        return number._replace(scales=(ATTACHED[unit],)), i
    if not number.decimals and _and_a_half(tokens, i):
        number, i = Number(10 * number.digits + 5, 1), i + 3
    scales, i = _scales_at(tokens, i)
    if scales and not number.decimals and _and_a_half(tokens, i):
        number, i = Number(10 * number.digits + 5, 1), i + 3
    return number._replace(scales=scales), i


def _from_digits(token: str) -> tuple[Number, str]:
    first, groups, fraction, unit = _DIGITS.findall(token)[0]
    digits = first + (_ungroup(first, groups) if groups else "")
    decimals = fraction[1:]
    if fraction.count(".") > 1 or (len(decimals) == 3 and first != "0"):
        msg = "the point may part thousands or decimals; write the thousands with a comma, as 1,300"
        raise QuantityError(msg)
    comma = groups.count(",") == 1 and not decimals
    return Number(int(digits + decimals), len(decimals), comma=comma), unit


def _ungroup(first: str, groups: str) -> str:
    separator = groups[0]
    parts = groups[1:].split(separator)
    if all(part.isdigit() for part in parts):
        if len(first) <= 3 and first[0] != "0" and all(len(part) == 3 for part in parts):
            return "".join(parts)
        if len(parts) > 1 and len(parts[-1]) == 3 and all(len(part) == 2 for part in parts[:-1]):
            msg = "lakh grouping is not read; group the digits by three, as 100,000"
            raise QuantityError(msg)
    msg = "separators must group the digits by three, as 1,300, and a decimal is written as 1.3"
    raise QuantityError(msg)


def _and_a_half(tokens: list[str], i: int) -> bool:
    return tokens[i] == "and" and tokens[i + 1 : i + 3] == ["a", "half"]


def _scales_at(tokens: list[str], i: int) -> tuple[tuple[int, ...], int]:
    scales: tuple[int, ...] = ()
    while len(scales) < 2:
        if tokens[i] == "-" and tokens[i + 1] in SCALES:  # "two-dozen", "twelve-hundred"
            i += 1
        scale = SCALES.get(tokens[i]) or PLURAL_SCALES.get(tokens[i])
        # "3 hundred thousand" multiplies; "3 thousand hundred" and "3 dozen thousand" say nothing.
        if scale is None or (scales and (scales[0] != 100 or scale <= 100)):
            break
        scales, i = (*scales, scale), i + 1
    return scales, i


def _part_at(tokens: list[str], i: int) -> tuple[Number, int]:
    digits, decimals = PARTS[tokens[i]]
    i += 1
    for filler in (("-",), ("of",), ("a", "an"), ("-",)):
        if tokens[i] in filler:
            i += 1
    scales, i = _scales_at(tokens, i)
    if not scales:
        msg = "a half or a quarter needs what it is a part of, as half a million"
        raise QuantityError(msg)
    return Number(digits, decimals, scales, own=True), i


def _below_hundred(tokens: list[str], i: int) -> tuple[int, int]:
    word = tokens[i]
    if word in TENS:
        j = i + 2 if tokens[i + 1] == "-" else i + 1
        if tokens[j] in UNITS:
            return TENS[word] + UNITS[tokens[j]], j + 1
        return TENS[word], i + 1
    return (SMALL[word], i + 1) if word in SMALL else (0, i)


def _words_at(tokens: list[str], i: int) -> tuple[Number, int] | None:
    own = tokens[i] == "dozen"  # a bare "million" may have lost its number, "1.3"
    if tokens[i] in ("a", "an") and tokens[i + 1] in SCALES:
        own, i = True, i + 1
    value, i = (1, i) if own else _below_hundred(tokens, i)
    if not value:
        return None
    if _and_a_half(tokens, i):
        scales, after = _scales_at(tokens, i + 3)
        return Number(10 * value + 5, 1, scales), after
    scales, i = _scales_at(tokens, i)
    number = Number(value, scales=scales, own=own)
    if not scales:
        return number, i
    if _and_a_half(tokens, i):
        return number._replace(digits=10 * value + 5, decimals=1), i + 3
    return _with_remainder(number, tokens, i)


def _with_remainder(number: Number, tokens: list[str], i: int) -> tuple[Number, int]:
    """Add what is smaller than the last scale: "and twenty", "and fifty thousand"."""
    scale = number.scales[-1]
    if scale < 100:
        return number, i
    if number.scales == (100,):
        rest, after = _below_hundred(tokens, i + (tokens[i] == "and"))
        if not rest:
            return number, i
        total, lead = 100 * number.digits + rest, number.digits
        scales, after = _scales_at(tokens, after)
        if not scales:
            return Number(total, own=number.own, lead=lead), after
        return _with_remainder(Number(total, scales=scales, own=number.own), tokens, after)
    match = _words_at(tokens, i + (tokens[i] == "and"))
    if match is None:
        return number, i
    smaller, after = match
    product = math.prod(smaller.scales)
    if smaller.own or smaller.decimals or smaller.digits * product >= scale:
        return number, i
    total = number.digits * math.prod(number.scales) + smaller.digits * product
    return Number(total, own=number.own, lead=number.digits), after


def share_scale(left: Number, right: Number) -> Number:
    """Return the left end of a range with the multiplier that English writes only on the right.

    "2-3 million" is two million to three million, "120 to two hundred thousand" starts at 120,000;
    "900 to 1 thousand" and "10 to a hundred" stand as written, because sharing would turn the ends
    around.
    """
    plain = not right.scales and not right.lead
    if plain or right.own or (left.own and not left.scales):
        return left
    kept = len(left.scales)
    shared = right.scales[kept:] if right.scales[:kept] == left.scales else ()
    whole = right.digits * math.prod(right.scales) * 10**left.decimals
    if not kept:
        # The longest tail of the right end's multipliers that keeps the ends in order.
        tails = (right.scales[k:] for k in range(len(right.scales)))
        aligned = left.digits * 10**right.decimals
        shared = next((tail for tail in tails if aligned * math.prod(tail) < whole), ())
    bare = not kept and left.digits < 1000 * 10**left.decimals
    if (
        (shared and left.lead)
        or (right.lead and bare and left.digits < right.lead * 10**left.decimals)
        or (not shared and bare and math.prod(right.scales) >= 1_000_000)
    ):
        msg = "the left end may or may not share the multiplier of the right; write both in full"
        raise QuantityError(msg)
    return left._replace(scales=left.scales + shared)
