"""Numbers that other languages spell out, put into digits: "mil doscientos", "fünfundzwanzig"."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_CONSTRUCT = frozenset(
    {"\u0627\u0644\u0641\u0627", "\u0645\u0644\u064a\u0648\u0646\u0627"}
)  # alone two of them
_THOUSAND, _MILLION = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words for numbers of a language, and how it joins them."""

    values: dict[str, int]
    joint: str  # the word for "and" inside a number
    joined: bool  # whether numbers are written as one word
    attached: bool  # whether the joint stands on the next word
    french: bool
    multiplies: bool  # whether two hundreds are "two hundred"
    pieces: re.Pattern[str]
    plural: frozenset[str]  # of a thousand and a million: alone they are no number


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFD", text)
    return "".join(c for c in letters if not unicodedata.combining(c))


@lru_cache(maxsize=1)
def _lists() -> dict[str, dict[str, Any]]:
    path = files("casualty_est.quantity.languages") / "spelled.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=16)
def spelling(name: str) -> Spelling | None:
    """Read the words for numbers of a language."""
    lists = _lists().get(name)
    if lists is None:
        return None
    values: dict[str, int] = {}
    for key, first, step in (
        ("units", 1, 1), ("teens", 10, 1), ("twenties", 21, 1), ("tens", 20, 10),
        ("hundreds", 100, 100), ("thousand", _THOUSAND, 0), ("million", _MILLION, 0),
        ("two_thousand", 2 * _THOUSAND, 0),
    ):  # fmt: skip
        for at, forms in enumerate(lists.get(key, "").split()):
            for form in forms.split("/"):
                if form != "-":
                    values.setdefault(_folded(form), first + step * at)
    longest = "|".join(sorted(map(re.escape, values), key=len, reverse=True))
    joint = _folded(lists["and"])
    pieces = re.compile(rf"(?:{longest})|{joint or '$^'}")
    joined, attached = lists.get("joined", False), lists.get("attached", False)
    french = name == "french"
    multiplies = name in ("french", "german", "turkish", "arabic")
    plural = frozenset(map(_folded, lists.get("plural", "").split()))
    return Spelling(values, joint, joined, attached, french, multiplies, pieces, plural)


def pairs_of(phrases: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Return the pairs of words that stand side by side in phrases."""
    return frozenset(pair for phrase in phrases for pair in pairwise(_WORD.findall(phrase)))


def in_figures(
    text: str,
    name: str,
    english: Mapping[str, str],
    pairs: Container[tuple[str, str]],
    halves: tuple[str, ...] = (),
) -> str:
    """Return a folded text with its numbers of several words in digits.

    english: words that have an English of their own; pairs: words of one phrase, which stays
    ("several thousand"); halves: words for "and a half", beside which all numbers stay in words.
    """
    known = spelling(name)
    if known is None:
        return text
    tokens = _tokens(text, known)
    pieces: list[str] = []
    at = 0
    for token, start, end in _numbers(text, tokens, known, english, pairs):
        before, after = text[:start].rstrip(" -"), text[end:].lstrip(" -")
        if halves and (before.endswith(halves) or after.startswith(halves)):
            continue
        pieces += [text[at:start], token]
        at = end
    return "".join([*pieces, text[at:]])


type _Token = tuple[str, int, int]  # a word, and where it stands


def _tokens(text: str, known: Spelling) -> list[_Token]:
    tokens: list[_Token] = []
    last = 0
    for match in _WORD.finditer(text):
        word, start, end = match[0], match.start(), match.end()
        if text[last:start].strip(" -"):
            tokens.append(("", start, start))  # no number goes on over a sign
        last = end
        attached = known.attached and word not in known.values and word[:1] == known.joint
        if attached and word[1:] in known.values:
            tokens += [(known.joint, start, start + 1), (word[1:], start + 1, end)]
            continue
        if known.joined and word not in known.values and (parts := _parts(word, known)):
            tokens += [(part, start, end) for part in parts]
            continue
        tokens.append((word, start, end))
    return tokens


def _parts(word: str, known: Spelling) -> list[str]:
    """Part "zweihundertfünfundzwanzig" into its words; empty where it is no number."""
    parts = known.pieces.findall(word)
    if "".join(parts) != word or len(parts) < 2:
        return []
    for i in range(1, len(parts) - 1):  # five-and-twenty
        if parts[i] == known.joint and known.values.get(parts[i - 1], 99) < 10:
            if known.values.get(parts[i + 1], 0) not in range(20, 100):
                return []
            parts[i - 1 : i + 2] = [parts[i + 1], "", parts[i - 1]]
    parts = [part for part in parts if part and part != known.joint]
    read = _read(parts, 0, known)
    return parts if read is not None and read[1] == len(parts) else []


def _numbers(
    text: str,
    tokens: list[_Token],
    known: Spelling,
    english: Mapping[str, str],
    pairs: Container[tuple[str, str]],
) -> list[tuple[str, int, int]]:
    """Return the numbers of a text in digits, and where they stand."""
    words = [word for word, _, _ in tokens]
    numbers: list[tuple[str, int, int]] = []
    i = 0
    while i < len(words):
        read = _read(words, i, known)
        if read is None:
            if known.attached and words[i] == known.joint and words[i + 1 : i + 2]:
                numbers.append((f"{known.joint} ", tokens[i][1], tokens[i][2]))
            i += 1
            continue
        value, after = read
        for shared in _shared(tokens, i, value, known, english):
            numbers = [*(one for one in numbers if one[1] != shared[1]), shared]
        first, last = tokens[i], tokens[after - 1]
        # Digits beside it would join: "million900" is no 1,000,000,900.
        beside = text[: first[1]].rstrip()[-1:] + text[last[2] :].lstrip()[:1]
        beside_digits = any(sign.isdigit() for sign in beside)
        one_word = after == i + 1
        within = i > 0 and (words[i - 1], words[i]) in pairs
        # "12 mil" multiplies, and a word with an English of its own keeps it.
        own = within or (value < _THOUSAND and words[i] in english)
        plain = one_word and (own or words[i] in known.plural)
        if not (plain or beside_digits):
            numbers.append((f"{value}", first[1], last[2]))
        i = after
    return numbers


def _shared(
    tokens: list[_Token], i: int, value: int, known: Spelling, english: Mapping[str, str]
) -> list[tuple[str, int, int]]:
    """Return the first end of "two or three hundred", which are two hundred in every language."""
    joined = i > 0 and english.get(tokens[i - 1][0], "") in ("to", "or", "and")
    before = tokens[i - 1 - joined] if i > joined else ("", 0, 0)
    first = known.values.get(before[0], 0)
    if 200 <= value < 1000 and value % 100 == 0 and 0 < first < value // 100:
        return [(f"{100 * first}", before[1], before[2])]
    return []


def _read(words: list[str], i: int, known: Spelling) -> tuple[int, int] | None:
    """Return the longest number that starts at a word, and the position after it."""
    total = section = 0
    least = 10**12  # the last multiplier
    start = i
    while i < len(words):
        word = words[i]
        if word == known.joint and word and i > start:
            if not _joins(words, i, total, section, known):
                break
            i += 1
            word = words[i]
            if known.attached and 0 < section % 100 < 10:  # five and twenty
                section += known.values[word]
                i += 1
                continue
        value = known.values.get(word)
        if value is None or (i == start and word in _CONSTRUCT):
            break
        step = _step(total, section, least, value, known, joins=words[i - 1] == known.joint)
        if step is None:
            break
        total, section, least = step
        i += 1
    return (total + section, i) if i > start else None


def _step(
    total: int, section: int, least: int, value: int, known: Spelling, *, joins: bool
) -> tuple[int, int, int] | None:
    """Add one word to a number, or say that it does not continue it."""
    if value in (_THOUSAND, _MILLION):
        if value < least:
            return total + (section or 1) * value, 0, value
        whole = total + section
        return (whole * value, 0, value) if whole % _THOUSAND == 0 < whole < value else None
    if value == 2 * _THOUSAND:
        return (total + value, 0, _THOUSAND) if not section and least > _THOUSAND else None
    if value >= 100:
        if value == 100 and 0 < section < 100 and known.multiplies:
            return total, section * 100, least
        return (total, section + value, least) if not section else None
    rest = section % 100
    fits = (
        rest == 0
        or (
            rest >= 20
            and rest % 10 == 0
            and value < 10
            and (joins or known.joint not in ("y", "e"))
        )
        or (rest == 10 and value < 10 and (not known.joint or (known.french and value > 6)))
        or (known.attached and rest < 10 and value == 10)
        or (known.french and rest in (60, 80) and value < 20)
    )
    if known.french and rest == 4 and value == 20:
        return total, section - 4 + 80, least
    if known.french and rest in (70, 90) and 6 < value < 10:
        fits = True
    return (total, section + value, least) if fits else None


def _joins(words: list[str], i: int, total: int, section: int, known: Spelling) -> bool:
    """Whether "and" goes on with a number: not in "between ten and twenty"."""
    following = known.values.get(words[i + 1]) if i + 1 < len(words) else None
    if following is None:
        return False
    rest = section % 100
    if total and not section:  # "mil e duzentos", but not the two ends "mil e dois mil"
        right = _read(words, i + 1, known)
        return right is not None and right[0] < total and (known.attached or known.joint == "e")
    tens = rest >= 20 and rest % 10 == 0 and following < 10
    hundreds = section >= 100 and rest == 0 and following < 100 and words[i - 1] != "cem"
    if known.attached:  # five and twenty, a hundred and five
        return (0 < rest < 10 and following in range(20, 100, 10)) or hundreds
    if known.french:
        return rest >= 20 and rest % 10 == 0 and following in (1, 11)
    return {"y": tens and rest > 20, "e": tens or hundreds}.get(known.joint, hundreds)
