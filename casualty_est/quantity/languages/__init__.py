"""Hedges, numbers and nouns of other languages, put into English: one TOML file each.

A file names each native word under its English; a text is in a language if it is made of that
language's words, of numbers and of signs and of nothing else.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from casualty_est.errors import QuantityError
from casualty_est.quantity.languages.chinese_numbers import in_digits
from casualty_est.quantity.languages.spelled import in_figures, pairs_of
from casualty_est.quantity.tokens import plain_characters

NAMES = (
    "arabic", "chinese", "french", "german", "portuguese", "russian", "spanish", "turkish",
    "ukrainian",
)  # fmt: skip

_A_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH_TOO = frozenset({"on", "once", "bin", "elf", "dos", "tote"})  # alone they are English
_SCALED = r"(?:[0-9.,]|\s*(?:millions?|thousands?|hundreds?|billions?|dozens?|mn|bn|k)\b)"
_EITHER = re.compile(rf"(?<![0-9,])[0-9]{{1,3}},[0-9]{{3}}(?={_SCALED})")
_THOUSANDS = re.compile(rf"(?<![0-9.,])([1-9][0-9]{{0,2}})[.]([0-9]{{3}})(?!{_SCALED})")
_MIL = re.compile(r"[~<>=+]*\s*[0-9][0-9.,]* ?(?:mil|mill)\.?\+?")
_POINTS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:[.][0-9]{3}){2,}(?![0-9.,])")
_DECIMALS = re.compile(r"(?<![0-9.,])([0-9]+),([0-9]{1,2})(?![0-9,.])")


@dataclass(frozen=True, slots=True)
class Language:
    """The words of a language, compiled: phrases to English, turns of phrase, questions."""

    name: str
    english: dict[str, str]
    phrases: re.Pattern[str]
    turns: tuple[tuple[re.Pattern[str], str], ...]
    questions: dict[str, str]
    spaced: bool  # whether spaces part its words
    decimal_comma: bool
    pairs: frozenset[tuple[str, str]]

    def translated(self, text: str) -> str | None:
        """Return the text in English, or None where it is not in this language."""
        came = text
        text = (
            in_figures(text, self.name, self.english, self.pairs)
            if self.spaced
            else in_digits(text)
        )
        for pattern, english in self.turns:
            text = pattern.sub(english, text)
        spelled = text != came
        pieces, at, native = [], 0, spelled
        question = ""
        while at < len(text):
            match = self.phrases.match(text, at)
            if match is None:
                return None
            at, phrase = match.end(), match["phrase"]
            question = question or self.questions.get(phrase, "")
            native |= bool(phrase) and self.english.get(phrase) != phrase
            pieces.append(f" {self.english.get(phrase, '')} " if phrase else match[0])
        if question:
            raise QuantityError(question)
        if not native:
            return None
        english = "".join(pieces)
        return _decimal_point(english) if self.decimal_comma else english


def _decimal_point(text: str) -> str:
    """Write numbers as in English where they were written with a decimal comma."""
    if _EITHER.search(text):
        msg = "the comma could separate thousands or decimals: write the number without it"
        raise QuantityError(msg)
    # Nobody counts thousandths of people; before "million" it is asked.
    text = _THOUSANDS.sub(r"\1,\2", text)
    text = _POINTS.sub(lambda match: match[0].replace(".", ","), text)
    return _DECIMALS.sub(r"\1.\2", text)


def folded(text: str) -> str:
    """Return a text in small letters without accents, so that they may be left out."""
    letters = unicodedata.normalize("NFD", plain_characters(text).lower())
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def translations(text: str) -> Iterator[str]:
    """Yield a text in English, once for each language that it can be in."""
    plain = folded(text)
    if plain in _ENGLISH_TOO:
        msg = f"{plain!r} alone may be a word of two languages; write the number in figures"
        raise QuantityError(msg)
    if _MIL.fullmatch(plain):
        msg = "mil is thousand in Spanish and Portuguese, and million to others; write all digits"
        raise QuantityError(msg)
    for name in NAMES:
        english = language(name).translated(plain)
        if english is not None:
            yield english


def unknown_word(text: str) -> tuple[str, str] | None:
    """Return the language that a text seems to be in, and its first word that is not known there.

    None where it may as well be English.
    """
    plain = folded(text)
    found: list[tuple[int, str, str]] = []
    for name in NAMES:
        known = language(name)
        at, native, unknown = 0, 0, list[str]()
        while at < len(plain):
            if match := known.phrases.match(plain, at):
                phrase = match["phrase"]
                native += bool(phrase) and known.english.get(phrase) != phrase
                at = match.end()
                continue
            word = _A_WORD.match(plain, at)
            unknown.append(word[0] if word else plain[at])
            at = word.end() if word else at + 1
        if unknown and native >= len(unknown) and (native > 1 or not plain.isascii()):
            found.append((native, name, unknown[0]))
    if not found:
        return None
    _, language_name, first = max(found)
    return language_name, first


@lru_cache(maxsize=len(NAMES))
def language(name: str) -> Language:
    """Read and compile the words of a language."""
    path = files("casualty_est.quantity.languages") / f"{name}.toml"
    lists = tomllib.loads(path.read_text(encoding="utf-8"))
    english = {
        folded(native): said
        for table in lists["words"].values()
        for said, natives in table.items()
        for native in natives
    }
    questions = {folded(native): asked for native, asked in lists.get("questions", {}).items()}
    longest = sorted((*english, *questions), key=len, reverse=True)
    edge = r"(?!\w)" if lists["spaced"] else ""
    words = "|".join(re.escape(word) + edge * word[-1].isalpha() for word in longest)
    # Numbers, without units on them ("12k" is English), and signs stand between the words.
    apart = r"(?![^\W\d_])" if lists["spaced"] else ""
    phrases = re.compile(rf"(?P<phrase>{words})|[0-9][0-9.,']*{apart}|[^\w]")
    turns = tuple((re.compile(turn), said) for turn, said in lists.get("turns", {}).items())
    spaced, decimal_comma = lists["spaced"], lists["decimal_comma"]
    pairs = pairs_of(english)
    return Language(name, english, phrases, turns, questions, spaced, decimal_comma, pairs)
