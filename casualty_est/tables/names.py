"""Common names of columns and of fixed words: recognised, and told."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any

from casualty_est.errors import InputError, Problem
from casualty_est.quantity.surroundings import between_ends
from casualty_est.tables.beside import (
    in_full,
    multiplied,
    with_levels,
    with_neighbours,
    with_points,
)
from casualty_est.tables.checks import nearest
from casualty_est.tables.periods import span_of
from casualty_est.tables.plain import plain
from casualty_est.tables.stacked import group_columns, period_columns, split_pair, stack
from casualty_est.tables.table import Table
from casualty_est.tables.when import TIMES, is_part_of_date, windows_of
from casualty_est.wording.language import Kept, Noted, stored

_LISTS = tomllib.loads((files("casualty_est.tables") / "names.toml").read_text(encoding="utf-8"))
_NUMBERS: dict[str, list[str]] = {key: text.split() for key, text in _LISTS["numbers"].items()}
_TOTALS = frozenset(_LISTS["totals"]["words"].split())
_COMPOSED = {key: frozenset(text.split()) for key, text in _LISTS["composed"].items()}
_ROMANCE = frozenset(_LISTS["romance"]["words"].split())
_PERSONS = frozenset(_LISTS["persons"]["words"].split())
_RATES = frozenset(
    {"per", "rate", "rates", "percent", "percentage", "share", "mortality", "id", "year"}
)
_RATES |= frozenset(_LISTS["multiplied"]["inside"].split())
_OUTCOMES = frozenset(_LISTS["words"]["outcome"]) | {"killed", "injured", "casualties"}
_OUTCOMES |= {"missing", "displaced", "detained", "disappeared", "arrested", "homeless", "affected"}
_MOST_OUTCOMES, _MOST_WORDS = 12, 4
_DIGIT = re.compile("[0-9]")
_BLANK = frozenset({"", "na", "n_a", "nan", "null", "none_given", "unknown"})
_OF_PERSONS = 2  # names of columns that make a list of persons
# A number, but neither a date nor a link.
_COUNT = re.compile(
    r"(?:[^\W\d_]{2,12} ){0,3}[~<>=\u2264\u2265\s]*[0-9](?![0-9]*[-/.][0-9]{1,2}[-/.][0-9])"
    r"(?![0-9]{3}-[0-9]{2})"
)
_WHOLES = _TOTALS | frozenset(_LISTS["totals"]["wholes"].split())
_LONGEST_WHOLE = 4 + max(map(len, _WHOLES))  # with a few signs
_BETWEEN = re.compile(
    rf"\s+(?:{'|'.join(_LISTS['totals']['between'].split())})\s+|\s*[,;/&]\s*", re.I
)


def known_columns(header: Collection[str], kind: str, columns: Collection[str]) -> dict[str, str]:
    """Return the known columns of a header, each with its name there; `kind` is a section."""
    taken = {column: column for column in columns if column in header}
    by_name: dict[str, str] = {}
    for name in header:
        by_name.setdefault(plain(name), name)
    free = {key: name for key, name in by_name.items() if name not in taken.values()}
    for column in columns:
        if column not in taken and column in free:
            taken[column] = free.pop(column)
    for column, aliases in _LISTS[kind].items():
        if column in taken or column not in columns:
            continue
        alias = next((alias for alias in aliases.split() if alias in free), None)
        if alias == "data" and _ROMANCE.isdisjoint(by_name):
            continue
        if alias is not None:
            taken[column] = free.pop(alias)
    return taken


def number_columns(header: Collection[str], used: Collection[str]) -> dict[str, list[str]]:
    """Return the columns of numbers of a header by what they count."""
    free = {plain(name): name for name in header if name not in used}
    held = {
        what: [free[name] for name in names if name in free] for what, names in _NUMBERS.items()
    }
    known = {name for names in held.values() for name in names}
    for name in free.values():
        if name not in known and (what := _composed(name)):
            held[what].append(name)
    for what in ("killed", "injured"):
        # The usual names go first, so that a column beside them is no rival.
        if not held[what]:
            held[what] = [name for name in free.values() if _counts_only(name, what)]
    return {what: names for what, names in held.items() if names}


def _counts_only(name: str, what: str) -> bool:
    """Whether a name says in several words what is counted: "Killed (cumulative)"."""
    words = set(plain(name).split("_"))
    return not _COMPOSED[what].isdisjoint(words) and words <= _COMPOSED[what] | _COMPOSED["fill"]


def _composed(name: str) -> str:
    """Return which end of the number of dead a name says in several words, or nothing."""
    words = plain(name).split("_")
    ends = [end for end in ("low", "best", "high") if not _COMPOSED[end].isdisjoint(words)]
    if len(ends) != 1 or _COMPOSED["killed"].isdisjoint(words):
        return ""
    rest = set(words) - _COMPOSED[ends[0]] - _COMPOSED["killed"] - _COMPOSED["fill"]
    return "" if rest else ends[0]


def person_columns(table: Table, used: Collection[str]) -> list[str]:
    """Return the columns that describe one person, such as name, age and sex."""
    return [name for name in table.columns if name not in used and plain(name) in _PERSONS]


def mend_of(table: Table, column: str, free: Collection[str]) -> str:
    """Say what to do where a required column is missing; a column may be it under another name."""
    if column == "source":
        return "add it, with who said each number"
    if column != "quantity":
        return "add it"
    free = [name for name in free if _RATES.isdisjoint(plain(name).split("_"))]
    free = [name for name in free if plain(name) not in TIMES]
    persons = [name for name in person_columns(table, ()) if name in free]
    if len(persons) >= _OF_PERSONS:
        shown = ", ".join(map(repr, persons[:4]))
        return (
            f"each row seems to be a person ({shown}): count the persons of each event or window "
            "first, or compare several such lists with `casualty-est lists` and `linkage`"
        )
    words = {word for names in _NUMBERS.values() for word in names if "_" not in word}
    near = [name for name in free if not words.isdisjoint(plain(name).split("_"))]
    near = [name for name in near if _holds_numbers(table.column(name))]
    near = near or [name for name in free if _holds_numbers(table.column(name))]
    if not near:
        return "add it"
    if sum(map(_is_month, near)) > _OF_PERSONS:
        return (
            "columns that are named after months need their year, as 'Jan 2006': or give each "
            "number a row of its own, with start and end"
        )
    if "source" not in table.columns and len(near) > 1:
        shown = ", ".join(map(repr, near[:4]))
        return (
            f"where {shown} are sources, give each a row of its own, or read the table with "
            "IncidentReports.from_wide"
        )
    shown = " or ".join(map(repr, near[:3]))
    return f"rename {shown} to quantity if it holds the deaths, and give each group rows of its own"


def _is_month(name: str) -> bool:
    try:
        first, last = span_of(f"{name} 2000")
    except ValueError:
        return False
    return first is not None and last is not None and not _DIGIT.search(name)


def _holds_numbers(texts: Sequence[str]) -> bool:
    """Whether most cells of a column begin with a number that is no date."""
    given = [text for text in texts[:200] if text]
    counts = [text for text in given if _COUNT.match(text)]
    return bool(given) and 2 * len(counts) > len(given)


def has_numbers(header: Collection[str], kind: str, columns: Collection[str]) -> bool:
    """Return whether a header has a quantity, or columns that make one."""
    known = known_columns(header, kind, columns)
    return "quantity" in known or bool(number_columns(header, known.values()))


def recognised(
    table: Table, kind: str, columns: Collection[str], problems: list[Problem], *, outcomes: bool
) -> Table:
    """Return a table with its columns under their known names, and a note of what was renamed.

    outcomes: whether rows have an outcome, so that columns of killed and injured become rows.
    """
    table, scaled = in_full(table)
    problems.extend(multiplied(table))
    table = with_levels(table)
    known = known_columns(table.columns, kind, columns)
    if is_part_of_date(table.columns, known.get("date", "")):
        del known["date"]
    table, years = _when(table, known, columns, problems)
    if outcomes and "outcome" not in known and (own := _outcome_column(table, known.values())):
        known["outcome"] = own
    table, several = _several(table, known, columns) if outcomes else (table, [])
    made = "quantity" in known or bool(several)
    numbers = {} if made else number_columns(table.columns, known.values())
    renamed = {own: column for column, own in known.items() if own != column}
    names = tuple(renamed.get(name, name) for name in table.columns)
    named = tuple((column, own) for own, column in renamed.items())
    table = replace(table, columns=names, named=(*table.named, *named))
    said = [f"{own!r} as {column}" for own, column in renamed.items()] + years + several
    if numbers:
        problems.extend(_unread_deaths(table, numbers))
        table, more = _with_quantity(table, numbers, problems, outcomes=outcomes)
        said += more
    table, more = with_neighbours(table, columns)
    said += more
    table, points = with_points(table)
    notes = [*table.notes, *scaled, *points]
    if said:
        notes.append(("recognised", columns_read(said)))
    if outcomes:  # elsewhere a column that nobody reads is an error
        notes += _rivals(table, kind, known)
    return replace(table, notes=tuple(notes))


def _outcome_column(table: Table, used: Collection[str]) -> str | None:
    """Return the column whose cells say what happened to those who are counted, by any name."""
    for name in table.columns:
        cells = dict.fromkeys(filter(None, table.column(name))) if name not in used else {}
        if 0 < len(cells) <= _MOST_OUTCOMES and all(map(_is_outcome, cells)):
            return name
    return None


def _is_outcome(text: str) -> bool:
    """Whether a cell says in a few words what happened to people: "deaths", "people injured"."""
    words = plain(text).split("_")
    return len(words) <= _MOST_WORDS and not _OUTCOMES.isdisjoint(words) and not _DIGIT.search(text)


def _unread_deaths(table: Table, numbers: dict[str, list[str]]) -> Iterator[Problem]:
    """Find columns that seem to count the dead, where only one of the injured is known."""
    if not {"injured", "casualties"} & set(numbers) or {"killed", "best", "low"} & set(numbers):
        return
    for name in table.columns:
        words = set(plain(name).split("_"))
        about = not _COMPOSED["killed"].isdisjoint(words) and _RATES.isdisjoint(words)
        if about and _holds_numbers(table.column(name)):
            reason = f"the column {name!r} seems to count the dead: call it killed, or remove it"
            yield Problem(reason, table.header_line)


def _several(
    table: Table, known: dict[str, str], columns: Collection[str]
) -> tuple[Table, list[str]]:
    """Make rows of columns that count groups of people, or that are named after periods."""
    if "quantity" in known:
        return table, []
    used = known.values()
    for name in table.columns:
        if name not in used and (pair := split_pair(table, name)):
            outcomes = {"killed": {"outcome": "killed"}, "injured": {"outcome": "injured"}}
            return stack(pair, outcomes), [f"{name!r} as a row for each outcome"]
    others = {"injured", "casualties"} & set(number_columns(table.columns, used))
    groups = {} if "group" in known else group_columns(table, used, sure=bool(others))
    if groups:
        shown = ", ".join(map(repr, groups))
        rows = stack(table, {own: {"group": label} for own, label in groups.items()})
        return rows, [f"{shown} as a row for each group"]
    windows = {"start", "end"}
    if windows <= set(columns) and windows.isdisjoint(table.columns) and not (windows & set(known)):
        periods = period_columns(table, used)
        if number_columns([one for one in table.columns if one not in periods], used):
            periods = {}
        if periods:
            shown = ", ".join(map(repr, periods))
            return stack(table, periods), [f"{shown} as a row for each period"]
    return table, []


def _rivals(table: Table, kind: str, known: dict[str, str]) -> Iterator[Noted]:
    """Name columns that could have had the place of another: a city beside a country."""
    for column, own in known.items():
        aliases = _LISTS[kind].get(column, "").split()
        others = [
            name
            for name in table.columns
            if name not in known and plain(name) in aliases and any(table.column(name))
        ]
        if others and column != "citation":
            places = {
                "names": " and ".join(map(repr, others)),
                "column": column,
                "taken": repr(own),
            }
            if len(others) == 1:
                text = stored(
                    "note",
                    "{names} could be {column}, too, and is not read, since {taken} is taken: put "
                    "into one column what tells the rows apart",
                    **places,
                )
            else:
                text = stored(
                    "note",
                    "{names} could be {column}, too, and are not read, since {taken} is taken: put "
                    "into one column what tells the rows apart",
                    **places,
                )
            yield "rivals", text


def _when(
    table: Table, known: dict[str, str], columns: Collection[str], problems: list[Problem]
) -> tuple[Table, list[str]]:
    """Take columns that say when for the window or the day, where nothing else says it."""
    if not {"start", "end", "date"}.isdisjoint(known):
        return table, []
    return windows_of(table, known.values(), columns, problems)


def _with_quantity(
    table: Table, numbers: dict[str, list[str]], problems: list[Problem], *, outcomes: bool
) -> tuple[Table, list[str]]:
    """Add a column `quantity`, and rows where a record counts several outcomes."""
    counts: list[str] = [what for what in ("killed", "injured", "casualties") if what in numbers]
    counts = counts if outcomes else counts[:1]
    if not counts and "any" in numbers and outcomes and not {"low", "high", "best"} & set(numbers):
        counts = ["any"]
    for what in (*counts, "low", "best", "high"):
        if len(numbers.get(what, ())) > 1 and (what in counts or {"low", "high"} & set(numbers)):
            rivals = " and ".join(map(repr, numbers[what]))
            reason = f"the columns {rivals} may both be the number: rename one to quantity"
            # What the rows say cannot be judged before that is known.
            raise InputError([*problems, Problem(reason, table.header_line)], table.name)
    if {"low", "high"} & set(numbers):
        return _from_ends(table, numbers)
    if "best" in numbers and not counts:
        numbers, counts = {"any": numbers["best"]}, ["any"]
    if not counts:
        return table, []
    if len(counts) == 1:
        return _renamed(table, numbers[counts[0]][0], counts[0], outcomes)
    own = {numbers[what][0]: {"outcome": what} for what in counts}
    if "outcome" in table.columns:
        own = {name: {} for name in own}
    said = ", ".join(map(repr, own))
    return stack(table, own), [f"{said} as a row for each outcome"]


def _from_ends(table: Table, numbers: dict[str, list[str]]) -> tuple[Table, list[str]]:
    """Make a range of two columns, or an estimate of three."""
    middle = numbers.get("best") or numbers.get("killed") or []
    own = {
        "low": numbers.get("low", [""])[0],
        "best": middle[0] if middle else "",
        "high": numbers.get("high", [""])[0],
        "prob": numbers.get("prob", [""])[0],
    }
    texts = [table.column(own[end]) for end in ("low", "best", "high", "prob")]
    quantities = tuple(map(range_text, *texts))
    used = [name for name in own.values() if name]
    said = ", ".join(map(repr, used))
    return _replaced(table, used, {"quantity": quantities}, said), [f"{said} as quantity"]


def range_text(low: str, best: str, high: str, prob: str = "") -> str:
    """Write the ends and the best number of one row as people write them."""
    low, best, high = ("" if plain(end) in _BLANK else end for end in (low, best, high))
    if low == high or not (low or high):
        return best or low
    if not low or not high:
        return best or (f"at least {low}" if low else f"up to {high}")
    if not best or best in ("0", low + high):
        return between_ends(low, high)
    level = prob.removesuffix("%")
    if level.startswith(("0.", ".")):
        level = f"{float(level) * 100:g}" if level.lstrip("0").strip(".").isdecimal() else level
    return f"{best} ({f'{level}% CI ' if level else ''}{low}-{high})"


def _renamed(table: Table, own: str, what: str, outcomes: bool) -> tuple[Table, list[str]]:
    """Take one column of numbers for the quantity, with the outcome that its name says."""
    names = tuple("quantity" if name == own else name for name in table.columns)
    table = replace(table, columns=names, named=(*table.named, ("quantity", own)))
    if not outcomes or what == "any" or "outcome" in table.columns:
        return table, [f"{own!r} as quantity"]
    cells = (*table.cells, (what,) * len(table))
    table = replace(table, columns=(*names, "outcome"), cells=cells)
    return table, [f"{own!r} as quantity with outcome {what}"]


def _replaced(
    table: Table, used: Sequence[str], added: dict[str, tuple[str, ...]], said: str
) -> Table:
    kept = [i for i, name in enumerate(table.columns) if name not in used]
    columns = (*(table.columns[i] for i in kept), *added)
    cells = (*(table.cells[i] for i in kept), *added.values())
    named = (*table.named, *((name, said.replace("'", "")) for name in added))
    return replace(table, columns=columns, cells=cells, named=named)


# --- fixed words -----------------------------------------------------------------------


def word_of(
    column: str, valid: Collection[str], default: str | None = None, *, strict: bool = True
) -> Callable[[str], str | None]:
    """Return a parser of fixed words in any case and spelling, and `default` for a blank.

    Where it is not strict, other labels pass as they are.
    """
    synonyms: dict[str, str] = _LISTS["words"].get(column, {})
    questions: dict[str, str] = _LISTS["questions"].get(column, {})

    def parse(text: str) -> str | None:
        if not text:
            return default
        if text in valid:
            return text
        key = plain(text)
        meant = key if key in valid else synonyms.get(key)
        if meant in valid:
            return meant
        if not strict:
            return text
        msg = f"expected one of {', '.join(valid)}{nearest(text, valid)}"
        if column == "outcome":
            msg += ": remove the row if it counts something else"
        if key in questions:
            msg = f"{text!r} may be several roles: {questions[key]}"
        raise ValueError(msg)

    return parse


def reworded(table: Table, column: str, values: Sequence[Any]) -> Iterator[Noted]:
    """Yield a note of the words in a column that were read as others."""
    pairs = {
        text: value
        for text, value in dict(zip(table.column(column), values, strict=True)).items()
        if text and value is not None and text != value
    }
    if pairs:
        said = ", ".join(f"{text!r} as {value}" for text, value in pairs.items())
        text = stored(
            "note",
            "words in {column} are read by their meaning: {readings}",
            column=repr(table.as_it_came(column)),
            readings=said,
        )
        yield "reworded", text


def columns_read(said: Iterable[str]) -> Kept:
    """Say which columns were read as which."""
    return stored("note", "columns are read by their meaning: {readings}", readings=", ".join(said))


def wholes(table: Table, column: str) -> Iterator[Problem]:
    """Find places that are others together, and would count twice: "Total", "Iraq and Syria"."""
    texts = table.column(column)
    places = {
        part.strip().casefold()
        for text in dict.fromkeys(texts)
        for part in text.split("+")
        if part.strip()
    }
    if len(places) < 2:
        return
    reasons = {text: reason for text in dict.fromkeys(texts) if (reason := _whole(text, places))}
    for row, text in enumerate(texts) if reasons else ():
        if text in reasons:
            yield table.problem(row, reasons[text], column, text)


def _whole(text: str, places: Collection[str]) -> str:
    """Say why a place holds others that have rows of their own; empty where it does not."""
    if len(text) <= _LONGEST_WHOLE and plain(text) in _WHOLES:
        return (
            "a place of this name holds the others, which would count twice: leave it blank "
            "for the whole, or write its parts, as North+South"
        )
    parts = [part.strip() for part in _BETWEEN.split(text)]
    if len(parts) > 1 and all(part.casefold() in places for part in parts):
        return f"its parts have rows of their own: write {'+'.join(parts)} for both together"
    return ""


def _is_sum(text: str) -> bool:
    """Whether a name says what it adds up: "Total (A and B)", "Sum of all sources"."""
    first, *rest = re.split(r"(?<=\w)(?=\W)", text, maxsplit=1)
    behind = rest[0].strip() if rest else ""
    return plain(first) in _TOTALS and bool(re.match(r"[(:\[]|of\b|for\b", behind))


def sums(table: Table, column: str) -> Iterator[Problem]:
    """Find rows that are called a total, and are the sum of others."""
    texts = table.column(column)
    named = {text for text in dict.fromkeys(texts) if plain(text) in _TOTALS or _is_sum(text)}
    for row, text in enumerate(texts) if named else ():
        if text in named:
            reason = (
                "a row of this name is a sum of others, which would count twice: remove it, or "
                "name who stated it"
            )
            yield table.problem(row, reason, column, text)
