"""Covariates without the package: a density person by person, and populations seen by lists."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit


def contrasts_of_two():
    """Two values of a category, each half away from their middle."""
    return {0: 0.5, 1: -0.5}


def log_density(people, values, odds, effects, weights, slopes, shares):
    """Log density of people on lists, given that each is on some list.

    people: (history, value of each covariate or None); values: number of values by covariate.
    odds (class, list), effects (list, covariate), weights (class,), slopes (class, covariate):
    of categories with two values. shares: of each combination of values among the listed.
    """
    total = 0.0
    for history, known in people:
        ways = [range(n) if v is None else (v,) for n, v in zip(values, known, strict=True)]
        chance = 0.0
        for way in product(*ways):
            x = np.array([contrasts_of_two()[v] for v in way])
            height = np.exp(weights + slopes @ x)
            of_class = height / height.sum()
            on = expit(odds + effects @ x)
            seen = stats.bernoulli.pmf(np.array(history), on).prod(axis=1) @ of_class
            none = (1 - on).prod(axis=1) @ of_class
            own = seen / (1 - none)
            chance += own if None not in known else shares[way] * own
        total += np.log(chance)
    return total


# Populations -----------------------------------------------------------------------------------

REACH = (-0.4, -0.9, -1.3)  # log odds of the lists for men of middle age
OF_WOMEN = (-1.9, -1.6, -1.2)  # what a woman's log odds are lower by
OF_AGE = (0.5, 0.4, 0.1)  # by 20 years


def population(rng, people=3000, *, classes=False):
    """People with a sex and an age, and who of them is on which of three lists."""
    woman = rng.random(people) < 0.4
    age = np.clip(rng.gamma(4.0, 9.0, people), 0, 95).round().astype(int)
    odds = np.array(REACH) - np.outer(woman, np.abs(OF_WOMEN))
    odds = odds + np.outer((age - 36) / 20, OF_AGE)
    if classes:
        # Women are more often of those whom every list finds hard to reach.
        hidden = rng.random(people) < np.where(woman, 0.6, 0.3)
        odds = odds - 1.8 * hidden[:, None] + 0.6
    on = rng.random(odds.shape) < expit(odds)
    frame = pd.DataFrame(on.astype(int), columns=["A", "B", "C"])
    frame["sex"] = np.where(woman, "f", "m")
    frame["age"] = age.astype(str)
    return frame


def listed(frame):
    """Those of a population who are on some list."""
    return frame[frame[["A", "B", "C"]].any(axis=1)].reset_index(drop=True)


def with_blanks(frame, rng, share=0.25):
    """Blank sexes, more often of people on list C alone, and ages by chance."""
    blank = frame.copy()
    only_c = (frame["C"] == 1) & (frame["A"] == 0) & (frame["B"] == 0)
    blank.loc[rng.random(len(frame)) < np.where(only_c, 2 * share, share / 2), "sex"] = ""
    blank.loc[rng.random(len(frame)) < share / 2, "age"] = ""
    return blank
