"""What a noun phrase after a number counts: the dead, people, or something else.

Only words that are known pass: a word that nobody here knows may be "wounded" in another language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from casualty_est.errors import QuantityError
from casualty_est.quantity.tokens import is_word
from casualty_est.quantity.words import (
    MEANINGFUL,
    NEVER_FIRST,
    NEVER_LAST,
    OTHER_SCALES,
    PLURAL_SCALES,
    SCALES,
    SMALL,
    TENS,
)

_LISTS = tomllib.loads((files("casualty_est.quantity") / "nouns.toml").read_text(encoding="utf-8"))
DEAD, PEOPLE, UNSAFE, THINGS, UNITS, PREPOSITIONS, SILENT, PLACES, ONE_MORE = (
    frozenset(_LISTS[key].split())
    for key in (
        *("dead", "people", "unsafe", "things", "units", "prepositions", "silent", "places"),
        "one_more",
    )
)


def _person_nouns() -> frozenset[str]:
    """Return the words for people of the lexicon, each as one and as many."""
    text = (files("casualty_est.quantity") / "person_nouns.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    singular = [word for line in lines for word in line.split()]
    return frozenset([*singular, *map(_plural, singular)])


def _plural(noun: str) -> str:
    if noun.endswith("man"):
        return f"{noun[:-3]}men"
    if noun.endswith(("wife", "thief")):
        return f"{noun.removesuffix('e').removesuffix('f')}ves"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "z", "ch", "sh")) else f"{noun}s"


def _singular(noun: str) -> str:
    if noun.endswith("men"):
        return f"{noun[:-3]}man"
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun[:-1]


# Of these one is no person, or may be said of other things: "a minor", "an official toll".
_MANY = frozenset({"indigenous", "lives", "losses", "loss", "minors", "nationals", "officials"})
_MANY |= {"paramilitaries", "pers", "poles", "souls", "sons", "wives", "elders", "locals", "others"}
PEOPLE |= {
    _singular(word) for word in PEOPLE - _MANY if word.endswith(("s", "men")) and len(word) > 4
}
# In other languages these are other words.
PEOPLE |= _person_nouns() - {
    "asker",
    "askers",
    "hombre",
    "hombres",
    "toter",
    "toters",
    "tout",
    "touts",
}
OUTCOMES: dict[str, str] = {
    word: outcome for outcome, words in _LISTS["outcomes"].items() for word in words.split()
}
_PERSONS = PEOPLE - {"lost", "loss", "losses"}  # which things may be, too
_MAYBE_ALIVE = UNSAFE | UNITS | PLACES
TOGETHER = "killed and injured together"
# What the column outcome may ask for, in the words of an error.
WANTED = {
    "killed": "the dead",
    "injured": "the injured",
    "casualties": TOGETHER,
    "lost": "equipment",
}
# Deaths that did not happen, and the living whom a dead person left.
_UNREAL = re.compile(
    r"(?:^near-|\b(?:averted|avoided|prevented|potential|threats?|threatened|death row)\b"
    r"|\bsentence[sd]?\b|\bat risk\b)"
)
_LEFT_BEHIND = re.compile(
    r"(?:children|families|fathers|friends|members|mothers|orphans|parents|relatives|widows|wives)"
    r" of (?:the |those )?(?:dead|deceased|killed|martyrs|slain|victims)$"
)
_OF_A_FAMILY = [
    [*start, "family"]
    for start in (("of", "the", "same"), ("from", "the", "same"), ("of", "one"), ("from", "one"))
]
# Neither planes nor units.
_MEMBERS = {
    ("suicide", "bombers"): "attackers",
    ("suicide", "bomber"): "attacker",
    ("security", "forces"): "personnel",
    ("first", "responders"): "rescuers",
    ("first", "responder"): "rescuer",
}
_OF_ONE_FAMILY = frozenset({"a", "one", "same", "single", "the"})
# Under these people die, where other numbers may stand behind "under".
_UNDER = frozenset({"torture", "siege", "rubble", "bombardment", "shelling", "debris", "collapsed"})
_ADJECTIVES = frozenset({"elderly", "old", "young", "pregnant", "local", "palestinian", "single"})
# One word, and many people.
_SEVERAL = frozenset(
    {"army", "children", "clergy", "crew", "elderly", "military", "militia", "police", "public"}
    | {"personnel", "staff", "troop", "young"}
)
_TO_DEATH = frozenset(
    {"beaten", "bled", "burned", "burnt", "choked", "clubbed", "crushed", "frozen", "hacked"}
    | {"shelled", "shot", "stabbed", "starved", "stoned", "tortured", "trampled"}
)
# Before "deaths" these say how people died.
_OF_DEATHS = frozenset(
    {"airstrike", "artillery", "battle", "bomb", "crash", "drone", "explosion", "gun", "hospital"}
    | {"mine", "missile", "prison", "road", "rocket", "shelling"}
)
_DEATHS = frozenset({"death", "deaths", "fatalities"})
_FOUND = frozenset({"exhumed", "recovered", "retrieved"})
_NOT_FIGHTING = frozenset(
    {
        "battle",
        "combat",
        "hostile",
        "violent",
        "combatant",
        "combatants",
        "fighter",
        "fighters",
        "belligerents",
    }
)
_WOUNDS = frozenset({"burns", "injuries", "injury", "wound", "wounds"})
_LONG_NUMBERS = [word for word in (*SMALL, *TENS, *SCALES, *PLURAL_SCALES) if len(word) > 4]
_NEVER_NOUN = frozenset({*PLURAL_SCALES, *MEANINGFUL, *OTHER_SCALES})


class Counted(NamedTuple):
    """What a number counts, and the words that say so.

    kind: "none" (no word), "people", "dead" (or what else the row asks for) or "other".
    """

    kind: str = "none"
    words: str = ""
    outcome: str = ""  # of "other", in the words of the column


NOTHING = Counted()


class OtherCountError(QuantityError):
    """A number that counts something else than the row."""

    def __init__(self, counted: Counted, wanted: str = "killed") -> None:
        outcome = counted.outcome
        together = outcome.endswith("together")
        known = together or outcome in _LISTS["outcomes"] or outcome == "killed"
        what = outcome if together else f"the {outcome}" if known else repr(outcome)
        what = "the dead" if outcome == "killed" else what
        mend = " where the column outcome says so" if known else f" if it counts {WANTED[wanted]}"
        if outcome == "killed" and wanted == "casualties":
            mend = ", and killed in the column outcome, or call the column deaths"
        super().__init__(f"it counts {what}, not {WANTED[wanted]}; write the number alone{mend}")


def seen_from(counted: Counted, wanted: str) -> Counted:
    """Return what a number counts in a row that asks for another outcome than the dead."""
    if wanted == "killed" or counted.kind == "none":
        return counted
    asked = {
        "injured": counted.outcome == "injured",
        "casualties": counted.outcome == TOGETHER,
        "lost": counted.outcome in THINGS or counted.outcome in ("destroyed", "detained"),
    }[wanted]
    if asked:
        return Counted("dead", counted.words)
    dead = counted.kind == "dead" or (counted.kind == "people" and wanted == "lost")
    return Counted("other", counted.words, "killed") if dead else counted


def what_is_counted(words: list[str], *, died: bool = False) -> Counted:
    """Say what a noun phrase counts, or refuse it where that is not known.

    died: whether a word before the number says that they died, "killed: 5 hostages".
    """
    if not words:
        return NOTHING
    words = _one_by_one(words)
    refuse_unless_noun(words)
    said = " ".join(words).replace(" - ", "-")
    words = _without_cause(words)
    if not_what := _negated(words):
        if not_what in ("fatal", "lethal"):
            return Counted("other", said, "injured")
        if not_what not in _NOT_FIGHTING:
            msg = f"'non-{not_what}' leaves open who is counted; say who they are"
            raise QuantityError(msg)
    head = list(_head(words))
    dead = not DEAD.isdisjoint(words)
    _refuse_unreal(said, head)
    if things := list(_things(head)):
        return Counted("other", said, things[0])
    outcomes = [OUTCOMES[word] for word in (head if dead else words) if word in OUTCOMES]
    if outcomes and not (dead and outcomes[0] == TOGETHER):
        outcome = outcomes[0]
        if not DEAD.isdisjoint(head):
            outcome = TOGETHER if outcome == "injured" else f"dead and {outcome} together"
        return Counted("other", said, outcome)
    if not dead and (alive := [word for word in words if word in _MAYBE_ALIVE]):
        return (
            Counted("dead", said)
            if died and alive[0] in UNSAFE
            else Counted("other", said, alive[0])
        )
    _refuse_one_more(head)
    if dead:
        return Counted("dead", said)
    if not PEOPLE.isdisjoint(head):
        if not died and (fate := _fate(head)):
            msg = f"{fate!r} may say that they live; write the number alone, or say killed"
            raise QuantityError(msg)
        return Counted("people", said)
    if unknown := [word for word in head if word not in SILENT and word not in "-,"]:
        msg = (
            f"{unknown[-1]!r} may count something else than the dead; write the number alone, "
            f"or say killed"
        )
        raise QuantityError(msg)
    return Counted("none", said)


def _fate(head: list[str]) -> str:
    """Return what is said of people behind their noun, if nobody here knows it: "children fed"."""
    last = max(k for k, word in enumerate(head) if word in PEOPLE)
    found = _FOUND if head[last] == "victims" else frozenset[str]()
    return next((word for word in head[last + 1 :] if _is_fate(word) and word not in found), "")


def _is_fate(word: str) -> bool:
    return word.endswith(("ed", "ing")) and word not in SILENT and word not in PEOPLE


def _negated(words: list[str]) -> str:
    """Return what stands behind "non-" in a noun phrase, or nothing."""
    for k, word in enumerate(words[:-1]):
        if word == "non":
            return words[k + 1 + (words[k + 1] == "-") :][0]
    return ""


def _one_by_one(words: list[str]) -> list[str]:
    """Take the "members of one family" for people, not for a family; forces, for their members."""
    for k, pair in enumerate(pairwise(words)):
        if pair in _MEMBERS:
            words = [*words[: k + 1], _MEMBERS[pair], *words[k + 2 :]]
    for alone in _OF_A_FAMILY:
        if words[: len(alone)] == alone:
            return ["members", *words[len(alone) :]]
        if words[0] in PEOPLE and words[1 : 1 + len(alone)] == alone:
            return [words[0], *words[1 + len(alone) :]]
    if words[:2] == ["members", "of"] and "family" in words[2:6]:
        end = words.index("family")
        if _OF_ONE_FAMILY.issuperset(words[2:end]):
            return ["members", *words[end + 1 :]]
    return words


def _without_cause(words: list[str]) -> list[str]:
    """Leave out of what the dead died: "died of their wounds" counts no wounded."""
    for k, word in enumerate(words[:-1]):
        if word in ("fatally", "mortally") and words[k + 1] in OUTCOMES:
            return [*words[:k], "killed", *words[k + 2 :]]
        if word in ("burned", "burnt") and words[k + 1] == "alive":
            return [*words[:k], "killed", *words[k + 2 :]]
        if word in _TO_DEATH and words[k + 1 : k + 3] == ["to", "death"]:
            return [*words[:k], "killed", *words[k + 3 :]]
        if word in DEAD and words[k + 1] in ("of", "from", "to"):
            rest = words[k + 2 :]
            skip = rest[0] in ("her", "his", "their", "the")
            if rest[skip : skip + 1] and rest[skip] in _WOUNDS:
                return [*words[: k + 1], *rest[skip + 1 :]]
    return words


def _refuse_unreal(said: str, head: list[str]) -> None:
    """Refuse deaths that did not happen, and people who are alive: "relatives of the dead"."""
    start = " ".join(head).replace(" - ", "-") or said
    found = _UNREAL.search(start) or re.search("at risk", said)
    if not found and (left := _LEFT_BEHIND.search(said)):
        found = left if DEAD.isdisjoint(said[: left.start()].split()) else None
    if found:
        msg = f"{found[0]!r} may say that nobody died; write the number alone if it counts the dead"
        raise QuantityError(msg)


def _head(words: list[str]) -> Iterator[str]:
    """Yield the words before the first preposition: "civilians killed" of "... killed in a car"."""
    for word in words:
        if word in PREPOSITIONS:
            return
        yield word


def _things(head: list[str]) -> Iterator[str]:
    """Yield the things that are counted; "bus" of "bus passengers" says which passengers."""
    for k, word in enumerate(head):
        if word in _OF_DEATHS and not _DEATHS.isdisjoint(head[k + 1 :]):
            continue
        plural = word.endswith("s") and not word.endswith("us")
        if word in THINGS and (plural or _PERSONS.isdisjoint(head[k + 1 :])):
            yield word


def _refuse_one_more(words: list[str]) -> None:
    """Refuse people who are named after the number and not counted: "and their mother"."""
    for k, word in enumerate(words[:-1]):
        if word in ("and", "with") and words[k + 1] in ONE_MORE:
            msg = f"'{word} {words[k + 1]}' names people beyond the number; write all in figures"
            raise QuantityError(msg)


def refuse_another(words: list[str]) -> None:
    """Refuse "a driver and passengers", who are not counted."""
    who = words[words.index("and") + 1 :][:1]
    if who and (who[0] in PEOPLE or who[0] == "several"):
        msg = f"'and {who[0]}' names people beyond the number; write all in figures"
        raise QuantityError(msg)


def is_one_person(tokens: list[str], i: int) -> bool:
    """Whether "a" stands before one person: "a man", "an elderly woman"; a family is several."""
    if tokens[i] not in ("a", "an"):
        return False
    j = i + 1
    while tokens[j] in _ADJECTIVES:
        j += 1
    word = tokens[j]
    return word in _PERSONS and not word.endswith(("s", "men", "people")) and word not in _SEVERAL


def refuse_unless_noun(words: list[str]) -> None:
    """Refuse what follows a number unless it can be a noun phrase."""
    if not words:
        return
    for k, word in enumerate(words):
        if word == "-" and 0 < k < len(words) - 1 and words[k - 1] != "-":
            continue
        if (
            word == ","
            and 0 < k < len(words) - 1
            and PEOPLE.issuperset((words[k - 1], words[k + 1]))
        ):
            continue
        if word[0] in "0123456789" or word in SMALL or word in TENS or word in SCALES:
            msg = (
                f"a second number, {word!r}, follows the first; write one number, and another "
                "count in a row of its own"
            )
        elif word in ("%", "percent", "pct") or words[k : k + 2] == ["per", "cent"]:
            msg = "a percentage is not a count; write the number of people"
        elif word == "/":
            msg = (
                "'/' may part two ends, the dead and the injured, a part and its whole, or a date; "
                "write 10 to 20, or 10 killed and 20 injured"
            )
        elif word == "under" and words[k + 1 : k + 2] and words[k + 1] in _UNDER:
            continue
        elif not is_word(word):
            msg = f"{word!r} has no meaning after a number"
        elif word in _NEVER_NOUN or (len(word) == 1 and word != "a") or _misspelt_number(word):
            msg = f"{word!r} after a number could change what it means"
        else:
            continue
        raise QuantityError(msg)
    for edge, unfinished in ((words[0], NEVER_FIRST), (words[-1], NEVER_LAST)):
        if edge in unfinished:
            msg = f"{edge!r} leaves the phrase unfinished"
            raise QuantityError(msg)


@lru_cache(maxsize=4096)
def _misspelt_number(word: str) -> bool:
    """Return whether a word is nearly a number: "3 milion" must not become 3."""
    glued = word.startswith(("hundred", "thousand", "million", "billion"))
    return glued or bool(get_close_matches(word, _LONG_NUMBERS, n=1, cutoff=0.82))
