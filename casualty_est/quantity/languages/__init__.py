"""Hedges, numbers and nouns of other languages, put into English: one TOML file each.

A file names each native word under its English; a text is in a language if it is made of that
language's words, of numbers and of signs and of nothing else.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from casualty_est.errors import QuantityError
from casualty_est.quantity.counted import DEAD, OUTCOMES, PEOPLE, THINGS, UNSAFE
from casualty_est.quantity.languages.chinese_numbers import in_digits
from casualty_est.quantity.languages.spelled import in_figures, pairs_of, spelling
from casualty_est.quantity.tokens import plain_characters
from casualty_est.quantity.words import PLURAL_SCALES, SCALES, SMALL, TENS

NAMES = (
    "arabic", "chinese", "french", "german", "portuguese", "russian", "spanish", "turkish",
    "ukrainian",
)  # fmt: skip

_TOLD = OUTCOMES.keys() | DEAD | UNSAFE | THINGS | SMALL.keys() | TENS.keys() | SCALES.keys()
_TOLD = (_TOLD | PLURAL_SCALES.keys() | {"tens", "several"}) - {"one"}
# Peoples that many languages write alike.
_PEOPLES = (
    *("amhara", "dinka", "hazara", "hazaras", "hutu", "hutus", "masalit", "nuer", "oromo"),
    *("rohingya", "rohingyas", "tutsi", "tutsis", "yazidis"),
)
_LATIN, _CYRILLIC = re.compile("[a-z\u00df\u0131]"), re.compile("[\u0400-\u04ff]")
_SCRIPTS = {
    "arabic": re.compile("[\u0600-\u06ff]"),
    "chinese": re.compile("[\u3000-\u9fff]"),
    "russian": _CYRILLIC,
    "ukrainian": _CYRILLIC,
}
_TOLD_BEHIND = _TOLD | PEOPLE | {"at", "fewer", "including", "more", "others"}
_KNOWN_TO_NOBODY = frozenset(
    {" unknown ", " number ", " number of ", " of ", "  ", " ", " the ", ":", " : ", " death toll "}
)
_FEMININE, _DUAL = "\u0629", ("\u0627\u0646", "\u062a\u0627\u0646")
_A_WORD = re.compile(r"[^\W\d_]+")
_GROUP = re.compile(r"\((\?<?[:=!])?([^()]*)\)([?*]|\{0)?")
_ENGLISH_TOO = frozenset({"on", "once", "bin", "elf", "dos", "tote"})  # alone they are English
_SCALED = r"(?:[0-9.,]|\s*(?:millions?|thousands?|hundreds?|billions?|dozens?|mn|bn|k)\b)"
_EITHER = re.compile(rf"(?<![0-9,])[0-9]{{1,3}},[0-9]{{3}}(?={_SCALED})")
_THOUSANDS = re.compile(rf"(?<![0-9.,])([1-9][0-9]{{0,2}})[.]([0-9]{{3}})(?!{_SCALED})")
_MIL = re.compile(r"[~<>=+]*\s*[0-9][0-9.,]*(?:\s*-\s*[0-9][0-9.,]*)? ?(?:mil|mill)\.?\+?")
_POINTS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:[.][0-9]{3}){2,}(?![0-9.,])")
_DECIMALS = re.compile(r"(?<![0-9.,])([0-9]+),([0-9]{1,2})(?![0-9,.])")


@dataclass(frozen=True, slots=True)
class Language:
    """The words of a language, compiled: phrases to English, turns of phrase, questions."""

    name: str
    english: dict[str, str]
    phrases: re.Pattern[str]
    turns: tuple[tuple[re.Pattern[str], str, frozenset[str]], ...]  # and what each needs
    questions: dict[str, str]
    spaced: bool  # whether spaces part its words
    decimal_comma: bool
    pairs: frozenset[tuple[str, str]]
    sources: re.Pattern[str] | None  # who said it, in brackets or behind all else
    occasions: re.Pattern[str] | None  # where and how they died, behind all else
    agents: re.Pattern[str] | None  # by whom
    halves: tuple[str, ...]
    words: frozenset[str]  # of which a text has one; empty where words grow together

    def translated(self, text: str) -> str | None:
        """Return the text in English, or None where it is not in this language."""
        came = text
        text = self._without_occasion(self._without_sources(text))
        text = (
            in_figures(text, self.name, self.english, self.pairs, self.halves)
            if self.spaced
            else in_digits(text)
        )
        found = _starts_in(text, self.spaced)
        for pattern, english, starts in self.turns:
            if not starts or not starts.isdisjoint(found):
                turned = pattern.sub(english, text)
                found = found if turned == text else _starts_in(turned, self.spaced)
                text = turned
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
        if question and _KNOWN_TO_NOBODY.issuperset(pieces) and " unknown " in pieces:
            return "unknown"  # "nombre de victimes inconnu"
        if question:
            raise QuantityError(question)
        if not native:
            return None
        english = "".join(pieces)
        return _decimal_point(english) if self.decimal_comma else english

    def _without_sources(self, text: str) -> str:
        """Return a text without the words for who said it, unless they count something."""
        match = self.sources.search(text) if self.sources else None
        if match is None or self._counts(match[0], _TOLD) or self._knows(match[0]):
            return text
        return f"{text[: match.start()]} {text[match.end() :]}".strip() or text

    def _knows(self, text: str) -> bool:
        """Whether a text is made of words that have an English: "(chiffre estime)"."""
        at = 0
        while at < len(text):
            match = self.phrases.match(text, at)
            if match is None:
                return False
            at = match.end()
        return True

    def _without_occasion(self, text: str) -> str:
        """Return "12 muertos en un ataque" as "12 muertos": so English is read, too."""
        for pattern in (self.occasions, self.agents):
            text = self._without_one(pattern, text)
        return text

    def _without_one(self, occasions: re.Pattern[str] | None, text: str) -> str:
        match = occasions.search(text) if occasions else None
        if match is None or not any(self.english.get(w) == "killed" for w in match[1].split()):
            return text
        phrase = self.phrases.match(text, match.start(2))
        longer = phrase is not None and len(phrase["phrase"] or "") > len(match[2])  # "au moins"
        told = _TOLD if occasions is self.agents else _TOLD_BEHIND
        return text if longer or self._counts(match[3], told) else match[1]

    def _counts(self, text: str, told: Container[str]) -> bool:
        """Whether a text has a number, or a word that says whom or how many a number counts."""
        if not self.spaced:
            return any(native in text for native, said in self.english.items() if said in told)
        known = spelling(self.name)
        numbers = known.values if known else {}
        words = _A_WORD.findall(text)
        english = (said for word in words for said in self.english.get(word, "").split())
        return any(word in numbers and word not in self.english for word in words) or any(
            said in told for said in english
        )


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
    words = _A_WORD.findall(plain)
    for name in NAMES:
        if (plain.isascii() and name in _SCRIPTS) or not _SCRIPTS.get(name, _LATIN).search(plain):
            continue
        known = language(name)
        if known.words and known.words.isdisjoint(words):
            continue
        english = known.translated(plain)
        if english is not None:
            yield english


def unknown_word(text: str) -> tuple[str, str] | None:
    """Return the language that a text seems to be in, and its first word that is not known there.

    None where it may as well be English.
    """
    plain = folded(text)
    found: list[tuple[int, str, str]] = []
    for name in NAMES:
        if _SCRIPTS.get(name, _LATIN).search(plain) is None:
            continue
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
    for first, second in lists.get("unknown", {}).values():  # "no documentado", "sin registros"
        english |= {folded(f"{a} {b}"): "unknown" for a in first for b in second} | english
    if lists.get("elides"):
        english |= {
            f"{native[:-1]}'": said for native, said in english.items() if native.endswith(" de")
        }
    if article := lists.get("article"):  # written on the noun
        nouns = [
            (native, said)
            for said, natives in lists["words"]["nouns"].items()
            for native in natives
        ]
        english |= {f"{article}{folded(native)}": said for native, said in nouns} | english
        # The dual: two of them.
        singular = [(folded(native), said) for native, said in nouns if said[-1] != ":"]
        dual = {
            f"{word.removesuffix(_FEMININE)}{_DUAL[word[-1:] == _FEMININE]}": f"two {said}"
            for word, said in singular
        }
        english = dual | english
    english = {name: name for name in _PEOPLES} | english
    questions = {folded(native): asked for native, asked in lists.get("questions", {}).items()}
    longest = sorted((*english, *questions), key=len, reverse=True)
    edge = r"(?!\w)" if lists["spaced"] else ""
    words = _alternatives([re.escape(word) + edge * word[-1].isalpha() for word in longest])
    # Numbers, without units on them ("12k" is English), and signs stand between the words.
    apart = r"(?![^\W\d_])" if lists["spaced"] else ""
    phrases = re.compile(rf"(?P<phrase>{words})|[0-9][0-9.,']*{apart}|[^\w]")
    turns = tuple(
        (re.compile(turn), said, _needed(turn, lists["spaced"]))
        for turn, said in lists.get("turns", {}).items()
    )
    spaced, decimal_comma = lists["spaced"], lists["decimal_comma"]
    pairs = pairs_of(english)
    halves = tuple(native for native, said in english.items() if said.endswith("and a half"))
    sources = _sources(lists.get("sources", {}), r"(?!\w)" if lists["spaced"] else "")
    return Language(
        name,
        english,
        phrases,
        turns,
        questions,
        spaced,
        decimal_comma,
        pairs,
        sources,
        _occasions(lists.get("occasions", {})),
        _occasions(lists.get("occasions", {}), "agents"),
        halves,
        _words_of(name, [*longest, *_in_turns(lists), *_said_by(lists)]),
    )


def _starts_in(text: str, spaced: bool) -> set[str]:
    """Return the letters of a text by threes, or by twos where words are as short as that."""
    size = 3 if spaced else 2
    return {text[i : i + size] for i in range(len(text) - size + 1)}


def _needed(turn: str, spaced: bool) -> frozenset[str]:
    """Return starts of words of which each text with a turn of phrase has one, to pass over others.

    Nothing where none is sure. What may be missing, or stands beside shorter words, does not count.
    """
    plain = re.sub(r"\\.|\[[^\]]*\]|[^\W\d_][?*]", " ", turn)
    while innermost := _GROUP.search(plain):
        opened, inside, quantifier = innermost.groups()
        sure = opened in (None, "?:", "?=") and quantifier not in ("?", "*", "{0")
        sure = sure and all(_long_words(branch, spaced) for branch in inside.split("|"))
        plain = (
            plain[: innermost.start()] + f" {inside if sure else ''} " + plain[innermost.end() :]
        )
    return frozenset(_long_words(plain, spaced))


def _long_words(plain: str, spaced: bool) -> list[str]:
    size = 3 if spaced else 2
    return [word[:size] for word in _A_WORD.findall(plain) if len(word) >= size]


def _in_turns(lists: dict[str, dict[str, str]]) -> list[str]:
    """Return the words of the turns of phrase; short ones are words of other languages, too."""
    words = _A_WORD.findall(" ".join(lists.get("turns", {})))
    return [word for word in words if len(word) > 3]


def _said_by(lists: dict[str, dict[str, list[str]]]) -> list[str]:
    """Return the words that begin or end a source."""
    return [folded(word) for words in lists.get("sources", {}).values() for word in words]


def _words_of(name: str, phrases: list[str]) -> frozenset[str]:
    """Return the single words of a language, by which a text in another is soon passed over."""
    numbers = spelling(name)
    if name in _SCRIPTS.keys() - {"russian", "ukrainian"} or numbers is None or numbers.joined:
        return frozenset()
    said = " ".join([*phrases, *numbers.values])
    return frozenset(_A_WORD.findall(said))


def _occasions(said: dict[str, list[str]], key: str = "before") -> re.Pattern[str] | None:
    """Return what finds "in an attack" behind the dead, without digits, commas or a period."""
    if key not in said:
        return None
    before, never = ("|".join(map(_whole, said[name])) for name in (key, "never"))
    behind = rf"(?:(?!\b(?:{never})\b)[^()\[\]0-9,;/])+"
    return re.compile(rf"^(.*?)\s({before})({behind})$")


def _whole(word: str) -> str:
    """Return a pattern for a word that no letter follows, unless it is elided."""
    plain = re.escape(folded(word))
    return plain if plain.endswith("'") else rf"{plain}(?!\w)"


def _alternatives(words: list[str]) -> str:
    """Return a pattern for one of some words, by their first letters, which is faster to search."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        length = 2 if word[0] == "\\" else 1
        by_first.setdefault(word[:length], []).append(word[length:])
    return "|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in by_first.items())


def _sources(said: dict[str, list[str]], edge: str) -> re.Pattern[str] | None:
    """Return what finds "(according to the ministry)" and ", says the ministry", without digits."""
    if not said:
        return None
    before, after = (
        "|".join(re.escape(folded(word)) for word in said.get(key, ()))
        for key in ("before", "after")
    )
    name = r"[^()\[\]0-9,;]"
    ways = [rf"(?:{before}){edge}{name}+"] if before else []
    ways += [rf"{name}+?(?:{after})"] if after else []
    inside = "|".join(ways)
    behind = [rf"[\s,;-]+(?:{before}){edge}{name}+$"] if before else []
    behind += [rf"\s*[,;-]\s*{name}+?(?:{after})$"] if after else []
    return re.compile("|".join([rf"\s*[(\[]\s*(?:{inside})\s*[)\]]", *behind]))
