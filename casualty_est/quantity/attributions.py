"""Who is named as the source beside a number, "45 (UN)" or "45 according to the ministry"."""

from __future__ import annotations

import re

from casualty_est.errors import QuantityError
from casualty_est.quantity.counted import DEAD, OUTCOMES, PEOPLE, PLACES, THINGS, UNITS, UNSAFE
from casualty_est.quantity.languages import NAMES, folded, language
from casualty_est.quantity.surroundings import is_time
from casualty_est.quantity.tokens import tokenize
from casualty_est.quantity.words import (
    AFTER,
    BEFORE,
    BEST,
    INTERVALS,
    LEADS,
    MEANINGFUL,
    OF_PUBLISHERS,
    OFFICES,
    PUBLISHERS,
    QUALIFIERS,
    SCALES,
    SMALL,
    SPREADS,
    TENS,
    UNKNOWN,
    VAGUE_PHRASES,
)

_HEADLINE = re.compile(
    r"^(?:breaking|update[ds]?|urgent|latest|just in|alert|developing)(?: news)?(?: [0-9]{1,2})?"
    r"\s*(?::|[-|] )\s*",
    re.I,
)
_YEAR = "(?:19|20)[0-9]{2}"
_NAME = r"[A-Za-z\u00c0-\u024f][\w&.' \u2019-]*?"
_MONTHS = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\\.?"
_BRACKETS = re.compile(
    rf"\s*[(\[](?:sources? ?: ?)?({_NAME})(?:,? (?:(?:[0-9]{{1,2}} )?{_MONTHS},? )?{_YEAR})?[)\]]",
    re.I,
)
_BEHIND = re.compile(rf"\s*(?:[,;]|\s[-\u2013\u2014])\s*({_NAME})$")
_BEFORE = re.compile(rf"^({_NAME})\s?:\s*(?=\S)")
_SAID = re.compile(
    r"[\s,;-]*[(\[]?\b(?:according to|as per|as reported by|reported by|sources? ?:|cited by|"
    r"via)\s+([^0-9()\[\]]+)[)\]]?$",
    re.I,
)
_SAY = re.compile(
    r"\s*[,;-]\s+(?:(?:say|says|said|report|reports)\s+([^0-9()\[\],;]+)|"
    r"([^0-9()\[\],;]+?)\s+(?:say|says|said|report|reports|reported))$",
    re.I,
)
_PER = re.compile(rf"[\s,;-]*[(\[]?\bper (?:the )?({_NAME})[)\]]?$")
_PER_NAME = re.compile(r"\s*[(\[]per (?:the )?([A-Z][\w.' \u2019-]*)[)\]]$")
# "OHCHR has recorded 1,024", "SOHR says 45"
_SAYS = re.compile(
    rf"^(?:the )?({_NAME}) (?:(?:has|have|had) )?(?:verified|recorded|documented|counted|confirmed|"
    r"reported|reports|registered|identified|tallied|listed|says|said|counts|acknowledge[sd]|"
    r"admit(?:s|ted)|announce[sd]|claim(?:s|ed)?|confirms?|states?|say|"
    r"(?:puts?|placed?) (?:the )?(?:death )?toll at|(estimates?|estimated))"
    r"(?: that)? (?=\S)",
    re.I,
)
# "It is believed that up to 800 died"
_BELIEVED = re.compile(
    r"^(?:it (?:is|was|has been) (?:now |widely |generally |currently )?"
    r"(?:believed|thought|reported|"
    r"understood|said|claimed|assumed|confirmed|(estimated))|(?:there (?:were|was|are|have been)))"
    r"(?: that)? ",
    re.I,
)
_OTHERS_SAY = re.compile(r"\b(?:say|says|said|claims?|reports?|puts?|but|whereas)\b", re.I)
_VERB = re.compile(r"^[^0-9]{2,60}\b(?:[a-z]+ed|[a-z]+s|say|said|put|claim|toll at) ", re.I)
# What every one of the patterns above needs.
_ODD = re.compile(
    r"[(\[:]|[,;]\s*[^\W\d_]|\s[-\u2013\u2014]\s*[^\W\d_]|\b(?:to|per|by|via)\b", re.I
)
_FILLERS = frozenset({"the", "of", "and", "&", "for", "in", "on", "s", "by", "to", "a", "an"})
# Who may say a number where a verb follows: "the army claims 12 killed".
_SPEAKERS = (
    OFFICES
    | QUALIFIERS
    | OF_PUBLISHERS
    | frozenset(
        {
            "activists",
            "army",
            "coalition",
            "eyewitnesses",
            "hamas",
            "hezbollah",
            "hospital",
            "houthis",
        }
        | {
            "idf",
            "israel",
            "kyiv",
            "medics",
            "military",
            "monitors",
            "moscow",
            "nato",
            "opposition",
        }
        | {
            "pentagon",
            "police",
            "rebels",
            "rescuers",
            "residents",
            "russia",
            "survivors",
            "taliban",
        }
        | {
            "us",
            "villagers",
            "witnesses",
            "forces",
            "defence",
            "ukraine",
            "turkey",
            "iran",
            "army's",
        }
    )
)
_ALLOWED = PUBLISHERS | OF_PUBLISHERS | _FILLERS
_COUNTED = DEAD | PEOPLE | UNSAFE | THINGS | UNITS | PLACES | OUTCOMES.keys()
_LABELS = frozenset({"low", "lower", "best", "high", "higher", "upper"}) | BEST.keys()
_NUMBERS = SMALL.keys() | TENS.keys() | SCALES.keys()
_MEANT = BEFORE.keys() | AFTER.keys() | INTERVALS.keys() | SPREADS.keys() | VAGUE_PHRASES.keys()
_MEANT |= LEADS.keys() | {phrase.split()[0] for phrase in UNKNOWN} | _NUMBERS


def without_sources(text: str) -> str:
    """Return a text without the names of who said it; other words stay, to be judged.

    A row has its source in a column of its own, so what stands here changes nothing of the number.
    """
    if text[:1].isalpha() and (":" in text or " - " in text or "|" in text):
        text = _HEADLINE.sub("", text)
    first = text[:1]
    if (first.isupper() or (first.isalpha() and _may_speak(text))) and _VERB.match(text):
        match = _SAYS.match(text)
        if match and _is_speaker(match[1]) and not _OTHERS_SAY.search(text, match.end()):
            text = f"{'an estimated ' if match[2] else ''}{text[match.end() :]}"
    if text[:2] in ("It", "it", "Th", "th") and (match := _BELIEVED.match(text)):
        text = f"{'an estimated ' if match[1] else ''}{text[match.end() :]}"
    if (text[-1:].isdigit() and ":" not in text) or not _ODD.search(text):
        return text
    bare = _BRACKETS.sub(_without_source, text)
    for pattern, known in (
        (_SAID, _says_nothing),
        (_SAY, _says_nothing),
        (_PER, _is_source),
        (_PER_NAME, _is_named),
        (_BEHIND, _is_source),
        (_BEFORE, _is_source),
    ):
        match = pattern.search(bare)
        if match and known(next(filter(None, match.groups()))):
            bare = bare[: match.start()] + bare[match.end() :]
    if (match := _BEFORE.search(bare)) and re.search("[0-9]", bare[match.end() :]):
        _refuse_title(match[1], bare[match.end() :])
    return bare if bare.strip() else text


def _without_source(match: re.Match[str]) -> str:
    """Return nothing for the brackets of a source, or a sign where digits would join over them."""
    if not _is_source(match[1]):
        return match[0]
    return " ; " if match.string[match.end() :].lstrip()[:1].isdigit() else ""


def _is_source(name: str) -> bool:
    """Whether a name is that of somebody who publishes numbers."""
    words = [word for word in re.split(r"[\s/.-]+", name.replace("\u2019", "'")) if word]
    plain = [word.casefold().removesuffix("'s") for word in words]
    # Other capitals may say who died: "12 (SDF)".
    publishing = not PUBLISHERS.isdisjoint(plain)
    return publishing and _ALLOWED.issuperset(plain)


def _may_speak(text: str) -> bool:
    """Whether a text may begin with who says it: "the army claims 12 killed"."""
    first, _, rest = text.partition(" ")
    return first in _SPEAKERS or (first == "the" and rest.partition(" ")[0] in _SPEAKERS)


def _is_speaker(name: str) -> bool:
    """Whether a name before a verb is that of somebody who says numbers."""
    return _is_source(name) or _SPEAKERS.issuperset(name.casefold().split())


def _is_named(name: str) -> bool:
    """Whether a name behind "per" may be a source's: "(per Kyiv)", but not "(per Day)"."""
    words = name.casefold().split()
    return _says_nothing(name) and MEANINGFUL.isdisjoint(words) and _COUNTED.isdisjoint(words)


def _says_nothing(words: str) -> bool:
    """Whether an attribution holds no number and nothing that is counted instead of the dead."""
    said = re.findall(r"[^\W\d_]+", words.casefold())
    return bool(said) and not any(
        word in OUTCOMES or word in DEAD or word in _NUMBERS for word in said
    )


def _refuse_title(name: str, rest: str) -> None:
    """Refuse a name before a colon that nobody here knows, and that no reader takes."""
    words = name.casefold().split()
    if is_time([token for token in tokenize(name) if token]):
        return
    if any(word in _MEANT or word in _COUNTED or word in _LABELS for word in words):
        return
    if all(word.isascii() for word in words) and not re.search("[0-9]:", rest):
        plain = folded(name)
        if any(plain in language(one).english for one in NAMES):
            return
        msg = (
            f"{name[:40]!r} stands before the number; write the number alone, and who said it, "
            "where and when in columns of their own"
        )
        raise QuantityError(msg)
