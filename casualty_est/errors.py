"""Every error that the package raises on purpose, each one sentence that says how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_SHOWN = 3  # problems of one kind that a message tells in full
_RUNS = 20
# What differs between two problems of one kind: the values they quote.
_VALUES = re.compile(r"'[^']*'|\"[^\"]*\"|[0-9][0-9,.:/-]*")


class CasualtyEstError(Exception):
    """Base of every error that casualty_est raises on purpose."""


class QuantityError(CasualtyEstError, ValueError):
    """A written number that cannot be read, or that contradicts itself."""


class UsageError(CasualtyEstError, ValueError):
    """An option, name or setting that the package does not know or cannot combine."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input table.

    Parameters
    ----------
    reason : str
        The rule that was broken, what came, and how to mend it.
    line : int, optional
        Line of the file, the header being line 1; None where no single line is to blame.
    column : str, optional
        Column of the table.
    value : str, optional
        The text as it came.
    where : str, optional
        What `line` counts: ``"line"`` of a file, or ``"row"`` of a dataframe from 1.
    """

    reason: str
    line: int | None = None
    column: str | None = None
    value: str | None = None
    where: str = "line"

    def __str__(self) -> str:
        """Write the place, the text as it came and the reason in one line."""
        where = [f"{self.where} {self.line}"] if self.line is not None else []
        if self.column:
            where.append(f"column {self.column!r}")
        if self.value is not None:
            shown = self.value if len(self.value) <= 80 else self.value[:77] + "..."
            where.append(f"{shown!r}")
        prefix = ", ".join(where)
        return f"{prefix}: {self.reason}" if prefix else self.reason


class InputError(CasualtyEstError, ValueError):
    """A table that breaks its rules; lists every bad row at once.

    Parameters
    ----------
    problems : iterable of Problem
        All problems found, in the order of the file.
    name : str, optional
        Name of the file, without its folder.

    Attributes
    ----------
    problems : tuple of Problem
        The same, for programs that want to show them in their own way.
    """

    def __init__(self, problems: Iterable[Problem], name: str | None = None) -> None:
        self.problems = tuple(dict.fromkeys(problems))  # numbers of one row share its faults
        self.name = name
        count = len(self.problems)
        head = f"{name or 'the table'} has {count} problem{'s' if count != 1 else ''}:"
        super().__init__("\n".join([head, *(f"  {line}" for line in _told_once(self.problems))]))


def _told_once(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield the first few problems of each kind, and where the others are."""
    kinds: dict[tuple[str | None, str], list[Problem]] = {}
    for problem in problems:
        kinds.setdefault((problem.column, _VALUES.sub("", problem.reason)), []).append(problem)
    for same in kinds.values():
        shown = len(same) if len(same) <= _SHOWN + 1 else _SHOWN
        yield from map(str, same[:shown])
        rest = same[shown:]
        if rest:
            lines = [problem.line for problem in rest if problem.line is not None]
            where = f", in {rest[0].where}s {_runs(lines)}" if lines else ""
            yield f"and {len(rest):,} more of this kind{where}"


def _runs(lines: Sequence[int]) -> str:
    """Write line numbers with their runs drawn together, "5-431, 440"."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    texts = [str(a) if a == b else f"{a}-{b}" for a, b in runs[:_RUNS]]
    more = f" and {len(runs) - _RUNS:,} more places" if len(runs) > _RUNS else ""
    return ", ".join(texts) + more
