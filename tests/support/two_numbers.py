"""The two numbers of February 2018 under priors that are given, and on a grid of their own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

import casualty_est as ce
from tests.support.former import former

# The two numbers of February 2018 with priors that are given, whatever the defaults of roles.
GIVEN = former(
    {
        "sources": {
            "Pentagon": {"ratio": {"median": 0.15, "sd": 1.0}},
            "Airwars": {
                "completeness": {"median": 0.5, "sd": 0.8},
                "over_count": {"mean": 0.05, "sd": 0.10},
            },
        },
        "level": {"median": 3000, "sd": 3.0},
    }
)


def two_numbers(draws=1000):
    return ce.ClaimsModel(ce.datasets.load("coalition"), priors=GIVEN).fit(seed=2, draws=draws)


@dataclass(frozen=True)
class Grid:
    """The two numbers on a grid that shares no code with the package."""

    x: np.ndarray
    rest: np.ndarray  # log N: prior and the perpetrator
    monitor: np.ndarray  # (log N, completeness)
    share: np.ndarray
    prior: np.ndarray

    @classmethod
    def build(cls):
        x = np.arange(math.log(300), math.log(3e6), 0.01)
        b, over = np.arange(-6, 6, 0.05), np.linspace(-5, 5, 41)

        def t4(z, place, sd):
            return (1 + ((z - place) / sd) ** 2 / 4) ** -2.5

        rest = t4(math.log(800), x[:, None] + math.log(0.15) + b, math.hypot(0.15, 0.15))
        rest = rest @ np.exp(-0.5 * b**2) * np.exp(-0.5 * ((x - math.log(3000)) / 3) ** 2)
        share = special.expit(0.8 * b)
        said = x[:, None] + np.log(share)
        monitor = sum(
            w * t4(math.log(6047), said + 0.05 + 0.1 * o, 0.15)
            for o, w in zip(over, np.exp(-0.5 * over**2), strict=True)
        )
        return cls(x, rest, monitor, share, np.exp(-0.5 * b**2))

    def ends(self, of_share=1.0, of_count=1.0):
        mass = self.rest * of_count * (self.monitor @ (self.prior * of_share))
        below = np.cumsum(mass) - mass / 2
        return np.interp([0.025, 0.975], below / mass.sum(), self.x)
