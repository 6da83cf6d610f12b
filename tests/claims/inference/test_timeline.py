"""A fit over time: what it contains, what it adds up to, and what is asked of it afterwards."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from casualty_est import Estimate, UsageError
from casualty_est.claims.inference.timeline import expected
from tests.support.former import former_model

pytestmark = pytest.mark.slow

MONTHS = pd.date_range("2016-01-31", periods=18, freq="ME")
TRUE = np.cumsum(60 * np.exp(np.sin(np.arange(18) / 3)))


def stated(month, median):
    """Deaths up to a month that a source with a delay has stated by its end."""
    days = (month - np.arange(month + 1) + 0.5) * 365.25 / 12
    late = stats.weibull_min(1.057, scale=median / np.log(2) ** (1 / 1.057))
    return np.diff(TRUE[: month + 1], prepend=0.0) @ late.cdf(days)


def rows():
    rng = np.random.default_rng(8)
    rows = []

    def say(source, role, share, sd, months, late=None, **cell):
        for k in months:
            known = TRUE[k] if late is None else stated(k, late)
            number = share * known * np.exp(rng.normal(0, sd))
            rows.append(
                {
                    "source": source,
                    "role": role,
                    "quantity": f"{number:.0f}",
                    "start": "2016-01-01",
                    "end": MONTHS[k].date().isoformat(),
                    "outcome": "killed",
                    **cell,
                }
            )

    say("Army", "perpetrator", 0.1, 0.04, range(1, 18, 2), late=60)
    say("Watch", "monitor", 0.5, 0.08, (5, 8, 11, 14, 17))
    say("Watch", "monitor", 1.2, 0.08, (8, 17), outcome="casualties")
    say("Herald", "media", 0.7, 0.1, (17,), outcome="injured")
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def est():
    model = former_model(rows(), grid="month", delay={"Army": 60}, drift={"Watch": 0.2})
    return model.fit(seed=1, draws=1000, tune=1000, progress_bar=False)


def test_the_fit_converges_and_adds_up(est):
    assert est.converged, est.meta.diagnostics
    posterior = est.idata["posterior"]
    path = posterior["path"].to_numpy().astype(float)
    cells = est.details.windows.cells
    place = {(cell.outcome, cell.group): k for k, cell in enumerate(cells)}
    both = path[:, :, place["killed", "civilians"]] + path[:, :, place["injured", "civilians"]]
    np.testing.assert_allclose(both, path[:, :, place["casualties", "civilians"]], rtol=1e-6)
    assert (np.diff(path, axis=-1) > 0).all()
    deaths = posterior["deaths"].to_numpy()
    for k, cell in enumerate(cells):
        np.testing.assert_allclose(path[:, :, k, -1], deaths[..., cell.row], rtol=1e-6)
    summary = est.summary()
    assert set(summary["start"]) == {"2016-01-01"}
    assert set(summary["end"]) == {"2017-06-30"}


def test_what_the_sampler_expects_is_what_numpy_does(est):
    layout = est._model.layout
    compiled = est._model._engines["nuts"]
    draws = compiled.sample(draws=5, tune=100, chains=1, seed=2)
    extra = {name: value[0] for name, value in draws.extra.items()}
    logs = expected(layout, draws.log_deaths[0], draws.log_ratio[0], extra)
    np.testing.assert_allclose(logs, extra["expected"], rtol=1e-9)


def test_paths_as_tables(est):
    table = est.path(0.9)
    assert list(table.columns) == [
        "scope", "outcome", "group", "perpetrator", "date", "median", "low", "high",
        "documented_low", "prob",
    ]  # fmt: skip
    killed = table[table.outcome == "killed"].set_index("date")
    assert list(killed.index) == [day.date().isoformat() for day in MONTHS]
    assert (killed.low < killed["median"]).all()
    assert (killed["median"] < killed.high).all()
    watched = rows().query("source == 'Watch' and outcome == 'killed'").quantity.astype(float)
    assert killed.documented_low["2016-06-30"] == watched.iloc[0]
    assert killed.documented_low.iloc[-1] == watched.max()
    # Half of the deaths lie where half of them were simulated.
    share = killed["median"] / killed["median"].iloc[-1]
    assert np.abs(share.to_numpy() - TRUE / TRUE[-1]).max() < 0.12


def test_ratios_over_time(est):
    table = est.ratio_paths()
    army = table[table.source == "Army"]["median"].to_numpy()
    # What is stated late is a small share at first.
    assert army[0] < 0.5 * army[-1]
    last = table[(table.source == "Watch") & (table.outcome == "killed")].iloc[-1]
    ratio = est.sources().query("source == 'Watch' and outcome == 'killed'").ratio.iloc[0]
    assert last["median"] == pytest.approx(ratio, rel=0.25)


def test_what_is_still_to_be_admitted(est):
    table = est.still_to_be_admitted(0.9)
    assert set(table.source) == {"Army"}
    stated = rows().query("source == 'Army'").quantity.astype(float)
    assert table.admitted.iloc[-1] == stated.iloc[-1]
    assert np.isnan(table.admitted.iloc[0])
    # With a median of sixty days the last two months are hardly stated yet.
    end = table.iloc[-1]
    recent = 0.1 * (TRUE[-1] - TRUE[-3])
    assert 0.3 * recent < end["median"] < 3 * recent


def test_json_file_and_back(est, tmp_path):
    content = est.to_dict()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    path = content["details"]["path"]
    assert len(path) == len(est.details.windows.cells)
    assert path[0]["dates"] == [day.date().isoformat() for day in MONTHS]
    assert len(path[0]["median"]) == 18
    assert content["details"]["windows"]["grid"] == "month"
    assert content["details"]["still_to_be_admitted"][0]["source"] == "Army"
    est.as_of(["2016-12-31"])
    again = Estimate.load(est.save(tmp_path / "est.nc"))
    pd.testing.assert_frame_equal(again.path(), est.path())
    pd.testing.assert_frame_equal(again.ratio_paths(), est.ratio_paths())
    pd.testing.assert_frame_equal(again.as_of(["2016-12-31"]), est.as_of(["2016-12-31"]))
    assert again.to_dict()["details"]["path"] == path
    with pytest.raises(UsageError, match="no model to refit"):
        again.as_of(["2016-11-30"])


def test_what_sets_the_level_sums_to_one(est):
    gauge = est.identification()
    assert gauge.sum == pytest.approx(1, abs=max(0.1, 4 * gauge.sum_mcse))
    names = [row.assumption for row in gauge.rows]
    assert "ratio of Army" in names


def test_as_of_hears_no_later_claim(est):
    table = est.as_of(["2016-06-30", "2017-06-30"], ci_prob=0.9)
    heard = rows()
    assert list(table.claims) == [int((heard.end <= day).sum()) for day in table.date]
    assert table.documented_low.iloc[0] == est.path().query("outcome == 'killed'").iloc[5, 8]
    killed = est.path(0.9).query("outcome == 'killed'")
    assert table["median"].iloc[1] == pytest.approx(killed["median"].iloc[-1], rel=0.1)
    assert table["median"].iloc[0] < table["median"].iloc[1]
    with pytest.raises(UsageError, match="outside the grid"):
        est.as_of(["2019-01-01"])
    with pytest.raises(UsageError, match="must be a date"):
        est.as_of(["June"])


def test_refits_without_each_source(est):
    table = est.without_each_source()
    assert list(table.case) == ["without Army", "without Watch", "without Herald"]
    assert np.isfinite(table["median"]).all()
    assert table["median"].nunique() == 3
