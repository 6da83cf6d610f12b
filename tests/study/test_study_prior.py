"""What kinds foretell for each other before they are joined, against closed forms of Normals."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import casualty_est as ce
from tests.support.known import ClaimLike, normal

MEAN = 9.0


def logs(tree, group, name, kind):
    return np.log(tree[group][name].sel(kind=kind).values)


def is_normal(values, mean, sd):
    assert values.mean() == pytest.approx(mean, abs=0.01 * sd + 1e-3)
    assert values.std() == pytest.approx(sd, rel=0.02)


def test_each_kind_alone_and_what_the_other_foretells():
    study = ce.Study(a=normal(MEAN, 0.3), b=normal(MEAN + 0.5, 0.2, 1, start="2010-01-01"))
    study.bridge("b", share=0.8, sd=0.1)
    tree = study.prior_predictive(draws=20_000, seed=1)
    there, wider = MEAN + 0.5 + np.log(0.8), np.hypot(0.2, 0.1)
    is_normal(logs(tree, "prior", "deaths", "a"), MEAN, 0.3)
    is_normal(logs(tree, "prior", "deaths", "b"), there, wider)
    # b counts what a counts, over its share; a is told of the count itself.
    is_normal(logs(tree, "prior_predictive", "count", "a"), there, wider)
    told = logs(tree, "prior_predictive", "count", "b")
    is_normal(told, MEAN - np.log(0.8), np.hypot(0.3, 0.1))


def test_two_others_foretell_together():
    study = ce.Study(a=normal(MEAN, 0.3), b=normal(MEAN + 0.3, 0.6, 1), c=normal(MEAN, 0.4, 2))
    tree = study.prior_predictive(draws=20_000, seed=1)
    precision = 1 / 0.3**2 + 1 / 0.6**2
    mean = (MEAN / 0.3**2 + (MEAN + 0.3) / 0.6**2) / precision
    is_normal(logs(tree, "prior_predictive", "count", "c"), mean, precision**-0.5)


def test_a_kind_that_is_cut_is_told_and_tells_nothing():
    study = ce.Study(a=normal(MEAN, 0.3), claims=normal(MEAN + 1, 0.5, 1, kind=ClaimLike))
    tree = study.prior_predictive(draws=20_000, seed=1)
    assert list(tree["prior"]["kind"].values) == ["a", "claims"]
    assert list(tree["prior_predictive"]["kind"].values) == ["claims"]
    is_normal(logs(tree, "prior_predictive", "count", "claims"), MEAN, 0.3)


def test_shapes_and_seed():
    study = ce.Study(a=normal(MEAN, 0.3), b=normal(MEAN + 0.3, 0.6, 1))
    one, two, other = (study.prior_predictive(draws=7, seed=seed) for seed in (5, 5, 6))
    assert one["prior"]["deaths"].shape == one["prior_predictive"]["count"].shape == (1, 7, 2)
    assert one["prior"]["deaths"].identical(two["prior"]["deaths"])
    assert not one["prior"]["deaths"].equals(other["prior"]["deaths"])


def test_what_cannot_be_joined_is_refused_here_too():
    study = ce.Study(a=normal(MEAN, 0.3), b=normal(MEAN, 0.6, 1, scope="Elsewhere"))
    with pytest.raises(ce.UsageError, match="count different deaths"):
        study.prior_predictive()
    alike = ce.Study(a=normal(MEAN, 0.3), b=normal(MEAN, 0.6, 1))
    with pytest.raises(ce.UsageError, match="draws"):
        alike.prior_predictive(draws=0)


@pytest.mark.parametrize("name", ["ClaimsModel", "IncidentModel", "ListModel", "SurveyModel"])
def test_it_has_the_face_of_every_model(name):
    same = inspect.signature(getattr(ce, name).prior_predictive)
    assert inspect.signature(ce.Study.prior_predictive) == same
