"""Numbers in digits or words, and the multiplier that the ends of a range share."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from casualty_est.errors import QuantityError
from casualty_est.quantity.words import (
    ATTACHED,
    LARGEST,
    NOUN_NUMBERS,
    PARTS,
    PLURAL_SCALES,
    SCALES,
    SMALL,
    TENS,
    UNITS,
)

_DIGITS = re.compile(r"([0-9]+)((?:[,' ][0-9]+)*)((?:\.[0-9]+)*)(.*)")
_GROUPED = re.compile("[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_COMMA_DECIMAL = re.compile("[0-9]{1,3},[0-9]{1,2}")
_POINTS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}")
WIDEST = 5  # high end over low end, up to which a low end in thousands is sure
FRACTIONS = {"1/2": 50, "1/4": 25, "3/4": 75}  # hundredths


class Number(NamedTuple):
    """A number as written: digits / 10**decimals, times the product of the scales.

    `own` says that the scale cannot be shared with the other end of a range ("10 to a hundred").
    `lead` is the first factor of a sum such as "three hundred and fifty"; 0 where there is no sum.
    `comma` marks digits with one comma, "1,300", which before "million" could be a decimal comma.
    """

    digits: int
    decimals: int = 0
    scales: tuple[int, ...] = ()
    own: bool = False
    lead: int = 0
    comma: bool = False

    def value(self) -> int:
        """Return the whole number that was written."""
        if not self.decimals and not self.scales:
            count, rest = self.digits, 0
        else:
            if self.comma and self.scales:
                msg = "the comma could separate thousands or decimals: write all digits"
                raise QuantityError(msg)
            count, rest = divmod(self.digits * math.prod(self.scales), 10**self.decimals)
        if rest:
            msg = "people are counted in whole numbers"
            raise QuantityError(msg)
        if count > LARGEST:
            msg = f"it passes {LARGEST:,}, more than the people alive"
            raise QuantityError(msg)
        return count

    def grid(self) -> int:
        """Return the rounding seen in the digits: 1.30 million shows one digit more than 1.3."""
        grid = rounding_grid(self.value())
        if self.decimals and self.scales:
            grid = min(grid, max(1, math.prod(self.scales) // 10**self.decimals))
        return grid


def rounding_grid(count: int) -> int:
    """Return the largest power of ten that divides a count and is at most a tenth of it, or 1."""
    grid = 1
    while count and count % (10 * grid) == 0 and 100 * grid <= count:
        grid *= 10
    return grid


def number_at(tokens: list[str], i: int) -> tuple[Number, int] | None:
    """Return the number that starts at a token, and the position after it."""
    token = tokens[i]
    if "0" <= token[:1] <= "9":  # "²" is a digit to isdigit
        return _digits_at(tokens, i)
    j = i + 1 if token in ("a", "an") else i
    if token == "three" and tokens[i + 1 + (tokens[i + 1] == "-")] == "quarters":
        return _part_at(tokens, i + 1 + (tokens[i + 1] == "-"), (75, 2))
    if tokens[j] in NOUN_NUMBERS:
        return Number(NOUN_NUMBERS[tokens[j]], own=True), j + 1
    if tokens[j] in PARTS:
        return _part_at(tokens, j, PARTS[tokens[j]])
    if token == "zero":
        return Number(0), i + 1
    return _words_at(tokens, i)


def _digits_at(tokens: list[str], i: int) -> tuple[Number, int]:
    if tokens[i] in FRACTIONS:
        scales, after = _scales_at(tokens, i + 1 + (tokens[i + 1] == "a"))
        return Number(FRACTIONS[tokens[i]], 2, scales, own=True), after
    token = tokens[i]
    if "," in token and _COMMA_DECIMAL.fullmatch(token) and _before_scale(tokens, i + 1):
        token = token.replace(",", ".")  # "1,2 million": no digits are grouped by one or two
    number, unit = _from_digits(token)
    i += 1
    if tokens[i] in FRACTIONS and not (unit or number.decimals):
        scales, after = _scales_at(tokens, i + 1)
        return Number(100 * number.digits + FRACTIONS[tokens[i]], 2, scales), after
    if unit:
        if unit not in ATTACHED:
            msg = f"{unit!r} on the digits is not k, m or bn"
            raise QuantityError(msg)
        return number._replace(scales=(ATTACHED[unit],)), i
    if number.decimals and tokens[i] in ("k", "m"):  # "5 m" may be five men, "2.3 m" may not
        return number._replace(scales=(ATTACHED[tokens[i]],)), i + 1
    number, i = _with_part(number, tokens, i)
    scales, i = _scales_at(tokens, i)
    if scales[:1] in ((12,), (20,)) and number.digits >= 1000:
        msg = "nobody counts thousands by dozens or scores: write the number in figures"
        raise QuantityError(msg)
    if scales:
        number, i = _with_part(number, tokens, i)
    return (number._replace(scales=scales) if scales else number), i


def _before_scale(tokens: list[str], i: int) -> bool:
    """Whether a multiplier follows a number, or a second number that has one: "1,2-1,5 million"."""
    second = tokens[i] in ("-", "to", "and") and _COMMA_DECIMAL.fullmatch(tokens[i + 1])
    return bool(_scales_at(tokens, i + 2 if second else i)[0])


def _from_digits(token: str) -> tuple[Number, str]:
    if token.isdigit():
        return Number(int(token)), ""
    if _GROUPED.fullmatch(token):
        return Number(int(token.replace(",", "")), comma=token.count(",") == 1), ""
    if "." in token and _POINTS.fullmatch(token):  # 1.200.000: two points are no decimal
        token = token.replace(".", ",")
    first, groups, fraction, unit = _DIGITS.findall(token)[0]
    digits = first + (_ungroup(first, groups) if groups else "")
    decimals = fraction[1:]
    if fraction.count(".") > 1 or (len(decimals) == 3 and first != "0"):
        thousands = f"{int(digits + decimals.replace('.', '')):,}"
        other = f"{int(digits)}.{decimals.rstrip('0') or '0'}"
        says = "" if fraction.count(".") > 1 else f" could mean {thousands} or {other}"
        msg = f"{token}{says}: write thousands with a comma, as {thousands}"
        raise QuantityError(msg)
    comma = groups.count(",") == 1 and not decimals
    return Number(int(digits + decimals), len(decimals), comma=comma), unit


def _ungroup(first: str, groups: str) -> str:
    separator = groups[0]
    parts = groups[1:].split(separator)
    if all(part.isdigit() for part in parts):
        if len(first) <= 3 and first[0] != "0" and all(len(part) == 3 for part in parts):
            return "".join(parts)
        lakh = [len(part) for part in parts] == [2] * (len(parts) - 1) + [3] != [3]
        if lakh and separator == "," and len(first) <= 2 and first[0] != "0":
            return "".join(parts)  # "2,00,000"
    msg = "separators must group the digits by three, as 1,300, and a decimal is written as 1.3"
    raise QuantityError(msg)


def _with_part(number: Number, tokens: list[str], i: int) -> tuple[Number, int]:
    """Add "and a half" or "and a quarter" to a whole number, of which the scale is kept."""
    part = PARTS.get(tokens[i + 2]) if tokens[i : i + 2] == ["and", "a"] else None
    if part is None or number.decimals:
        return number, i
    digits, decimals = part
    return number._replace(digits=10**decimals * number.digits + digits, decimals=decimals), i + 3


def _scales_at(tokens: list[str], i: int) -> tuple[tuple[int, ...], int]:
    scales: tuple[int, ...] = ()
    while len(scales) < 2:
        if not tokens[i]:
            break
        if tokens[i] == "-" and tokens[i + 1] in SCALES:  # "two-dozen", "twelve-hundred"
            i += 1
        # "Three score" is sixty, and "sixty scores" nothing that people write.
        plural = 0 if tokens[i] == "scores" else PLURAL_SCALES.get(tokens[i])
        scale = SCALES.get(tokens[i]) or plural
        # "3 hundred thousand" multiplies; "3 thousand hundred" and "3 dozen thousand" say nothing.
        if not scale or (scales and (scales[0] != 100 or scale <= 100)):
            break
        scales, i = (*scales, scale), i + 1
    return scales, i


def _part_at(tokens: list[str], i: int, part: tuple[int, int]) -> tuple[Number, int]:
    digits, decimals = part
    i += 1
    for filler in (("-",), ("of",), ("a", "an"), ("-",)):
        if tokens[i] in filler:
            i += 1
    scales, i = _scales_at(tokens, i)
    if not scales:
        msg = "a half or a quarter needs what it is a part of, as half a million"
        raise QuantityError(msg)
    return Number(digits, decimals, scales, own=True), i


def _below_hundred(tokens: list[str], i: int) -> tuple[int, int]:
    word = tokens[i]
    if word in TENS:
        j = i + 2 if tokens[i + 1] == "-" else i + 1
        if tokens[j] in UNITS:
            return TENS[word] + UNITS[tokens[j]], j + 1
        return TENS[word], i + 1
    return (SMALL[word], i + 1) if word in SMALL else (0, i)


def _words_at(tokens: list[str], i: int) -> tuple[Number, int] | None:
    own = tokens[i] == "dozen"  # a bare "million" may have lost its number, "1.3"
    if tokens[i] in ("a", "an") and tokens[i + 1] in SCALES:
        own, i = True, i + 1
    value, i = (1, i) if own else _below_hundred(tokens, i)
    if not value:
        return None
    halved, after = _with_part(Number(value), tokens, i)
    if after > i:
        scales, after = _scales_at(tokens, after)
        return halved._replace(scales=scales), after
    scales, i = _scales_at(tokens, i)
    number = Number(value, scales=scales, own=own)
    if not scales:
        return number, i
    halved, after = _with_part(number, tokens, i)
    return (halved, after) if after > i else _with_remainder(number, tokens, i)


def _with_remainder(number: Number, tokens: list[str], i: int) -> tuple[Number, int]:
    """Add what is smaller than the last scale: "and twenty", "and fifty thousand"."""
    scale = number.scales[-1]
    if scale < 100:
        return number, i
    if number.scales == (100,):
        rest, after = _below_hundred(tokens, i + (tokens[i] == "and"))
        if not rest:
            return number, i
        total, lead = 100 * number.digits + rest, number.digits
        scales, after = _scales_at(tokens, after)
        if not scales:
            return Number(total, own=number.own, lead=lead), after
        return _with_remainder(Number(total, scales=scales, own=number.own), tokens, after)
    match = _words_at(tokens, i + (tokens[i] == "and"))
    if match is None:
        return number, i
    smaller, after = match
    product = math.prod(smaller.scales)
    if smaller.own or smaller.decimals or smaller.digits * product >= scale:
        return number, i
    total = number.digits * math.prod(number.scales) + smaller.digits * product
    return Number(total, own=number.own, lead=number.digits), after


def spread_scale(left: Number, right: Number) -> Number:
    """Return the left end of a range with the thousands that are only spoken on the right.

    "12-15,000" is twelve to fifteen thousand: nobody means twelve to fifteen thousand people by it.
    Where the left end could be meant either way, it is asked.
    """
    a, b = left.digits, right.digits
    plain = not (left.scales or right.scales or left.decimals or right.decimals or left.own)
    spoken = 0 < a < 10 and 100 * a < b < 1000 and b % 100 == 0 and b <= WIDEST * 100 * a
    if plain and spoken and not (left.lead or right.lead):
        msg = f"its low end may be {a} or {100 * a}; write {100 * a} to {b}, or up to {b}"
        raise QuantityError(msg)
    if not plain or left.lead or right.lead or not 0 < a < 1000 <= 1000 * a <= b:
        return left
    scale = 1000 ** ((len(str(b)) - 1) // 3)
    if b % scale == 0 and a * scale < b <= WIDEST * a * scale:
        return left._replace(scales=(scale,))
    msg = (
        f"its low end may be {a:,} or {1000 * a:,}; write {1000 * a:,} to {b:,}, "
        f"or at least {a:,} and at most {b:,}"
    )
    raise QuantityError(msg)


def share_scale(left: Number, right: Number) -> Number:
    """Return the left end of a range with the multiplier that English writes only on the right.

    "2-3 million" is two million to three million, "120 to two hundred thousand" starts at 120,000;
    "900 to 1 thousand" and "10 to a hundred" stand as written, because sharing would turn the ends
    around.
    """
    plain = not right.scales and not right.lead
    if plain or right.own or (left.own and not left.scales):
        return left
    kept = len(left.scales)
    shared = right.scales[kept:] if right.scales[:kept] == left.scales else ()
    whole = right.digits * math.prod(right.scales) * 10**left.decimals
    if not kept:
        # The longest tail of the right end's multipliers that keeps the ends in order.
        tails = (right.scales[k:] for k in range(len(right.scales)))
        aligned = left.digits * 10**right.decimals
        shared = next((tail for tail in tails if aligned * math.prod(tail) < whole), ())
    bare = not kept and left.digits < 1000 * 10**left.decimals
    if (
        (shared and left.lead)
        or (right.lead and bare and left.digits < right.lead * 10**left.decimals)
        or (not shared and bare and math.prod(right.scales) >= 1_000_000)
    ):
        msg = "the left end may or may not share the multiplier of the right; write both in full"
        raise QuantityError(msg)
    return left._replace(scales=left.scales + shared)
