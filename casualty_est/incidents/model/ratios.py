"""What is assumed of each source's count within an incident, before any number is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.incidents.model import layout
from casualty_est.priors.roles import NO_ROLE, Ground

if TYPE_CHECKING:
    from casualty_est.incidents.model.model import IncidentModel


def ratio_prior(model: IncidentModel, s: int) -> tuple[float, float, float]:
    """2.5% quantile, median and 97.5% quantile of a source's count over the true one."""
    if s == model.layout.readings.judge:
        low, median, high = np.quantile(_judge_prior(model), (0.025, 0.5, 0.975))
    else:
        low, median, high = _lister_prior(model, s).quantile([0.025, 0.5, 0.975])
    return float(low), float(median), float(high)


def _lister_prior(model: IncidentModel, s: int) -> Any:
    name = model.patterns.sources[s]
    if name == model.layout.anchor.source:
        return model.layout.anchor.prior
    return model.incident_priors.within(name, model.roles[name])


def _judge_prior(model: IncidentModel) -> Any:
    rng, (alpha, beta, sd) = np.random.default_rng(0), layout.FRACTION
    a = np.exp(rng.normal(alpha, sd, 20_000))
    b = np.exp(rng.normal(beta, sd, 20_000))
    exact = rng.beta(*layout.CONCEDED_EXACT, 20_000) if model.layout.exact_reports else 0.0
    conceded = exact + (1 - exact) * a / (a + b)
    anchor = model.layout.anchor.prior
    # Of deaths on the scale of the anchor; the true ones differ by the anchor's ratio.
    return conceded * np.exp(rng.normal(anchor.mu, anchor.sd, 20_000))


def ratio_prior_sd(model: IncidentModel, s: int) -> float:
    """Prior sd of the log of that ratio."""
    if s == model.layout.readings.judge:
        return float(np.log(_judge_prior(model)).std())
    return float(_lister_prior(model, s).sd)


def ratio_text(model: IncidentModel, s: int) -> str:
    """The prior on a source's count over the true one, in words."""
    low, median, high = ratio_prior(model, s)
    ends = f"median {median:.3g}, 95% {low:.2g} to {high:.2g}"
    if s == model.layout.readings.judge:
        return f"mean share of the deaths that it concedes where it accepts: {ends}"
    sd = ratio_prior_sd(model, s)
    anchor = " (the anchor)" if model.patterns.sources[s] == model.layout.anchor.source else ""
    return f"ratio{anchor}, sd of the log {sd:.3g}: {ends}"


def ratio_grounds(model: IncidentModel, s: int) -> tuple[Ground, ...]:
    """The figures behind the prior on a source's count within an incident."""
    name = model.patterns.sources[s]
    own = name in model.incident_priors.base.sources
    if own or (name == model.layout.anchor.source and model.layout.anchor.how == "named"):
        return (Ground("stated by the analyst", "the analyst", "", "within"),)
    judged = Ground("no measured figure", "the package's own judgement", "", "within")
    if s == model.layout.readings.investigation:
        return (judged,)
    role = model.incident_priors.base.roles[model.roles[name] or NO_ROLE]
    grounds = tuple(ground for ground in role.grounds if ground.level == "within")
    return grounds or (judged,)
