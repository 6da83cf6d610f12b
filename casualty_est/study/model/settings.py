"""How a study is fitted: powers, correlations, and the one prior."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from numbers import Real
from typing import Any

import numpy as np

from casualty_est.arrays import Array
from casualty_est.errors import UsageError
from casualty_est.priors.distributions import LogNormal
from casualty_est.result.shared import FlatPrior, LogPrior, NormalPrior
from casualty_est.study.model.members import Member
from casualty_est.tables.checks import offered
from casualty_est.wording.language import N_, stored

CUT, FULL = "cut", "full"
ONCE, PRODUCT = "once", "product"
AS_IN = {"eta": "{'survey': 0.5}", "rho": "{('lists', 'survey'): 0.3}"}
MOST = 0.99  # correlation; beyond, two kinds are one


@dataclass(frozen=True, slots=True)
class Settings:
    """Power of each kind, correlations by pair of labels, and the prior of the log count."""

    eta: dict[str, float]
    rho: dict[tuple[str, str], float]
    prior: LogPrior
    pooling: dict[str, float]  # weight of each kind's own prior
    pooling_text: str

    def log_pool(self, members: Sequence[Member], log_n: Array) -> Array:
        """Log density of the pooled prior."""
        total = self.prior.log_density(log_n)
        for member in members:
            weight = self.pooling.get(member.label, 0.0)
            if weight and member.prior is not None:
                total = total + weight * member.prior.log_density(log_n)
        return total

    @property
    def plain(self) -> dict[str, Any]:
        """The same as JSON knows it."""
        return {
            "eta": dict(self.eta),
            "rho": {" and ".join(pair): value for pair, value in self.rho.items()},
            "prior": self.prior.text,
            "pooling": self.pooling_text,
        }


def read_settings(
    members: Sequence[Member],
    *,
    claims: str,
    eta: Mapping[str, float] | None,
    rho: Mapping[tuple[str, str], float] | None,
    prior: LogNormal | None,
    pooling: str | Mapping[str, float],
) -> Settings:
    """Check what the analyst asks of a fit."""
    if claims not in (CUT, FULL):
        msg = f"claims must be 'cut' or 'full', not {claims!r}"
        raise UsageError(msg)
    labels = [member.label for member in members]
    powers = {
        member.label: 0.0 if claims == CUT and member.estimate.set_by_priors else 1.0
        for member in members
    }
    for name, given in (("eta", eta), ("rho", rho)):
        if given is not None and not isinstance(given, Mapping):
            msg = f"{name} takes numbers by label, as in {AS_IN[name]}, not {given!r}"
            raise UsageError(msg)
    for label, value in (eta or {}).items():
        _known("eta", label, labels)
        powers[label] = _number(f"eta of {label}", value, 0.0, 1.0)
    pool, text = _pooling(pooling, labels)
    if prior is not None and not isinstance(prior, LogNormal):
        msg = f"prior must be a ce.LogNormal of the count, not {type(prior).__name__}"
        raise UsageError(msg)
    if prior is not None and pooling != ONCE:
        msg = "prior is the one prior of the count, and pooling takes those of the kinds: give one"
        raise UsageError(msg)
    once = FlatPrior() if prior is None else NormalPrior(prior.mu, prior.sd)
    return Settings(powers, _correlations(rho, labels), once, pool, text)


def _known(what: str, label: str, labels: Sequence[str]) -> None:
    if label not in labels:
        msg = f"{what}: {label!r} is not a kind of this study. {offered(label, labels)}"
        raise UsageError(msg)


def _number(what: str, value: object, low: float, high: float) -> float:
    if not isinstance(value, Real) or not low <= float(value) <= high:
        msg = f"{what} must lie between {low:g} and {high:g}, not {value!r}"
        raise UsageError(msg)
    return float(value)


def _pooling(
    given: str | Mapping[str, float], labels: Sequence[str]
) -> tuple[dict[str, float], str]:
    if given == ONCE:
        return {}, N_("prior", "one prior, used once")
    if given == PRODUCT:
        return dict.fromkeys(labels, 1.0), N_("prior", "the priors of all kinds multiplied")
    if not isinstance(given, Mapping):
        msg = f"pooling must be 'once', 'product' or weights by label, not {given!r}"
        raise UsageError(msg)
    for label in given:
        _known("pooling", label, labels)
    weights = {label: _number(f"pooling of {label}", x, 0.0, 1.0) for label, x in given.items()}
    if not math.isclose(sum(weights.values()), 1.0, abs_tol=1e-6):
        msg = f"the weights of pooling must have the sum 1, not {sum(weights.values()):g}"
        raise UsageError(msg)
    shown = ", ".join(f"{label} {x:g}" for label, x in weights.items())
    return weights, stored("prior", "logarithmic, with weights {weights}", weights=shown)


def _correlations(
    given: Mapping[tuple[str, str], float] | None, labels: Sequence[str]
) -> dict[tuple[str, str], float]:
    rho: dict[tuple[str, str], float] = {}
    for pair, value in (given or {}).items():
        if not isinstance(pair, tuple) or len(set(pair)) != 2:
            msg = f"rho goes by two labels, as in {{('lists', 'survey'): .3}}, not {pair!r}"
            raise UsageError(msg)
        for label in pair:
            _known("rho", label, labels)
        what = f"rho of {pair[0]} and {pair[1]}"
        if isinstance(value, Real) and value > MOST:
            msg = (
                f"{what} is {value:g}: two kinds that agree by construction are one; declare the "
                f"source 'derived' with study.relation"
            )
            raise UsageError(msg)
        rho[pair[0], pair[1]] = _number(what, value, -MOST, MOST)
    matrix = correlation(labels, rho)
    if len(labels) and float(np.linalg.eigvalsh(matrix).min()) <= 0:
        msg = "no errors can have these correlations together (rho): make them smaller"
        raise UsageError(msg)
    return rho


def correlation(labels: Sequence[str], rho: Mapping[tuple[str, str], float]) -> Array:
    """The matrix of correlations, in the order of the labels."""
    matrix = np.eye(len(labels))
    for (i, a), (j, b) in product(enumerate(labels), repeat=2):
        value = rho.get((a, b), rho.get((b, a)))
        if value is not None:
            matrix[i, j] = value
    return matrix
