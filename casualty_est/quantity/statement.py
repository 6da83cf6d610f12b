"""A whole cell: one count of the dead with what stands around it.

Footnotes and dates are passed over; parts and the injured are kept beside the count; a number that
counts something else than the dead is refused.
"""

from __future__ import annotations

from itertools import takewhile
from typing import NamedTuple

from casualty_est.errors import QuantityError
from casualty_est.quantity import estimates, labels
from casualty_est.quantity.asides import is_aside, is_undercount, without_asides
from casualty_est.quantity.attributions import without_sources
from casualty_est.quantity.brackets import are_known, is_by_place
from casualty_est.quantity.clauses import (
    NotComposedError,
    clauses_of,
    has_outcome,
    of_the_row,
    read_one,
    sorted_out,
    sum_of_groups,
)
from casualty_est.quantity.counted import (
    DEAD,
    OUTCOMES,
    PEOPLE,
    PREPOSITIONS,
    SILENT,
    TOGETHER,
    OtherCountError,
    refuse_unless_noun,
)
from casualty_est.quantity.former import replaced_by
from casualty_est.quantity.grammar import UNKNOWN_NUMBER, Reading, read_clause
from casualty_est.quantity.letters import with_words
from casualty_est.quantity.surroundings import (
    is_day,
    is_year,
    plain_words,
    take_brackets,
    without_dates,
    without_footnotes,
    without_occasions,
    without_opening_date,
)
from casualty_est.quantity.tokens import padded, phrase_at, tokenize
from casualty_est.quantity.words import (
    AFTER,
    BEFORE,
    BEST,
    FIGURES,
    INCLUDING,
    OF_PUBLISHERS,
    OFFICES,
    PUBLISHERS,
    QUALIFIERS,
    REMARKS,
    UNKNOWN,
    Phrase,
)
from casualty_est.quantity.written_numbers import Number, number_at

_SECOND = (Phrase.PERHAPS, Phrase.AT_MOST, Phrase.FEWER_THAN)
_PRESUMED = frozenset({"presumed", "assumed", "later", "subsequently", "found", "shot"})
_SHARED_WITH = frozenset({"mostly", "mainly", "near"})  # mostly killed, near-death
_LIKELY = frozenset({"likely", "perhaps", "plausibly", "possibly", "probably"})
_ON_FIGURES = (
    FIGURES
    | OFFICES
    | PUBLISHERS
    | OF_PUBLISHERS
    | QUALIFIERS
    | REMARKS
    | PREPOSITIONS
    | {"of", ","}
)
_SPEAKERS = frozenset(
    {"claim", "claims", "media", "press", "reports", "said", "say", "says", "source", "sources"}
)
_NOBODY_SO_FAR = frozenset({"confirmed", "known", "recorded", "reported", "so", "far"})
_COMPOSED = frozenset({"(", "[", "\u00b1", "family", "couple"})  # never one clause alone
_MOST_WORDS = 60  # a longer cell is a paragraph


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
    tokens = tokenize(with_words(without_sources(without_footnotes(text))))
    first = None
    if _COMPOSED.isdisjoint(tokens):
        try:
            return Statement(of_the_row(read_one(tokens, wanted), wanted))
        except OtherCountError:
            raise
        except QuantityError as error:
            first = error
    if tokens[0] in ("(", "[") and " ".join(filter(None, tokens[1:]))[:-2] in UNKNOWN:
        return Statement(UNKNOWN_NUMBER)
    words = without_opening_date([token for token in tokens if token])
    words = labels.bare_labels(labels.one_label(labels.noun_behind(words)))
    words = plain_words(labels.ends_behind(labels.bare_leads(words)))
    words = without_occasions(words)
    if len(words) > _MOST_WORDS:
        raise first or QuantityError("it is a paragraph and not a count")
    try:
        return _composed(*take_brackets(words), wanted)
    except QuantityError as error:
        # What the plain reading says of its first fault is the simpler thing to mend.
        raise first if first and isinstance(error, NotComposedError) else error from None


class _Around(NamedTuple):
    """What the parentheses of a text hold."""

    ends: list[str]
    best: list[str]
    error: list[str]
    hedge: list[str]
    level: float | None
    parts: list[list[str]]


def _composed(words: list[str], brackets: list[list[str]], wanted: str) -> Statement:
    words = without_asides(without_dates(words))
    if not words:
        msg = "there is no number before the parentheses; write it without them"
        raise QuantityError(msg)
    words = _about(words)
    if later := [inner for inner in brackets if replaced_by(inner, words)]:
        brackets = [inner for inner in brackets if inner is not later[0]]
        words = replaced_by(later[0], words)
    brackets = [inner for inner in brackets if not _says_nothing(inner, words)]
    if labelled := labels.labelled(words):
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
    clauses = clauses_of(words, "", wanted)
    if wanted == "killed" and (inside := _of_casualties(clauses, parts_inside)):
        clauses, parts_inside = inside, []
    count, parts = sorted_out(clauses, wanted)
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
    return Statement(of_the_row(count, wanted), level, assumed, tuple(parts))


def _says_nothing(inner: list[str], words: list[str]) -> bool:
    """Whether brackets hold the number again, its year, or what it was before."""
    return _is_repeated(inner, words) or is_aside(inner) or is_year(inner, words)


def _about(words: list[str]) -> list[str]:
    """Write "\u00b112" and "12\u00b1", in which no second number stands, as about 12."""
    if words[0] == "\u00b1":
        return ["about", *words[1:]]
    return ["about", *words[:-1]] if words[-1] == "\u00b1" else words


def _is_repeated(inside: list[str], words: list[str]) -> bool:
    """Whether brackets hold the number in front of them again: "five (5)", "20 (twenty)"."""
    none = inside[0] == "none" and _NOBODY_SO_FAR.issuperset(inside[1:])
    again = (Number(0), len(inside)) if none else number_at(padded(inside), 0)
    if again is None or again[1] != len(inside):
        return False
    numbers = [match[0] for i in range(len(words)) if (match := number_at(padded(words), i))]
    return bool(numbers) and numbers[0].value() == again[0].value()


def _with_second(words: list[str], brackets: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Read "10 (up to 20)" and "10 (possibly 20)" as without the brackets."""
    for inner in brackets:
        inner = inner[inner[:1] in (["and"], ["or"]) :]
        hedge, start = phrase_at(BEFORE, padded(inner), 0) or (None, 0)
        if hedge is Phrase.PERHAPS and (more := phrase_at(BEFORE, padded(inner), start)):
            inner, start = (
                (inner[start:], more[1] - start) if more[0] in _SECOND else (inner, start)
            )
        match = number_at(padded(inner), start) if start else None
        if match and match[1] == len(inner) and hedge in _SECOND:
            kept = [one for one in brackets if one[-len(inner) :] != inner]
            return [*words, ",", "possibly", *inner], kept
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
        while words[-1:] and words[-1] in ("with", "a", "an", "the"):
            words = words[:-1]
    for i in range(1, len(words) - 1):
        match = phrase_at(BEST, padded(words), i)
        if match and number_at(padded(estimates.take_best(words[i:]) or []), 0):
            return _trimmed(words[:i]), [*brackets, words[i:]]
    return words, brackets


def _trimmed(words: list[str]) -> list[str]:
    while words and words[-1] in (",", ";", ":", "-"):
        words = words[:-1]
    return words


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
        inner = labels.two_ends(inner)
        if inner[0] in _LIKELY and estimates.is_range(inner[1:]):
            inner = inner[1:]
        if (after := estimates.take_best(inner)) and found.named and estimates.is_range(after):
            ends.append(after)  # "(best estimate; range 2,800-3,900)"
        elif after:
            best.append(after)
        elif inner[0] == "\u00b1" or estimates.is_uneven(inner):
            errors.append(inner[inner[0] == "\u00b1" :])
        elif estimates.is_uneven(inner) or (
            found.level == estimates.ONE_SD and not estimates.is_range(inner)
        ):
            errors.append(inner)
        elif found.named or estimates.is_range(inner):
            ends.append(inner)
        elif bare := estimates.bare_range(inner):
            ends.append(bare)
        elif is_undercount(inner):
            hedges.append(["or", "more"])
        elif hedge := _hedge_of(inner):
            hedges.append(hedge)
        else:
            parts.append(inner)
    if len(ends) + len(best) + len(errors) > 1 or len(set(levels)) > 1 or len(hedges) > 1:
        msg = "its parentheses say two things of one number"
        raise QuantityError(msg)
    first = [next(iter(found), []) for found in (ends, best, errors, hedges)]
    return _Around(first[0], first[1], first[2], first[3], next(iter(levels), None), parts)


def _hedge_of(words: list[str]) -> list[str]:
    """Return the hedge that brackets hold, without whose it is: "(UN est.)"; else nothing."""
    if len(words) > 1 and not PUBLISHERS.isdisjoint(words):
        words = [word for word in words if word not in PUBLISHERS | OF_PUBLISHERS]
    return words if words and _is_hedge(words) else []


def _is_hedge(words: list[str]) -> bool:
    tokens = padded(words)
    return any(
        (match := phrase_at(table, tokens, 0)) is not None and match[1] == len(words)
        for table in (BEFORE, AFTER)
    )


def _in_brackets(words: list[str], count: Reading, wanted: str) -> list[tuple[str, Reading]]:
    """Read what stands in parentheses behind a count: parts, the injured, or a remark."""
    words = without_asides(without_dates(words))
    words = _without_sources(words)
    if not words or is_day(words) or REMARKS.issuperset(words):
        return []
    relation = ""
    if are_known(words, count) or is_by_place(words, count):
        return []
    words = labels.numbers_first(words)
    added = words[0] in ("+", "plus", "and")  # "12 (+30 injured)"
    words = words[1:] if added else words
    if match := phrase_at(INCLUDING, padded(words), 0):
        relation, words = "part", words[match[1] :]
        words = words[1:] if words[:1] in ([":"], [","]) else words
    try:
        clauses = clauses_of(words, relation, wanted)
    except NotComposedError:
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
        known = has_outcome(read)
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


def _without_sources(words: list[str]) -> list[str]:
    """Return words without publishers and days between commas: "AFP, 3 January"."""
    if "," not in words:
        return words
    pieces: list[list[str]] = [[]]
    for word in words:
        if word == ",":
            pieces.append([])
        else:
            pieces[-1].append(word)
    told = all(PUBLISHERS.issuperset(piece) or is_day(piece) for piece in pieces)
    return [] if told else words


def _of_casualties(
    clauses: list[tuple[str, Reading]], brackets: list[list[str]]
) -> list[tuple[str, Reading]]:
    """Return the dead and the injured that make up the casualties in front of them, if they do."""
    whole = clauses[0][1]
    if len(clauses) > 1 or len(brackets) > 1 or whole.counted.outcome != TOGETHER or not brackets:
        return []
    inside = clauses_of(brackets[0], "", "killed")
    dead = [read for _, read in inside if read.counted.kind == "dead"]
    injured = [read for _, read in inside if read.counted.outcome == "injured"]
    if len(inside) != len(dead) + len(injured) or not len(dead) == len(injured) == 1:
        return []
    numbers = [read.best for read in (whole, *dead, *injured) if read.form == "exact"]
    if len(numbers) == len(inside) + 1 and numbers[0] != (numbers[1] or 0) + (numbers[2] or 0):
        msg = f"{numbers[1]:,} and {numbers[2]:,} do not make {numbers[0]:,}; correct it"
        raise QuantityError(msg)
    return inside


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
    if not (DEAD.isdisjoint(words) or _SHARED_WITH.isdisjoint(words)):
        return False
    rest = [word for word in words if word not in REMARKS]
    if not rest:
        return True
    if words[0] in ("mainly", "mostly") and words[1:2] and words[1] in PREPOSITIONS:
        return True  # "mostly by disease"
    if _says_of_figures(words):
        return True
    try:
        refuse_unless_noun(rest)
    except QuantityError:
        return False
    if rest[0] in PREPOSITIONS or words[0] in (
        "according",
        "claim",
        "source",
        "sources",
        "as",
        "per",
    ):
        return True
    if words[-1] in _SPEAKERS and DEAD.isdisjoint(words):
        return True  # "local media", "witnesses say"
    rest = [word for word in rest if word not in _PRESUMED]
    head = takewhile(lambda word: word not in PREPOSITIONS, rest)
    # "May be dead" and "death threats" say something else.
    return all(word in PEOPLE or word in SILENT or word in DEAD for word in head)


def _says_of_figures(words: list[str]) -> bool:
    """Whether a remark is on the figures or names an office: "modern estimates", "per governor"."""
    if words[0] == "per":
        return words[-1] in OFFICES and _ON_FIGURES.issuperset(words[1:])
    return not FIGURES.isdisjoint(words) and _ON_FIGURES.issuperset(words)


def _check_parts(count: Reading, parts: list[tuple[str, Reading]]) -> None:
    """Refuse a part that is larger than the whole, and parts that are so together."""
    top = count.high if count.high is not None else count.best if count.form == "about" else None
    for relation, part in parts:
        least = part.low if part.low is not None else part.best
        if relation == "part" and top is not None and least is not None and least > top:
            msg = f"its part, {least:,}, is larger than its whole, {top:,}"
            raise QuantityError(msg)
    together = sum_of_groups([read for relation, read in parts if relation == "part"])
    if together and top is not None and (together.best or 0) > top:
        msg = f"its parts, {together.best:,} together, are more than its whole, {top:,}"
        raise QuantityError(msg)
