"""What an investigation found at sites that a design drew: the share with deaths, and all deaths.

A frame is the list from which sites are drawn, each with a known probability, so that a site stands
for one over its probability. What share of sites had deaths follows a Beta; several areas are that
many clusters, whose log odds differ by a Normal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.arrays import Array, Ints
from casualty_est.incidents.inference.after import Reconstructed
from casualty_est.incidents.model.layout import TAIL, IncidentLayout
from casualty_est.incidents.model.readings import FOUND, Readings, findings
from casualty_est.incidents.schema import Drawn, Investigated
from casualty_est.result.schema import Span
from casualty_est.tables.cells import ALL_SCOPES

if TYPE_CHECKING:
    from casualty_est.incidents.model.model import IncidentModel


AREA_SD = 0.5  # of the log odds of an area around those of all
LEVELS, EFFECTS = 400, 201  # equally probable nodes of the common level, and of an area
ENDS = (0.5, 0.025, 0.975)


def investigated(
    model: IncidentModel, theta: Array, again: Reconstructed, gamma: Array, seed: int
) -> Investigated | None:
    """What the investigation of sites found, where there is one.

    theta (draw, element): Parameters on the whole line.
    gamma (draw,): Log ratio of the anchor.
    """
    readings = model.layout.readings
    if readings.investigation is None:
        return None
    every, count, p = model.patterns, model.patterns.count, readings.patterns
    found = findings(every, readings.investigation)
    others = readings.listed[:, list(readings.recorders)].any(axis=1) | readings.self_reported
    reported = (readings.found > 0) & others
    upheld = reported & (readings.found == FOUND)
    sites = (every.prob > 0) & (found > 0)
    frames, elsewhere = _frames(model, sites, theta, again, gamma, seed)
    return Investigated(
        source=every.sources[readings.investigation],
        sites=int(count[found > 0].sum()),
        reported=int(p.count[reported].sum()),
        upheld=int(p.count[upheld].sum()),
        unreported=int(p.count[(readings.found == FOUND) & ~others].sum()),
        frames=frames,
        elsewhere=elsewhere,
    )


def _frames(
    model: IncidentModel,
    sites: npt.NDArray[np.bool_],
    theta: Array,
    again: Reconstructed,
    gamma: Array,
    seed: int,
) -> tuple[tuple[Drawn, ...], Span | None]:
    """Every area of the frame, and all of it first where there are several."""
    layout, every = model.layout, model.patterns
    if not sites.any():
        return (), None
    areas = np.unique(every.scope_of[sites])
    deadly = _deadly(layout.readings, len(every))
    rng = np.random.default_rng([seed, 5])
    inside = [sites & (every.scope_of == area) for area in areas]
    stand = [(every.count[at] / every.prob[at]).sum() for at in inside]  # sites of the frame
    drawn = np.array([every.count[at].sum() for at in inside])
    some = np.array([every.count[at & deadly].sum() for at in inside])
    # Sites of unequal probability tell as much as so many of equal ones.
    worth = np.array([m**2 / (every.count[at] / every.prob[at] ** 2).sum() for m, at in
                      zip(stand, inside, strict=True)])  # fmt: skip
    part = np.array([(every.count[at & deadly] / every.prob[at & deadly]).sum() for at in inside])
    share, elsewhere = shares(part / stand * worth, worth, len(theta), rng)
    find = special.expit(layout.parameters.get(theta, "found")[:, 0])
    law = size_law(layout, theta)
    seen = _seen_deaths(layout.readings, again, [at & deadly for at in inside], len(theta))
    deaths = np.empty_like(share)
    for a, m in enumerate(stand):
        more = unseen(share[:, a], find, (round(m), int(drawn[a]), int(some[a])), rng)
        deaths[:, a] = seen[:, a] + rng.multinomial(more, law) @ layout.grid.middle
    deaths *= np.exp(-gamma)[:, None]
    names = [every.scope[area] for area in areas]
    rows = [
        Drawn(name, int(n), float(m), int(k), _span(share[:, a]), _span(deaths[:, a]))
        for a, (name, n, m, k) in enumerate(zip(names, drawn, stand, some, strict=True))
    ]
    if len(rows) > 1:
        whole = share @ (np.array(stand) / sum(stand))
        numbers = int(drawn.sum()), float(sum(stand)), int(some.sum())
        rows.insert(0, Drawn(ALL_SCOPES, *numbers, _span(whole), _span(deaths.sum(axis=1))))
    return tuple(rows), None if elsewhere is None else _span(elsewhere)


def _deadly(readings: Readings, many: int) -> npt.NDArray[np.bool_]:
    """Patterns of the table in which the investigation found deaths that count here."""
    deadly = np.zeros(many, bool)
    deadly[readings.kept[readings.found == FOUND]] = True
    return deadly


def _seen_deaths(
    readings: Readings, again: Reconstructed, where: list[npt.NDArray[np.bool_]], draws: int
) -> Array:
    """Deaths at the sites where the investigation found some, (draw, area)."""
    near = np.minimum(np.arange(draws) // max(1, draws // len(again.deaths)), len(again.deaths) - 1)
    count = readings.patterns.count
    sums = [again.deaths[:, at[readings.kept]] @ count[at[readings.kept]] for at in where]
    return np.column_stack(sums)[near]


def unseen(
    share: Array, find: Array, sites: tuple[int, int, int], rng: np.random.Generator
) -> Ints:
    """Sites with deaths that nobody found: those not drawn, and those drawn but missed, (draw,).

    sites: Those of the frame, those drawn, and of these those where deaths were found.
    """
    frame, drawn, some = sites
    true = np.minimum(share / find, 1.0)
    missed = np.clip((true - share) / np.maximum(1 - share, 1e-12), 0.0, 1.0)
    return np.asarray(
        rng.binomial(max(frame - drawn, 0), true) + rng.binomial(drawn - some, missed)
    )


def shares(
    some: Array, sites: Array, draws: int, rng: np.random.Generator
) -> tuple[Array, Array | None]:
    """Draws of the share of sites with deaths by area, and that of another area like them.

    some, sites (area,): Sites where deaths were found, and all, as so many of equal probability.
    """
    if len(some) == 1:
        return rng.beta(1 + some, 1 + sites - some, (draws, 1)), None
    levels = special.logit((np.arange(LEVELS) + 0.5) / LEVELS)
    effects = AREA_SD * special.ndtri((np.arange(EFFECTS) + 0.5) / EFFECTS)
    odds = levels[:, None] + effects
    logs = [
        k * special.log_expit(odds) + (n - k) * special.log_expit(-odds)
        for k, n in zip(some, sites, strict=True)
    ]
    level = special.softmax(sum(special.logsumexp(log, axis=1) for log in logs))
    at = rng.choice(LEVELS, draws, p=level)
    columns = []
    for log in logs:
        below = special.softmax(log, axis=1).cumsum(axis=1)[at]
        effect = (below < rng.random((draws, 1)) * below[:, -1:]).sum(axis=1)
        columns.append(special.expit(levels[at] + effects[effect]))
    return np.column_stack(columns), special.expit(levels[at] + rng.normal(0, AREA_SD, draws))


def size_law(layout: IncidentLayout, theta: Array) -> Array:
    """Probability of each number of deaths of an incident in which somebody died, (draw, cell)."""
    d, get = layout.arrays, layout.parameters.get
    z = (d.size_ends[:, None, d.zero :] - get(theta, "size_mean")[:, :1]) / np.exp(
        get(theta, "log_size_sd")[:, :1]
    )
    flip = z[0] > 0
    low, high = np.where(flip, -z[1], z[0]), np.where(flip, -z[0], z[1])
    mass = np.maximum(special.ndtr(high) - special.ndtr(low), 1e-300)
    width = np.diff(d.size_ends[:, d.zero :], axis=0)
    law = (1 - TAIL) * mass / mass.sum(axis=1, keepdims=True) + TAIL * width / width.sum()
    every = np.zeros((len(theta), len(d.log_deaths)))
    every[:, d.zero :] = law / law.sum(axis=1, keepdims=True)
    return every


def _span(values: Array) -> Span:
    return Span(*(float(x) for x in np.quantile(values, ENDS)))
