"""Who denies, what is assumed of it, and that the hurdle leaves all else as it is."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special, stats

import casualty_est as ce
from casualty_est import Quantity
from casualty_est.incidents.inference.density import Density
from casualty_est.incidents.model.denials import is_denial
from casualty_est.incidents.model.model import IncidentModel
from casualty_est.incidents.refits import _without

ROWS = [
    ("1", "A", "monitor", "3"), ("1", "B", "perpetrator", "0"), ("1", "C", "media", "2-6"),
    ("2", "A", "monitor", "10"), ("2", "B", "perpetrator", "7"),
    ("3", "A", "monitor", "5"), ("3", "C", "media", "about 6"),
    ("4", "B", "perpetrator", "0"), ("4", "C", "media", "0-3"),
]  # fmt: skip
NAMES = ("incident", "source", "role", "quantity")


def frame(rows=ROWS, **columns):
    return pd.DataFrame(rows, columns=list(NAMES)).assign(**columns)


@pytest.mark.parametrize(
    ("text", "denies"),
    [("0", True), ("none", True), ("0-3", False), ("as many as 5", False), ("1", False),
     ("dozens", False), ("unknown", False)],
)  # fmt: skip
def test_a_denial_leaves_no_other_number_open(text, denies):
    assert is_denial(Quantity.parse(text)) == denies


def test_only_who_says_that_nobody_died_has_a_hurdle():
    assert list(IncidentModel(frame()).layout.denials) == ["B"]
    nobody = frame(quantity=["3", "1", "4", "10", "7", "5", "6", "1", "0-3"])
    assert IncidentModel(nobody).layout.denials == {}


def test_where_one_source_alone_lists_nobody_denies():
    rows = [("1", "A", "monitor", "0"), ("2", "A", "monitor", "4")]
    assert IncidentModel(frame(rows)).layout.denials == {}


def test_the_prior_of_a_perpetrator_is_the_zeros_of_the_record():
    prior = IncidentModel(frame()).layout.denials["B"]
    incidents = [
        row for row in ce.datasets.record() if (row.role, row.level) == ("perpetrator", "incident")
    ]
    zeros = sum(row.use == "zero" for row in incidents)
    stated = zeros + sum(row.use == "main" for row in incidents)
    share = (zeros + 0.5) / (stated + 1)
    assert prior.first / (prior.first + prior.second) == pytest.approx(share)
    assert f"{zeros} of {stated} statements of perpetrators" in prior.ground


def test_the_conflict_under_analysis_is_no_ground_of_its_own():
    here, there = (
        IncidentModel(frame(scope=scope)).layout.denials["B"] for scope in ("Afghanistan", "X")
    )
    assert "without Afghanistan 2001-21" in here.ground
    assert here.first < there.first


def test_what_the_analyst_says_of_a_source_goes_before_what_is_said_of_its_role():
    of_role = {"denials": {"perpetrator": {"beta": [2, 6]}}}
    prior = IncidentModel(frame(), priors=of_role).layout.denials["B"]
    assert (prior.first, prior.second, prior.ground) == (2, 6, "stated by the analyst")
    both = {"denials": {**of_role["denials"], "B": {"beta": [1, 9]}}}
    model = IncidentModel(frame(), priors=both)
    assert model.layout.denials["B"].second == 9
    assert "B says that nobody died, whatever happened ~ Beta(1, 9) (stated by the" in repr(model)
    # Without B there is nothing to say of it; its role stays.
    assert _without(model, keep=False)["B"].incident_priors.denials == {"perpetrator": (2.0, 6.0)}


def test_denials_of_nobody_are_refused():
    with pytest.raises(ce.UsageError, match="denials: 'D' lists no incidents and is not a role"):
        IncidentModel(frame(), priors={"denials": {"D": {"beta": [1, 9]}}})
    with pytest.raises(ce.UsageError, match=r"denials.B: write beta = \[17, 3\]"):
        IncidentModel(frame(), priors={"denials": {"B": 0.2}})


def test_of_a_source_that_never_denies_the_hurdle_would_say_nothing():
    """Its probability is a factor of the likelihood that depends on nothing else."""
    model = IncidentModel(frame())
    density, layout = Density(model.layout), model.layout
    rng = np.random.default_rng(1)
    statements = density.parts.statements
    # "0" and "0-3" are what is written where nobody is known to have died.
    never = statements.denies == 0
    assert never.sum() == len(never) - 2
    thetas = layout.parameters.draw(rng, 3) * 0.5
    ratios = []
    for theta in thetas:
        density.fill(theta)
        first = len(layout.arrays.histories)
        rows = density.parts.table[first : first + len(never)].copy()
        q = special.expit(layout.parameters.get(theta, "denial"))[0]
        other = theta.copy()
        other[
            np.cumsum([0, *(len(b.labels) for b in layout.parameters.blocks)])[
                [b.name for b in layout.parameters.blocks].index("denial")
            ]
        ] = -40.0
        density.fill(other)
        plain = density.parts.table[first : first + len(never)]
        of_b = layout.arrays.statement_of == layout.arrays.denier_of[0]
        ratios.append((rows[never & of_b] / plain[never & of_b] / (1 - q)).ravel())
        np.testing.assert_array_equal(rows[~of_b], plain[~of_b])
    np.testing.assert_allclose(np.concatenate(ratios), 1.0, rtol=1e-10)


def test_posterior_of_the_denial_is_that_of_quadrature():
    """One contradicted denial among four reports: the rest is held fixed, and the kernel exact."""
    model = IncidentModel(frame(), priors={"denials": {"B": {"beta": [2, 6]}}})
    density, blocks = Density(model.layout), model.layout.parameters.blocks
    at = sum(len(b.labels) for b in blocks[: [b.name for b in blocks].index("denial")])
    theta = 0.2 * model.layout.parameters.draw(np.random.default_rng(1), 1)[0]

    def value(q):
        theta[at] = special.logit(q)
        return density(theta)[0] - math.log(q * (1 - q))

    grid = np.linspace(0.01, 0.99, 25)
    ours = np.array([value(q) for q in grid])
    # By hand: two denials, one of them where nobody may have died, and one number.
    nobody, counted = [], []
    theta[at] = -40.0
    density.fill(theta)
    table, d = density.parts.table.copy(), model.layout.arrays
    zero = len(d.histories) + int(np.flatnonzero(d.denies)[0])
    for unit in d.index:
        product = np.prod([table[r] for r in unit if r != zero], axis=0)
        if zero in unit:
            nobody.append(product.sum())
            counted.append((product * table[zero]).sum())
    hand = stats.beta(2, 6).logpdf(grid) + np.log1p(-grid)
    for a, b in zip(nobody, counted, strict=True):
        hand += np.log(grid * a + (1 - grid) * b)
    np.testing.assert_allclose(ours - ours[0], hand - hand[0], atol=1e-9)
    assert integrate.trapezoid(np.exp(ours - ours.max()), grid) > 0
