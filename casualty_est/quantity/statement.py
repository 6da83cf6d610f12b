"""A whole cell: one count of the dead with what stands around it.

Footnotes and dates are passed over; parts and the injured are kept beside the count; a number that
counts something else than the dead is refused.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from casualty_est.errors import QuantityError
from casualty_est.quantity import estimates
from casualty_est.quantity.attributions import without_sources
from casualty_est.quantity.counted import (
    DEAD,
    OUTCOMES,
    PEOPLE,
    PREPOSITIONS,
    SILENT,
    WANTED,
    OtherCountError,
    refuse_unless_noun,
    seen_from,
)
from casualty_est.quantity.grammar import Reading, read_clause
from casualty_est.quantity.surroundings import (
    is_day,
    is_year,
    plain_words,
    take_brackets,
    without_dates,
    without_footnotes,
    without_occasions,
)
from casualty_est.quantity.tokens import padded, phrase_at, tokenize
from casualty_est.quantity.words import AFTER, BEFORE, BEST, INCLUDING, LEADS, REMARKS, Phrase
from casualty_est.quantity.written_numbers import number_at

_SEPARATORS = frozenset({",", ";", "/", "and", "&", "plus", "with", "while", "but", ".", "+"})
_SECOND = (Phrase.PERHAPS, Phrase.AT_MOST, Phrase.FEWER_THAN)
_COMPOSED = frozenset({"(", "[", "\u00b1", "family", "couple"})  # never one clause alone
_MOST_WORDS = 60  # a longer cell is a paragraph
_FILLED = frozenset({",", ";", "/", ":", "=", "and", "-", "estimate"})
_LABELS = {
    **dict.fromkeys(("low", "lowest", "min", "min.", "minimum"), "low"),
    **dict.fromkeys(("best", "estimate", "central", "median"), "best"),
    **dict.fromkeys(("high", "highest", "max", "max.", "maximum"), "high"),
}


class Statement(NamedTuple):
    """A reading, the level of its interval, and the counts that stand beside it or are part of it.

    parts: pairs of "part" or "beside" and a reading.
    """

    read: Reading
    level: float | None = None
    level_assumed: bool = False
    parts: tuple[tuple[str, Reading], ...] = ()


def read_statement(text: str, wanted: str = "killed") -> Statement:
    """Read a cell in English, of a row that counts what is wanted."""
    tokens = tokenize(without_sources(without_footnotes(text)))
    first = None
    if _COMPOSED.isdisjoint(tokens):
        try:
            return Statement(_of_the_row(_read(tokens, wanted), wanted))
        except OtherCountError:
            raise
        except QuantityError as error:
            first = error
    words = plain_words(_bare_labels([token for token in tokens if token]))
    words = without_occasions(words)
    if len(words) > _MOST_WORDS:
        raise first or QuantityError("it is a paragraph and not a count")
    try:
        return _composed(*take_brackets(words), wanted)
    except QuantityError as error:
        # What the plain reading says of its first fault is the simpler thing to mend.
        raise first if first and isinstance(error, _NotComposedError) else error from None


def _bare_labels(words: list[str]) -> list[str]:
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


class _NotComposedError(QuantityError):
    """A text that does not fall into clauses."""


def _read(tokens: list[str], wanted: str) -> Reading:
    """Read one clause as a row sees it that counts what is wanted."""
    read = read_clause(tokens)
    return read if wanted == "killed" else read._replace(counted=seen_from(read.counted, wanted))


def _of_the_row(read: Reading, wanted: str) -> Reading:
    """Refuse what counts something else."""
    if read.counted.kind == "other" and read.form != "unknown":
        raise OtherCountError(read.counted, wanted)
    return read


class _Around(NamedTuple):
    """What the parentheses of a text hold."""

    ends: list[str]
    best: list[str]
    error: list[str]
    hedge: list[str]
    level: float | None
    parts: list[list[str]]


def _composed(words: list[str], brackets: list[list[str]], wanted: str) -> Statement:
    words = without_dates(words)
    if not words:
        msg = "there is no number before the parentheses; write it without them"
        raise QuantityError(msg)
    brackets = [
        inner for inner in brackets if not (_is_repeated(inner, words) or is_year(inner, words))
    ]
    if labelled := _labelled(words):
        words, interval = labelled
        brackets = [*brackets, interval] if interval else brackets
    words, brackets = _inline(words, brackets)
    around = _around(brackets)
    error = around.error
    if taken := estimates.plus_minus(words):
        words, error = taken
    words, parts_inside = _with_second(words, around.parts)
    match = phrase_at(BEFORE, padded(around.hedge), 0)
    before = match is not None and match[1] == len(around.hedge)
    words = [*around.hedge, *words] if before else [*words, *around.hedge]
    clauses = _clauses(words, "", wanted)
    count, parts = _sorted_out(clauses, wanted)
    level, assumed = None, False
    if around.level and not (around.ends or around.best or error):
        msg = "an interval needs its number, as 1,200 (95% CI 900 to 1,500)"
        raise QuantityError(msg)
    if around.ends or around.best or error:
        count, level, assumed = _estimate(count, words, around, error)
    for inner in parts_inside:
        parts += _in_brackets(inner, count, wanted)
        if count.counted.kind in ("none", "dead") and (who := _who(inner)):
            said = f"{who} {count.counted.words}".strip()
            count = count._replace(counted=count.counted._replace(words=said))
    _check_parts(count, parts)
    return Statement(_of_the_row(count, wanted), level, assumed, tuple(parts))


def _is_repeated(inside: list[str], words: list[str]) -> bool:
    """Whether brackets hold the number in front of them again: "five (5)", "20 (twenty)"."""
    again = number_at(padded(inside), 0)
    if again is None or again[1] != len(inside):
        return False
    numbers = [match[0] for i in range(len(words)) if (match := number_at(padded(words), i))]
    return bool(numbers) and numbers[0].value() == again[0].value()


def _with_second(words: list[str], brackets: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Read "10 (up to 20)" and "10 (possibly 20)" as without the brackets."""
    for inner in brackets:
        hedge, start = phrase_at(BEFORE, padded(inner), 0) or (None, 0)
        match = number_at(padded(inner), start) if start else None
        if match and match[1] == len(inner) and hedge in _SECOND:
            return [*words, ",", "possibly", *inner], [one for one in brackets if one is not inner]
    return words, brackets


def _estimate(
    count: Reading, words: list[str], around: _Around, error: list[str]
) -> tuple[Reading, float, bool]:
    """Return the estimate, the level of its interval, and whether that is assumed."""
    if error:
        read = estimates.around(count, error)
    elif around.best:
        best = read_clause(padded(around.best))
        if count.form != "between":
            msg = "a best estimate in parentheses stands behind a range, as 900-1,500 (best 1,200)"
            raise QuantityError(msg)
        counted = count.counted
        read = estimates.estimate(best, count)._replace(counted=counted)
    else:
        ends = estimates.interval_of(count, words, around.ends)
        if ends is None:
            msg = "its interval needs two ends, as 1,200 (95% CI 900 to 1,500)"
            raise QuantityError(msg)
        read = estimates.estimate(count, ends)
    return read, around.level or estimates.ASSUMED, around.level is None


def _inline(words: list[str], brackets: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Put into brackets what could stand there: "75,200, 95% CI 63,600-86,800"."""
    if words and (after := estimates.take_best(words)):
        words = after
    found = estimates.take_level(words)
    if found.named and found.before:
        brackets = [*brackets, words[found.start :]]
        words = _trimmed(found.before)
    for i in range(1, len(words) - 1):
        match = phrase_at(BEST, padded(words), i)
        if match and number_at(padded(estimates.take_best(words[i:]) or []), 0):
            return _trimmed(words[:i]), [*brackets, words[i:]]
    return words, brackets


def _trimmed(words: list[str]) -> list[str]:
    while words and words[-1] in (",", ";", ":", "-"):
        words = words[:-1]
    return words


def _labelled(words: list[str]) -> tuple[list[str], list[str]] | None:
    """Read "low 900, best 1,200, high 1,500" as a number and its interval, or two ends.

    The labels stand before their numbers or behind them.
    """
    labels = [i for i, word in enumerate(words) if word in _LABELS]
    if len(labels) not in (2, 3) or not (labels[0] == 0 or labels[-1] == len(words) - 1):
        return None
    edges = [*labels, len(words)] if labels[0] == 0 else [-1, *labels]
    ends: dict[str, list[str]] = {}
    for at, label in enumerate(labels):
        inside = words[edges[at] + 1 : edges[at + 1]]
        ends[_LABELS[words[label]]] = [word for word in inside if word not in _FILLED]
    if not all(ends.values()):
        return None
    if ends.keys() == {"low", "high"}:
        return ["at", "least", *ends["low"], "and", "at", "most", *ends["high"]], []
    if ends.keys() == {"low", "best", "high"} == {_LABELS[words[label]] for label in labels}:
        return ends["best"], [*ends["low"], "to", *ends["high"]]
    return None


def _around(brackets: list[list[str]]) -> _Around:
    """Sort out what the parentheses hold."""
    ends: list[list[str]] = []
    best: list[list[str]] = []
    errors: list[list[str]] = []
    hedges: list[list[str]] = []
    levels: list[float] = []
    parts: list[list[str]] = []
    for words in brackets:
        found = estimates.take_level(words)
        inner = _trimmed(found.rest)
        if found.level:
            levels.append(found.level)
        if found.named and not inner and not found.level:
            msg = f"{' '.join(words)!r} needs two ends, as 1,200 (95% CI 900 to 1,500)"
            raise QuantityError(msg)
        if found.named and not inner:
            continue
        if not inner:
            msg = "its brackets hold no word"
            raise QuantityError(msg)
        if after := estimates.take_best(inner):
            best.append(after)
        elif inner[0] == "\u00b1":
            errors.append(inner[1:])
        elif found.level == estimates.ONE_SD and not estimates.is_range(inner):
            errors.append(inner)
        elif found.named or estimates.is_range(inner):
            ends.append(inner)
        elif _is_hedge(inner):
            hedges.append(inner)
        else:
            parts.append(inner)
    if len(ends) + len(best) + len(errors) > 1 or len(set(levels)) > 1 or len(hedges) > 1:
        msg = "its parentheses say two things of one number"
        raise QuantityError(msg)
    first = [next(iter(found), []) for found in (ends, best, errors, hedges)]
    return _Around(first[0], first[1], first[2], first[3], next(iter(levels), None), parts)


def _is_hedge(words: list[str]) -> bool:
    tokens = padded(words)
    return any(
        (match := phrase_at(table, tokens, 0)) is not None and match[1] == len(words)
        for table in (BEFORE, AFTER)
    )


def _clauses(words: list[str], relation: str, wanted: str) -> list[tuple[str, Reading]]:
    """Part a text into clauses, each one number with what it counts."""
    tokens = padded(words)
    try:
        return [(relation, _read(tokens, wanted))]
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
        if match := phrase_at(INCLUDING, tokens, j):
            introduced, j = match, match[1]
        rest = words[j:]
        inside = introduced or {"of them", "of whom"} & set(map(" ".join, pairwise(rest)))
        try:
            left = _read(padded(words[:i]), wanted)
            bare = left.counted.kind == "none" and not inside
            if not rest or (bare and tokens[i] not in (",", ";", "/", "with")):
                continue
            others = _clauses(rest, "part" if inside else "", wanted)
            if bare and not all(_has_outcome(read) for _, read in others):
                continue  # two numbers, of which the first may count anything
            return [(relation, left), *others]
        except QuantityError:
            continue
    raise _NotComposedError(str(first))


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
        left = _read(padded(first), wanted)
        others = _clauses(rest, "", wanted)
    except QuantityError:
        return None
    said = all(read.counted.kind == "dead" or _has_outcome(read) for _, read in others)
    told = left.counted.kind == "dead" or _has_outcome(left)
    return [(relation, left), *others] if told and said else None


def _has_outcome(read: Reading) -> bool:
    return read.counted.outcome in OUTCOMES.values() or read.counted.outcome == "killed"


def _sorted_out(
    clauses: list[tuple[str, Reading]], wanted: str
) -> tuple[Reading, list[tuple[str, Reading]]]:
    """Return the count of the row, and what is part of it or stands beside it."""
    dead: list[Reading] = []
    parts: list[tuple[str, Reading]] = []
    for relation, read in clauses:
        kind = read.counted.kind
        inherits = parts and parts[-1][0] == "part" and kind == "people"
        if kind == "other" and len(clauses) > 1 and _has_outcome(read):
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
        beside = any(relation == "beside" for relation, _ in parts)
        # "12 incl. 4 children killed, 30 wounded" says it behind the part.
        said = any(read.counted.kind == "dead" for read in (dead[0], *(p for _, p in parts)))
        least = dead[0].low if dead[0].low is not None else dead[0].best
        more = all(
            (read.low if read.low is not None else read.best or 0) > (least or 0)
            for relation, read in parts
            if relation == "beside"
        )
        if beside and not said and not (more and dead[0].counted.kind == "none"):
            msg = f"it does not say which of its numbers are {WANTED[wanted]}; say it behind each"
            raise QuantityError(msg)
        return dead[0], parts
    if not dead:
        raise OtherCountError(clauses[0][1].counted, wanted)
    _of_the_row(dead[0], wanted)
    msg = f"it holds two counts of {WANTED[wanted]}; write their sum, or each in a row of its own"
    raise QuantityError(msg)


def _in_brackets(words: list[str], count: Reading, wanted: str) -> list[tuple[str, Reading]]:
    """Read what stands in parentheses behind a count: parts, the injured, or a remark."""
    words = without_dates(words)
    if not words or is_day(words):
        return []
    relation = ""
    added = words[0] in ("+", "plus", "and")  # "12 (+30 injured)"
    words = words[1:] if added else words
    if match := phrase_at(INCLUDING, padded(words), 0):
        relation, words = "part", words[match[1] :]
        words = words[1:] if words[:1] == [":"] else words
    try:
        clauses = _clauses(words, relation, wanted)
    except _NotComposedError:
        if not relation and _is_remark(words):
            return []
        if relation or any(word[0].isdigit() for word in words):
            raise
        said = " ".join(words)
        msg = f"{said!r} in brackets may say what the number counts; take it out if it does not"
        raise QuantityError(msg) from None
    parts: list[tuple[str, Reading]] = []
    for introduced, read in clauses:
        kind, said = read.counted.kind, read.counted.words
        known = _has_outcome(read)
        if kind == "other" and known and wanted == "casualties":
            parts.append(("part", read))
        elif kind == "other" and known:
            if relation or introduced or not (added or _apart(count, read)):
                msg = (
                    f"its number may count the {read.counted.outcome}, too; write killed behind it"
                )
                raise QuantityError(msg)
            parts.append(("beside", read))
        elif kind in ("people", "dead") and not PEOPLE.isdisjoint(said.split()):
            parts.append(("part", read))
        else:
            msg = f"it does not say what {' '.join(words)!r} in brackets is; write 45 (12 children)"
            raise QuantityError(msg)
    return parts


def _who(words: list[str]) -> str:
    """Return the people that brackets name without a number, "45 (women)"; not "(mostly women)"."""
    rest = [word for word in words if word not in ("all", "only", "alleged", "confirmed", "the")]
    return " ".join(rest) if rest and PEOPLE.issuperset(rest) else ""


def _apart(count: Reading, other: Reading) -> bool:
    """Whether the injured in brackets cannot be a part of the count in front of them."""
    if count.counted.kind == "dead":
        return True
    top = count.high if count.high is not None else count.best if count.form == "about" else None
    least = other.low if other.low is not None else other.best
    outcome = other.counted.outcome
    return outcome == "injured" and None not in (top, least) and (least or 0) > (top or 0)


def _is_remark(words: list[str]) -> bool:
    """Whether words in parentheses hold neither a number nor anything that changes it."""
    for word in words:
        if word in OUTCOMES:
            msg = f"{word!r} in parentheses may say what the number counts; write killed behind it"
            raise QuantityError(msg)
    rest = [word for word in words if word not in REMARKS]
    if not rest:
        return True
    try:
        refuse_unless_noun(rest)
    except QuantityError:
        return False
    if rest[0] in PREPOSITIONS or words[0] in ("according", "source", "sources", "as", "per"):
        return True
    known = all(word in PEOPLE or word in SILENT for word in rest)
    return known or not DEAD.isdisjoint(rest)


def _check_parts(count: Reading, parts: list[tuple[str, Reading]]) -> None:
    """Refuse a part that is larger than the whole."""
    top = count.high if count.high is not None else count.best if count.form == "about" else None
    for relation, part in parts:
        least = part.low if part.low is not None else part.best
        if relation == "part" and top is not None and least is not None and least > top:
            msg = f"its part, {least:,}, is larger than its whole, {top:,}"
            raise QuantityError(msg)
