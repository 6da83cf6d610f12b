"""Tables drawn with bars: Markdown, Org and what databases print."""

from __future__ import annotations

import re

from casualty_est.errors import InputError, Problem
from casualty_est.tables.table import at_lines
from casualty_est.wording.language import Noted, stored

# A line under the header, or around the table: |---|:--:|, +----+----+, ---|---.
_RULER = re.compile(r"\s*[|+]?[\s:=|+-]*-{2,}[\s:=|+-]*")
_BAR = re.compile(r"(?<!\\)\|")
_OTHERS = {"{|": "a table of a wiki", "\\begin{tabular": "a table of LaTeX"}

type Records = list[tuple[int, list[str]]]


def drawn_records(text: str, name: str) -> tuple[Records, list[Noted]] | None:
    """Return the records of a table drawn with bars, each with its line; None where none is."""
    for start, what in _OTHERS.items():
        if text.lstrip().startswith(start):
            reason = f"the file is {what}: save it as CSV or Excel"
            raise InputError([Problem(reason)], name)
    if "|" not in text:
        return None
    lines = list(enumerate(text.splitlines(), start=1))
    barred = [(number, line) for number, line in lines if _BAR.search(line)]
    rulers = [
        number for number, line in lines if _RULER.fullmatch(line) and re.search("[|+]", line)
    ]
    framed = all(line.strip()[0] == line.strip()[-1] == "|" for _, line in barred)
    if len(barred) < 2 or not (rulers or framed):
        return None
    tables = _runs([number for number, _ in barred] + rulers)
    if len(tables) > 1:
        second = tables[1][0]
        reason = (
            "a second table begins in this line: keep one of them, or save each in its own file"
        )
        raise InputError([Problem(reason, second)], name)
    at = range(tables[0][0], tables[0][-1] + 1)
    inside = [(number, line) for number, line in barred if not _RULER.fullmatch(line)]
    records = [(number, _cells(line)) for number, line in inside]
    if rulers and records and not any(number > records[0][0] for number in rulers):
        return None  # no line under a header: a file with bars between its columns
    drawn = stored("note", "the table is drawn with bars, as in Markdown")
    notes = [("separator", drawn)]
    notes += [
        (
            "above_header",
            stored(
                "note",
                "{where} is outside of the table: {text}",
                where=at_lines("line", [number]),
                text=repr(line.strip()[:60]),
            ),
        )
        for number, line in lines
        if line.strip() and number not in at
    ]
    return records, notes


def _runs(numbers: list[int]) -> list[list[int]]:
    """Part the numbers of lines into runs without a gap."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _cells(line: str) -> list[str]:
    """Return the cells of a line, without the bars around it and the marks of bold type."""
    parts = _BAR.split(line.strip().removeprefix("|").removesuffix("|"))
    return [_plain(part.replace("\\|", "|").strip()) for part in parts]


def _plain(cell: str) -> str:
    bold = re.fullmatch(r"(\*\*|__|`)(.+)\1", cell)
    return bold[2] if bold else cell
