"""What a form of hedge brings: its ends, its words, what it says of a number, and its mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Protocol

from casualty_est.errors import UsageError

if TYPE_CHECKING:
    from casualty_est.quantity.hedges.readings import Reading
    from casualty_est.quantity.hedges.whole_numbers import Ints
    from casualty_est.quantity.quantity import Quantity

End = float | None  # people; None where the words set none


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

    def text(self, quantity: Quantity) -> str:
        """One plain way to write it, which parses back to the same ends and form."""

    def reading(self, quantity: Quantity, *, documented: bool) -> Reading:
        """How it enters the likelihood of totals."""

    def support(self, quantity: Quantity) -> tuple[int, int]:
        """Smallest and largest own count under which the text can be written."""

    def probability(self, quantity: Quantity, v: Ints, least: int = 1) -> Any:
        """P(the text as written | own count v), for incidents of `least` deaths or more."""

    def number(self, quantity: Quantity) -> float:
        """The one number that a statement comes to, for sums of what a source reports."""

    def mark(self, low: End, best: End, high: End, *, documented: bool) -> Mark:
        """How a picture draws it."""

    def stated_low(self, quantity: Quantity) -> int | None:
        """The count or lower end that somebody put in figures, if any."""
        return int(quantity.low) if self.states_low and quantity.low is not None else None


def silent(quantity: Quantity) -> UsageError:
    """Refuse words that say nothing: they must not pass for a report."""
    return UsageError(f"{quantity.text!r} says nothing of the number: leave the cell blank")
