"""Numbers in Chinese characters, put into digits."""

from __future__ import annotations

import re
from fractions import Fraction

_PLAIN = "\u96f6\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d"
DIGITS = {character: value for value, character in enumerate(_PLAIN)}
DIGITS |= {"\u3007": 0, "\u4e24": 2, "\u5169": 2}
SMALL = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_VAGUE = "\u6570\u6578\u51e0\u5e7e\u4e0a"  # before a multiplier: some tens, some hundreds
_SMALL, _LARGE = "".join(SMALL), "".join(LARGE)
_RUN = re.compile(f"(?<![{_VAGUE}{_SMALL}{_LARGE}])[{''.join(DIGITS)}{_SMALL}{_LARGE}]+")
_MIXED = re.compile(f"([0-9][0-9,]*(?:[.][0-9]+)?)([{_SMALL}]?)([{_LARGE}]+|(?<=[{_SMALL}]))")

# "10至15万" shares its multiplier, as "10 to 15 thousand" does.
_SHARED = re.compile(
    "(?<![0-9.,])([0-9]{1,3}(?:[.][0-9]+)?) ?([至到~-]) ?([0-9]{1,3}(?:[.][0-9]+)?)"
    f" ?([{_SMALL}]?[{_LARGE}]+)"
)

# 二三十 is twenty or thirty: two digits that follow each other share the multiplier.
_PAIR = re.compile(
    rf"(?<![0-9{''.join(DIGITS)}{_SMALL}{_LARGE}{_VAGUE}])([{''.join(DIGITS)}])([{''.join(DIGITS)}])"
    rf"([{_SMALL}]?[{_LARGE}]?)(?![0-9{''.join(DIGITS)}{_SMALL}{_LARGE}])"
)


def _two_ends(match: re.Match[str]) -> str:
    """Return both ends of a pair of digits; one that is no pair stays as it is."""
    first, second = DIGITS[match[1]], DIGITS[match[2]]
    return f"{match[1]}{match[3]}至{match[2]}{match[3]}" if 0 < first == second - 1 else match[0]


def in_digits(text: str) -> str:
    """Return a text with its Chinese numbers in digits; what is no number stays as it is."""
    text = _PAIR.sub(_two_ends, text)
    text = _SHARED.sub(r"\1\4\2\3\4", text)
    text = _MIXED.sub(lambda match: match[0] if _beside_digits(match) else _mixed(match), text)
    return _RUN.sub(lambda match: match[0] if _beside_digits(match) else _digits(match[0]), text)


def _beside_digits(match: re.Match[str]) -> bool:
    """Whether digits stand beside a number, with which it would run into one."""
    before, after = match.string[: match.start()].rstrip(), match.string[match.end() :].lstrip()
    return before[-1:].isdigit() or after[:1].isdigit()


def _mixed(match: re.Match[str]) -> str:
    """Read digits with a multiplier behind them, as 1.2 wan."""
    value = Fraction(match[1].replace(",", "")) * SMALL.get(match[2], 1)
    for scale in match[3]:
        value *= LARGE[scale]
    return f"{int(value):,}" if value.denominator == 1 and value < 10**11 else match[0]


def _digits(run: str) -> str:
    """Read a number in characters, or return it unread where it is none or could be two."""
    total = section = digit = 0
    last, zero = 10**9, False
    for character in [*run, ""]:
        # A last digit behind hundreds counts the next lower place in speech, units in writing.
        spoken = digit and not zero and last > 10 and (section or total)
        if character in SMALL:
            if SMALL[character] >= last or not (digit or SMALL[character] == 10):
                return run
            last = SMALL[character]
            section += (digit or 1) * last
            digit, zero = 0, False
        elif spoken:
            return run
        elif character in LARGE:
            if not section + digit:
                return run
            total = (total + section + digit) * LARGE[character]
            section = digit = 0
            last, zero = 10**9, False
        elif character:
            if digit or (zero and not DIGITS[character]):
                return run  # two digits in a row: a year or a telephone
            digit, zero = DIGITS[character], zero or not DIGITS[character]
    total += section + digit
    return f"{total:,}" if 0 < total < 10**11 else run
