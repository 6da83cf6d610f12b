"""Strata that share their dependence: ranks of what was drawn, and populations of known size."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp

from casualty_est.lists.families import Pairs
from casualty_est.lists.inference import together_fit
from casualty_est.lists.inference.answer import draw_unlisted
from casualty_est.lists.inference.members import MemberFit
from casualty_est.lists.inference.together import Together, strata_of
from casualty_est.lists.table.history import HistoryTable
from tests.calibration.list_coverage import scores
from tests.calibration.strata_coverage import one_set
from tests.support.list_simulators import DIFFER, simulate_strata

HISTORIES = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]])
PAIRS = ((0, 1), (0, 2), (1, 2))
LISTED = (40, 90, 150)  # people on some list, by stratum
FEWEST_SHARED = 3
STUDIES, DRAWS = 200, 300
CHEAP = ["independence", "pairs", "ridge", "visibility"]


def _study(rng):
    """Draw everything from the prior, given how many are listed: unlisted in all, and tables.

    A table that no analyst would bring is drawn again; the rule looks at the tables only.
    """
    while True:
        unlisted, tables = _drawn(rng)
        if all(table.sizes.min() > 0 and table.shared >= FEWEST_SHARED for table in tables):
            return unlisted, tables


def _drawn(rng):
    sd = np.log(10) / stats.norm.ppf(0.975)
    reach, pairs = np.exp(rng.normal(np.log([0.3, 0.15]), sd))
    level, first = rng.normal(rng.normal(-1.5, 0.4), 1.0, 3), rng.normal(0.0, 1.0)
    unlisted, tables = 0, []
    for people in LISTED:
        own = rng.normal([first, 0.0, 0.0], pairs)
        both = np.column_stack([HISTORIES[:, j] * HISTORIES[:, k] for j, k in PAIRS])
        weight = HISTORIES @ (level + rng.normal(0.0, reach, 3)) + both @ own
        seen = logsumexp(weight)
        counts = rng.multinomial(people, np.exp(weight - seen))
        mean = rng.gamma(people) * np.exp(-seen)
        unlisted += int(rng.poisson(min(mean, 1e12)))
        tables.append(HistoryTable.of(("A", "B", "C"), HISTORIES, counts))
    return unlisted, tables


@pytest.mark.slow
def test_ranks_of_the_number_in_all_are_uniform():
    rng = np.random.default_rng(11)
    ranks = []
    for study in range(STUDIES):
        unlisted, tables = _study(rng)
        every = np.sum([table.dense()[1:] for table in tables], axis=0)
        whole = HistoryTable.of(("A", "B", "C"), HISTORIES, every)
        member = Together.over_strata(Pairs().members(whole)[0], strata_of(whole.lists, tables))
        work = together_fit._Work(whole, np.random.SeedSequence(study), 2, None)
        (fit,) = work.fit([MemberFit(member, 0, Pairs(), 1.0, ())], tempered=False)
        part = fit.parts[0]
        share = np.exp(part.log_weight - part.log_evidence)
        theta = part.theta[rng.choice(len(share), DRAWS, p=share / share.sum())]
        cells, _ = member.draw(theta, rng)
        drawn = sum(
            draw_unlisted(np.log(cells[:, s, 0]), people, rng) for s, people in enumerate(LISTED)
        )
        ranks.append((np.sum(drawn < unlisted) + 0.5 * np.sum(drawn == unlisted)) / DRAWS)
    assert stats.kstest(ranks, "uniform").pvalue > 0.01
    # Intervals hold what they should, at both ends.
    assert 0.88 <= np.mean((np.array(ranks) > 0.025) & (np.array(ranks) < 0.975)) <= 1.0


@pytest.mark.slow
@pytest.mark.parametrize("differ", DIFFER)
def test_sums_over_strata_hold_the_truth(differ):
    rows = [
        one_set(f"{structure}, {differ}", 41, number, families=CHEAP, lists=3)
        for structure in ("independent", "visibility", "referral")
        for number in range(6)
    ]
    # Of 18 intervals of 95% fewer than 15 hold the truth once in a hundred times.
    assert scores(rows)["covered"] >= 15


def test_strata_of_the_simulator_differ_as_they_should():
    """Odds of a list between strata, beyond what chance makes of them."""
    spread = {}
    for differ in DIFFER:
        rng = np.random.default_rng(3)
        ratios = []
        for _ in range(6):
            _, where, histories, counts = simulate_strata("independent", differ, rng)
            sizes = np.bincount(where, counts)
            held = np.array([np.bincount(where, counts * column) for column in histories.T])
            shares = (held + 0.5) / (sizes + 1.0)
            noise = 1 / (sizes * shares * (1 - shares))
            logits = np.log(shares / (1 - shares))
            ratios.append((logits.var(axis=1, ddof=1) - noise.mean(axis=1)).mean())
        spread[differ] = np.mean(ratios)
    assert abs(spread["not at all"]) < 0.1
    assert 0.2 < spread["reach"] < 1.0
    assert 0.2 < spread["dependence"] < 1.0
