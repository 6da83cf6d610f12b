"""The posterior over partitions written down a second time, partition by partition, in SciPy."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.special import gammaln


def partitions(items):
    """All partitions of a list of items."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for smaller in partitions(rest):
        yield [[first], *smaller]
        for k in range(len(smaller)):
            yield [*smaller[:k], [first, *smaller[k]], *smaller[k + 1 :]]


def log_prior(parts, list_of, lists, rates, alpha, unique):
    """Log p(Z) up to a constant, with the factor n! Gamma(A) / Gamma(n + A) written out."""
    n = len(parts)
    whole = (2**lists - 1) * alpha
    value = -np.log(n) + gammaln(n + 1) + gammaln(whole) - gammaln(n + whole)
    table = {}
    for part in parts:
        held = [sum(list_of[i] == k for i in part) for k in range(lists)]
        table[tuple(m > 0 for m in held)] = table.get(tuple(m > 0 for m in held), 0) + 1
        for k, m in enumerate(held):
            if m > 1 and unique[k]:
                return -np.inf
            if m and not unique[k]:
                # zero-truncated Poisson times the orders of its records
                chance = m * np.log(rates[k]) - gammaln(m + 1) - np.log(np.expm1(rates[k]))
                value += chance + gammaln(m + 1)
    for count in table.values():
        value += gammaln(count + alpha) - gammaln(alpha)
    return value


def log_score(parts, score, other, kappa, *, unknown=False):
    """Sum over clusters of (2 / size)^kappa times the sum of the scores of their pairs.

    If pairs without a score are unknown, each takes the mean of the others in its cluster.
    """
    value = 0.0
    for part in parts:
        if unknown:
            pairs = itertools.combinations(sorted(part), 2)
            other = np.mean([score[pair] for pair in pairs if pair in score] or [0.0])
        inside = sum(
            score.get((min(a, b), max(a, b)), other) for a, b in itertools.combinations(part, 2)
        )
        if len(part) > 1:
            value += (2 / len(part)) ** kappa * inside
    return value


def reachable(parts, score):
    """Whether moves of single records to clusters of candidates get there: each part connected."""
    for part in parts:
        seen, todo = {part[0]}, [part[0]]
        while todo:
            here = todo.pop()
            for other in part:
                if other not in seen and (min(here, other), max(here, other)) in score:
                    seen.add(other)
                    todo.append(other)
        if len(seen) < len(part):
            return False
    return True


def code(parts):
    """A partition as a hashable thing."""
    return frozenset(frozenset(part) for part in parts)
