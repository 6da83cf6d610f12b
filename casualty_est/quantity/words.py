"""The words that people write counts with, as tables: they stand in ``words.toml``."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable
from enum import Enum
from importlib.resources import files

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


_COUNTED_IN = ("dozen", "score", "hundred", "thousand", "hundred thousand", "million")


def _vague_table() -> dict[str, tuple[int, int]]:
    """Return the one table of vague words: lowest and highest count that the word is used for."""
    table = {name: (low, high) for name, (low, high) in _LISTS["vague"].items()}
    for name, (low, high) in _LISTS["vague_times"].items():
        for words in _COUNTED_IN:
            scale = math.prod(SCALES[word] for word in words.split())
            table[f"{name} {words}"] = table[f"{name} {words}s"] = (low * scale, high * scale)
        for words, scale in (("tens", 10), ("tens of thousands", 10_000)):
            table[f"{name} {words}"] = (low * scale, high * scale)
    return table


def _shade_table() -> dict[str, tuple[int, int]]:
    """Return the words for a part of a vague word: "low hundreds", "mid thousands"."""
    table = {}
    for name, (low, high) in _LISTS["shades"].items():
        for words, scale in _LISTS["shaded"].items():
            table[f"{name} {words}"] = (low * scale, high * scale)
    return table


def _decade_table() -> dict[str, tuple[int, int]]:
    """Return the words for the tens and hundreds: "20s", "mid 20s", "low 300s"."""
    table = {}
    for step in (10, 100):
        for first in range(2, 10):
            start, tenth = first * step, step // 10
            ends = {"": (0, step - 1)} | {
                f"{name} ": (low * tenth, high * tenth)
                for name, (low, high) in _LISTS["shades"].items()
            }
            for name, (low, high) in ends.items():
                table[f"{name}{start}s"] = (start + low, start + high)
    return table


def _other_decades() -> dict[str, str]:
    """Return other ways to write them: "mid-twenties", "in the low 300s"."""
    spelled = {f"{value}s": f"{word[:-1]}ies" for word, value in TENS.items()}
    names: dict[str, str] = {}
    for name in DECADES:
        shade, _, decade = name.rpartition(" ")
        for one in filter(None, (decade, spelled.get(decade))):
            ways = [f"{shade} {one}", f"{shade} - {one}"] if shade else [one]
            names |= {f"{lead}{way}": name for way in ways for lead in ("", "the ", "in the ")}
    return names


def _other_times() -> dict[str, str]:
    """Return other ways to write several of them: "many hundreds", "numerous dozens"."""
    plurals = [f"{words}s" for words in _COUNTED_IN] + ["tens", "tens of thousands"]
    return {
        f"{other} {words}": f"{name} {words}"
        for name, others in _LISTS["vague_words"].items()
        for other in others
        for words in plurals
    }


VAGUE = _vague_table()
# Finer than the words that the likelihood weighs against each other, so they stand apart.
DECADES = _decade_table()
SHADES = _shade_table() | DECADES
_NAMED = VAGUE | SHADES


def vague_name(low: float, high: float) -> str:
    """Return the words of the tables that have these ends, or an empty string."""
    exact = next((name for name, ends in _NAMED.items() if ends == (low, high)), "")
    first = next((name for name, ends in _NAMED.items() if ends[0] == low), "")
    last = next((name for name, ends in _NAMED.items() if ends[1] == high), "")
    return exact or (f"{first} to {last}" if first and last else "")


UNKNOWN = frozenset(_LISTS["cells"]["unknown"])
ZERO = frozenset(_LISTS["cells"]["zero"])
MEANINGFUL, OTHER_SCALES, NEVER_FIRST, NEVER_LAST = (
    frozenset(_LISTS["nouns"][key].split())
    for key in ("meaningful", "other_scales", "first", "last")
)

type Phrases[T] = dict[str, list[tuple[list[str], T]]]  # by their first word


def by_first_word[T](phrases: Iterable[tuple[str, T]]) -> Phrases[T]:
    """Return phrases by their first word, the longest first."""
    table: Phrases[T] = {}
    for phrase, meaning in sorted(phrases, key=lambda item: -len(item[0].split())):
        words = phrase.split()
        table.setdefault(words[0], []).append((words, meaning))  # "just over" before "just"
    return table


def _hedges(table: dict[str, list[str]]) -> Phrases[Phrase]:
    return by_first_word((text, Phrase[name.upper()]) for name in table for text in table[name])


BEFORE, AFTER = _hedges(_LISTS["before"]), _hedges(_LISTS["after"])
_OTHER_NAMES = _LISTS["vague_too"] | _other_times() | _other_decades()
_ALIASES = {alias: _NAMED[name] for alias, name in _OTHER_NAMES.items()}
VAGUE_PHRASES = by_first_word((_NAMED | _ALIASES).items())
LEADS = by_first_word((text, said) for said, texts in _LISTS["leads"].items() for text in texts)
BEST, INTERVALS, SPREADS = (
    by_first_word((text, text) for text in _LISTS["estimates"][name])
    for name in ("best", "intervals", "spreads")
)
CHANGED = frozenset(_LISTS["changed"]["words"].split())
CHANGES = by_first_word((text, text) for text in _LISTS["changed"]["lead"])
UNDERCOUNT, BESIDE_UNDERCOUNT = (
    frozenset(_LISTS["undercount"][key].split()) for key in ("words", "beside")
)
INCLUDING = by_first_word((text, text) for text in _LISTS["parts"]["including"])
PUBLISHERS, OF_PUBLISHERS = (
    frozenset(_LISTS["publishers"][key].split()) for key in ("words", "beside")
)
FIGURES, OFFICES, QUALIFIERS = (
    frozenset(_LISTS["parts"][key].split()) for key in ("figures", "offices", "qualifiers")
)
UNSURE, DENYING, NEGATED, KNOWABLE, BESIDE_UNKNOWN = (
    frozenset(_LISTS["not_known"][key].split())
    for key in ("unsure", "denying", "negated", "knowable", "beside")
)
REMARKS = frozenset(_LISTS["parts"]["remarks"].split())
