"""What a form of hedge brings: its ends, its words, what it says of a number, and its mark."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, NamedTuple, Protocol

from casualty_est.errors import UsageError
from casualty_est.quantity.hedges.readings import Reading
from casualty_est.quantity.hedges.whole_numbers import Ints

End = float | None  # people; None where the words set none


class Stated(Protocol):
    """What a form reads of a quantity."""

    @property
    def low(self) -> End: ...
    @property
    def best(self) -> End: ...
    @property
    def high(self) -> End: ...
    @property
    def grid(self) -> End: ...
    @property
    def text(self) -> str: ...
    @property
    def level(self) -> float | None: ...
    @property
    def level_assumed(self) -> bool: ...


class Mark(NamedTuple):
    """How a picture draws a statement: kind of mark, half length of its halo in logs."""

    kind: Literal[
        "number", "about", "documented", "from", "to", "range", "vague", "zero", "nothing"
    ]
    spread: float = 0.0


class Hedge(Protocol):
    """One form of hedge; v is the source's own count of one incident."""

    bound: ClassVar[Literal["lower", "upper"] | None] = None  # the end of the number it states
    states_low: ClassVar[bool] = False  # whether its low end is a number that somebody stated

    def fits(self, low: End, best: End, high: End) -> bool:
        """Whether these are the ends that the form sets."""

    def text(self, quantity: Stated) -> str:
        """One plain way to write it, which parses back to the same ends and form."""

    def reading(self, quantity: Stated, *, documented: bool) -> Reading:
        """How it enters the likelihood of totals."""

    def support(self, quantity: Stated) -> tuple[int, int]:
        """Smallest and largest own count under which the text can be written."""

    def probability(self, quantity: Stated, v: Ints, least: int = 1) -> Any:
        """P(the text as written | own count v), for incidents of `least` deaths or more."""

    def number(self, quantity: Stated) -> float:
        """The one number that a statement comes to, for sums of what a source reports."""
        return float(quantity.best or 0)

    def mark(self, low: End, best: End, high: End, *, documented: bool) -> Mark:
        """How a picture draws it."""

    def stated_low(self, quantity: Stated) -> int | None:
        """The count or lower end that somebody put in figures, if any."""
        return int(quantity.low) if self.states_low and quantity.low is not None else None


def silent(quantity: Stated) -> UsageError:
    """Refuse words that say nothing: they must not pass for a report."""
    return UsageError(f"{quantity.text!r} says nothing about the number: leave the cell blank")
