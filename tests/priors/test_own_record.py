"""A source's own validated cases: their effect against importance sampling, and their errors."""

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import casualty_est as ce
from casualty_est.errors import InputError, UsageError
from casualty_est.priors.own_record import OwnCase, read_cases, read_record, updated
from casualty_est.priors.roles import default_roles

ERROR = 0.05  # log sd of a statement round what its source would say


def weighted(prior, cases, draws=400_000):
    """Mean and sd of what is the source's own, given its cases, by weights over draws."""
    rng = np.random.default_rng(1)
    spread = prior.spread
    part = rng.standard_t(4, (len(cases) + 1, draws))
    if not spread.heavy:
        part = rng.standard_normal((len(cases) + 1, draws))
    own = spread.role * rng.standard_normal(draws)
    own += np.sqrt(0.6) * spread.own * part[0]
    weight = np.ones(draws)
    for i, (log_ratio, sd) in enumerate(cases, 1):
        at = prior.core.mu + own + np.sqrt(0.4) * spread.own * part[i]
        error = np.hypot(sd, ERROR)
        if prior.is_completeness:
            at = np.log(special.expit(at))
        if prior.over_count is not None:
            at, error = at + prior.over_count.mean, np.hypot(error, prior.over_count.sd)
        weight *= stats.norm.pdf(log_ratio, at, error)
    mean = np.average(own, weights=weight)
    effective = weight.sum() ** 2 / (weight**2).sum()
    sd = np.sqrt(np.average((own - mean) ** 2, weights=weight))
    return mean, sd, sd / np.sqrt(effective)


@pytest.mark.parametrize("role", ["monitor", "perpetrator", "government"])
def test_the_update_is_that_of_weighted_draws(role):
    prior = default_roles()[role].totals
    cases = [(np.log(12 / 19), 0.1), (np.log(30 / 33), 0.08)]
    mean, sd, error = weighted(prior, cases)
    after = updated(prior, [OwnCase("s", "total", *c) for c in cases], (0.5, 0.3, 0.2), ERROR)
    assert after.core.mu - prior.core.mu == pytest.approx(mean, abs=5 * error)
    assert after.spread.role == pytest.approx(sd, abs=5 * error)


def test_cases_narrow_the_answer_and_are_said():
    claims = ce.datasets.load("coalition")
    rows = {"source": "Airwars", "said": [12, 30, 8], "true": [19, 33, 10]}
    model = ce.ClaimsModel(claims, record=pd.DataFrame(rows))
    plain = ce.ClaimsModel(claims).fit(seed=1).summary().iloc[0]
    told = model.fit(seed=1).summary().iloc[0]
    assert told["high"] / told["low"] < 0.8 * plain["high"] / plain["low"]
    assert ("own_record", "Airwars: its prior was updated by 3 of its own validated cases") in (
        model.notes
    )
    listed = [
        dict(zip(rows, case, strict=True))
        for case in zip(["Airwars"] * 3, *list(rows.values())[1:], strict=True)
    ]
    same = ce.ClaimsModel(claims, priors={"record": listed}).fit(seed=1).summary().iloc[0]
    assert same["median"] == told["median"]


def test_the_columns_of_the_record_are_read(tmp_path):
    ce.datasets.record().to_frame().head(5).to_csv(tmp_path / "r.csv", index=False)
    cases = read_record(tmp_path / "r.csv")
    first = ce.datasets.record()[0]
    assert len(cases) == 5
    assert cases[0].log_ratio == pytest.approx(np.log(first.reported_best / first.ref_best))


def test_cases_that_find_no_claim_are_said():
    rows = pd.DataFrame({"source": ["HRW"], "said": [3], "true": [4]})
    model = ce.ClaimsModel(ce.datasets.load("coalition"), record=rows)
    (text,) = [text for code, text in model.notes if code == "own_record"]
    assert text.startswith("the validated cases of HRW update nothing")


def test_every_bad_row_is_told():
    rows = pd.DataFrame({"source": ["A", "B", "C"], "said": ["x", "3", "4"], "true": [4, 0, 5]})
    with pytest.raises(InputError, match="has 2 problems") as error:
        read_record(rows)
    assert [(p.line, p.where) for p in error.value.problems] == [(1, "row"), (2, "row")]


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ({"said": 3}, "must be a list of tables"),
        (
            [{"source": "A", "said": 3}],
            r'record\[0\]: write source = "...", said = 12 and true = 19',
        ),
        ([{"source": "A", "said": 3, "true": 4, "low": 5, "high": 9}], "true must lie between"),
        ([{"source": "A", "said": 3, "true": 4, "level": "war crime"}], "level"),
        ([{"source": "A", "siad": 3, "true": 4}], "said"),
    ],
)
def test_malformed_cases(items, words):
    with pytest.raises(UsageError, match=words):
        read_cases(items)


def test_missing_columns_are_named():
    with pytest.raises(UsageError, match="record: true missing"):
        read_record(pd.DataFrame({"source": ["A"], "said": [3]}))
