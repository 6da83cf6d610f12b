"""Printed numbers and intervals, no more precise than what is known; draws and JSON hold all."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from casualty_est.wording.language import _, figure, pgettext, separated

PARTS_UP_TO = 10  # ratios: beyond, "1,300%" would be misread


class Ends(Protocol):
    """Whatever has a median and an interval, in people."""

    @property
    def low(self) -> float:
        """The lower end."""

    @property
    def median(self) -> float:
        """The median."""

    @property
    def high(self) -> float:
        """The upper end."""


def rounded(value: float, low: float, high: float) -> float:
    """Round a number to the width of its interval.

    Two significant digits where the interval is wider than a fifth of the number, one more for
    each further factor of ten. A number without any width is a count, and stands as it is.
    """
    if not math.isfinite(value) or value == 0 or low == high:
        return value
    return float(f"{value:.{min(_digits(low, high), 15) - 1}e}")


def _digits(low: float, high: float) -> int:
    """Significant digits of a number with this interval, which has a width."""
    widths_in_a_fifth = 0.2 * (abs(high) + abs(low)) / 2 / abs(high - low)
    return 2 + math.ceil(math.log10(widths_in_a_fifth)) if widths_in_a_fifth > 1 else 2


def people(value: float, low: float, high: float) -> str:
    """Print a number of people, rounded to the width of its interval."""
    shown = rounded(value, low, high)
    return _("fewer than 1") if _few(shown) else figure(shown)


def _few(shown: float) -> bool:
    return 0 < shown <= 0.5


def is_few(x: Ends) -> bool:
    """Whether a median is printed as fewer than 1."""
    return _few(rounded(x.median, x.low, x.high))


def adding_up(parts: Sequence[float], total: float) -> list[float]:
    """Round parts so that they add up as printed: to tens or more, as their total allows.

    The largest remainders are rounded away from where they would go, as seats are given to parties.
    """
    unit = 1.0
    # Two digits of the largest part, as long as the total is a round number of it.
    largest = max((abs(part) for part in parts), default=0.0)
    while largest >= 1000 * unit and round(total) % round(10 * unit) == 0:
        unit *= 10
    wanted = round(total / unit)
    floors = [math.floor(part / unit) for part in parts]
    missing = wanted - sum(floors)
    order = sorted(range(len(parts)), key=lambda i: floors[i] - parts[i] / unit)
    for i in order[: max(0, min(missing, len(parts)))]:
        floors[i] += 1
    return [unit * whole for whole in floors]


def unit_of(x: Ends) -> float:
    """The power of ten to which the median is rounded."""
    digits = len(f"{abs(rounded(x.median, x.low, x.high)):.0f}")
    kept = 2 if x.low == x.high else _digits(x.low, x.high)
    return 10.0 ** max(0, digits - kept)


def unit_of_sum(total: Ends, part: Ends, counted: float) -> float | None:
    """The power of ten to which a total and a part are rounded, so that a count makes up the rest.

    11,682 of which 206 were counted: 12,000 and 11,000 would not differ by that, 11,700 and 11,500
    do. None where others are in the total as well, such as people whose sex nobody noted.
    """
    unit = min(unit_of(total), unit_of(part))
    while unit >= 1:
        rest = unit * (round(total.median / unit) - round(part.median / unit))
        if abs(rest - counted) <= max(unit / 2, 1):
            return unit
        unit /= 10
    return None


@dataclass(frozen=True, slots=True)
class InUnits:
    """A median and an interval, with the unit to which the median is rounded in print."""

    median: float
    low: float
    high: float
    unit: float


def beside(x: Ends, answer: Ends | None) -> Ends:
    """A number that is printed near the answer of a page.

    11,939 beside an answer of 11,900 is 11,900 too, and not 12,000: where both would be the same
    number in fewer digits, the number has as many as the answer.
    """
    unit = getattr(answer, "unit", None)
    if answer is None or unit is None:
        return x
    same = rounded(x.median, x.low, x.high) == rounded(answer.median, answer.low, answer.high)
    return InUnits(x.median, x.low, x.high, unit) if same else x


def middle(x: Ends) -> str:
    """The median, rounded to the width of the interval, or to the unit that it brings."""
    unit = getattr(x, "unit", None)
    own = people(x.median, x.low, x.high)
    if unit is None or is_few(x) or unit >= unit_of(x):
        return own
    return figure(unit * round(x.median / unit))


def both_ends(x: Ends) -> tuple[str, str]:
    """Both ends, rounded likewise."""
    return people(x.low, x.low, x.high), people(x.high, x.low, x.high)


def ends(x: Ends) -> str:
    """Both ends as a table has them."""
    return run(*both_ends(x))


def at_most(bound: float) -> str:
    """An upper bound as one says it: two digits, rounded up, so that it stays one."""
    unit = 10.0 ** max(0, math.floor(math.log10(max(bound, 1.0))) - 1)
    return pgettext("hedge", "at most {number}", number=figure(unit * math.ceil(bound / unit)))


def at_least(bound: float) -> str:
    """A lower bound as one says it: two digits, rounded down, so that it stays one."""
    unit = 10.0 ** max(0, math.floor(math.log10(max(bound, 1.0))) - 1)
    return pgettext("hedge", "at least {number}", number=figure(unit * math.floor(bound / unit)))


def share_at_most(bound: float) -> str:
    """An upper bound on a share, rounded up."""
    return pgettext("hedge", "at most {number}", number=percent(math.ceil(1000 * bound) / 1000))


def share_at_least(bound: float) -> str:
    """A lower bound on a share, rounded down."""
    return pgettext("hedge", "at least {number}", number=percent(math.floor(1000 * bound) / 1000))


def run(low: str, high: str) -> str:
    """From one printed number to another."""
    return pgettext("interval", "{low} to {high}", low=low, high=high)


def with_ends(x: Ends) -> str:
    """The median, and the ends in parentheses."""
    return f"{middle(x)} ({ends(x)})"


def share(value: float) -> str:
    """Print a ratio or probability with two significant digits."""
    if value == 0 or not math.isfinite(value):
        return separated(f"{value:g}")
    shown = float(f"{value:.1e}")
    return separated(f"{shown:,.{max(0, 1 - math.floor(math.log10(abs(shown))))}f}")


def ratio_text(x: Ends) -> str:
    """A ratio as a part of the true number, or a multiple beyond ten times, with its ends."""
    if x.high < PARTS_UP_TO:
        middle, low, high = (two_digits(v) for v in (x.median, x.low, x.high))
        return f"{middle} ({run(low, high)})"
    interval = run(share(x.low), share(x.high))
    return _("{number} ({interval}) times", number=share(x.median), interval=interval)


def two_digits(value: float) -> str:
    """A ratio as per cent with two digits, as `share` prints it: 6.0%, not 6% beside 4.7%."""
    two = float(f"{100 * value:.2g}")
    return per_cent(f"{two:.1f}" if 1 <= two < 10 else f"{two:g}")


def per_cent(digits: str) -> str:
    """Print digits as per cent."""
    return pgettext("per cent", "{number}%", number=separated(digits))


def percent(prob: float) -> str:
    """Print a level or a share as per cent: 95%, 99.5%."""
    return per_cent(f"{100 * prob:.10g}")


def portion(value: float) -> str:
    """Print a share of a whole: two digits, and 0 or 100% only where it is that."""
    return percent(value) if value in (0.0, 1.0) else chance(value)


def chance(prob: float) -> str:
    """Print a probability found from draws: two digits, never 0 or 100%."""
    value = 100 * prob
    if value < 0.1:
        return _("less than {share}", share=per_cent("0.1"))
    if value > 99.9:
        return _("more than {share}", share=per_cent("99.9"))
    return per_cent(f"{float(f'{value:.2g}' if value < 99 else f'{value:.3g}'):g}")


def three_digits(value: float) -> str:
    """Print a number of people with three digits, and never as a power of ten."""
    shown = float(f"{value:.3g}")
    return separated(f"{shown:,.0f}" if abs(shown) >= 100 else f"{shown:g}")


def tail(prob: float) -> str:
    """Print a tail probability: two digits, and nothing of how far below a thousandth it lies."""
    if prob < 0.001:
        return _("less than {share}", share=figure(0.001, 3))
    return share(prob)


def grouped(text: str) -> str:
    """A number as it was published, with commas where a data file has bare digits.

    Four digits alone are a count; inside a text they may be a year.
    """
    least = 4 if text.isdecimal() else 5
    return re.sub(rf"(?<![\d.,])\d{{{least},}}(?![.,]?\d)", lambda m: f"{int(m[0]):,}", text)


def several(number: int, one: str, many: str | None = None) -> str:
    """So many things in English, in the plural where there are several."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
