"""Simulated wars of which somebody investigated some sites, with the truth beside the table.

Nothing here imports the model or its kernels. A monitor and two media report incidents, graded
fair or weak; of these some never happened. An investigation goes to sites, from a list of all
strikes or among the reported ones, and misses some of those that killed.
"""

from __future__ import annotations

import math

ANCHOR_SD, SITE_SD = 0.10, 0.05
FOUND = (18, 2)
GRADES = {"fair": (17, 3), "weak": (5, 5)}
SOURCES = (("monitor", "monitor"), ("paper", "media"), ("agency", "media"))
LEVEL, SLOPE, VISIBILITY = (0.6, -0.2, -0.4), (0.7, 0.6, 0.6), (0.6, 0.7, 0.7)
BIAS, SPREAD, EXACT = (0.0, 0.1, -0.1), (0.3, 0.4, 0.4), (0.4, 0.3, 0.3)


def simulate(rng, incidents=400, sites=100, frame=0):
    """One war: rows with and without the investigation, and the true deaths.

    frame: Strikes of which nobody says that anybody died; sites are then drawn from all strikes
    with one probability. Without them they are drawn among the reported incidents.
    """
    shift = rng.normal(0, ANCHOR_SD)
    site_shift, find = rng.normal(0, SITE_SD), rng.beta(*FOUND)
    real_of = {grade: rng.beta(*ab) for grade, ab in GRADES.items()}
    rows, deaths = [], {}
    for i in range(rng.poisson(incidents)):
        d = max(1, round(rng.lognormal(1.0, 1.1)))
        grade = "fair" if rng.random() < 0.7 else "weak"
        real = rng.random() < real_of[grade]
        spoken = reports(d, shift, rng)
        # What is made up is known by its reports alone.
        if not spoken and not real:
            continue
        deaths[i] = d if real else 0
        rows += [(f"i{i}", *SOURCES[s], grade, str(v)) for s, v in spoken.items()]
    reported = sorted({row[0] for row in rows})
    prob = sites / (len(deaths) + frame) if frame else None
    every = [f"i{i}" for i in deaths] + [f"f{i}" for i in range(frame)]
    chosen = ([name for name in every if rng.random() < prob] if prob
              else rng.choice(reported, sites, replace=False))  # fmt: skip
    looked = []
    for name in chosen:
        d = deaths[int(name[1:])] if name[0] == "i" else 0
        seen = d and rng.random() < find
        said = at_random(d * math.exp(site_shift + rng.normal(0, 0.1)), rng) if seen else 0
        looked.append((name, "team", "investigation", "", str(said)))
    return rows, looked, prob, sum(deaths.values())


def reports(d, shift, rng):
    """What the sources that hold it state of an incident of d deaths."""
    visibility, spoken = rng.normal(), {}
    for s in range(len(SOURCES)):
        odds = LEVEL[s] + SLOPE[s] * (math.log(d) - 1) + VISIBILITY[s] * visibility
        if rng.random() < 1 / (1 + math.exp(-odds)):
            bias = BIAS[s] + (shift if s == 0 else 0.0)
            noise = math.exp(bias + rng.normal(0, SPREAD[s]))
            spoken[s] = d if rng.random() < EXACT[s] else at_random(d * noise, rng)
    return spoken


def at_random(x, rng):
    """The whole number above or below, so that the mean is kept; one at least."""
    return max(1, math.floor(x) + int(rng.random() < x - math.floor(x)))
