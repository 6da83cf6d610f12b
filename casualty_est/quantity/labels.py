"""Labels beside numbers: "low 900, best 1,200", "KIA (5)", "200 at least, 2,000 at most"."""

from __future__ import annotations

import re
from itertools import pairwise

from casualty_est.quantity.counted import DEAD, PEOPLE, SILENT
from casualty_est.quantity.tokens import padded, phrase_at
from casualty_est.quantity.words import BEFORE, LEADS, SMALL, TENS

_YEAR = re.compile("(?:19|20)[0-9]{2}")
_FILLED = frozenset({"of", ",", ";", "/", ":", "=", "and", "to", "-", "estimate"})
_ENDS = {"low": "low", "lower": "low", "high": "high", "higher": "high", "upper": "high"}
_OF_ENDS = frozenset({"bound", "estimate", "limit", "end", "figure"})
_OF_BEST = frozenset({"best", "central", "median", "mean", "point", "middle", "mid"})
_SHORT = {"civ": "civilians", "mil": "soldiers", "f": "females"}
_LONGEST_NOUN = 9
_NUMBER_OF = frozenset({"count", "number", "of", "the", "total", "nr"})
_NUMBERS = SMALL.keys() | TENS.keys() | {"-", "to"}
_LABELS = {
    **dict.fromkeys(("low", "lower", "lowest", "min", "min.", "minimum"), "low"),
    **dict.fromkeys(("best", "estimate", "central", "median", "mid"), "best"),
    **dict.fromkeys(("high", "higher", "upper", "highest", "max", "max.", "maximum"), "high"),
}


def one_label(words: list[str]) -> list[str]:
    """Write the labels of ends in one word: "lower bound", "high estimate"."""
    joined: list[str] = []
    skip = False
    for word, after in pairwise([*words, ""]):
        best = word in _OF_BEST and after in ("estimate", "guess", "value")
        two = not skip and (best or (word in _ENDS and after in _OF_ENDS))
        if not skip:
            joined.append(_ENDS.get(word, "best") if two else word)
        skip = two
    return joined


def numbers_first(words: list[str]) -> list[str]:
    """Return "women: 4; children: 5" as "4 women; 5 children"."""
    if words[0] not in PEOPLE and words[0] not in _SHORT:
        return words
    pieces: list[list[str]] = [[]]
    for word in words:
        if word in (",", ";", "/"):
            pieces.append([])
        elif word not in (":", "="):
            pieces[-1].append(word)
    if any(len(piece) != 2 or not piece[1][0].isdigit() for piece in pieces):
        return words
    if any(piece[0] not in PEOPLE and piece[0] not in _SHORT for piece in pieces):
        return words
    turned = [f"{number} {_SHORT.get(who, who)} ;" for who, number in pieces]
    return " ".join(turned).split()[:-1]


def noun_behind(words: list[str]) -> list[str]:
    """Return "number of civilians killed: 5" as "5 civilians killed"."""
    if ":" not in words and "=" not in words:
        return words
    i = next((i for i, word in enumerate(words[:_LONGEST_NOUN]) if word in (":", "=")), 0)
    noun = words[:i]
    if not i or DEAD.isdisjoint(noun) or phrase_at(LEADS, padded(noun), 0) == ("dead", i):
        return words
    while noun and (noun[0] in _NUMBER_OF or noun[:2] == ["no", "."]):
        noun = noun[1 + (noun[0] == "no") :]
    known = PEOPLE | DEAD | SILENT
    if not noun or not known.issuperset(noun) or phrase_at(LEADS, padded(noun), 0) == ("dead", i):
        return words
    rest = words[i + 1 :]
    end = next((k for k, word in enumerate(rest) if word in (",", ";", "/", "|")), len(rest))
    numbers = all(word[0].isdigit() or word in _NUMBERS for word in rest[:end])
    hedge = phrase_at(BEFORE, padded(rest), 0)
    alone = numbers or (hedge is not None and all(w[0].isdigit() for w in rest[hedge[1] : end]))
    return [*rest[:end], *noun, *rest[end:]] if end and alone else words


def bare_labels(words: list[str]) -> list[str]:
    """Return words without the brackets of labels: "10 (low)"."""
    inside = {
        i
        for i in range(len(words) - 2)
        if words[i] in "([" and words[i + 1] in _LABELS and words[i + 2] in ")]"
    }
    if len(inside) < 2:
        return words
    edges = inside | {i + 2 for i in inside}
    return [word for i, word in enumerate(words) if i not in edges]


def bare_leads(words: list[str]) -> list[str]:
    """Return words without the brackets of a number behind what it counts: "KIA (5)"."""
    kept: list[str] = []
    start, opened = 0, False
    for i, word in enumerate(words):
        if word in "([" and kept[start:]:
            lead = phrase_at(LEADS, padded(kept[start:]), 0)
            end = next((j for j in range(i, len(words)) if words[j] in ")]"), i)
            opened = bool(lead and start + lead[1] == len(kept)) and _are_ends(words[i + 1 : end])
            if opened:
                continue
        if word in ")]" and opened:
            start, opened = len(kept), False
            continue
        kept.append(word)
        start = len(kept) if word in (",", ";", "/", "|", "and") else start
    return kept


def _are_ends(words: list[str]) -> bool:
    """Whether words are one number or two ends, and no year."""
    numbers = [word for word in words if word not in ("-", "to")]
    year = len(numbers) == 1 and _YEAR.fullmatch(numbers[0]) is not None
    plain = all(word[0].isdigit() for word in numbers)
    return bool(numbers) and plain and not year and len(words) <= 3


def ends_behind(words: list[str]) -> list[str]:
    """Return "200 at least, 2,000 at most" with each hedge before its number."""
    if words[:3] in (["as", "few", "as"], ["as", "little", "as"]) and "many" in words:
        i = words.index("many") - 1
        j = i - 1
        while j > 3 and words[j] in ("or", "and", "to", ",", "perhaps", "possibly", "-", "but"):
            j -= 1
        if words[i] == "as" and words[i + 2 : i + 3] == ["as"]:
            return ["at", "least", *words[3 : j + 1], "and", "at", "most", *words[i + 3 :]]
    i = words.index("least") if "least" in words else 0
    if i < 2 or words[-2:] != ["at", "most"] or words[i - 1] != "at" or words[0] == "at":
        return words
    rest = [word for word in words[i + 1 : -2] if word not in (",", ";", "and", "but")]
    return ["at", "least", *words[: i - 1], "and", "at", "most", *rest]


def labelled(words: list[str]) -> tuple[list[str], list[str]] | None:
    """Read "low 900, best 1,200, high 1,500" as a number and its interval, or two ends."""
    ends = _by_label(words)
    if ends.keys() == {"low", "high"}:
        return ["at", "least", *ends["low"], "and", "at", "most", *ends["high"]], []
    if ends.keys() == {"low", "best", "high"}:
        return ends["best"], [*ends["low"], "to", *ends["high"]]
    return None


def two_ends(words: list[str]) -> list[str]:
    """Return "low 900; high 1,500" as "900 to 1,500", and other words as they are."""
    ends = _by_label(words)
    return [*ends["low"], "to", *ends["high"]] if ends.keys() == {"low", "high"} else words


def _by_label(words: list[str]) -> dict[str, list[str]]:
    """Return what stands beside each label, before the numbers or behind them; empty if nothing."""
    labels = [i for i, word in enumerate(words) if word in _LABELS]
    if len(labels) not in (2, 3) or not (labels[0] == 0 or labels[-1] == len(words) - 1):
        return {}
    edges = [*labels, len(words)] if labels[0] == 0 else [-1, *labels]
    ends: dict[str, list[str]] = {}
    for at, label in enumerate(labels):
        inside = words[edges[at] + 1 : edges[at + 1]]
        ends[_LABELS[words[label]]] = [word for word in inside if word not in _FILLED]
    return ends if all(ends.values()) and len(ends) == len(labels) else {}
