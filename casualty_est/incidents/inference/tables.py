"""Compiled kernels that fill the table M of the incidents model.

A row of M is a function of the true deaths of an incident: the size law times inclusion, the
probability of a statement, or that of verdict and grade. Each kernel reads and fills the arrays of
its own factor (see `parts`).
"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import special

from casualty_est.incidents import model as models_of_incidents
from casualty_est.incidents.inference.parts import (
    Concessions,
    Counts,
    Holders,
    Size,
    Statements,
    Verdicts,
)
from casualty_est.incidents.model.layout import FALSE_ADMISSION, OUTLIER, TAIL
from casualty_est.incidents.model.readings import FOUND, NOT_FOUND
from casualty_est.incidents.model.verdicts import (
    IS_ACCEPTED,
    IS_NOT_RECALLED,
    IS_RECALLED,
    IS_REJECTED,
    NO_EFFECT,
)

ROOT_HALF = math.sqrt(0.5)
PHI = 1 / math.sqrt(2 * math.pi)
FLOOR = 1e-12  # no cell of the grid is impossible


def _stamp() -> str:
    """Digest of every file that a kernel is made of."""
    here = Path(__file__).parent
    models = Path(models_of_incidents.__file__).parent
    files = sorted([*here.glob("*.py"), *models.glob("*.py")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


STAMP = _stamp()


def compiled(function: Any, **options: bool) -> Any:
    """Compile a kernel, and keep it on disk until any file that it is made of changes.

    By itself numba looks at the file of the kernel alone: one that calls an older version of
    another, or knows an older constant, would be kept.

    No kernel is compiled with fast arithmetic. Where it is allowed, every copy of a kernel may take
    its sums in an order of its own, and which copy runs depends on what was compiled in this
    process and what came from disk: the first fit would give other draws than all later ones.
    """
    kernel = njit(cache=True, nogil=True, error_model="numpy", **options)(function)
    kernel._cache._cache_file._source_stamp = STAMP
    return kernel


def inner(function: Any) -> Any:
    """Compile a kernel that other kernels call and Python does not: its door would take as long."""
    return compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


STEPS = 32
END = 8.5  # beyond, the normal distribution function is 0 or 1 in double precision
DEGREE = 6


def _taylor() -> npt.NDArray[np.float64]:
    """Taylor coefficients of the normal distribution function at multiples of 1/32.

    The polynomial from the nearest of them errs by less than 1e-15, its slope by less than 1e-12,
    at a quarter of the cost of erfc and exp.
    """
    z = np.arange(-END * STEPS - 1, END * STEPS + 2) / STEPS
    # Derivatives of the density are Hermite polynomials times the density.
    hermite = [np.ones_like(z), z]
    for k in range(1, DEGREE):
        hermite.append(z * hermite[k] - k * hermite[k - 1])
    density = PHI * np.exp(-0.5 * z**2)
    terms = [(-1) ** k * hermite[k] * density / math.factorial(k + 1) for k in range(DEGREE)]
    return np.vstack([special.ndtr(z), *terms])


NORMAL = _taylor()


@inner
def whole_sum(terms: Any) -> float:
    """Sum of an array in an order that is written out: four sums that run side by side.

    The order must not be the compiler's choice, and a single sum would wait for every addition.
    """
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    even = len(terms) // 4 * 4
    for g in range(0, even, 4):
        a += terms[g]
        b += terms[g + 1]
        c += terms[g + 2]
        d += terms[g + 3]
    for g in range(even, len(terms)):
        a += terms[g]
    return (a + b) + (c + d)


@inner
def expit(x: float) -> float:
    """Inverse logit."""
    return 1 / (1 + math.exp(-x))


@inner
def between(low: float, high: float) -> float:
    """Normal probability between two standardised ends, on the side where no digits cancel."""
    if low > 0:
        return 0.5 * (math.erfc(low * ROOT_HALF) - math.erfc(high * ROOT_HALF))
    return 0.5 * (math.erfc(-high * ROOT_HALF) - math.erfc(-low * ROOT_HALF))


@inner
def size_law(mean: float, sd: float, nobody: float, by: Size) -> None:
    """Probability of each number of deaths, and its slopes in mean and log sd."""
    ends, zero, law, slopes = by.ends, by.zero, by.law, by.slopes
    cells = len(law)
    low, high = (ends[0, zero] - mean) / sd, (ends[1, cells - 1] - mean) / sd
    total = max(between(low, high), 1e-300)
    at_low, at_high = PHI * math.exp(-0.5 * low * low), PHI * math.exp(-0.5 * high * high)
    by_mean, by_sd = (at_low - at_high) / sd, low * at_low - high * at_high
    rest = (1 - nobody) if zero else 1.0
    for g in range(zero, cells):
        low, high = (ends[0, g] - mean) / sd, (ends[1, g] - mean) / sd
        at_low, at_high = PHI * math.exp(-0.5 * low * low), PHI * math.exp(-0.5 * high * high)
        share = between(low, high) / total
        law[g] = rest * share + FLOOR
        slopes[0, g] = rest * ((at_low - at_high) / sd - share * by_mean) / total
        slopes[1, g] = rest * (low * at_low - high * at_high - share * by_sd) / total
    if zero:
        law[0] = nobody + FLOOR
    for g in range(cells):
        by.size[g] = (1 - TAIL) * law[g] + by.any_size[g]


@inner
def holders(theta: Any, of: Size, by: Holders, rows: Any) -> None:
    """Probability of each set of holders, alone and times the size law.

    theta (3 * source,): Level, slope and log loading of each source.
    """
    x, size = of.log_deaths, of.size
    nodes, histories, inclusion, held = by.nodes, by.histories, by.inclusion, by.held
    included, cells = histories.shape[1], len(x)
    product = np.empty(cells)
    for s in range(included):
        loading = math.exp(theta[2 * included + s])
        for u in range(nodes.shape[1]):
            for g in range(cells):
                odds = theta[s] + theta[included + s] * (x[g] - 1) + loading * nodes[0, u]
                inclusion[s, u, g] = expit(odds)
    for h in range(len(histories)):
        total = held[h]
        total[:] = 0.0 if included else 1.0
        if included:
            for u in range(nodes.shape[1]):
                holding(histories[h], inclusion, u, nodes[1, u], product)
                for g in range(cells):
                    total[g] += product[g]
        row = rows[h]
        for g in range(cells):
            row[g] = total[g] * size[g]


@inner
def holding(history: Any, inclusion: Any, u: int, weight: float, product: Any) -> None:
    """Probability of one set of holders at one visibility, times its weight."""
    for g in range(len(product)):
        product[g] = weight
    for s in range(len(history)):
        p = inclusion[s, u]
        if history[s]:
            for g in range(len(product)):
                product[g] *= p[g]
        else:
            for g in range(len(product)):
                product[g] *= 1 - p[g]


@inner
def own_counts(x: Any, by: Counts) -> None:
    """Probability that the own count of a source falls into each of its cells."""
    edges, cells, starts, table = by.edges, by.cells, by.starts, by.normal
    bias, sd, below, density, mass = by.bias, by.sd, by.below, by.density, by.mass
    size = len(x)
    off, at = np.empty(size), np.empty(size, np.int64)
    for s in range(len(bias)):
        scale = 1 / sd[s]
        for e in range(starts[0, s], starts[0, s + 1]):
            row, slope, middle = below[e], density[e], edges[e] - bias[s]
            # Two loops without a branch, which the compiler turns into vectors each.
            for g in range(size):
                z = max(-END, min(END, (middle - x[g]) * scale))  # in the table, whatever z is
                k = int((z + END) * STEPS + 1.5)
                at[g], off[g] = k, z - ((k - 1) / STEPS - END)
            for g in range(size):
                o, k = off[g], at[g]
                t2, t3, t4, t5, t6 = table[2, k], table[3, k], table[4, k], table[5, k], table[6, k]
                high = t4 + o * (t5 + o * t6)
                row[g] = table[0, k] + o * (table[1, k] + o * (t2 + o * (t3 + o * high)))
                rise = 4 * t4 + o * (5 * t5 + o * 6 * t6)
                slope[g] = table[1, k] + o * (2 * t2 + o * (3 * t3 + o * rise))
    for c in range(cells.shape[1]):
        first, last, between_them = below[cells[0, c]], below[cells[1, c]], mass[c]
        for g in range(size):
            between_them[g] = last[g] - first[g]


@inner
def statements(by: Statements, mass: Any, rows: Any) -> None:
    """Probability of each statement of a lister given the true deaths."""
    source, pointer, cell, weight = by.source, by.pointer, by.cell, by.weight
    if_exact, outlier, exact, written = by.if_exact, by.outlier, by.exact, by.written
    denies, denial = by.denies, by.denial
    size = rows.shape[1]
    for c in range(len(outlier)):
        p, total, right, row = exact[source[c]], written[c], if_exact[c], rows[c]
        for g in range(size):
            total[g] = 0.0
        for i in range(pointer[c], pointer[c + 1]):
            part, w = mass[cell[i]], weight[i]
            for g in range(size):
                total[g] += w * part[g]
        floor = OUTLIER * outlier[c]
        for g in range(size):
            row[g] = (1 - OUTLIER) * (p * right[g] + (1 - p) * total[g]) + floor
        q = denial[source[c]]
        if q > 0:
            said = q * denies[c]
            for g in range(size):
                row[g] = (1 - q) * row[g] + said


@inner
def concessions(exact: float, by: Concessions, rows: Any) -> None:
    """Probability of what the judge concedes."""
    table, if_exact, outlier = by.table, by.if_exact, by.outlier
    share, written = by.share, by.written
    for c in range(len(outlier)):
        for g in range(rows.shape[1]):
            total = 0.0
            for q in range(len(share)):
                total += share[q] * table[c, g, q]
            written[c, g] = total
            meant = exact * if_exact[c, g] + (1 - exact) * total
            rows[c, g] = (1 - OUTLIER) * meant + OUTLIER * outlier[c]


@inner
def real_probability(by: Verdicts) -> None:
    """Probability that an incident is real and the perpetrator's, before verdict and numbers.

    The grade of an accepted incident follows from its acceptance: it counts as unknown, mixed over
    what the others have.
    """
    kinds, mixed_grade, real = by.kinds, by.mixed_grade, by.real
    grade, share, mixed = by.grade, by.share, by.mixed
    for v in range(len(kinds)):
        part = share[kinds[v, 2]] if kinds[v, 2] >= 0 else 1.0
        if kinds[v, 0] != IS_ACCEPTED or len(grade) == 0:
            real[v] = part * (grade[kinds[v, 1]] if kinds[v, 1] >= 0 else 1.0)
            continue
        total = 0.0
        for k in range(len(mixed_grade)):
            doubt = part if mixed_grade[k] == by.contested else 1.0
            total += mixed[kinds[v, 3], k] * grade[mixed_grade[k]] * doubt
        real[v] = total


@inner
def verdicts(hurdle: Any, recall: Any, x: Any, by: Verdicts, rows: Any) -> None:
    """Probability of verdict and recall given the true deaths."""
    kinds, real, admitted, find = by.kinds, by.real, by.admitted, by.found[0]
    size = len(x)
    for sole in range(2 * (len(hurdle) > 0)):
        for g in range(size):
            admitted[sole, g] = expit(hurdle[0] + hurdle[1] * x[g] + hurdle[2] * sole)
    for v in range(len(kinds)):
        kind, sole, look = kinds[v, 0], kinds[v, 3], kinds[v, 4]
        for g in range(size):
            if kind == NO_EFFECT:
                rows[v, g] = 1.0
            elif kind == IS_REJECTED:
                mine = real[v] * (1 - admitted[sole, g])
                rows[v, g] = mine + (1 - real[v]) * (1 - FALSE_ADMISSION)
            elif kind == IS_ACCEPTED:
                rows[v, g] = real[v] * admitted[sole, g] + (1 - real[v]) * FALSE_ADMISSION
            else:
                p = expit(recall[0] + recall[1] * x[g])
                rows[v, g] = p if kind == IS_RECALLED else 1 - p
        if look:
            seen_so(kind, look, (real[v], find), x, admitted[sole], rows[v])


@inner
def seen_so(kind: int, look: int, chances: Any, x: Any, admitted: Any, row: Any) -> None:
    """Bring what an investigation found into a row; `chances` are to be real, and to be found."""
    real, find = chances
    for g in range(len(x)):
        if kind in (IS_RECALLED, IS_NOT_RECALLED):
            row[g] *= looked(look, find, x[g])
        else:
            mine, other = judged_so(kind, admitted[g])
            row[g] = real * mine * looked(look, find, x[g])
            row[g] += (1 - real) * other * (look != FOUND)


@inner
def judged_so(kind: int, admitted: float) -> tuple[float, float]:
    """Probability of a verdict on an incident that is real, and on one that is not."""
    if kind == IS_REJECTED:
        return 1 - admitted, 1 - FALSE_ADMISSION
    if kind == IS_ACCEPTED:
        return admitted, FALSE_ADMISSION
    return 1.0, 1.0


@inner
def looked(look: int, find: float, log_deaths: float) -> float:
    """Probability of what an investigation found of a real incident; 1 where it did not look.

    Where nobody died there is nothing to be missed: the log of no deaths lies below that of one.
    """
    if look == FOUND:
        return find
    if look == NOT_FOUND and log_deaths >= 0:
        return 1 - find
    return 1.0
