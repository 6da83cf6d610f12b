"""What a claims model over time refuses and says of itself before any fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from casualty_est import ClaimsModel, UsageError

MONTHS = pd.date_range("2016-01-31", periods=18, freq="ME")
TRUE = np.cumsum(60 * np.exp(np.sin(np.arange(18) / 3)))


def rows():
    rng = np.random.default_rng(8)
    rows = []

    def say(source, role, share, sd, months, **cell):
        for k in months:
            number = share * TRUE[k] * np.exp(rng.normal(0, sd))
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

    say("Army", "perpetrator", 0.1, 0.04, range(1, 18, 2))
    say("Watch", "monitor", 0.5, 0.08, (5, 8, 11, 14, 17))
    say("Watch", "monitor", 1.2, 0.08, (8, 17), outcome="casualties")
    say("Herald", "media", 0.7, 0.1, (17,), outcome="injured")
    return pd.DataFrame(rows)


def test_refused_where_time_is_not_modelled():
    one = pd.DataFrame({"source": ["A", "B"], "role": ["monitor"] * 2, "quantity": ["10", "20"]})
    est = ClaimsModel(one).fit(seed=1, progress_bar=False)
    assert not est.has_path
    for ask in (est.path, est.ratio_paths, est.still_to_be_admitted):
        with pytest.raises(UsageError, match="time was not modelled"):
            ask()
    with pytest.raises(UsageError, match="time was not modelled"):
        est.as_of(["2016-01-31"])
    assert "path" not in est.to_dict()["details"]
    assert "windows" not in est.to_dict()["details"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"grid": "fortnight"}, "grid: 'fortnight' is unknown"),
        ({"restated": "some"}, "restated: 'some' is unknown"),
        ({"delay": {"Navy": 30}}, "delay: no source is called 'Navy'"),
        ({"drift": {"Navy": 0.1}}, "drift: no source is called 'Navy'"),
        ({"delay": {"Army": "soon"}}, "write a number of days"),
        ({"delay": {"Army": -3}}, "must be a number above 0"),
        ({"delay": {"Army": {"median": 1e6}}}, "a median delay lies between"),
        ({"delay": ["Army"]}, "must be a mapping"),
        ({"drift": {"Army": 9}}, "drifts by a factor"),
        ({"priors": {"path": {"sdd": 1}}}, "path: 'sdd' is unknown"),
        ({"priors": {"path": {"terms": 2.5}}}, "whole number"),
        ({"priors": {"sources": {"Army": {"delay": "late"}}}}, "write a number of days"),
        ({"priors": {"anchors": [{"interval": [1, 2], "date": "May"}]}}, "must be a date"),
        (
            {"priors": {"anchors": [{"interval": [1, 2], "start": "2016-01-01"}]}},
            "needs a date on or after it",
        ),
        (
            {"priors": {"anchors": [{"source": "Army", "ratio": 0.1, "date": "2016-05-01"}]}},
            "a date belongs to an anchor on a count",
        ),
        ({"priors": {"shared": {"within": "country"}}}, "shared.within: 'country' is unknown"),
    ],
)
def test_what_is_refused(options, words):
    with pytest.raises(UsageError, match=words):
        ClaimsModel(rows(), **options)


def test_what_is_said_of_a_model_over_time():
    priors = {"anchors": [{"interval": [2000, 4000], "outcome": "killed", "date": "2017-12-31"}]}
    model = ClaimsModel(rows(), priors=priors, delay={"Army": "estimated"})
    (note,) = [text for code, text in model.notes if code == "windows_modelled"]
    assert "18 months" not in note
    assert "24 months from 2016-01-01 to 2017-12-31 (chosen by the length of the span)" in note
    assert "Army states deaths late: median delay log-normal, median 180 days" in note
    assert "share a log error of sd 0.2 with Gaussian correlation over 12 months" in note
    assert "17 claims are used" in note
    assert note in " ".join(repr(model).split())
    assert {str(row.end) for row in model.rows} == {"2017-12-31"}
    with pytest.raises(UsageError, match="exact route"):
        model.fit(method="exact", seed=1)


def test_a_role_can_be_taken_away():
    roles = dict.fromkeys(("Army", "Watch", "Herald"), "none")
    model = ClaimsModel(rows(), roles=roles)
    assert {target.role for target in model.layout.ratios.targets} == {None}
    assert not model.has_level
