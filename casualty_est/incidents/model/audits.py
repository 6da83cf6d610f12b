"""Audits of grades: what checked incidents say of the grade they were given.

Of the checked incidents of a grade some are upheld. An auditor errs too: `sensitivity` is the
probability that a real incident is upheld, `specificity` that one which is not real is rejected.
Both are the same for all grades, so that every audited grade speaks of them. Rogan and Gladen 1978,
https://doi.org/10.1093/oxfordjournals.aje.a112510.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from casualty_est.arrays import Array
from casualty_est.errors import UsageError
from casualty_est.tables.checks import is_number, is_whole, known
from casualty_est.tables.toml_file import mapping

Beta = tuple[float, float]

AUDIT = ("checked", "upheld", "deff")  # fields of a grade
NODES = 400  # of a grade's probability
ERROR_NODES = 41  # of the sensitivity, of the specificity


@dataclass(frozen=True, slots=True)
class Audit:
    """How many checked incidents of one grade were upheld.

    deff: design effect, the variance over that of as many incidents drawn one by one.
    """

    checked: int
    upheld: int
    deff: float = 1.0

    def __str__(self) -> str:
        design = f", design effect {self.deff:g}" if self.deff != 1 else ""
        return f"{self.upheld} of {self.checked} checked incidents upheld{design}"


@dataclass(frozen=True, slots=True)
class Auditor:
    """Probabilities that an auditor is right, each a Beta or known."""

    sensitivity: Beta | float = 1.0
    specificity: Beta | float = 1.0


def read_audit(fields: Mapping[str, Any], where: str) -> Audit:
    """Read `checked`, `upheld` and `deff`."""
    checked, upheld = (_whole(fields.get(key), f"{where}.{key}") for key in ("checked", "upheld"))
    if checked < 1 or upheld > checked:
        msg = f"{where}: upheld must be at most checked, and checked at least 1"
        raise UsageError(msg)
    deff = fields.get("deff", 1.0)
    if not is_number(deff) or deff < 1:
        msg = f"{where}.deff is a design effect, a number of at least 1, not {deff!r}"
        raise UsageError(msg)
    return Audit(checked, upheld, float(deff))


def read_auditor(spec: Any) -> Auditor:
    """Read how often the auditor is right, from the table `audit` of the priors."""
    fields = mapping(spec, "audit")
    known(fields, ("sensitivity", "specificity"), "audit")
    return Auditor(**{key: _chance(value, f"audit.{key}") for key, value in fields.items()})


def after(
    priors: Mapping[str, Beta], audits: Mapping[str, Audit], auditor: Auditor
) -> dict[str, Beta]:
    """Betas of all grades after the audits.

    Where the auditor may err, a posterior is no Beta: the one with its mean and variance is taken,
    and what two grades then know of each other through the auditor is left out.
    """
    right = _errors(auditor)
    weight = np.zeros(len(right))
    moments: dict[str, list[Array]] = {}
    for name, audit in audits.items():
        log_evidence, *moments[name] = _given_errors(priors[name], audit, right)
        weight = weight + log_evidence
    share = special.softmax(weight)
    posteriors = dict(priors)
    for name, (mean, square) in moments.items():
        middle, second = float(share @ mean), float(share @ square)
        many = middle * (1 - middle) / (second - middle**2) - 1
        posteriors[name] = (middle * many, (1 - middle) * many)
    return posteriors


def _errors(auditor: Auditor) -> Array:
    """Pairs of sensitivity and specificity that are equally probable, (pair, 2)."""
    nodes = (np.arange(ERROR_NODES) + 0.5) / ERROR_NODES
    sides = [
        special.betaincinv(*side, nodes) if isinstance(side, tuple) else np.array([side])
        for side in (auditor.sensitivity, auditor.specificity)
    ]
    return np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1).reshape(-1, 2)


def _given_errors(prior: Beta, audit: Audit, right: Array) -> tuple[Array, Array, Array]:
    """Log evidence, mean and mean square of a grade's probability at each pair of errors."""
    k, n = audit.upheld / audit.deff, audit.checked / audit.deff
    angles = (np.arange(NODES) + 0.5) / NODES * math.pi / 2
    spots = np.sin(angles) ** 2  # dense at both ends, where a Beta may be steep
    a, b = prior
    log_prior = special.xlogy(a - 0.5, spots) + special.xlogy(b - 0.5, np.cos(angles) ** 2)
    log_prior -= special.logsumexp(log_prior)
    sensitivity, specificity = right[:, :1], right[:, 1:]
    upheld = spots * sensitivity + (1 - spots) * (1 - specificity)
    terms = log_prior + special.xlogy(k, upheld) + special.xlogy(n - k, 1 - upheld)
    log_evidence = special.logsumexp(terms, axis=1)
    weight = np.exp(terms - log_evidence[:, None])
    return log_evidence, weight @ spots, weight @ spots**2


def _whole(value: Any, where: str) -> int:
    if not is_whole(value) or value < 0:
        msg = f"{where} must be a whole number of incidents, not {value!r}"
        raise UsageError(msg)
    return value


def _chance(value: Any, where: str) -> Beta | float:
    """Read a probability, or a Beta: {beta = [90, 10]}."""
    if isinstance(value, Mapping):
        pair: list[Any] = list(value["beta"]) if set(value) == {"beta"} else []
        if len(pair) == 2 and all(is_number(x) and x > 0 for x in pair):
            return float(pair[0]), float(pair[1])
    elif is_number(value) and 0.5 <= value <= 1:
        return float(value)
    msg = f"{where}: write a probability from 0.5 to 1, or {{beta = [90, 10]}}, not {value!r}"
    raise UsageError(msg)
