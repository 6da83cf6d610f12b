"""One interval, and its text: a count with its ends is printed in the same way everywhere."""

from __future__ import annotations

from typing import Protocol

from casualty_est.wording.numbers import people


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


def middle(x: Ends) -> str:
    """The median, rounded to the width of the interval."""
    return people(x.median, x.low, x.high)


def ends(x: Ends, word: str = "to") -> str:
    """Both ends, rounded likewise."""
    return f"{people(x.low, x.low, x.high)} {word} {people(x.high, x.low, x.high)}"


def with_ends(x: Ends) -> str:
    """The median, and the ends in parentheses."""
    return f"{middle(x)} ({ends(x)})"
