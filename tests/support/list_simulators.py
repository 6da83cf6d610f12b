"""Populations whose size is known, seen by lists; shares no code with the package.

Six structures are gated, three more are printed. Strengths were fixed before any answer was looked
at: odds of lists are uneven, heterogeneity is moderate to strong, everyone has some chance.
"""

from __future__ import annotations

import numpy as np

DEVELOPMENT, HELD_BACK = 19990320, 20180209
DIFFER = ("not at all", "reach", "dependence")  # how strata do
GATED = ("independent", "classes", "visibility", "referral", "sparse", "negative")
PRINTED = ("hidden class", "skewed visibility", "few listed")
SMALLEST_LISTED, SMALLEST_SHARED = 30, 5


def simulate(structure, rng):
    """Draw one study: true number, histories of the listed (history, list), their counts.

    A table that no analyst would bring (an empty list, hardly anybody listed or shared) is drawn
    again; the rule looks at the table only.
    """
    while True:
        number, seen = _population(structure, rng)
        listed = seen[seen.any(axis=1)]
        shared = int((listed.sum(axis=1) > 1).sum())
        if (
            len(listed) >= SMALLEST_LISTED
            and shared >= SMALLEST_SHARED
            and listed.any(axis=0).all()
        ):
            histories, counts = np.unique(listed, axis=0, return_counts=True)
            return number, histories.astype(int), counts


def _population(structure, rng):
    number = round(float(np.exp(rng.uniform(np.log(300), np.log(20_000)))))
    lists = int(rng.integers(3, 6))
    chance = rng.uniform(0.08, 0.45, lists)
    odds = np.log(chance / (1 - chance))
    logits = np.tile(odds, (number, 1))
    if structure == "sparse":
        logits += np.log(0.25)
    elif structure == "classes":
        easy = rng.random(number) < rng.uniform(0.3, 0.7)
        logits += np.where(easy, rng.uniform(0.6, 1.2), -rng.uniform(0.6, 1.2))[:, None]
    elif structure == "visibility":
        logits += rng.uniform(0.5, 1.2) * rng.standard_normal(number)[:, None]
    elif structure == "hidden class":
        group = rng.choice(3, number, p=[0.45, 0.35, 0.2])
        logits += np.array([0.8, -0.4, -2.5])[group][:, None]
    elif structure == "skewed visibility":
        logits += (1.0 - rng.gamma(1.0, rng.uniform(0.6, 1.2), number))[:, None]
    elif structure == "few listed":
        logits += rng.uniform(0.5, 1.2) * rng.standard_normal(number)[:, None]
        logits += _shift(logits, rng.uniform(0.2, 0.5))
    seen = rng.random((number, lists)) < 1 / (1 + np.exp(-logits))
    if structure == "referral":
        passed = seen[:, 0] & (rng.random(number) < rng.uniform(0.15, 0.4))
        seen[:, 1] |= passed
    if structure == "negative":
        # Whoever is on the first list is less likely to reach the second.
        kept = rng.random(number) < rng.uniform(0.3, 0.6)
        seen[:, 1] &= ~seen[:, 0] | kept
    return number, seen


def _shift(logits, share):
    """What all log odds need for a share of the people to be expected on some list."""
    low, high = -10.0, 10.0
    for _ in range(40):
        middle = (low + high) / 2
        missed = (1 / (1 + np.exp(logits + middle))).prod(axis=1)
        low, high = (middle, high) if 1 - missed.mean() < share else (low, middle)
    return middle


def simulate_strata(structure, differ, rng, lists=None):
    """Draw one study in two to eight strata: true number; stratum, history and count of the listed.

    Strata differ not at all (people are put into them by chance), in the reach of every list (log
    odds with an sd of 0.7), or besides in the strength of dependence (from none to twice as much).
    """
    while True:
        strata = int(rng.integers(2, 9))
        number = round(float(np.exp(rng.uniform(np.log(1000), np.log(20_000)))))
        count = lists or int(rng.integers(3, 6))
        chance = rng.uniform(0.08, 0.45, count)
        where = rng.choice(strata, number, p=rng.dirichlet(np.full(strata, 3.0)))
        logits = np.tile(np.log(chance / (1 - chance)), (number, 1))
        strength = np.ones(strata)
        if differ != "not at all":
            logits += 0.7 * rng.standard_normal((strata, count))[where]
        if differ == "dependence":
            strength = rng.uniform(0, 2, strata)
        strong = strength[where]
        if structure == "classes":
            easy = rng.random(number) < rng.uniform(0.3, 0.7)
            apart = np.where(easy, rng.uniform(0.6, 1.2), -rng.uniform(0.6, 1.2))
            logits += (strong * apart)[:, None]
        elif structure == "visibility":
            logits += (strong * rng.uniform(0.5, 1.2) * rng.standard_normal(number))[:, None]
        seen = rng.random((number, count)) < 1 / (1 + np.exp(-logits))
        if structure == "referral":
            passed = rng.random(number) < np.minimum(strong * rng.uniform(0.15, 0.4), 0.9)
            seen[:, 1] |= seen[:, 0] & passed
        listed = seen.any(axis=1)
        rows = np.column_stack([where, seen])[listed].astype(int)
        shared = int((rows[:, 1:].sum(axis=1) > 1).sum())
        enough = len(rows) >= SMALLEST_LISTED * strata and shared >= SMALLEST_SHARED * strata
        if enough and rows[:, 1:].any(axis=0).all():
            cells, counts = np.unique(rows, axis=0, return_counts=True)
            return number, cells[:, 0], cells[:, 1:], counts
