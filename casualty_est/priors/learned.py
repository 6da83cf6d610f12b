"""What was learned of every role from the record, with each conflict left out in turn."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache
from importlib import resources

import numpy as np

NONE_LEFT_OUT = ""
DIGITS = 3


@dataclass(frozen=True, slots=True)
class Learned:
    """Posterior of one role: means and sds, on the log scale or the logit scale of a share.

    without: the conflict left out, blank where none is.
    total, incident: the role's mean for totals and for single incidents.
    log_b: log of the sd that a role has in common within a conflict.
    log_w: log of the scale of the Student t (4 degrees of freedom) of a single source.
    """

    without: str
    role: str
    total: float
    total_sd: float
    incident: float
    incident_sd: float
    log_b: float
    log_b_sd: float
    log_w: float
    log_w_sd: float


COLUMNS = tuple(field.name for field in fields(Learned))
NUMBERS = COLUMNS[2:]


def to_csv(table: Iterable[Learned]) -> str:
    """Write the table with three decimals, so that a rebuild gives the same file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in table:
        without, role, *numbers = astuple(row)
        writer.writerow([without, role, *(f"{number:.{DIGITS}f}" for number in numbers)])
    return out.getvalue()


@cache
def shipped() -> Mapping[tuple[str, str], Learned]:
    """Read the shipped table: by conflict left out and role."""
    text = resources.files("casualty_est.priors").joinpath("learned.csv").read_text("utf-8")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return {
        (row["without"], row["role"]): Learned(
            row["without"], row["role"], **{name: float(row[name]) for name in NUMBERS}
        )
        for row in rows
    }


def learned(role: str, left_out: Sequence[str] = ()) -> Learned:
    """Return what was learned of a role without these conflicts.

    Where several are left out, what each of them changes in means and variances is added up: a
    first-order answer, no fit. No sd falls below that with one conflict left out.
    """
    table = shipped()
    whole = table[NONE_LEFT_OUT, role]
    apart = [table[name, role] for name in left_out if (name, role) in table]
    if len(apart) < 2:
        return apart[0] if apart else whole
    numbers = {}
    for name in ("total", "incident", "log_b", "log_w"):
        mean, sd = getattr(whole, name), getattr(whole, f"{name}_sd")
        means = np.array([getattr(one, name) for one in apart])
        sds = np.array([getattr(one, f"{name}_sd") for one in apart])
        numbers[name] = float(mean + (means - mean).sum())
        variance = float(sd**2 + (sds**2 - sd**2).sum())
        numbers[f"{name}_sd"] = float(np.sqrt(max(variance, (sds**2).max())))
    return Learned(" + ".join(one.without for one in apart), role, **numbers)
