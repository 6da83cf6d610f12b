"""What incidents do not know: the scale, grades, and what an investigation would say of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import casualty_est as ce
from casualty_est.result import worth
from casualty_est.result.unknowns import Evidence, Unknowns
from casualty_est.studies import investigate

SCALE = "ratio of Airwars, which sets the scale"
FAIR = "grade fair: real and by the perpetrator"


def test_scale_and_grades_are_there(strikes):
    known = {one.name: one for one in strikes._unknowns(0).assumed}
    assert set(known) >= {SCALE, FAIR}
    assert known[FAIR].now == 0.85
    assert known[FAIR].sd == pytest.approx(stats.beta(17, 3).std())
    y = np.log(np.maximum(strikes.draws().ravel(), 0.5))
    assert known[SCALE].effect_on(y) == pytest.approx(-0.1, abs=0.03)
    assert 0 <= strikes.information().rows[0].share <= 1


def test_moving_the_scale_divides_all_deaths(strikes):
    from casualty_est.result.radius import find

    scale = [one for one in strikes._unknowns(0).movable if one.name == SCALE]
    y = np.log(np.maximum(strikes.draws().ravel(), 0.5))
    answer = find("x", float(np.exp(np.median(y))) / 1.05, y, scale)
    assert answer.together[0].value == pytest.approx(1.05, abs=0.03)


def test_what_an_investigation_is_expected_to_leave():
    """Prior of 4,210 incidents: rest, grade Beta(17, 3), scale sd 0.10; both learned from 100."""
    rng = np.random.default_rng(5)
    rho = stats.beta.ppf(stats.qmc.Sobol(3, seed=2).random(2**13), 17, 3)[:, 0]
    gamma = 0.1 * rng.standard_normal(len(rho))
    rest = 468 / 2880 * rng.standard_normal(len(rho))
    y = math.log(2880) + np.log(rho / 0.85) - gamma + rest
    given = Evidence("incidents", y, Unknowns(real={"fair": rho}, log_scale=gamma))
    after = worth.after(investigate(100, "fair"), 100, given, worth.Asked(findings=800))
    of_scale = 1 / (1 / 0.01 + 85 / 0.45**2)
    of_grade = (0.033 / 0.85) ** 2
    assert after.sd == pytest.approx(math.sqrt(of_scale + of_grade + (468 / 2880) ** 2), rel=0.03)


def test_what_it_can_be_asked(strikes):
    plan = strikes.worth(investigate([1, 4]))
    assert plan.rows[1].width_after < plan.rows[0].width_after < plan.rows[0].width
    assert [row.work for row in plan.rows] == [3, 12]
    assert "investigate 4 incidents on the ground" in repr(plan)
    with pytest.raises(ce.UsageError, match=r"no grade 'fare'\. Did you mean 'fair'\?"):
        strikes.worth(investigate(2, "fare"))
    with pytest.raises(ce.UsageError, match="has no source to audit"):
        strikes.worth(ce.studies.audit("Airwars", 30))


def test_a_loaded_estimate_answers_alike(strikes, tmp_path):
    loaded = ce.Estimate.load(strikes.save(tmp_path / "strikes.nc"))
    assert repr(loaded.worth()) == repr(strikes.worth())
    median = float(np.median(strikes.draws()))
    assert loaded.radius(0.9 * median) == strikes.radius(0.9 * median)


def test_no_more_incidents_than_there_are(strikes):
    assert strikes._unknowns(0).incidents["every grade"] == 5
    with pytest.raises(
        ce.UsageError, match="investigate 6 incidents on the ground: there are only"
    ):
        strikes.worth(investigate(6))
    (row,) = strikes.worth().rows
    assert (row.kind, row.size) == ("investigate", 5)
