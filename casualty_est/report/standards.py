"""What a checklist of the reporting standards holds, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass

PRIVACY = (
    "Places are the labels of the table of data: before publication make sure that none is exact "
    "enough to put anybody at risk."
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the standards ask of a report."""

    text: str
    standards: tuple[str, ...]
    met: bool
    mend: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Checklist:
    """Which items of the reporting standards a report meets, for its author."""

    items: tuple[Item, ...]
    notes: tuple[str, ...] = (PRIVACY,)  # what else to know before it is published

    @property
    def missing(self) -> tuple[Item, ...]:
        """Items that are not met."""
        return tuple(item for item in self.items if not item.met)

    def __repr__(self) -> str:
        met = len(self.items) - len(self.missing)
        lines = [f"Reporting standards: {met} of {len(self.items)} items are met."]
        for item in self.missing:
            key = f" Key of statements: {item.key}." if item.key else ""
            lines.append(f"- {item.text}. {item.mend}{key}")
        return "\n".join([*lines, *(f"- {note}" for note in self.notes)])
