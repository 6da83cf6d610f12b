"""What the posterior says of each claim: its likelihood, and whether the rest contradicts it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.model.kernels import claim_log_density
from casualty_est.claims.model.layout import Layout

Array = npt.NDArray[np.float64]


def expected_log(layout: Layout, draws: Draws) -> tuple[Array, Array]:
    """Log of what sources would say without error, and reporting sds, of (chain, draw, claim)."""
    if layout.timeline is None:
        covered = np.log(np.exp(draws.log_deaths) @ layout.cover.T)
        m = (covered + draws.log_ratio)[..., layout.target_of]
    else:
        m = draws.extra["expected"]
    s = np.broadcast_to(layout.reporting_sd, m.shape).copy()
    for c, position in enumerate(layout.learned_of):
        if position >= 0:
            s[..., c] = np.exp(draws.log_reporting_sd[..., position])
    if layout.timeline is not None and layout.timeline.short.any():
        extra = draws.extra.get("short_sd", np.array(layout.priors.over_time.short_sd))
        s = np.sqrt(s**2 + layout.timeline.short * np.asarray(extra)[..., None] ** 2)
    return m, s


def log_likelihood(layout: Layout, draws: Draws) -> Array:
    """Pointwise log-likelihood, of shape (chain, draw, claim)."""
    m, s = expected_log(layout, draws)
    return np.stack(
        [claim_log_density(r, m[..., c], s[..., c]) for c, r in enumerate(layout.readings)], axis=-1
    )


def surprise(layout: Layout, draws: Draws, log_lik: Array) -> Array:
    """Tail probability (claim,) of each claim, given all the others.

    Both tails count, but of a bound only the one beyond which it cannot be right: "at least 2,000"
    far below the rest contradicts nobody, and neither does "as many as" far above it.
    """
    # Draws are re-weighted by one over the claim's own likelihood, as if it had been left out.
    m, s = expected_log(layout, draws)
    tails = np.empty(len(layout.readings))
    for c, reading in enumerate(layout.readings):
        log_weight = -log_lik[..., c].ravel()
        # Truncated importance weights (Ionides 2008, doi 10.1198/106186008X320456).
        cap = special.logsumexp(log_weight) - 0.5 * np.log(log_weight.size)
        weight = np.exp(np.minimum(log_weight, cap) - cap)
        below = reading.below(m[..., c].ravel(), s[..., c].ravel(), np)
        place = float(weight @ below / weight.sum())
        match layout.claims[c].quantity.hedge.bound:
            case "lower":
                tails[c] = 1 - place
            case "upper":
                tails[c] = place
            case _:
                tails[c] = 2 * min(place, 1 - place)
    return tails
