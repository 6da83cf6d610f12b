"""Rounds of a fit: where the next one starts, and what helps where none converges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.arrays import Array
from casualty_est.incidents.inference.density import Density
from casualty_est.incidents.model.layout import IncidentLayout
from casualty_est.result import going_on
from casualty_est.result.schema import Diagnostics
from casualty_est.wording.language import N_, Kept, stored

if TYPE_CHECKING:
    from casualty_est.incidents.model.model import IncidentModel

ENOUGH = 50  # draws of a chain whose density is looked at
FAR = (
    7.0  # difference of log evidence beyond which a chain sits where next to nothing is: 1 to 1000
)
SLOWEST = 3  # parameters that the advice names
# What would tell the data more of a block of parameters.
BLOCKS = {
    "inclusion": N_(
        "note", "who records which incident: leave out a source that records few of them"
    ),
    "slope": N_("note", "who records which incident: leave out a source that records few of them"),
    "log_visibility": N_(
        "note", "who records which incident: leave out a source that records few of them"
    ),
    "bias": N_(
        "note", "what sources count: give the ratio of one of them (priors, sources, within)"
    ),
    "log_count_sd": N_(
        "note", "what sources count: give the ratio of one of them (priors, sources, within)"
    ),
    "exact": N_("note", "how often a report is exactly right: exact_reports=False leaves it out"),
    "denial": N_("note", "who says that nobody died: give its probability (priors, denials)"),
    "zero": N_("note", "how many incidents killed nobody: leave out those of which all say so"),
    "hurdle": N_(
        "note", "which incidents the judge accepts: give the grades' probabilities (priors, grades)"
    ),
    "grade": N_("note", "what grades mean: give their probabilities (priors, grades)"),
    "share": N_("note", "the share of several suspects: set share="),
    "recall": N_("note", "what the recall checks say: add checks, or unlisted='none'"),
}
HURDLES = (  # labels of the block that holds them
    N_("note", "level"),
    N_("note", "log deaths"),
    N_("note", "sole suspect"),
)


def _enough(theta: Array) -> bool:
    """Whether there are enough draws to say anything of where chains sit."""
    return bool(theta.shape[1] >= 2 * theta.shape[2] + 2)


def evidence(layout: IncidentLayout, theta: Array) -> Array:
    """Log of what each chain's surroundings hold of the posterior, but for a constant: (chain,).

    theta (chain, draw, element): Parameters on the whole line. A normal with the moments of a chain
    has mean log density plus half the log determinant of its covariance.
    """
    density = Density(layout)
    every = max(1, theta.shape[1] // ENOUGH)
    height = np.array([np.mean([density(x)[0] for x in chain[::every]]) for chain in theta])
    size = theta.shape[2]
    widths = [np.linalg.slogdet(np.cov(chain.T) + 1e-12 * np.eye(size))[1] for chain in theta]
    return height + 0.5 * np.array(widths)


def next_starts(layout: IncidentLayout, theta: Array, seed: Sequence[int]) -> tuple[Array, int]:
    """Where the chains of the next round start, (chain, element), and how many begin anew.

    A chain goes on from its last draw. One that sits where less than a thousandth of the posterior
    is begins anew, from a draw of another.
    """
    if not _enough(theta):
        return theta[:, -1].copy(), 0
    weight = np.nan_to_num(evidence(layout, theta), nan=-np.inf)
    lost = weight < weight.max() - FAR
    rng = np.random.default_rng(list(seed))
    starts = theta[:, -1].copy()
    good = np.flatnonzero(~lost)
    for chain in np.flatnonzero(lost):
        starts[chain] = theta[rng.choice(good), rng.integers(theta.shape[1])]
    return starts, int(lost.sum())


def places(layout: IncidentLayout, theta: Array) -> bool:
    """Whether chains sit in places of their own, each of which may hold much of the posterior."""
    middle, spread = theta.mean(axis=1), theta.std(axis=1).max(axis=0)
    apart = float((np.ptp(middle, axis=0) / np.maximum(spread, 1e-9)).max()) > 4
    weight = np.nan_to_num(evidence(layout, theta), nan=-np.inf)
    return apart and bool((weight > weight.max() - FAR).all())


def slowest(layout: IncidentLayout, theta: Array) -> list[tuple[str, str]]:
    """Blocks and labels of the parameters that mix worst, the worst first."""
    import arviz as az
    import xarray as xr

    values = xr.Dataset({"theta": (("chain", "draw", "at"), theta)})
    ess = np.nan_to_num(np.asarray(az.ess(values)["theta"].values), nan=np.inf)
    names = [(block.name, label) for block in layout.parameters.blocks for label in block.labels]
    return [names[i] for i in np.argsort(ess)[:SLOWEST]]


def told(rounds: int, settings: Mapping[str, int], first: Diagnostics, lost: int) -> Kept:
    """What was done beyond the first round, as a note."""
    again: list[Kept] = []
    if lost == 1:
        text = stored(
            "note",
            "one chain of an earlier round had ended where next to nothing is, and began anew",
        )
        again.append(text)
    elif lost:
        text = stored(
            "note",
            "{number} chains of an earlier round had ended where next to nothing is, and began "
            "anew",
            number=lost,
        )
        again.append(text)
    return going_on.told(rounds, settings, first.reasons, *again)


def advice(
    model: IncidentModel, theta: Array, diagnostics: Diagnostics, rounds: int, budget: float
) -> list[str]:
    """What would help this fit, the most promising first."""
    layout, steps = model.layout, [going_on.more_time(rounds, budget)]
    if not _enough(theta):
        return steps
    if (diagnostics.max_rhat or 0) > 1.1 and places(layout, theta):
        steps.append(
            stored(
                "note",
                "each chain stays in a place of its own, because the reports can be read in more "
                "ways than one; more draws do not help, but a second source, an anchor or a prior "
                "(priors=...) that tells these apart does",
            )
        )
    seen = set()
    for block, label in slowest(layout, theta):
        what = BLOCKS.get(block)
        if what and what not in seen:
            seen.add(what)
            steps.append(
                stored(
                    "note",
                    "what is known least well is {what} (here: {label})",
                    what=what,
                    label=label,
                )
            )
    if not layout.cut:
        steps.append(stored("note", "fix the scale (scale='cut')"))
    return steps
