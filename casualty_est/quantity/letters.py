"""Parts that letters name: "12 (3w, 4c)", "20 (15M, 5F)", "15M 5F"."""

from __future__ import annotations

import re

from casualty_est.errors import QuantityError

_LETTERED = re.compile(r"[0-9] ?[wmcf]\b", re.I)
_ONE = r"[0-9]{1,6} ?[wmcfWMCF]"
_SIGN = r"\s*(?:[,;/&+]|\band\b)?\s*"
_SEVERAL = rf"{_ONE}(?:{_SIGN}{_ONE})*"
_INSIDE = re.compile(rf"([(\[])\s*({_SEVERAL})\s*([)\]])")
_ALONE = re.compile(rf"\s*({_ONE}(?:{_SIGN}{_ONE})+)\s*")
_EACH = re.compile(r"([0-9]+) ?([a-z])", re.I)
_BY_AGE = {"w": "women", "m": "men", "c": "children"}
_BY_SEX = {"m": "males", "f": "females"}
_MAY_BE = {
    "w": "women or the wounded",
    "m": "men, males or minors",
    "c": "children, civilians or combatants",
    "f": "females or fighters",
}


def with_words(text: str) -> str:
    """Write letters behind numbers as the words that they stand for, or ask what they are."""
    if not _LETTERED.search(text):
        return text
    if _ALONE.fullmatch(text):
        return _words(text.strip(), alone=True)
    return _INSIDE.sub(lambda m: f"{m[1]}{_words(m[2], alone=False)}{m[3]}", text)


def _words(said: str, *, alone: bool) -> str:
    """Return "3 women, 4 children" for "3w, 4c"; a letter says what it is beside the others only.

    alone: whether no number stands before, so that they must make up all of the dead.
    """
    pairs = [(number, letter.lower()) for number, letter in _EACH.findall(said)]
    letters = [letter for _, letter in pairs]
    found = set(letters)
    if found == {"m"}:
        return said  # 2m is two million
    whole = found in ({"m", "f"}, {"m", "w"}, {"m", "w", "c"})
    whole = whole or found == {"m", "f", "c"}
    known = _BY_SEX if found == {"m", "f"} else _BY_AGE if {"w", "c"} <= found or whole else {}
    known = {**_BY_AGE, "f": "women"} if found == {"m", "f", "c"} else known
    if len(letters) > len(found) or not found <= known.keys() or (alone and not whole):
        asked = "; ".join(f"{one!r} may be {_MAY_BE[one]}" for one in dict.fromkeys(letters))
        msg = f"the letters in {said!r} leave open what they count ({asked}); write the words"
        raise QuantityError(msg)
    return ", ".join(f"{number} {known[letter]}" for number, letter in pairs)
