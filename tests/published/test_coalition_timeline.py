"""Running totals of the Coalition: what was published by March 2018 against what came later.

CJTF-OIR's total rose from 841 to 1,335 by September 2019, and a later page gives 1,457. With the
delay between a strike and the first statement on it (median 283 days), the claims of February 2018
have to foretell that rise; without it the same rise is read as later killing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.claims.inference.engines import run
from casualty_est.claims.inference.predict import expected_log
from casualty_est.claims.model.layout import Scenario
from tests.support.former import former_model

pytestmark = pytest.mark.slow

DAY = date(2018, 3, 1)
DELAY = {"CJTF-OIR": {"median": 283, "factor": 1.35}}
SAMPLED = {"draws": 1000, "tune": 1000, "chains": 4, "seed": 11}
LAST = 1457  # conceded according to a page of Airwars without a date


def totals():
    rows = ce.datasets.claims("coalition_dated").rows
    return ce.Claims.from_rows([r for r in rows if r.reported or r.source != "CJTF-OIR"])


def to_february(est):
    path = est.path()
    whole = (path["scope"] == "Iraq+Syria") & (path["date"] == "2018-02-28")
    return path[whole].iloc[0]


@pytest.fixture(scope="module")
def late():
    """The model of all totals, that has heard only what was published by March 2018."""
    model = former_model(totals(), delay=DELAY)
    published = [claim.reported or claim.end for claim in model.layout.claims]
    heard = np.array([float(day <= DAY) for day in published])
    scenario = replace(Scenario.plain(model.layout), weights=heard)
    return model, heard, run(model, scenario, "nuts", **SAMPLED)


@pytest.fixture(scope="module")
def complete():
    est = former_model(totals(), delay=DELAY).fit(**SAMPLED, progress_bar=False)
    assert est.converged, est.meta.diagnostics.reasons
    return est


def test_totals_of_march_2018_foretell_every_later_one(late):
    model, heard, draws = late
    m, s = expected_log(model.layout, draws)
    noise = np.random.default_rng(5).standard_t(4, m.shape)
    said = np.exp(m + s * noise)
    later = [
        i
        for i, claim in enumerate(model.layout.claims)
        if claim.source == "CJTF-OIR" and not heard[i]
    ]
    assert len(later) >= 7
    for i in later:
        low, high = np.quantile(said[..., i], [0.05, 0.95])
        stated = model.layout.claims[i].quantity.low
        assert low <= stated <= high, (stated, low, high)
        assert high < 10 * low  # and not because the interval holds everything


def test_what_was_still_to_be_admitted_in_march_2018(late):
    early = former_model(totals(), delay=DELAY, as_of=DAY).fit(**SAMPLED, progress_bar=False)
    table = early.still_to_be_admitted(0.90)
    found = table.iloc[-1]
    assert str(found["date"]) <= DAY.isoformat()
    assert found["admitted"] == 841
    # All that was admitted later, deaths after February 2018 included, and that to August 2019.
    for rise in (LAST - 841, 1335 - 841):
        assert found["low"] <= rise <= found["high"], found
    assert 300 < found["median"] < 1000


def test_published_totals_and_the_level(complete):
    row = to_february(complete)
    # The same model written otherwise gave 13,315 (90%: 8,238 to 23,327) to the end of February.
    assert 9_500 < row["median"] < 17_500
    ratio = complete.sources().set_index("source")["ratio"]
    assert 0.05 < ratio["CJTF-OIR"] < 0.19
    assert 0.4 < ratio["Airwars"] < 0.75


def test_without_a_delay_late_admissions_are_read_as_late_killing(complete):
    prompt = former_model(totals()).fit(**SAMPLED, progress_bar=False)
    gains = []
    for est in (complete, prompt):
        path = est.idata["posterior"]["path"].isel(path_cell=0)
        ends = [path.sel(date=day).values for day in ("2017-12-31", "2019-08-31")]
        gains.append(np.median(1 - ends[0] / ends[1]))  # share of the deaths after 2017
    assert gains[1] > 1.1 * gains[0]  # .35 against .29 of all deaths
    assert to_february(prompt)["median"] < to_february(complete)["median"]
