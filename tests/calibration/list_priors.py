"""What other priors and rules of the average would score on simulated populations, run by hand.

    python tests/calibration/list_priors.py --sets 20 --seed 20180209 --folder DIR

Every set is fitted once, as the package fits it. Its draws are weighed again for another prior
(importance: the ratio of the two densities), or another rule of the average. Finished sets are kept
in the folder, and the same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.calibration.list_coverage import cover, scores
from tests.support.list_simulators import DEVELOPMENT, GATED, simulate

RUNS = 4
# Priors of an earlier version: every list by itself, and another sd in classes.
FORMER_SD, FORMER_CLASSES_SD, MEAN = 1.5, 1.2, -1.5
NOW_SD, COMMON, OF_CLASSES = 1.0, 0.4, 0.8
RULED_OUT, SMALLEST_P, FLOOR = 10.0, 0.01, 0.1


def _normal(covariance, theta):
    size = len(covariance)
    return stats.multivariate_normal(np.full(size, MEAN), covariance).logpdf(theta)


def former_lists(member, theta, _people):
    """Log ratio of the former prior of the log odds of lists to that of the package."""
    lists = member.n_lists
    if hasattr(member, "classes"):
        count = member.classes
        same_list = np.tile(np.eye(lists), (count, count))
        same_class = np.kron(np.eye(count), np.ones((lists, lists)))
        rest = OF_CLASSES**2 * same_class + member.own**2 * np.eye(count * lists)
        odds = theta[:, : count * lists]
        before, now = (sd**2 * same_list + rest for sd in (FORMER_CLASSES_SD, NOW_SD))
    else:
        odds = theta[:, :lists]
        before, now = FORMER_SD**2 * np.eye(lists), NOW_SD**2 * np.eye(lists) + COMMON**2
    return _normal(before, odds) - _normal(now, odds)


def fewer_people(_member, _theta, people):
    """Log ratio of p(N) proportional to 1/N^2 to that proportional to 1/N."""
    return -np.log(people)


def as_it_is(_member, theta, _people):
    """Log ratio of a prior to itself."""
    return np.zeros(len(theta))


def all_shares(_member):
    """Every member keeps its prior probability."""
    return 1.0


def one_spread(member):
    """Visibility without its small spread: the other one has the prior probability of both."""
    if getattr(member, "pair", 0) is not None or not hasattr(member, "spread"):
        return 1.0
    return 2.0 if member.spread > 0.2 else 0.0


def no_classes(member):
    """No latent classes in the average."""
    return 0.0 if hasattr(member, "classes") else 1.0


def no_visibility(member):
    """No unequal visibility in the average."""
    return 0.0 if hasattr(member, "spread") else 1.0


# Log ratio of priors, factor on prior shares, power of the evidence, floor.
RULES = {
    "as it is": (as_it_is, all_shares, 1.0, FLOOR),
    "former priors": (former_lists, one_spread, 1.0, FLOOR),
    "former prior of lists only": (former_lists, all_shares, 1.0, FLOOR),
    "one spread only": (as_it_is, one_spread, 1.0, FLOOR),
    "no floor": (as_it_is, all_shares, 1.0, 0.0),
    "floor 0.2": (as_it_is, all_shares, 1.0, 0.2),
    "square root of the evidence": (as_it_is, all_shares, 0.5, FLOOR),
    "without classes": (as_it_is, no_classes, 1.0, FLOOR),
    "without visibility": (as_it_is, no_visibility, 1.0, FLOOR),
    "p(N) ~ 1/N^2": (fewer_people, all_shares, 1.0, FLOOR),
}


def weights(whole, people, rule):
    """Weight of every draw of an average under another rule."""
    ratio, factor, power, floor = rule
    pool, logs = whole.pool, np.full(len(whole.pool.member), -np.inf)
    for m, fit in enumerate(whole.members):
        if factor(fit.member) == 0:
            continue
        here = np.flatnonzero(pool.member == m)
        theta = np.vstack([part.theta for part in fit.parts])[pool.place[here]]
        own = pool.log_weight[here] - np.log(fit.share) + ratio(fit.member, theta, people[here])
        evidence = np.logaddexp.reduce(own)
        share = np.log(fit.share * factor(fit.member))
        logs[here] = share + own + (power - 1.0) * evidence
    plain = np.exp(logs - np.logaddexp.reduce(logs))
    groups = range(len(whole.groups))
    mass = np.bincount(pool.group, plain, minlength=len(whole.groups))
    prior = np.zeros(len(whole.groups))
    for fit in whole.members:
        at = [g.name for g in whole.groups].index(fit.family.group.name)
        prior[at] += fit.share * factor(fit.member)
    with np.errstate(divide="ignore", invalid="ignore"):
        evidence = np.log(mass) - np.log(prior)
    best = np.nanmax(evidence)
    lifted = np.ones(len(whole.groups))
    for g in groups:
        fits = whole.groups[g].predictive_p >= SMALLEST_P and best - evidence[g] <= RULED_OUT
        if 0 < mass[g] < floor and fits:
            lifted[g] = (mass[g] + floor) / mass[g]
    weight = plain * lifted[pool.group]
    return weight / weight.sum()


def one_set(structure, seed, number):
    """Fit one simulated study: truth, and 2.5, 50, 97.5% of the answer under every rule."""
    from casualty_est.lists.families import for_lists
    from casualty_est.lists.inference.averaged import average
    from casualty_est.lists.table.history import HistoryTable

    rng = np.random.default_rng(
        np.random.SeedSequence(seed, spawn_key=(GATED.index(structure), number))
    )
    truth, histories, counts = simulate(structure, rng)
    names = [f"list {j + 1}" for j in range(histories.shape[1])]
    table = HistoryTable.of(names, histories, counts)
    families, _ = for_lists(None, len(names))
    whole = average(table, families, seed=np.random.SeedSequence(number), runs=RUNS)
    people = (table.people + whole.pool.unlisted).astype(float)
    order = np.argsort(people)
    answers = {}
    for name, rule in RULES.items():
        sums = np.cumsum(weights(whole, people, rule)[order])
        at = np.searchsorted(sums, (0.025, 0.5, 0.975))
        answers[name] = people[order][np.minimum(at, len(people) - 1)].tolist()
    return {
        "number": number,
        "truth": truth,
        "lists": len(names),
        "converged": whole.known,
        "answers": answers,
    }


def under(rows, rule):
    """Rows of the coverage, with the answers of one rule."""
    names = ("low", "median", "high")
    return [{**row, **dict(zip(names, row["answers"][rule], strict=True))} for row in rows]


def table(found):
    """The scores as text: of each rule over all structures, and of what is worst covered."""
    lines = []
    for rule in RULES:
        each = [scores(under(rows, rule)) for rows in found.values() if rows]
        whole = scores(under([row for rows in found.values() for row in rows], rule))
        lines.append(
            f"{rule:28} {whole['covered']:4d} of {whole['sets']:4d}  score {whole['score']:.3f}"
            f"  median log error {whole['error']:+.3f}"
            f"  fewest covered {min(s['covered'] / s['sets'] for s in each):.2f}"
        )
    return "\n".join(lines)


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=20)
    parser.add_argument("--seed", type=int, default=DEVELOPMENT)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    found = cover(GATED, given.sets, given.seed, given.folder, given.jobs, one_set)
    print(table(found))  # noqa: T201
    for structure, rows in found.items():
        one = scores(under(rows, "as it is"))
        print(f"{structure:18} {one['covered']:4d} of {one['sets']:4d}  score {one['score']:.3f}")  # noqa: T201


if __name__ == "__main__":
    main()
