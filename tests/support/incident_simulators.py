"""Simulated wars, incident by incident, with the truth beside the table.

Nothing here imports the model or its kernels: hedges are written as a speaker would. The seed of
development is 20180226; 20171116 is run once at the end.
"""

from __future__ import annotations

import math

import numpy as np

DEVELOPMENT, FINAL = 20180226, 20171116
ANCHOR_SD = 0.10
GATED = ("spread", "copying", "heavy tails", "shared bias")
PRINTED = ("pick-up", "denials")
INCIDENTS = 470  # of which about 390 are listed
SOURCES = ("monitor", "official", "paper", "agency")
ROLES = ("monitor", "perpetrator", "media", "media")
LEVEL = (0.4, -0.9, -0.3, -0.6)  # log odds to hold an incident of e deaths
SLOPE = (0.7, 0.4, 0.6, 0.6)
VISIBILITY = (0.6, 0.3, 0.7, 0.7)
BIAS = (0.0, -0.6, 0.1, -0.15)
SPREAD = (0.25, 0.45, 0.4, 0.35)
EXACT = (0.45, 0.2, 0.3, 0.35)
STYLES = ("plain", "least", "most", "about", "range")
# Monitors like ranges, officials plain numbers, media "at least".
MANNER = (
    (0.35, 0.20, 0.05, 0.10, 0.30),
    (0.80, 0.00, 0.00, 0.20, 0.00),
    (0.40, 0.35, 0.10, 0.10, 0.05),
    (0.40, 0.35, 0.10, 0.10, 0.05),
)
COPIES = 1 / 3  # of the agency's reports, where somebody it copies from has one
PICKS = 1 / 4  # of the incidents of the paper that the agency had not seen itself
NOBODY = 0.15  # of all incidents, where sources deny: in these nobody was killed
DENIES = (0.0, 0.4, 0.04, 0.04)  # how often each source then says that nobody was


def simulate(structure, rng, incidents=INCIDENTS):
    """One war: the table as rows, and the true deaths in listed and unlisted incidents.

    Everywhere the noise of counts is a Gamma factor rounded at random, and the anchor (the monitor)
    has a bias drawn anew. In ``shared bias`` it carries that in its exact reports too; in
    ``copying`` a third of the agency's reports are those of monitor or paper word for word;
    ``heavy tails`` have a Pareto number of deaths; in ``pick-up`` the agency takes over incidents,
    not only numbers, so that the two overlap more than they saw alike. In ``denials`` some
    incidents killed nobody, and sources say so of others as well.
    """
    gamma = rng.normal(0, ANCHOR_SD)
    number = rng.poisson(incidents)
    deaths = sizes(structure, number, rng)
    visibility = rng.normal(size=number)
    rows, listed = [], np.zeros(number, bool)
    for i, d in enumerate(deaths):
        spoken = {}
        for s in range(len(SOURCES)):
            size = math.log(d) if d else -1.0
            odds = LEVEL[s] + SLOPE[s] * (size - 1) + VISIBILITY[s] * visibility[i]
            if rng.random() < 1 / (1 + math.exp(-odds)):
                spoken[s] = stated(structure, s, d, gamma, rng)
        spoken |= taken_over(structure, spoken, rng)
        listed[i] = bool(spoken)
        for s, text in spoken.items():
            rows.append({"incident": f"i{i}", "source": SOURCES[s], "role": ROLES[s],
                         "quantity": text})  # fmt: skip
    return rows, {
        "listed": int(deaths[listed].sum()),
        "unlisted": int(deaths[~listed].sum()),
        "total": int(deaths.sum()),
        "gamma": float(gamma),
    }


def stated(structure, s, d, gamma, rng):
    """What a source writes of an incident that it holds."""
    if structure == "denials" and (d == 0 or rng.random() < DENIES[s]):
        return "0"
    return written(own_count(structure, s, d, gamma, rng), s, rng)


def sizes(structure, number, rng):
    """True deaths of every incident: one at least, but where sources deny."""
    if structure == "heavy tails":
        return np.minimum(np.floor(rng.pareto(1.5, number) * 2 + 1), 800).astype(int)
    some = np.maximum(np.rint(rng.lognormal(1.0, 1.1, number)), 1).astype(int)
    if structure == "denials":
        some *= rng.random(number) >= NOBODY
    return some


def taken_over(structure, spoken, rng):
    """What the agency (3) writes after others: the monitor (0) or the paper (2)."""
    origins = [s for s in (0, 2) if s in spoken]
    if structure == "copying" and 3 in spoken and origins and rng.random() < COPIES:
        return {3: spoken[int(rng.choice(origins))]}
    if structure == "pick-up" and 3 not in spoken and 2 in spoken and rng.random() < PICKS:
        return {3: spoken[2]}
    return {}


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


def written(count, s, rng):
    """How a source writes a count."""
    style = rng.choice(STYLES, p=MANNER[s])
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
