"""Simulated wars, incident by incident, with the truth beside the table.

Nothing here imports the model or its kernels: hedges are written as a speaker would. The seed of
development is 20180226; 20171116 is run once at the end.
"""

from __future__ import annotations

import math

import numpy as np

DEVELOPMENT, FINAL = 20180226, 20171116
ANCHOR_SD = 0.10
GATED = ("spread", "shared bias")
PRINTED = ("copying", "heavy tails")
SOURCES = ("monitor", "official", "paper", "agency")
ROLES = ("monitor", "perpetrator", "media", "media")
LEVEL = (0.4, -0.9, -0.3, -0.6)  # log odds to hold an incident of e deaths
SLOPE = (0.7, 0.4, 0.6, 0.6)
VISIBILITY = (0.6, 0.3, 0.7, 0.7)
BIAS = (0.0, -0.6, 0.1, -0.15)
SPREAD = (0.25, 0.45, 0.4, 0.35)
EXACT = (0.45, 0.2, 0.3, 0.35)


def simulate(structure, rng, incidents=520):
    """One war: the table as rows, and the true deaths in listed and unlisted incidents.

    ``spread`` has count noise that is not log-normal (a Gamma factor); in ``shared bias`` the
    anchor's bias stands in its exact reports too; in ``copying`` a third of the agency's numbers
    are those of the paper; ``heavy tails`` have a Pareto number of deaths.
    """
    gamma = rng.normal(0, ANCHOR_SD)
    number = rng.poisson(incidents)
    deaths = np.rint(rng.lognormal(1.0, 1.1, number)).astype(int)
    if structure == "heavy tails":
        deaths = np.minimum(np.floor(rng.pareto(1.5, number) * 2 + 1), 800).astype(int)
    deaths = np.maximum(deaths, 1)
    visibility = rng.normal(size=number)
    rows, listed = [], np.zeros(number, bool)
    for i, d in enumerate(deaths):
        spoken = {}
        for s in range(len(SOURCES)):
            odds = LEVEL[s] + SLOPE[s] * (math.log(d) - 1) + VISIBILITY[s] * visibility[i]
            if rng.random() > 1 / (1 + math.exp(-odds)):
                continue
            spoken[s] = own_count(structure, s, d, gamma, rng)
        if structure == "copying" and 2 in spoken and 3 in spoken and rng.random() < 1 / 3:
            spoken[3] = spoken[2]
        listed[i] = bool(spoken)
        for s, count in spoken.items():
            rows.append({"incident": f"i{i}", "source": SOURCES[s], "role": ROLES[s],
                         "quantity": written(count, rng)})  # fmt: skip
    return rows, {
        "listed": int(deaths[listed].sum()),
        "unlisted": int(deaths[~listed].sum()),
        "total": int(deaths.sum()),
        "gamma": float(gamma),
    }


def own_count(structure, s, d, gamma, rng):
    """What a source counts before it writes: exactly, or with noise and its bias."""
    bias = BIAS[s] + (gamma if s == 0 else 0.0)
    if rng.random() < EXACT[s]:
        if structure == "shared bias" and s == 0:
            # Without rounding a biased exact count of 3 would be 3 again: rounded at random.
            return at_random(d * math.exp(gamma), rng)
        return int(d)
    shape = 1 / SPREAD[s] ** 2
    noise = rng.gamma(shape) / shape
    median = 1 - SPREAD[s] ** 2 / 3  # of such a factor, about
    return at_random(d * math.exp(bias) * noise / median, rng)


def at_random(x, rng):
    """The whole number above or below, so that the mean is kept; one at least."""
    low = math.floor(x)
    return max(1, low + int(rng.random() < x - low))


def written(count, rng):
    """How a speaker writes a count."""
    style = rng.choice(["plain", "least", "most", "about", "range"], p=[0.5, 0.15, 0.1, 0.1, 0.15])
    if style == "plain":
        return str(round5(count) if count >= 20 and rng.random() < 0.4 else count)
    if style == "least":
        return f"at least {max(1, math.ceil(count / rng.choice([1.0, 1.0, 1.2, 1.5, 2.0])))}"
    if style == "most":
        return f"as many as {math.floor(count * rng.choice([1.0, 1.0, 1.2, 1.5, 2.0]))}"
    if style == "about":
        return f"about {max(1, round(count * rng.uniform(0.87, 1.15)))}"
    width = int(rng.integers(1, max(2, math.ceil(count * 0.5) + 1)))
    low = max(1, count - int(rng.integers(0, width + 1)))
    return f"{low}-{low + width}"


def round5(count):
    """The nearest multiple of five."""
    return 5 * round(count / 5)
