"""Simulations of survey models for calibration: parameters from the prior, data from a design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import casualty_est as ce
from tests.support.survey_simulators import SIZES, Country, people_of

Z95 = 1.959964
DRAWS, CHAINS = 500, 4


@dataclass(frozen=True)
class Studies:
    """Two studies of women, one of them of men too: their numbers share its bias.

    The second prints no interval, but deaths, clusters and households.
    """

    bias_sd: float = 0.15
    assumed_sd: float | None = None  # where the model believes another

    def simulate(self, rng):
        women, men = rng.uniform(7.0, 11.0, 2)
        bias = self.bias_sd * rng.standard_normal(2)
        sds = rng.uniform(0.1, 0.4, 2)
        deaths, households = int(rng.integers(40, 120)), int(rng.integers(10, 40))
        rho = np.exp(np.log(0.16) + 0.35 * rng.standard_normal())
        sd = np.sqrt((1 + (households - 1) * rho) / deaths)
        logs = [
            women + bias[0] + sds[0] * rng.standard_normal(),
            men + bias[0] + sds[1] * rng.standard_normal(),
            women + bias[1] + sd * rng.standard_normal(),
        ]
        rows = pd.DataFrame(
            {
                "source": ["A", "A", "B"],
                "group": ["women", "men", "women"],
                "estimate": [round(np.exp(x)) for x in logs],
                "low": [*(round(np.exp(x - Z95 * s)) for x, s in zip(logs, sds, strict=False)), ""],
                "high": [
                    *(round(np.exp(x + Z95 * s)) for x, s in zip(logs, sds, strict=False)),
                    "",
                ],
                "deaths": ["", "", deaths],
                "clusters": ["", "", 30],
                "households": ["", "", 30 * households],
            }
        )
        return {"log women": women, "log men": men, "bias A": bias[0], "bias B": bias[1]}, rows

    def fit(self, rows, seed):
        assumed = self.bias_sd if self.assumed_sd is None else self.assumed_sd
        layout_of = ce.SurveyModel(rows, bias_sd=assumed)
        est = layout_of.fit(seed=seed, draws=DRAWS, chains=CHAINS)
        at = {row.cell.group: i for i, row in reversed(list(enumerate(est.meta.rows)))}
        return {
            "log women": np.log(est.draws(at["women"])),
            "log men": np.log(est.draws(at["men"])),
            "bias A": np.log(est.bias("A")),
            "bias B": np.log(est.bias("B")),
        }


@dataclass(frozen=True)
class FromPrior:
    """Households of two strata, all parameters from the prior of the model."""

    seen: bool = True  # whether the model knows that the sample holds no household without survivor
    psus: int = 24
    per: int = 8

    def simulate(self, rng):
        middle = rng.normal(-4.6, 2.0)
        between, spread = np.abs(rng.normal(size=2))
        logits = middle + between * rng.standard_normal(2)
        icc = rng.beta(2.0, 6.0)
        alike = (1 - icc) / icc
        rows = []
        for stratum, logit in enumerate(logits):
            for psu in range(self.psus // 2):
                p = 1 / (1 + np.exp(-(logit + spread * rng.standard_normal())))
                for members in rng.choice(len(SIZES), self.per, p=SIZES) + 1:
                    dead = members
                    while dead == members:  # of this household somebody is left
                        q = rng.beta(max(p * alike, 1e-9), max((1 - p) * alike, 1e-9))
                        dead = rng.binomial(members, q)
                    rows.append((f"s{stratum}", psu, members, dead))
        frame = pd.DataFrame(rows, columns=["stratum", "psu", "members", "deaths"])
        people = 1e6 * np.exp(0.05 * rng.standard_normal())
        truth = Country(logits=tuple(logits), spread=spread)
        rates = [truth.rate(k) for k in range(2)]
        return {
            "icc": icc,
            "cluster sd": spread,
            "log rate 1": np.log(rates[0]),
            "log rate 2": np.log(rates[1]),
            "log deaths": np.log(people * sum(rates)),
        }, frame

    def fit(self, frame, seed):
        times = None if self.seen else 0.0
        model = ce.SurveyModel(frame, population={"s0": 1e6, "s1": 1e6}, zero_survivors=times)
        est = model.fit(seed=seed, draws=DRAWS, chains=CHAINS)
        drawn = est.idata["posterior"]
        rates = np.log(drawn["rate"].values)
        return {
            "icc": drawn["icc"].values[..., 0],
            "cluster sd": drawn["cluster_sd"].values[..., 0],
            "log rate 1": rates[..., 0],
            "log rate 2": rates[..., 1],
            "log deaths": np.log(est.draws()),
        }


@dataclass(frozen=True)
class Sampled:
    """A country of fixed parameters, surveyed as in the field; its census is exact."""

    country: Country
    seen: bool = True

    def simulate(self, rng):
        return {"log deaths": np.log(self.country.deaths)}, self.country.survey(rng)

    def fit(self, frame, seed):
        times = None if self.seen else 0.0
        people = people_of(self.country)
        model = ce.SurveyModel(frame, population=people, population_sd=0.0, zero_survivors=times)
        return {"log deaths": np.log(model.fit(seed=seed, draws=DRAWS, chains=CHAINS).draws())}


@dataclass(frozen=True)
class LookedUp:
    """Deaths of clusters looked up on one list whose completeness comes from the prior."""

    deaths: int = 120
    per: int = 4
    clustered: bool = True  # whether the model is told of the clusters

    def simulate(self, rng):
        share = rng.beta(0.5, 0.5)
        deff = 1 + (self.per - 1) * np.exp(np.log(0.16) + 0.35 * rng.standard_normal())
        alike = (self.deaths - deff) / (deff - 1)
        chance = rng.beta(max(alike * share, 1e-9), max(alike * (1 - share), 1e-9))
        on = np.arange(self.deaths) < rng.binomial(self.deaths, chance)
        psu = np.arange(self.deaths) // self.per if self.clustered else np.arange(self.deaths)
        frame = pd.DataFrame({"psu": psu, "death": range(self.deaths), "A": on.astype(int)})
        return {"completeness": share}, frame

    def fit(self, frame, seed):
        est = ce.SurveyModel(frame, listed={"A": 1000}).fit(seed=seed, draws=DRAWS, chains=CHAINS)
        return {"completeness": est.completeness("A")}
