"""One hedged number in English words: hedges, number, range or vague word, and what was counted."""

from __future__ import annotations

import re
from typing import NamedTuple

from casualty_est.errors import QuantityError
from casualty_est.quantity.counted import (
    DEAD,
    NOTHING,
    OUTCOMES,
    PEOPLE,
    TOGETHER,
    Counted,
    is_one_person,
    refuse_another,
    refuse_unless_noun,
    what_is_counted,
)
from casualty_est.quantity.tokens import padded, phrase_at
from casualty_est.quantity.words import (
    AFTER,
    BEFORE,
    BESIDE_UNKNOWN,
    BOUNDS,
    CHANGES,
    DENYING,
    FIGURES,
    KNOWABLE,
    LEADS,
    NEGATED,
    UNKNOWN,
    UNSURE,
    VAGUE_PHRASES,
    ZERO,
    Phrase,
)
from casualty_est.quantity.written_numbers import Number, number_at, share_scale, spread_scale

_JOINTS = frozenset({",", "and", "but", "perhaps", "possibly", "maybe", "probably"})
_UNKNOWN_FIRST = frozenset(text.split()[0] for text in UNKNOWN)
_DENIALS = frozenset({"denied", "denies", "deny", "denial"})
_ZERO_FIRST = frozenset(text.split()[0] for text in ZERO)
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_NOT_KNOWN = UNSURE | NEGATED | DENYING
_STOPS = frozenset({",", ";", ":", ".", "/", "(", ")", "-"})
_FIGURES = FIGURES | {"breakdown", "details", "information"}
_COUNTED_DEAD = (PEOPLE | DEAD | {"casualties"}) - {"death"}  # "no death figures"
_ON_UNKNOWN = _NOT_KNOWN | KNOWABLE | _FIGURES | BESIDE_UNKNOWN
_AFTER_LEAD = frozenset({":", "=", "-", "of", "is", "was", "were", "at", "stands", "stood"})
_LEADING = frozenset(
    {
        "a",
        "burned",
        "burnt",
        "charred",
        "confirmed",
        "cumulative",
        "current",
        "decomposed",
        "final",
        "latest",
        "official",
        "overall",
        "provisional",
        "skeletal",
        "the",
        "total",
    }
)
_LOWER = frozenset({Phrase.AT_LEAST, Phrase.MORE_THAN})
_UPPER = frozenset({Phrase.AT_MOST, Phrase.FEWER_THAN})
_NOBODY = PEOPLE | DEAD | {"casualties", "casualty", "was", "were"}


class Reading(NamedTuple):
    """What a text says: the ends of a quantity, its form and rounding, and what was counted."""

    low: int | None
    best: int | None
    high: int | None
    form: str
    grid: int | None
    counted: Counted = NOTHING


UNKNOWN_NUMBER = Reading(None, None, None, "unknown", None)


class _Clause(NamedTuple):
    """A hedge with the number, the two numbers or the vague word that it stands before."""

    hedge: Phrase
    kind: str  # "one", "range" or "vague"
    low: int
    high: int
    grid: int | None
    doubted: bool
    trailing: bool  # whether the hedge stands behind
    counted: Counted


def read_clause(tokens: list[str]) -> Reading:
    """Return what one hedged number in tokens says, and what it counts."""
    if tokens[0] == "~" and tokens[1] in UNKNOWN:
        tokens = tokens[1:]
    if tokens[0] == "?" and not set(tokens) - {"?", ""}:
        return UNKNOWN_NUMBER
    if not tokens[0] or (tokens[0] in _UNKNOWN_FIRST and " ".join(tokens).rstrip() in UNKNOWN):
        return UNKNOWN_NUMBER
    if "number" in tokens and _is_unknown_number(tokens):
        return UNKNOWN_NUMBER
    if tokens[0] in _ZERO_FIRST and " ".join(tokens).rstrip() in ZERO:
        return Reading(0, 0, 0, "exact", 1)
    if tokens[:3] == ["not", "a", "single"]:
        tokens = ["no", *tokens[3:]]
    if tokens[0] in _DENIALS:
        msg = (
            "a denial may be of the deaths, or of having caused them; write 0 if it says that "
            "nobody died, and else leave it blank"
        )
        raise QuantityError(msg)
    if not _NOT_KNOWN.isdisjoint(tokens) and _says_unknown([word for word in tokens if word]):
        return UNKNOWN_NUMBER
    if tokens[0] in ("no", "none", "nobody", "nil") and phrase_at(BEFORE, tokens, 0) is None:
        return _read_zero(tokens)
    first, second = (tokens, None) if _JOINTS.isdisjoint(tokens) else _split(tokens)
    clause = _clause(first)
    return _alone(clause) if second is None else _joined(clause, _clause(second))


def _says_unknown(words: list[str]) -> bool:
    """Whether words say that the number is not known, "death toll not yet available".

    "No deaths reported" may say that nobody died: behind "no" must stand a word for the figures.
    """
    words = [word for word in words if word not in _STOPS]
    if not _ON_UNKNOWN.issuperset(words):
        return False
    if not DENYING.isdisjoint(words):
        nouns = [word for word in words if word in _FIGURES or word in _COUNTED_DEAD]
        return bool(nouns) and nouns[0] in _FIGURES
    negated = not NEGATED.isdisjoint(words) and not KNOWABLE.isdisjoint(words)
    return negated or not UNSURE.isdisjoint(words)


def _is_unknown_number(tokens: list[str]) -> bool:
    i = 1 if tokens[0] in ("a", "an") else 0
    if tokens[i] not in UNKNOWN or tokens[i + 1] != "number":
        return False
    words = [token for token in tokens[i + 2 :] if token]
    refuse_unless_noun(words)
    return not words or words[0] == "of" or words[0] in _NOBODY


def _read_zero(tokens: list[str]) -> Reading:
    words = [token for token in tokens if token]
    start = 2 if words[:2] == ["no", "one"] else 3 if words[:3] == ["no", "-", "one"] else 1
    for word in words[start:]:
        if word in OUTCOMES and word not in _NOBODY:
            return Reading(0, 0, 0, "exact", 1, Counted("other", word, OUTCOMES[word]))
        if word not in _NOBODY:
            msg = f"{words[0]!r} before {word!r} may say that nothing is known; write 0 or unknown"
            raise QuantityError(msg)
    dead = [word for word in words[start:] if word in DEAD]
    return Reading(0, 0, 0, "exact", 1, Counted("dead", dead[0]) if dead else NOTHING)


def _split(tokens: list[str]) -> tuple[list[str], list[str] | None]:
    """Part "at least a, and perhaps b" where its second hedge starts."""
    hedges, start = _hedges(tokens)
    for i, token in enumerate(tokens):
        if i > start and token in _JOINTS:
            j = i + (token == ",")
            j += tokens[j] in ("and", "but")
            _, end = phrase_at(AFTER, tokens, i) or phrase_at(AFTER, tokens, j) or (None, 0)
            if end and not tokens[end]:
                continue  # "500, perhaps more"
            second, _ = phrase_at(BEFORE, tokens, j) or (None, j)
            ends = (Phrase.PERHAPS, Phrase.AT_MOST, Phrase.FEWER_THAN)
            lower = second in _LOWER and not _UPPER.isdisjoint(hedges) and token in ("but", "and")
            if second in ends or lower:
                return padded(tokens[:i]), padded(tokens[j:])
    return tokens, None


def _hedges(tokens: list[str]) -> tuple[list[Phrase], int]:
    hedges, i = [], 0
    while match := phrase_at(BEFORE, tokens, i):
        hedge, i = match
        hedges.append(hedge)
    return hedges, i


def _clause(tokens: list[str]) -> _Clause:
    lead, i = _lead(tokens)
    if i:
        tokens = tokens[i:]
    hedges, i = _hedges(tokens)
    kind, ends, grid, i = _amount(tokens, i)
    counted, after = lead, None
    if tokens[i]:
        words = [token for token in tokens[i:] if token]
        if after := _take_suffix(words):
            hedges.append(after)
        if ends == (1, 1) and tokens[i - 1] in ("a", "an") and "and" in words:
            refuse_another(words)
        counted = _agreed(lead, what_is_counted(words, died=lead.kind == "dead"))
    hedge = _one_hedge(hedges) if hedges else Phrase.NONE
    doubted = hedges[:1] == [Phrase.PERHAPS]
    if ends[1] == 0 and counted.outcome == TOGETHER:
        counted = NOTHING  # no casualties, nobody dead
    return _Clause(hedge, kind, *ends, grid, doubted, after in BOUNDS, counted)


def _one_hedge(hedges: list[Phrase]) -> Phrase:
    """Return the bound that stands beside a number, else whether it is about that number."""
    bounds = list(dict.fromkeys(hedge for hedge in hedges if hedge in BOUNDS))
    if len(bounds) > 1:
        if set(bounds) == _LOWER:
            return Phrase.MORE_THAN  # "more than 20+"
        msg = f"{bounds[0].value!r} and {bounds[1].value!r} stand beside one number"
        raise QuantityError(msg)
    if bounds:
        return bounds[0]
    return Phrase.ABOUT if Phrase.ABOUT in hedges else Phrase.NONE


def _lead(tokens: list[str]) -> tuple[Counted, int]:
    """Return what a word before the number counts, "killed: 5", and the position after it."""
    start = 0
    while tokens[start] in _LEADING and (
        phrase_at(LEADS, tokens, start) is None or phrase_at(LEADS, tokens, start + 1)
    ):
        start += 1
    match = phrase_at(LEADS, tokens, start)
    if match is None:
        return NOTHING, 0
    meaning, i = match
    said = " ".join(token for token in tokens[:i] if token not in _LEADING)
    change = phrase_at(CHANGES, tokens, i) if meaning in ("dead", "total") else None
    if change and tokens[change[1]] == "from":
        msg = "'from' after a change is followed by a former number"
        raise QuantityError(msg)
    i = change[1] if change else i
    while tokens[i] in _AFTER_LEAD and not phrase_at(BEFORE, tokens, i):
        i += 1
    if tokens[i - 1] == "of" and _YEAR.fullmatch(tokens[i]) and not tokens[i + 1]:
        msg = f"{tokens[i]!r} may be a year; write {int(tokens[i]):,} if it is a count"
        raise QuantityError(msg)
    if meaning == "total":
        return NOTHING, i
    return Counted("dead" if meaning == "dead" else "other", said, meaning), i


def _agreed(lead: Counted, counted: Counted) -> Counted:
    """Return what lead and noun count together: anything but the dead decides."""
    if lead.kind == "other" or counted.kind == "none":
        return lead if lead.kind != "none" else counted
    if lead.kind == "dead" and counted.kind == "people":
        return lead._replace(words=f"{counted.words} {lead.words}")
    return counted


def _take_suffix(words: list[str]) -> Phrase | None:
    """Remove a hedge from what follows a number, and return it.

    It stands at the start, at the end, or before the word for the dead: "35 people or so killed".
    """
    tokens = padded(words)
    for i in (0, *range(max(0, len(words) - 5), len(words))):
        start = i + (tokens[i] in (",", ";", "-") and not phrase_at(AFTER, tokens, i))
        hedge, end = phrase_at(AFTER, tokens, start) or (None, i)
        before_dead = start > 0 and end > start + 1 and DEAD.issuperset(words[end:])
        if hedge and (i == start == 0 or end == len(words) or before_dead):
            del words[i:end]
            return hedge
    return None


def _amount(tokens: list[str], i: int) -> tuple[str, tuple[int, int], int | None, int]:
    """Return kind, ends, grid and the position after the number, range or vague word at a token."""
    if tokens[i] == "between":
        return _between(tokens, i + 1)
    opened = tokens[i] == "from"
    i += opened
    if vague := phrase_at(VAGUE_PHRASES, tokens, i):
        (low, high), i = vague
        j = _between_vague(tokens, i)
        if j > i and (second := phrase_at(VAGUE_PHRASES, tokens, j)):
            return "vague", (low, second[0][1]), None, second[1]
        if not opened:
            return "vague", (low, high), None, i
    left, i = _number(tokens, i)
    joined = tokens[i] in ("to", "-") or (tokens[i] == "or" and not opened)
    if joined and (right := number_at(tokens, i + 1)):
        return *_range(left, right[0]), right[1]
    if opened:
        msg = "'from' needs two ends, as from 6 to 8"
        raise QuantityError(msg)
    count = left.value()
    return "one", (count, count), left.grid(), i


def _between_vague(tokens: list[str], i: int) -> int:
    """Return the position after the joint of two vague words: "hundreds, if not thousands"."""
    if tokens[i] in ("to", "-"):
        return i + 1
    j = i + (tokens[i] == ",")
    if tokens[j : j + 2] == ["if", "not"]:
        return j + 2
    doubted = tokens[j + 1] in ("even", "perhaps", "possibly", "maybe")
    if tokens[j] == "or" or (tokens[j] == "and" and doubted):
        return j + 1 + doubted
    return i


def _number(tokens: list[str], i: int) -> tuple[Number, int]:
    if match := number_at(tokens, i):
        return match
    if is_one_person(tokens, i):
        return Number(1), i + 1
    if tokens[i] in ("-", "minus"):
        msg = "a count cannot be negative; leave a missing value blank"
    elif tokens[i] in ("inf", "infinity", "infinite"):
        msg = "a count must be finite"
    elif tokens[i]:
        msg = f"{tokens[i]!r} is not a number"
    else:
        msg = "it contains no number"
    raise QuantityError(msg)


def _between(tokens: list[str], i: int) -> tuple[str, tuple[int, int], int | None, int]:
    """Read "between a and b", trying each "and", since numbers in words hold some too."""
    while phrase_at(BEFORE, tokens, i) == (Phrase.ABOUT, i + 1):
        i += 1
    readings = []
    msg = "'between' needs two ends, as between 6 and 8"
    for j in range(i + 1, len(tokens)):
        if tokens[j] not in ("and", "to", "-"):
            continue
        left = number_at(padded(tokens[i:j]), 0)
        right = number_at(tokens, j + 1)
        if left and right and left[1] == j - i:
            try:
                refuse_unless_noun(list(filter(None, tokens[right[1] :])))
                readings.append((*_range(left[0], right[0]), right[1]))
            except QuantityError as error:
                msg = str(error)
    if len(readings) == 1:
        return readings[0]
    raise QuantityError("it can be read in two ways" if readings else msg)


def _range(left: Number, right: Number) -> tuple[str, tuple[int, int], int]:
    left = spread_scale(share_scale(left, right), right)
    low, high = left.value(), right.value()
    if low > high:
        msg = f"its low end, {low:,}, lies above its high end, {high:,}"
        raise QuantityError(msg)
    return "range", (low, high), min(left.grid(), right.grid())


def _alone(clause: _Clause) -> Reading:
    hedge, low, high, grid, said = (
        clause.hedge,
        clause.low,
        clause.high,
        clause.grid,
        clause.counted,
    )
    if clause.kind == "range":
        if clause.trailing and hedge is Phrase.AT_LEAST:
            return Reading(low, high, None, "at_least", grid, said)  # "50,000-60,000+"
        if hedge in BOUNDS:
            msg = f"{hedge.value!r} cannot stand before a range"
            raise QuantityError(msg)
        return Reading(low, None, high, "between", grid, said)
    if hedge is Phrase.NONE and clause.kind == "one":
        return Reading(low, low, low, "exact", grid, said)
    if hedge in (Phrase.NONE, Phrase.ABOUT) and clause.kind == "vague":
        return Reading(low, None, high, "vague", grid, said)
    if hedge is Phrase.ABOUT:
        if not low:
            msg = "about zero is not a count; write 0, or up to n"
            raise QuantityError(msg)
        return Reading(None, low, None, "about", grid, said)
    if hedge in _LOWER:
        return Reading(_lowest(clause), None, None, "at_least", grid, said)
    return Reading(0, None, _highest(clause), "at_most", grid, said)


def _lowest(clause: _Clause) -> int:
    """Return the lowest count of "at least" and "more than"; vague words have no next number."""
    return clause.low + (clause.hedge is Phrase.MORE_THAN and clause.kind == "one")


def _highest(clause: _Clause) -> int:
    fewer = clause.hedge is Phrase.FEWER_THAN
    if fewer and (clause.kind == "vague" or clause.high == 0):
        msg = "'fewer than' needs a number above zero"
        raise QuantityError(msg)
    return clause.high - fewer


def _joined(first: _Clause, second: _Clause) -> Reading:
    """Read two clauses: a low end with a best guess or a high end, or two vague words."""
    grids = [grid for grid in (first.grid, second.grid) if grid is not None]
    grid = min(grids, default=None)
    said = next((c.counted for c in (first, second) if c.counted.kind == "other"), first.counted)
    said = second.counted if said.kind == "none" else said
    if first.kind == second.kind == "vague" and first.hedge is second.hedge is Phrase.NONE:
        return Reading(first.low, None, second.high, "vague", None, said)
    ranges = "range" in (first.kind, second.kind)
    if first.hedge in _UPPER and second.hedge in _LOWER:
        first, second = second, first
    if first.hedge in _LOWER and not ranges:
        low = _lowest(first)
        if second.hedge in _UPPER:
            return Reading(low, None, _highest(second), "between", grid, said)
        if second.doubted and second.kind == "one":
            # "Perhaps more than 1.3 million" names a best guess, not a second floor.
            return Reading(low, second.low, None, "at_least", second.grid, said)
    one = first.kind == second.kind == "one" and first.hedge is Phrase.NONE
    if one and second.doubted and second.hedge in _UPPER | {Phrase.NONE}:
        return Reading(first.low, None, _highest(second), "between", grid, said)
    msg = "its two hedges do not make one quantity"
    raise QuantityError(msg)
