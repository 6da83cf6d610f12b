"""The average over decomposable graphs against R dga 2.0.2.

Reference numbers: R package dga 2.0.2 (Lum, Johndrow, Cardone, Ball and Fienberg), `bma.cr` with
delta = 2^-L and Nmissing = 1 to ten times the listed people. Data: killings in Kosovo, March to
June 1999 (Ball et al. 2002, on the lists EXH, ABA, OSCE, HRW); births with spina bifida on three
lists and congenital anomalies on five (Madigan and York 1997, doi 10.1093/biomet/84.1.19).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.lists.families import Decomposable
from casualty_est.lists.inference.graphs import solve_graphs
from casualty_est.lists.table.history import HistoryTable

# People by history: the first list is the first digit.
COUNTS = {
    "kosovo": "0001:306 0010:936 0011:123 0100:845 0101:31 0110:217 0111:32 1000:1131 1001:106 "
    "1010:228 1011:42 1100:177 1101:18 1110:181 1111:27",
    "my3": "100:60 010:49 110:4 001:247 101:112 011:142 111:12",
    "my5": "10000:27 01000:37 11000:19 00100:4 10100:4 01100:1 11100:1 00010:97 10010:22 01010:37 "
    "11010:25 00110:2 10110:1 01110:3 11110:5 00001:83 10001:36 01001:34 11001:18 00101:3 10101:5 "
    "11101:2 00011:30 10011:5 01011:23 11011:8 10111:3 11111:2",
}
CHANCES = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
# Mean, sd, quantiles at CHANCES.
NUMBERS = {
    "kosovo": (
        12749.3492926429,
        1715.19560249849,
        (9827, 10321, 11601, 12595, 13747, 15772, 16544),
    ),
    "my3": (733.910302697094, 39.9714976706587, (694, 700, 718, 731, 746, 774, 787)),
    "my5": (618.910714765499, 16.7605396234504, (590, 594, 607, 618, 629, 649, 656)),
}
# The five best graphs by their cliques, with probability and conditional mean.
GRAPHS = {
    "kosovo": [
        ("123 134", 0.985513750956259, 12813.2082860771),
        ("123 34", 0.0107803709636022, 8654.88644562948),
        ("123 234", 0.0037054047207717, 7678.12577952421),
        ("1234", 4.31624539928454e-07, 6006.52696210585),
        ("123 24", 3.14493877120791e-08, 6993.63372539049),
    ],
    "my3": [
        ("12 3", 0.723264543179706, 731.399929238581),
        ("12 23", 0.158268931263837, 759.329685687475),
        ("12 13", 0.116940855818189, 711.912804171983),
        ("123", 0.00152566788856015, 973.130611087987),
        ("13 23", 1.52140644216632e-09, 1433.25196951992),
    ],
    "my5": [
        ("12 13 45", 0.441404358370732, 620.481755398004),
        ("13 2 45", 0.220528346379647, 609.858869549236),
        ("12 13 24 45", 0.122507137226122, 634.69957092618),
        ("13 24 45", 0.0321271985816309, 618.9382735197),
        ("12 13 14 45", 0.0261745077482674, 614.425406446626),
    ],
}


def table(counts):
    rows = [cell.split(":") for cell in counts.split()]
    bits = [[int(digit) for digit in history] for history, _ in rows]
    names = tuple("ABCDE"[: len(bits[0])])
    return HistoryTable.of(names, bits, [int(count) for _, count in rows])


def histories(counts):
    found = table(counts)
    frame = pd.DataFrame(found.histories, columns=list(found.lists)).assign(count=found.counts)
    return ce.CaptureHistories(frame)


def edges(cliques):
    pairs = [(int(a) - 1, int(b) - 1) for c in cliques.split() for a in c for b in c if a < b]
    return tuple(sorted(set(pairs)))


@pytest.mark.parametrize("name", NUMBERS)
def test_dga_to_all_printed_digits(name):
    found = solve_graphs(table(COUNTS[name]), Decomposable(reference=True))
    mean, sd, quantiles = NUMBERS[name]
    assert found.mean == pytest.approx(mean, abs=5e-7)
    assert found.sd == pytest.approx(sd, abs=5e-7)
    np.testing.assert_array_equal(found.quantile(CHANCES), quantiles)
    for g, (cliques, probability, conditional) in enumerate(GRAPHS[name]):
        assert found.graphs.edges(g) == edges(cliques)
        assert found.probability[g] == pytest.approx(probability, rel=1e-8)
        given = found.people + found.given(g) @ found.nodes
        assert given == pytest.approx(conditional, rel=1e-9)


def test_the_estimate_says_what_dga_says():
    """Draws are spread evenly over the exact answer, so 20,000 of them give its quantiles."""
    model = ce.ListModel(histories(COUNTS["kosovo"]), families=Decomposable(reference=True))
    est = model.fit(seed=1, draws=5_000)
    mean, sd, quantiles = NUMBERS["kosovo"]
    draws = est.draws()
    np.testing.assert_allclose(np.quantile(draws, CHANCES), quantiles, rtol=0.002)
    assert draws.mean() == pytest.approx(mean, rel=0.001)
    assert draws.std() == pytest.approx(sd, rel=0.01)
    assert est.converged
    best = est.details.found.graphs[0]
    assert best.ties == (("A", "B"), ("A", "C"), ("A", "D"), ("B", "C"), ("C", "D"))


def test_a_range_that_cuts_the_posterior_is_said():
    """Netherlands 2015, five lists (Silverman 2020, doi 10.1111/rssa.12505): two modes far apart.

    The upper limit of dga, 90,574 people, lies between the modes.
    """
    counts = (
        "10000:756 01000:1299 00100:4466 00010:650 00001:632 11000:1 10100:81 10010:5 10001:73 "
        "01100:44 01001:4 00110:82 00101:125 00011:2 10110:2 10101:11 00111:1"
    )
    cut = ce.ListModel(histories(counts), families=Decomposable(reference=True)).fit(seed=1)
    assert not cut.converged
    assert "the range cuts the posterior" in cut.check().lines[0]
    assert "beyond 90,574 people" in cut.check().lines[0]
    whole = ce.ListModel(histories(counts), families="decomposable").fit(seed=1)
    assert whole.converged
    low, high = whole.summary()[["low", "high"]].iloc[0]
    assert low < 49_000 < 145_000 < high
