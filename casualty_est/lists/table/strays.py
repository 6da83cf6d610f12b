"""What to do with a column that has no use: one sentence, by what its cells and its name show."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from casualty_est.errors import Problem
from casualty_est.lists.table import marks
from casualty_est.lists.table.strata import FEWEST, NO, OUT, YES
from casualty_est.tables.read import Table
from casualty_est.wording.phrases import listed

REPLICATES = frozenset(
    {"replicate", "replicates", "rep", "replica", "replicas", "imputation", "imp", "iteration"}
    | {"run", "m"}
)
WEIGHTS = frozenset({"weight", "weights", "w", "wt", "wgt", "peso", "poids", "sampling weight"})
LOST_ZEROS = re.compile(r"0*1[01]*|0+")
FEW_CELLS, SHORT = 3, 2  # cells that may be shown although nobody said what the column is
SHOWN = 8  # lists that are named in advice
_NAME_ALL = "name all lists in lists (--lists), and any mark counts as 1"
_IDENTIFIERS = (
    "it holds a different mark in every row, and blanks: if it is a list with identifiers"
)
_MARKS = "it holds marks and blanks: if it is a list"
_NUMBERS = (
    "if it is the number of people of each row, name it in count (--count); if it divides the "
    "table, in by (--by); else remove it"
)
_OTHER = (
    "name it in by (--by) if it divides the table, in covariates (--covariates) if it says what "
    "people are, or remove it"
)
NO_LISTS = (
    "write a 0/1 column for each list; if each row is one person on one list, name both columns "
    "(--person, --list-column; from_long); counts of overlaps such as 'A&B' go to from_overlaps"
)


def stray(table: Table, column: str, mend: str) -> Problem:
    """A column without a use."""
    reason = f"this column has no use yet, and no column is ignored: {mend}"
    return Problem(reason, table.header_line, column, None, table.where)


def lost_zeros(texts: Sequence[object]) -> bool:
    """Whether texts are histories such as 001, of which a spreadsheet took the first zeros."""
    known = {str(text) for text in texts}
    lengths = {len(text) for text in known}
    alike = all(LOST_ZEROS.fullmatch(text) for text in known)
    return alike and len(lengths) > 1 and max(lengths) > 1


def numbers_rows(texts: Sequence[str]) -> bool:
    """Whether a column only numbers the rows, from 0 or 1."""
    return len(texts) > 2 and any(
        list(texts) == [str(k) for k in range(first, first + len(texts))] for first in (0, 1)
    )


def mend(table: Table, column: str, lists: Sequence[str]) -> str:
    """Say what a column may be, and how to say so."""
    texts = [text for text in table.column(column) if text]
    known = sorted(set(texts))
    name = column.strip().casefold().replace("_", " ").strip(".")
    if name in REPLICATES:
        return (
            "if it numbers replicates, name it in --replicate (read_replicates); if strata, in by "
            "(--by); else remove it"
        )
    if name in WEIGHTS:
        return (
            "lists take no sampling weights; if it is the number of people of a row, name it in "
            "count (--count); else remove it"
        )
    if numbers_rows(table.column(column)):
        return "it numbers the rows: remove it"
    if len(lists) < FEWEST:
        return _of_no_list(table, column, texts, known)
    if _are_marks(table, column, texts) and len(known) == len(texts) > 1:
        return f"{_IDENTIFIERS}, {_NAME_ALL}"
    if known and all(text.isascii() and text.isdigit() for text in known):
        return _NUMBERS
    return _OTHER


def _of_no_list(table: Table, column: str, texts: Sequence[str], known: Sequence[str]) -> str:
    """Advice where no column is a list as it stands, so that this one may be."""
    if texts and lost_zeros(texts):
        return (
            "if these are histories that lost their first zeros, write them as text with one digit "
            "for each list, as in 001 and 010"
        )
    if _are_marks(table, column, texts):
        distinct = len(known) == len(texts) > 1
        return f"{_IDENTIFIERS if distinct else _MARKS}, {_NAME_ALL}"
    # Codes come again and again; what comes once may be an identifier.
    again = len(texts) > 2 * len(known) > 0
    if again and len(known) <= FEW_CELLS and all(len(text) <= SHORT for text in known):
        return _few_words(known)
    if known and all(text.isascii() and text.isdigit() for text in known):
        return _NUMBERS
    return _OTHER


def _are_marks(table: Table, column: str, texts: Sequence[str]) -> bool:
    """Whether a column holds identifiers or dates beside blanks, which may be a list."""
    coded = marks.codes(table.column(column))
    return bool(texts) and not np.isin(coded, (NO, YES)).any() and bool((coded == OUT).any())


def _few_words(known: Sequence[str]) -> str:
    """Advice about a column of two or three short words or codes."""
    return (
        f"its cells are {listed(list(map(repr, known)))}: if it is a list, write 1 for who is on "
        "it and 0 for who is not; else name it in by (--by), or remove it"
    )


def or_name_all(lists: Sequence[str]) -> str:
    """How to name the lists, so that other columns are not used."""
    if len(lists) < 2:
        return ""
    start = common_start(lists)
    some = f"'{start}*'" if start else ",".join(lists[:SHOWN]) + (",..." * (len(lists) > SHOWN))
    return f". Where the lists are named, as in --lists {some}, other columns are not used"


def common_start(names: Sequence[str]) -> str:
    """What all of many names begin with, up to a sign or a digit."""
    if len(names) <= FEW_CELLS:
        return ""
    first, last = min(names), max(names)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    return re.sub(r"\d+$", "", first[:same]) if same > 1 else ""
