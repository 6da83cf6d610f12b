"""Audits of grades against conjugate formulas and a posterior by simulation."""

from __future__ import annotations

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.incidents.model.audits import Audit, Auditor, after
from casualty_est.incidents.model.settings import GRADES, read_incident_priors


@pytest.mark.parametrize("grade", sorted(GRADES))
@pytest.mark.parametrize(("checked", "upheld", "deff"), [(50, 10, 1.0), (50, 50, 2.0), (3, 0, 1.5)])
def test_an_auditor_who_is_right_adds_incidents_to_a_beta(grade, checked, upheld, deff):
    a, b = GRADES[grade]
    expected = (a + upheld / deff, b + (checked - upheld) / deff)
    posterior = after(GRADES, {grade: Audit(checked, upheld, deff)}, Auditor())
    assert posterior[grade] == pytest.approx(expected, rel=1e-3)
    assert {k: v for k, v in posterior.items() if k != grade} == {
        k: v for k, v in GRADES.items() if k != grade
    }


@pytest.mark.slow
def test_an_auditor_who_errs_against_simulated_audits():
    """Draws of all probabilities from their priors, kept where both audits came out as observed."""
    rng = np.random.default_rng(5)
    draws = 4_000_000
    fair, weak = rng.beta(17, 3, draws), rng.beta(5, 5, draws)
    sensitivity, specificity = rng.beta(18, 2, draws), rng.beta(8, 2, draws)

    def upheld(real, checked):
        return rng.binomial(checked, real * sensitivity + (1 - real) * (1 - specificity))

    kept = (upheld(fair, 20) == 12) & (upheld(weak, 15) == 9)
    assert kept.sum() > 20_000
    audits = {"fair": Audit(20, 12), "weak": Audit(15, 9)}
    posterior = after(GRADES, audits, Auditor((18.0, 2.0), (8.0, 2.0)))
    for name, values in (("fair", fair[kept]), ("weak", weak[kept])):
        a, b = posterior[name]
        mean, sd = a / (a + b), (a * b / (a + b + 1)) ** 0.5 / (a + b)
        assert mean == pytest.approx(values.mean(), abs=0.003)
        assert sd == pytest.approx(values.std(), rel=0.03)


def test_it_is_read_and_said():
    reports = ce.datasets.incidents("coalition_syria_patterns")
    priors = {
        "grades": {"fair": {"checked": 50, "upheld": 40, "deff": 2}, "weak": {"beta": [4, 6]}},
        "audit": {"sensitivity": 0.95, "specificity": {"beta": [45, 5]}},
    }
    model = ce.IncidentModel(reports, anchor="Airwars", priors=priors)
    text = " ".join(repr(model).split())
    assert "(after an audit: 40 of 50 checked incidents upheld, design effect 2)" in text
    assert "Beta(4, 6) (the analyst's own numbers)" in text
    assert "the package's own judgement" in text
    assert model.settings["grades"]["fair"] != [17.0, 3.0]


def test_an_audit_of_a_stated_beta():
    priors = read_incident_priors({"grades": {"weak": {"beta": [2, 2], "checked": 6, "upheld": 6}}})
    assert priors.grades["weak"] == pytest.approx((8, 2), rel=1e-3)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"grades": {"fair": {"checked": 5, "upheld": 6}}}, "upheld must be at most checked"),
        ({"grades": {"fair": {"checked": 0, "upheld": 0}}}, "checked at least 1"),
        ({"grades": {"fair": {"checked": 5}}}, "upheld must be a whole number"),
        ({"grades": {"fair": {"checked": 5.5, "upheld": 2}}}, "checked must be a whole number"),
        ({"grades": {"fair": {"checked": 5, "upheld": 2, "deff": 0.5}}}, "design effect"),
        ({"grades": {"fair": {"checked": 5, "upheld": 2, "size": 3}}}, "beta = "),
        ({"grades": {"fair": 3}}, "must be a table"),
        ({"audit": {"sensitivity": 0.2}}, "from 0.5 to 1"),
        ({"audit": {"specificity": {"beta": [1]}}}, "from 0.5 to 1"),
        ({"audit": {"recall": 0.9}}, "'recall' is unknown"),
    ],
)
def test_malformed_audits_are_refused(spec, said):
    with pytest.raises(UsageError, match=said):
        read_incident_priors(spec)
