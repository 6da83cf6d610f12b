"""A text of several counts: its clauses, and which of them count the dead."""

from __future__ import annotations

from itertools import pairwise

from casualty_est.errors import QuantityError
from casualty_est.quantity.counted import (
    DEAD,
    OUTCOMES,
    PEOPLE,
    SILENT,
    THINGS,
    WANTED,
    Counted,
    OtherCountError,
    seen_from,
)
from casualty_est.quantity.grammar import Reading, read_clause
from casualty_est.quantity.tokens import padded, phrase_at
from casualty_est.quantity.words import BEFORE, INCLUDING, LEADS, Phrase
from casualty_est.quantity.written_numbers import number_at, rounding_grid

_SEPARATORS = frozenset(
    {",", ";", "/", "|", "and", "&", "plus", "with", "while", "but", ".", "+", "-"}
)
_PLUS = frozenset({"+", "plus"})
# People of whom nobody belongs to two.
_APART = {"man": "men", "men": "men", "woman": "women", "women": "women", "child": "children"}
_APART |= {
    "kid": "children",
    "kids": "children",
    "children": "children",
    "boy": "boys",
    "boys": "boys",
    "girl": "girls",
    "girls": "girls",
}
_APART |= {"civilian": "civilians", "civilians": "civilians", "soldier": "soldiers"}
_APART |= {"soldiers": "soldiers", "police": "police", "policeman": "police"}
_APART |= {"policemen": "police", "militant": "militants", "militants": "militants"}
_APART |= {"rebel": "militants", "rebels": "militants", "insurgents": "militants"}
_APART |= {"gunman": "militants", "gunmen": "militants", "fighters": "militants"}
_APART |= {"male": "males", "males": "males", "female": "females", "females": "females"}


_ARMED_OR_NOT = frozenset({"civilians", "soldiers", "police", "militants"})  # not by age or sex


_OF_PEOPLE = frozenset({"families", "family", "household", "households", "flight", "parts"})


class NotComposedError(QuantityError):
    """A text that does not fall into clauses."""


def read_one(tokens: list[str], wanted: str) -> Reading:
    """Read one clause as a row sees it that counts what is wanted."""
    read = read_clause(tokens)
    return read if wanted == "killed" else read._replace(counted=seen_from(read.counted, wanted))


def of_the_row(read: Reading, wanted: str) -> Reading:
    """Refuse what counts something else."""
    if read.counted.kind == "other" and read.form != "unknown":
        raise OtherCountError(read.counted, wanted)
    return read


_ANYBODY = ("people", "persons")
_SHARED = (
    *({"children", one} for one in ("boys", "girls", "males", "females")),
    *({"males", one} for one in ("men", "boys")),
    *({"females", one} for one in ("women", "girls")),
)


def clauses_of(words: list[str], relation: str, wanted: str) -> list[tuple[str, Reading]]:
    """Part a text into clauses, each one number with what it counts."""
    tokens = padded(words)
    try:
        return [(relation, read_one(tokens, wanted))]
    except QuantityError as error:
        first = error
    for i in range(1, len(words)):
        introduced = phrase_at(INCLUDING, tokens, i)
        if not introduced and _begins_another(tokens, i):
            pair = _two_outcomes(words[:i], words[i:], relation, wanted)
            if pair:
                return pair
        if tokens[i] not in _SEPARATORS and not introduced:
            continue
        j = i
        while tokens[j] in _SEPARATORS:
            j += 1
        match = phrase_at(INCLUDING, tokens, j)
        if _of_the_number(tokens[i:j]) or (match and i < j and tokens[j - 1] in _PLUS):
            continue  # "40+, including 3 children"
        if match:
            introduced, j = match, match[1]
        if not introduced and phrase_at(BEFORE, tokens, j) == (Phrase.PERHAPS, j + 1):
            continue  # "at least 40, perhaps 50, of whom 3 were children"
        rest = words[j:]
        inside = introduced or {"of them", "of whom"} & set(map(" ".join, pairwise(rest)))
        try:
            left = read_one(padded(words[:i]), wanted)
            bare = left.counted.kind == "none" and not inside
            if not rest or (bare and tokens[i] not in (",", ";", "/", "|", "with")):
                continue
            others = clauses_of(rest, "part" if inside else "", wanted)
            if bare and not all(has_outcome(read) for _, read in others):
                continue  # two numbers, of which the first may count anything
            return [(relation, left), *others]
        except QuantityError:
            continue
    raise NotComposedError(str(first))


def _of_the_number(signs: list[str]) -> bool:
    """Whether a plus before other signs belongs to the number in front of it: "40+, and ..."."""
    return not _PLUS.isdisjoint(signs[:-1])


def _begins_another(tokens: list[str], i: int) -> bool:
    """Whether a second count may begin at a token, "12 KIA | 30 WIA", "KIA: 12 | WIA: 30"."""
    if tokens[i - 1] in DEAD or tokens[i - 1] in OUTCOMES:
        try:
            return number_at(tokens, i) is not None
        except QuantityError:
            return False
    return tokens[i - 1][0].isdigit() and phrase_at(LEADS, tokens, i) is not None


def _two_outcomes(
    first: list[str], rest: list[str], relation: str, wanted: str
) -> list[tuple[str, Reading]] | None:
    """Return two counts without a sign between them, where each says what it counts."""
    try:
        left = read_one(padded(first), wanted)
        others = clauses_of(rest, "", wanted)
    except QuantityError:
        return None
    said = all(read.counted.kind == "dead" or has_outcome(read) for _, read in others)
    told = left.counted.kind == "dead" or has_outcome(left)
    return [(relation, left), *others] if told and said else None


def has_outcome(read: Reading) -> bool:
    """Whether a reading says what happened to those whom it counts."""
    if read.counted.outcome in THINGS:  # "60 homes destroyed"
        return any(OUTCOMES.get(word) == "destroyed" for word in read.counted.words.split())
    return read.counted.outcome in OUTCOMES.values() or read.counted.outcome == "killed"


def sorted_out(
    clauses: list[tuple[str, Reading]], wanted: str
) -> tuple[Reading, list[tuple[str, Reading]]]:
    """Return the count of the row, and what is part of it or stands beside it."""
    dead: list[Reading] = []
    parts: list[tuple[str, Reading]] = []
    dies = any(read.counted.kind == "dead" for _, read in clauses)
    for relation, read in clauses:
        kind = read.counted.kind
        things = read.counted.outcome in THINGS - _OF_PEOPLE and relation != "part"
        if kind == "other" and things and wanted == "killed" and dies:
            parts.append(("beside", read))
            continue
        inherits = parts and parts[-1][0] == "part" and kind == "people"
        if kind == "other" and len(clauses) > 1 and has_outcome(read):
            if relation == "part" and wanted == "casualties":
                parts.append(("part", read))
                continue
            if relation == "part":
                msg = f"a count that includes the {read.counted.outcome} is no count of the dead"
                raise QuantityError(msg)
            parts.append(("beside", read))
        elif dead and (relation == "part" or inherits):
            parts.append(("part", read))
        else:
            dead.append(read)
    if len(dead) == 1:
        _ask_which(dead[0], parts, wanted)
        return dead[0], parts
    if not dead:
        raise OtherCountError(clauses[0][1].counted, wanted)
    inside = sum_of_groups(dead[1:])
    everybody = DEAD.union(_ANYBODY).issuperset(dead[0].counted.words.split())
    if inside and everybody and dead[0].form == "exact" and dead[0].best == inside.best:
        return dead[0], [*(("part", read) for read in dead[1:]), *parts]
    beside = any(relation == "beside" for relation, _ in parts)
    told = any(read.counted.kind == "dead" for read in dead)  # "8 injured, 5 women and 3 men"
    if wanted != "lost" and (told or not beside) and (whole := sum_of_groups(dead)):
        return whole, [*(("part", read) for read in dead), *parts]
    of_the_row(dead[0], wanted)
    msg = f"it holds two counts of {WANTED[wanted]}; write their sum, or each in a row of its own"
    raise QuantityError(msg)


def _ask_which(dead: Reading, parts: list[tuple[str, Reading]], wanted: str) -> None:
    """Refuse a number beside the injured where nothing says that it counts the dead."""
    beside = [read for relation, read in parts if relation == "beside"]
    # "12 incl. 4 children killed, 30 wounded" says it behind the part.
    said = any(read.counted.kind == "dead" for read in (dead, *(p for _, p in parts)))
    least = (dead.low if dead.low is not None else dead.best) or 0
    more = all((read.low if read.low is not None else read.best or 0) > least for read in beside)
    if beside and not said and not (more and dead.counted.kind == "none"):
        msg = f"it does not say which of its numbers are {WANTED[wanted]}; say it behind each"
        raise QuantityError(msg)


def sum_of_groups(dead: list[Reading]) -> Reading | None:
    """Return the sum of men, women and children, who are not the same people; else None."""
    named = [_group_alone(read) for read in dead]
    if len(dead) < 2:
        return None
    exact = all(read.form == "exact" for read in dead)
    apart = all(named) and len(set(named)) == len(dead)
    if not (exact and apart) or any(pair <= set(named) for pair in _SHARED):
        return None
    armed = _ARMED_OR_NOT.intersection(named)
    told = any(read.counted.kind == "dead" for read in dead) and all(read.best for read in dead)
    if armed and not (told and _ARMED_OR_NOT.issuperset(named)):
        return None
    count = sum(read.best or 0 for read in dead)
    *first, last = (read.counted.words for read in dead)
    said = Counted("people", f"{', '.join(first)} and {last}")
    return Reading(count, count, count, "exact", rounding_grid(count), said)


def _group_alone(read: Reading) -> str:
    """Return the one group that a count names, if it says nothing else that is not known."""
    words = read.counted.words.split()
    known = all(word in PEOPLE or word in DEAD or word in SILENT for word in words)
    named = {_APART[word] for word in words if word in _APART}
    return named.pop() if known and len(named) == 1 else ""
