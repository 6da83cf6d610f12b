"""Simulated surveys: written from the design, sharing no code with the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

SIZES = np.array([0.05, 0.08, 0.12, 0.15, 0.16, 0.14, 0.11, 0.08, 0.05, 0.03, 0.02, 0.01])


@dataclass(frozen=True)
class Country:
    """Strata of clusters of households; deaths of a household resemble each other."""

    logits: tuple[float, ...] = (-3.35,)
    spread: float = 0.5
    icc: float = 0.2
    psus: int = 200  # in all, evenly over strata
    per: int = 10
    people: float = 1_000_000.0  # in each stratum

    def rate(self, stratum: int, nodes: int = 4001) -> float:
        """Deaths a person, over all clusters."""
        z = np.linspace(-8, 8, nodes)
        density = np.exp(-z * z / 2)
        p = 1 / (1 + np.exp(-(self.logits[stratum] + self.spread * z)))
        return float((p * density).sum() / density.sum())

    @property
    def deaths(self) -> float:
        """Expected deaths in all."""
        return self.people * sum(self.rate(k) for k in range(len(self.logits)))

    def survey(self, rng: np.random.Generator) -> pd.DataFrame:
        """Draw households until each cluster has its number of those with somebody left."""
        alike = (1 - self.icc) / self.icc
        rows = []
        each = self.psus // len(self.logits)
        for stratum, logit in enumerate(self.logits):
            for psu in range(each):
                p = 1 / (1 + np.exp(-(logit + self.spread * rng.standard_normal())))
                left = self.per
                while left:
                    members = int(rng.choice(len(SIZES), p=SIZES)) + 1
                    dead = int(rng.binomial(members, rng.beta(p * alike, (1 - p) * alike)))
                    if dead < members:
                        rows.append((f"s{stratum}", psu, members, dead))
                        left -= 1
        return pd.DataFrame(rows, columns=["stratum", "psu", "members", "deaths"])


def people_of(country: Country) -> dict[str, float]:
    """Population by stratum, as a census has it."""
    return {f"s{k}": country.people for k in range(len(country.logits))}
