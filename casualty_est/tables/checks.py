"""What the validators of every kind of evidence share: words, days, columns and names."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from numbers import Integral, Real
from typing import Any, TypeGuard

from casualty_est.errors import Problem, QuantityError, UsageError
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.table import Table, at_lines
from casualty_est.wording.language import N_, Kept, Noted, stored

# Category Cc and the bidirectional controls: they would let a cell rewrite the terminal, or show
# its letters in another order than they stand. Half a character cannot be written at all.
_BIDI = "\u202a-\u202e\u2066-\u2069\ud800-\udfff"
CONTROLS = re.compile(f"[\x00-\x1f\x7f-\x9f{_BIDI}]")
# Small letters of Cyrillic and Greek that look like Latin ones.
_LOOKS = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u03bf\u03b1\u03bd\u03c1\u03ba\u03b9",
    "aeopcyxijsoavpki",
)
_PARTS_SHOWN = 6
# A citation may run over several lines.
CONTROLS_IN_PROSE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}]")
# What a spreadsheet makes of 3-5, in the file or on the screen.
_LINES = re.compile(r"(?<![0-9])[\r\n\t]+|[\r\n\t]+(?![0-9])")  # digits never join over one
_MADE_A_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}-(?:[A-Z][a-z]{2})|(?:[A-Z][a-z]{2})-[0-9]{2}"
)


def nearest(word: str, valid: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the closest valid word, or nothing."""
    by_fold = {name.casefold(): name for name in valid}
    close = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.7)
    return f" (did you mean {by_fold[close[0]]!r}?)" if close else ""


def offered(name: str, valid: Iterable[str]) -> str:
    """Return ``Did you mean 'x'? Use one of: 'x', 'y'``, for a name that is not valid."""
    names = list(valid)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    return f"{hint}Use one of: {', '.join(map(repr, names)) or 'none'}"


def must_be_in(name: str, valid: Collection[str], otherwise: str) -> None:
    """Refuse a name that is none of the valid ones, and offer the nearest."""
    if name not in valid:
        msg = f"{otherwise}. {offered(name, valid)}"
        raise UsageError(msg)


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a finite number, and no yes or no."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is a whole number, of Python or of NumPy, and no yes or no."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def known(names: Iterable[str], valid: Iterable[str], where: str) -> None:
    """Refuse the first of some names that is unknown."""
    every = list(valid)
    for name in names:
        must_be_in(name, every, f"{where}: {name!r} is unknown")


def convert[T](
    table: Table, column: str, parse: Callable[[str], T], problems: list[Problem]
) -> list[T | None]:
    """Parse one column, each distinct text once."""
    texts = table.column(column)
    values: dict[str, T | None] = {}
    reasons: dict[str, str] = {}
    for text in dict.fromkeys(texts):
        try:
            values[text] = parse(text)
        except ValueError as error:
            values[text], reasons[text] = None, str(error)
    for row, text in enumerate(texts) if reasons else ():
        if text in reasons:
            problems.append(table.problem(row, reasons[text], column, text))
    if len(values) == 1:
        return [values[texts[0]]] * len(texts)
    return list(map(values.__getitem__, texts))


def one_of(valid: Collection[str], default: str | None = None) -> Callable[[str], str | None]:
    """Return a parser that takes only known words, and `default` for a blank."""

    def parse(text: str) -> str | None:
        if not text:
            return default
        if text in valid:
            return text
        msg = f"expected one of {', '.join(valid)}{nearest(text, valid)}"
        raise ValueError(msg)

    return parse


def unknown_columns(table: Table, known: Collection[str]) -> tuple[Noted, ...]:
    """Return a warning that names the columns nobody reads, if there are any."""
    strange = [column for column in table.columns if column not in known]
    free = [column for column in known if column not in table.columns]
    named = ", ".join(f"{column!r}{nearest(column, free)}" for column in strange)
    if not strange:
        return ()
    said = stored("note", "1 unknown column is not used: {columns}", columns=named)
    if len(strange) > 1:
        said = stored(
            "note",
            "{number} unknown columns are not used: {columns}",
            number=len(strange),
            columns=named,
        )
    return (("unknown_columns", said),)


SOURCES_ALIKE = N_(
    "note", "{names} are taken as different sources: use one spelling if they are one"
)
SCOPES_ALIKE = N_("note", "{names} are taken as different scopes: use one spelling if they are one")
PERPETRATORS_ALIKE = N_(
    "note", "{names} are taken as different perpetrators: use one spelling if they are one"
)


def similar_names(names: Iterable[str], template: str, **places: object) -> tuple[Noted, ...]:
    """Return a warning for each set of names that differ only in case, width, spaces or looks.

    template: what is said of {names}.
    """
    by_key: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        folded = unicodedata.normalize("NFKC", name).casefold().translate(_LOOKS)
        key = "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf")
        by_key.setdefault(key, []).append(name)
    return tuple(
        (
            "similar_names",
            stored("note", template, names=" and ".join(map(repr, group)), **places),
        )
        for group in by_key.values()
        if len(group) > 1
    )


def shown_safely(
    parse: Callable[[str], Any], controls: re.Pattern[str] = CONTROLS
) -> Callable[[str], Any]:
    """Return the parser, after a check that the text holds nothing that steers a terminal."""

    def checked(text: str) -> Any:
        no_controls(text, controls)
        return parse(text)

    return checked


def no_controls(text: str, controls: re.Pattern[str] = CONTROLS) -> None:
    """Refuse characters that steer a terminal."""
    if controls.search(text):
        msg = "control characters cannot be shown safely; remove them"
        raise ValueError(msg)


def says_something(quantity: Quantity) -> Quantity:
    """Return a quantity that says something, and refuse "at least 0"."""
    if (quantity.low, quantity.best, quantity.high) == (0, None, None):
        msg = (
            "every number is at least 0, so this says nothing about the number: "
            "leave the cell blank"
        )
        raise ValueError(msg)
    return quantity


def quantity_cell(text: str, outcome: str = "killed") -> Quantity:
    """Read a hedged number from a cell of a row that counts an outcome."""
    text = _LINES.sub(" ", text)  # a spreadsheet breaks the lines of a long cell
    no_controls(text)
    if _MADE_A_DATE.fullmatch(text):
        msg = "a spreadsheet has made a date of a range such as 3-5: write it as text, as 3 to 5"
        raise ValueError(msg)
    try:
        return says_something(Quantity.parse(text, outcome=outcome))
    except QuantityError as error:
        message = str(error).rpartition("cannot be read as a quantity: ")[2]
        if message.count("; write ") > 1:  # it says already how to mend it
            message = message.rpartition("; write ")[0]
        rule, mend, forms = message.partition("; write ")
        short = rule if len(rule) <= 120 else f"{rule[:117]}..."
        raise ValueError(short + mend + forms) from None


def quantity_problems(table: Table, quantities: Sequence[Quantity | None]) -> Iterator[Problem]:
    """Find the same faults in quantities that never were cells."""
    for index, quantity in enumerate(quantities):
        if quantity is None:
            continue
        try:
            no_controls(quantity.text)
            says_something(quantity)
        except ValueError as error:
            yield table.problem(index, str(error), "quantity", quantity.text)


def noted_quantities(table: Table, quantities: Sequence[Quantity | None]) -> list[Noted]:
    """Return a note for each thing that texts say beside their number, with the first lines."""
    parts: list[tuple[int, str]] = []
    levels: dict[str, list[int]] = {}
    for index, quantity in enumerate(quantities):
        if quantity is not None and quantity.parts:
            parts.append((index, "; ".join(part.note for part in quantity.parts)))
        if quantity is not None and quantity.level_assumed:
            levels.setdefault(quantity.notes[0], []).append(index)
    notes = [
        ("level", stored("note", "{level}, as in {where}", level=note, where=lines_of(table, at)))
        for note, at in levels.items()
    ]
    for index, said in parts[:_PARTS_SHOWN]:
        where = lines_of(table, [index])
        text = stored("note", "{where} says more: {parts}", where=where, parts=said)
        notes.append(("parts", text))
    if len(parts) > _PARTS_SHOWN:
        more = [index for index, _ in parts[_PARTS_SHOWN:]]
        text = stored(
            "note",
            "{number} more name a part ({where})",
            number=f"{len(more):,}",
            where=lines_of(table, more),
        )
        notes.append(("parts", text))
    return notes


def number_of_rows(number: int) -> Kept:
    """Return "1 row" or "2 rows"."""
    if number == 1:
        return stored("note", "1 row")
    return stored("note", "{number} rows", number=f"{number:,}")


def lines_of(table: Table, rows: Sequence[int]) -> Kept:
    """Name the lines of some rows, the first few of many."""
    return at_lines(table.where, [table.lines[row] for row in rows])
