"""The language in which a page is written: every sentence of it goes through here.

In code a sentence is whole, in English, with named places: ``_("{source} stated {figure}", ...)``.
`speaking` puts a language in force for as long as a page is written; without it all is English.
What an estimate keeps is English too: it is put into words of the page when the page is written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from typing import NewType

from casualty_est.errors import CasualtyEstError
from casualty_est.wording.catalogue import ENGLISH, catalogue, messages

_QUOTED = re.compile("(“[^”]*”)")  # what somebody wrote stays as it was written
NAMES = (
    "names",
    "sources",
    "lists",
    "pairs",
    "parts",
    "kinds",
)  # places of templates that hold several names
NUMBERS = ("mine", "theirs")  # places of templates that hold a number, with its interval
NUMBER = r"\d[\d.,]*(?: \([^)]*\))?"
_PLACE = re.compile(r"\\\{(\w+)\\\}")  # of a template, escaped


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its code, its sentences, and what its sounds change where words meet."""

    code: str = ENGLISH
    sentences: NullTranslations = field(default_factory=NullTranslations)
    sounds: tuple[tuple[re.Pattern[str], str], ...] = ()

    @property
    def english(self) -> bool:
        """Whether texts stay as they are in code."""
        return self.code == ENGLISH

    def kept(self, context: str) -> tuple[tuple[re.Pattern[str], str], ...]:
        """The templates of a context, those that say most first, and what each matches."""
        return _templates(self.sentences, context)


_ENGLISH = Language()
_spoken: ContextVar[Language] = ContextVar("spoken", default=_ENGLISH)


@cache
def language(code: str) -> Language:
    """A language by its code, read from its catalogue."""
    if code == ENGLISH:
        return _ENGLISH
    sentences = catalogue(code)
    return Language(code, sentences, sounds_of(sentences.pgettext("rules", SOUNDS), code))


def sounds_of(rules: str, code: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Read the rules of a catalogue on words that meet."""
    pairs = []
    for line in [] if rules == SOUNDS else rules.splitlines():
        old, arrow, new = line.partition(" => ")
        problem = "" if arrow else 'it has no " => "'
        try:
            pattern = re.compile(old)
        except re.error as error:
            problem = str(error)
        if problem:
            msg = f"{code}.po: {old!r} is no rule of sounds: {problem}"
            raise CasualtyEstError(msg)
        pairs.append((pattern, new))
    return tuple(pairs)


@contextmanager
def speaking(chosen: str | Language) -> Iterator[None]:
    """Write in a language for as long as this lasts."""
    token = _spoken.set(language(chosen) if isinstance(chosen, str) else chosen)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> Language:
    """The language in force."""
    return _spoken.get()


def _(message: str, /, **places: object) -> str:
    """A sentence in the language in force, with its places filled."""
    return _filled(spoken().sentences.gettext(message), places)


def pgettext(context: str, message: str, /, **places: object) -> str:
    """The same of a text that needs its context to be understood, such as a single word."""
    return _filled(spoken().sentences.pgettext(context, message), places)


def ngettext(one: str, many: str, n: float, /, **places: object) -> str:
    """The same of a text that depends on a number; in a place stands the number as printed."""
    count = int(n) if float(n).is_integer() else 2
    return _filled(spoken().sentences.ngettext(one, many, count), places)


def N_(context: str, message: str) -> str:
    """Mark a word for the catalogue that is looked up by `pgettext` later."""
    return message


@cache
def fixed(context: str) -> tuple[str, ...]:
    """English words with a fixed meaning, marked for the catalogue by the file that lists them."""
    text = files(__package__).joinpath("fixed.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)[context])


# A text of a template that the catalogue has: every note is one, so that it can be said again.
Kept = NewType("Kept", str)
Noted = tuple[str, Kept]  # code and text of what becomes a note of the result


def stored(context: str, message: str, /, **places: object) -> Kept:
    """A text that an estimate keeps, in English; `told_again` says it in the language of a page."""
    return Kept(message.format(**places) if places else message)


def joined(*texts: Kept) -> Kept:
    """Several such texts as one; each is said again by its own template."""
    return Kept("; ".join(text for text in texts if text))


def unended(text: Kept) -> Kept:
    """Such a sentence without its full stop."""
    return Kept(text.removesuffix("."))


# Translators: words that change where they meet, such as "de el", which is "del" in Spanish. One
# Translators: rule a line: a regular expression, " => ", and what replaces it. If there are none,
# Translators: repeat the English.
SOUNDS = N_("rules", "sounds")


def _filled(text: str, places: dict[str, object]) -> str:
    try:
        return sounding(text.format(**places) if places else text)
    except (KeyError, IndexError, ValueError):
        known = ", ".join(f"{{{name}}}" for name in places)
        msg = f"{spoken().code}.po: {text!r} may name {known} in braces, and nothing else"
        raise CasualtyEstError(msg) from None


def sounding(text: str) -> str:
    """Let words that meet change each other, except inside of quotations."""
    rules = spoken().sounds
    if not rules:
        return text
    pieces = _QUOTED.split(text)
    for i in range(0, len(pieces), 2):
        for old, new in rules:
            pieces[i] = old.sub(new, pieces[i])
    return "".join(pieces)


def retold(
    text: str, templates: Sequence[str], context: str, **words: Callable[[str], str]
) -> str | None:
    """Say a kept English text in the language in force, by the template that it was made of.

    None where it was made of none of them. Numbers in its places are printed anew; `words` say
    what a fixed word in a place is called.
    """
    if spoken().english:
        return text
    for template in templates:
        if match := _pattern(template).fullmatch(text):
            places = {
                name: words.get(name, renumbered)(value)
                for name, value in match.groupdict().items()
            }
            return pgettext(context, template, **places)
    return None


def _bare(template: str) -> str:
    """A template without its places."""
    return re.sub(r"\{\w+\}", "", template)


@cache
def _templates(
    sentences: NullTranslations, context: str
) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Templates of a context, as the catalogue lists them."""
    texts = [text for text in messages(sentences, context) if re.search(r"[A-Za-z\[]", _bare(text))]
    texts.sort(key=lambda text: -len(_bare(text)))
    return tuple((_pattern(text), text) for text in texts)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """What a template matches: its places hold anything."""
    seen: set[str] = set()

    def place(match: re.Match[str]) -> str:
        again = match[1] in seen
        seen.add(match[1])
        if again:
            return f"(?P={match[1]})"
        return f"(?P<{match[1]}>{NUMBER if match[1] in NUMBERS else '.+'})"

    return re.compile(_PLACE.sub(place, re.escape(template)), re.DOTALL)


def renumbered(text: str) -> str:
    """A text that is one number, with the separators of the language in force."""
    whole = re.fullmatch(r"-?(\d{1,3}(,\d{3})*(\.\d+)?|\d+(\.\d+)?)", text)
    return separated(text) if whole else text


def separated(digits: str) -> str:
    """Digits as Python prints them, with the separators of the language in force."""
    marks = {
        # Translators: as your readers write a number such as 1,234.5.
        ord(","): pgettext("separator of thousands", ","),
        # Translators: as your readers write a number such as 1,234.5.
        ord("."): pgettext("decimal separator", "."),
    }
    return digits.translate(marks)


def figure(value: float, digits: int = 0) -> str:
    """A number with separators and some digits after the point."""
    return separated(f"{value:,.{digits}f}")
