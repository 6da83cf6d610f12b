"""Read columns that say what people are: categories, numbers in bands, and blanks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from casualty_est.errors import Problem, UsageError
from casualty_est.lists.table.marks import is_total
from casualty_est.lists.table.traits import UNKNOWN, Covariate, band_text
from casualty_est.tables.checks import similar_names
from casualty_est.tables.marks import NOTHING, western
from casualty_est.tables.read import Table
from casualty_est.wording.language import Kept, Noted, joined, stored

BLANK = NOTHING | {"?", "unknown", "not known", "missing"}
BANDS = 8  # of a number, each with about as many people
FEW_NUMBERS = 8  # distinct numbers up to which each is a value of its own
MOST_VALUES = 40  # categories
SHOWN = 4  # values that a note names

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def must_differ(covariates: Sequence[str], other: Sequence[str], what: str) -> None:
    """Refuse a column that is a covariate and something else at once."""
    twice = [name for name in covariates if name in other]
    if twice:
        msg = (
            f"{twice[0]!r} cannot be a covariate and {what} at once: name it once, in covariates "
            "(--covariates) or there"
        )
        raise UsageError(msg)


def read_covariates(
    table: Table, names: Sequence[str], people: Ints, problems: list[Problem]
) -> tuple[tuple[Covariate, ...], Ints, list[Noted]]:
    """Values of named columns (row, covariate), with what was made of them; people (row,)."""
    covariates: list[Covariate] = []
    columns: list[Ints] = []
    notes: list[Noted] = []
    for name in names:
        texts = table.column(name)
        known = np.array([text.casefold() not in BLANK for text in texts], dtype=bool)
        counted = known & (people > 0)
        reason = _reason(table, name, counted, people)
        if reason:
            problems.append(Problem(reason, table.header_line, name, None, table.where))
            continue
        numbers = _numbers(texts, counted)
        if numbers is None:
            problems += _sums(table, name)
            notes += similar_names([t for t, k in zip(texts, known, strict=True) if k], name)
            one, codes = _categories(name, texts, counted)
        else:
            one, codes = _bands(name, numbers, counted, people)
        covariates.append(one)
        columns.append(codes)
        notes.append(("covariate", _said(one, int(people[~known].sum()))))
    codes = np.column_stack(columns) if columns else np.empty((len(table), 0), dtype=np.int64)
    return tuple(covariates), codes, notes


def _reason(table: Table, name: str, counted: npt.NDArray[np.bool_], people: Ints) -> str:
    """Why a column cannot be a covariate; empty where it can."""
    texts = [text for text, k in zip(table.column(name), counted, strict=True) if k]
    values = set(texts)
    if not values:
        return "every cell of this covariate is blank: leave it out of covariates (--covariates)"
    if len(values) == 1:
        return (
            f"this covariate is {texts[0]!r} for everybody, and so explains nothing: leave it out "
            "of covariates (--covariates)"
        )
    if _numbers(table.column(name), counted) is not None:
        return ""
    if len(values) == len(texts) and int(people[counted].sum()) == len(texts):
        return (
            "this covariate has another value for every person, as an identifier has: leave it "
            "out of covariates (--covariates)"
        )
    if len(values) > MOST_VALUES:
        return (
            f"this covariate has {len(values):,} values, and at most {MOST_VALUES} can be told "
            "apart: merge some, as months into years or villages into districts"
        )
    return ""


def _numbers(texts: Sequence[str], counted: npt.NDArray[np.bool_]) -> Floats | None:
    """A column of more than a few numbers; None where its values are categories."""
    values = np.full(len(texts), np.nan)
    for i in np.flatnonzero(counted).tolist():
        try:
            values[i] = float(western(texts[i]).replace(",", "."))
        except ValueError:
            return None
    inside = values[counted]
    if not np.isfinite(inside).all() or len(np.unique(inside)) <= FEW_NUMBERS:
        return None
    return values


def _categories(
    name: str, texts: Sequence[str], counted: npt.NDArray[np.bool_]
) -> tuple[Covariate, Ints]:
    values = {text for text, k in zip(texts, counted, strict=True) if k}
    ordered = sorted(
        values, key=lambda text: (not text.isdigit(), len(text) * text.isdigit(), text)
    )
    at = {value: i for i, value in enumerate(ordered)}
    codes = np.array(
        [at[text] if k else UNKNOWN for text, k in zip(texts, counted, strict=True)], np.int64
    )
    return Covariate(name, tuple(ordered)), codes


def _bands(
    name: str, numbers: Floats, counted: npt.NDArray[np.bool_], people: Ints
) -> tuple[Covariate, Ints]:
    """Divide a number into bands of about equally many people, that begin at numbers there are."""
    inside, weight = numbers[counted], people[counted].astype(float)
    distinct, where = np.unique(inside, return_inverse=True)
    held = np.bincount(where, weight)
    share = (np.cumsum(held) - 0.5 * held) / held.sum()
    band = np.unique(np.floor(share * BANDS), return_inverse=True)[1]
    sums = np.bincount(band, held)
    middles = np.bincount(band, held * distinct) / sums
    inside_band = [distinct[band == b] for b in range(len(sums))]
    ends = tuple((float(held[0]), float(held[-1])) for held in inside_band)
    codes = np.full(len(numbers), UNKNOWN, dtype=np.int64)
    codes[counted] = band[where]
    labels = tuple(band_text(*one) for one in ends)
    return Covariate(name, labels, tuple(float(m) for m in middles), ends), codes


def _said(one: Covariate, blank: int) -> Kept:
    """What a covariate was read as, and how many people have no value."""
    shown = ", ".join(one.values[:SHOWN]) + (", ..." if len(one.values) > SHOWN else "")
    what = {"name": repr(one.name), "number": len(one.values), "values": shown}
    if one.middles:
        text = stored(
            "note", "covariate {name} is read as {number} bands of a number: {values}", **what
        )
    else:
        text = stored("note", "covariate {name} is read as {number} values: {values}", **what)
    if not blank:
        return text
    if blank == 1:
        return joined(
            text,
            stored(
                "note",
                "1 person has none, which is estimated from the lists and the other covariates",
            ),
        )
    return joined(
        text,
        stored(
            "note",
            "{number} people have none, which is estimated from the lists and the other covariates",
            number=f"{blank:,}",
        ),
    )


def _sums(table: Table, name: str) -> list[Problem]:
    """Rows of a value that is the sum of others."""
    reason = "a value of this name adds up the others, whose people would count twice: remove it"
    return [
        table.problem(row, reason, name, text)
        for row, text in enumerate(table.column(name))
        if is_total([text])
    ]
