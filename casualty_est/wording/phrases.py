"""Cells and names in words, for tables, sentences and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from casualty_est.tables.cells import Documented
from casualty_est.wording.numbers import grouped


class Labelled(Protocol):
    """Whatever says whom it counts, where, when and by whose deed; dates are ISO text."""

    @property
    def scope(self) -> str:
        """Where."""

    @property
    def outcome(self) -> str:
        """What happened to them."""

    @property
    def group(self) -> str:
        """Whom it counts."""

    @property
    def perpetrator(self) -> str:
        """By whose deed."""


class Windowed(Labelled, Protocol):
    """The same with a window."""

    @property
    def start(self) -> str | None:
        """First day."""

    @property
    def end(self) -> str | None:
        """Last day."""


def cell_text(cell: Windowed) -> str:
    """Name a cell in words, without what is only a default."""
    who = "people" if cell.group == "all" else cell.group
    parts = [f"{who} {cell.outcome}"]
    if cell.scope != "all":
        parts.append(f"in {listed(cell.scope.split('+'))}")
    if cell.perpetrator not in ("any", ""):
        # Attribution is a claim too: nobody's guilt is stated here.
        parts.append(f"attributed to {cell.perpetrator}")
    if cell.start and cell.end:
        same = cell.start == cell.end
        parts.append(f"on {cell.start}" if same else f"from {cell.start} to {cell.end}")
    elif cell.end:
        parts.append(f"up to {cell.end}")
    elif cell.start:
        parts.append(f"since {cell.start}")
    return " ".join(parts)


MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
FEW_PLACES = 3  # more scopes than this are counted in a title
FEW_QUOTED = 8  # of more numbers than this the first are quoted and the others counted


def day(iso: str) -> str:
    """Write an ISO date as people do."""
    year, month, number = iso.split("-")
    return f"{int(number)} {MONTHS[int(month) - 1]} {year}"


def cell_title(cell: Windowed) -> str:
    """Name a cell as the title of a picture does: with dates as people write them."""
    who = "people" if cell.group == "all" else cell.group
    title = f"{who} {'killed or injured' if cell.outcome == 'casualties' else cell.outcome}"
    places = cell.scope.split("+")
    if cell.scope != "all":
        many = len(places) > FEW_PLACES
        title += f" in {len(places)} places" if many else f" in {listed(places)}"
    if cell.start and cell.end:
        same = cell.start == cell.end
        title += f", {day(cell.start)}" + f" to {day(cell.end)}" * (not same)
    elif cell.end:
        title += f", up to {day(cell.end)}"
    elif cell.start:
        title += f", since {day(cell.start)}"
    if cell.perpetrator not in ("any", ""):
        # Attribution is a claim too: nobody's guilt is stated here.
        title += f", attributed to {listed(cell.perpetrator.split('+'))}"
    return capitalised(title)


def quoted(texts: Iterable[str]) -> tuple[str, bool]:
    """What a source wrote, in quotation marks, and whether it wrote several things."""
    names = [repr(text) for text in dict.fromkeys(texts)]
    first, more = names[:FEW_QUOTED], len(names) - FEW_QUOTED
    return listed([*first, f"{more} more"] if more > 0 else first), len(names) > 1


def listed(names: Sequence[str], word: str = "and") -> str:
    """Join names as a sentence does."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def documented_text(published: Documented) -> str:
    """Write a documented count as it was published; lists have no wording of their own."""
    if published.text:
        return grouped(published.text)
    return f"at least {published.low:,}" if published.source else f"{published.low:,}"


def capitalised(text: str) -> str:
    """Start a sentence, leaving the rest as it is written."""
    return text[:1].upper() + text[1:]


def possessive(name: str) -> str:
    """Name the owner of something."""
    return f"{name}'" if name.endswith(("s", "S")) else f"{name}'s"


def label_text(labels: Iterable[tuple[str, str]]) -> str:
    """What a sentence calls the labels of a stratum; empty where there are none."""
    return ", ".join(f"{column} {value or '(blank)'}" for column, value in labels)
