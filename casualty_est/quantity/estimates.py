"""An estimate with its interval, in the ways that studies write it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from casualty_est.errors import QuantityError
from casualty_est.quantity.grammar import Reading, read_clause
from casualty_est.quantity.tokens import padded, phrase_at
from casualty_est.quantity.words import BEST, INTERVALS, SCALES, SPREADS
from casualty_est.quantity.written_numbers import number_at, rounding_grid

ONE_SD = 0.6827  # probability within one standard deviation of a Normal
HALF = 0.5  # between the quartiles
USUAL_LEVELS = ("80", "90", "95", "99")
ASSUMED = 0.95  # level of an interval that states none
_ANYBODY = frozenset({"people", "persons"})
_FILLERS = frozenset({":", ",", "=", "-", "of", "the", "and", ";"})


class Level(NamedTuple):
    """What a text says of its interval: its level, and whether it speaks of an interval at all."""

    level: float | None
    named: bool
    start: int  # of the words taken out
    before: list[str]
    after: list[str]

    @property
    def rest(self) -> list[str]:
        """The tokens around the words of the level."""
        return [*self.before, *self.after]


def take_level(words: list[str]) -> Level:
    """Part tokens at "95% CI", "confidence interval", "95 per cent credible interval:" or "sd"."""
    tokens = padded(words)
    for i in range(len(words)):
        level, j = _percentage(tokens, i)
        j = _skip(tokens, j) if level else j
        if named := phrase_at(SPREADS, tokens, j):
            j = named[1]
            return Level(ONE_SD, True, i, words[:i], _trimmed(words[_skip(tokens, j) :]))
        named = phrase_at(INTERVALS, tokens, j)
        if named:
            j = named[1]
            level = HALF if named[0] in ("iqr", "interquartile range") else level
            k = _skip(tokens, j)
            bare = tokens[k + 1] == ":" or tokens[k + 1][:1].isdigit()
            after, k = _bare(tokens, k) if bare else _percentage(tokens, k)
            if level is None and after:
                level, j = after, k
        elif not level or tokens[j - 1] not in (":", ","):
            continue
        return Level(level, True, i, words[:i], _trimmed(words[_skip(tokens, j) :]))
    return Level(None, False, len(words), words, [])


def _percentage(tokens: list[str], i: int) -> tuple[float | None, int]:
    """Return the level of "95%" at a token, and the position after it."""
    j = i + 1
    if tokens[j] == "per" and tokens[j + 1] == "cent":
        j += 1
    if tokens[i][:1].isdigit() and tokens[j] in ("%", "percent", "cent", "pct"):
        try:
            level = round(float(tokens[i]) / 100, 6)
        except ValueError:
            return None, i
        if 0.5 <= level <= 0.999:
            return level, j + 1
    return None, i


def _bare(tokens: list[str], i: int) -> tuple[float | None, int]:
    """Return the level of "CI 95:", and the position after it."""
    return (float(tokens[i]) / 100, i + 1) if tokens[i] in USUAL_LEVELS else (None, i)


def _skip(tokens: list[str], i: int) -> int:
    while tokens[i] in _FILLERS:
        i += 1
    return i


def _trimmed(words: list[str]) -> list[str]:
    while words and words[-1] in (",", ";", ":"):
        words = words[:-1]
    return words


def take_best(words: list[str]) -> list[str] | None:
    """Return what follows "best estimate", or None."""
    match = phrase_at(BEST, padded(words), 0)
    return words[_skip(padded(words), match[1]) :] if match else None


def read_range(words: list[str]) -> Reading | None:
    """Read two ends with nothing else: "900-1,500", "900, 1,500", "900 to 1,500"."""
    separators = [i for i, word in enumerate(words) if word in (",", ";")]
    if len(separators) == 1 and "at" not in words and words[0] not in ("low", "high"):
        i = separators[0]
        alone = number_at(padded(words[:i]), 0)
        if alone and alone[1] == i:
            words = [*words[:i], "to", *words[i + 1 :]]
    try:
        read = read_clause(padded(words))
    except QuantityError:
        return None
    return read if read.form == "between" and read.counted.kind == "none" else None


def is_range(words: list[str]) -> bool:
    """Return whether words are two ends, of which the multiplier may stand elsewhere."""
    return read_range(words) is not None or read_range([*words, "million"]) is not None


def bare_range(words: list[str]) -> list[str]:
    """Return two ends without the "people" behind them; of other words, nothing."""
    kept = [word for word in words if word not in _ANYBODY]
    return kept if kept and len(kept) < len(words) and is_range(kept) else []


def shared(best: list[str], inside: list[str]) -> list[str]:
    """Give the ends of an interval the multiplier of the number: "1.2 million (0.9-1.5)"."""
    scale = [word for word in best if word in SCALES]
    if len(scale) != 1 or not SCALES.keys().isdisjoint(inside):
        return inside
    return [*inside, *scale]


def interval_of(best: Reading, words: list[str], inside: list[str]) -> Reading | None:
    """Return the two ends in brackets behind a number, with its multiplier where they need it."""
    read = read_range(inside)
    scaled = read_range(shared(words, inside)) if read is None or not _holds(read, best) else None
    return scaled if scaled is not None and _holds(scaled, best) else read


def _holds(read: Reading, best: Reading) -> bool:
    number = best.best or 0
    return (read.low or 0) <= number <= (read.high or 0)


def estimate(best: Reading, ends: Reading) -> Reading:
    """Return an estimate from its number and its two ends."""
    if best.form not in ("exact", "about"):
        msg = "an interval stands beside one number, as 1,200 (900-1,500)"
        raise QuantityError(msg)
    low, high = ends.low or 0, ends.high or 0
    if not best.best or not _holds(ends, best) or low == high:
        msg = f"its interval, {low:,} to {high:,}, does not hold its number, {best.best:,}"
        raise QuantityError(msg)
    grid = min(grid for grid in (best.grid, ends.grid) if grid)
    return Reading(low, best.best, high, "estimate", grid, best.counted)


def plus_minus(words: list[str]) -> tuple[list[str], list[str]] | None:
    """Part "1,200 ± 150 killed" into the number with its noun, and what stands behind the sign."""
    if "\u00b1" not in words:
        return None
    i = words.index("\u00b1")
    match = number_at(padded(words[i + 1 :]), 0)
    if match is None:
        msg = "behind the plus-minus sign stands no number"
        raise QuantityError(msg)
    end = i + 1 + match[1]
    if end < len(words) and words[end] == "%":
        msg = "write the two ends of the interval in people, as 1,200 (900-1,500)"
        raise QuantityError(msg)
    number, error = _trimmed(words[:i]), words[i + 1 : end]
    if number and SCALES.keys().isdisjoint(number) and (scale := _of_both(number[-1], error)):
        number = [*number, scale]
    return [*number, *words[end:]], error


def _of_both(number: str, error: list[str]) -> str:
    """Return the multiplier that stands behind the error alone: "4.5 \u00b1 0.4 million"."""
    small = re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,2})?", number) is not None
    return error[-1] if small and error[-1] in SCALES else ""


def around(best: Reading, error: list[str]) -> Reading:
    """Return an estimate from its number and an error either way."""
    if error[0] in ("-", "+"):
        return _uneven(best, error)
    match = number_at(padded(error), 0)
    if match is None or match[1] != len(error):
        msg = "the error of an estimate is one number"
        raise QuantityError(msg)
    half = match[0].value()
    number = best.best or 0
    if not 0 < half < number:
        msg = f"an error of {half:,} is not smaller than its number, {number:,}; write both ends"
        raise QuantityError(msg)
    grid = match[0].grid()
    return estimate(best, Reading(number - half, None, number + half, "between", grid))


def is_uneven(words: list[str]) -> bool:
    """Whether words are an error that differs by side: "-100/+150"."""
    return words[:1] in (["-"], ["+"]) and {"-", "+"} <= set(words) and len(words) <= 5


def _uneven(best: Reading, error: list[str]) -> Reading:
    """Return an estimate from its number and an error on each side: "1,000 (-100/+150)"."""
    sides: dict[str, int] = {}
    for sign, word in pairwise(error):
        if sign in ("-", "+") and (match := number_at(padded([word]), 0)):
            sides[sign] = match[0].value()
    number = best.best or 0
    if sides.keys() != {"-", "+"} or not 0 < sides["-"] < number:
        msg = "an error on each side is written as 1,000 (-100/+150)"
        raise QuantityError(msg)
    low, high = number - sides["-"], number + sides["+"]
    return estimate(best, Reading(low, None, high, "between", rounding_grid(high)))
