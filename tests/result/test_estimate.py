"""The one result type: three kinds of evidence, no headline without a level, nothing invented."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from casualty_est import ClaimsModel, Estimate, UsageError
from casualty_est.result.checks import BelowDocumented
from casualty_est.result.files import from_tree
from casualty_est.result.schema import Rests, SourceRow, Span, Weight
from tests.support.by_hand import make_estimate, make_row
from tests.support.claim_tables import model


@pytest.fixture(scope="module")
def families():
    """Two families of dependence between lists, each with its own answer."""
    rng = np.random.default_rng(1)
    second = rng.uniform(size=(4, 1000)) < 0.3
    total = np.exp(
        np.where(second, np.log(20_000), np.log(9_000)) + 0.05 * rng.normal(size=(4, 1000))
    )
    listed = np.full((4, 1000), 4400.0)
    draws = np.stack([total, listed, total - listed], axis=-1)
    rows = [
        replace(make_row(part), strata={"month": "April"})
        for part in ("total", "listed", "unlisted")
    ]
    rests = Rests(
        "families",
        (Weight("independent lists", 0.7, 0.0), Weight("a hidden group", 0.3, 0.0)),
        ("70% of the mass lies with independent lists, 30% with a hidden group.",),
    )
    source = SourceRow("ABA", "ABA", prior=Span(0.5, 0.1, 0.9), prior_log_sd=1.0)
    return make_estimate(draws, rows, identification=rests, sources=(source,))


@pytest.fixture(scope="module")
def elasticities():
    rng = np.random.default_rng(2)
    listed = np.exp(rng.normal(8.5, 0.05, (4, 1000)))
    unlisted = np.exp(rng.normal(7.0, 0.5, (4, 1000)))
    draws = np.stack([listed + unlisted, listed, unlisted], axis=-1)
    rests = Rests(
        "elasticity",
        (
            Weight("inclusion of small incidents", -0.4, 0.02),
            Weight("credibility of grade fair", 1.3, 0.01),
        ),
        ("If fair incidents were 10% more credible, the total would be 13% higher.",),
    )
    rows = [make_row(part) for part in ("total", "listed", "unlisted")]
    return make_estimate(draws, rows, identification=rests)


# Claims ----------------------------------------------------------------------------------------


def test_intervals_are_95_per_cent_and_equal_tailed(coalition):
    row = coalition.summary().iloc[0]
    draws = coalition.draws().ravel()
    assert row["prob"] == 0.95
    np.testing.assert_allclose(
        [row["low"], row["median"], row["high"]], np.quantile(draws, [0.025, 0.5, 0.975])
    )
    interval = coalition.to_dict()["estimates"][0]["interval"]
    assert interval["kind"] == "eti"
    assert interval["prob"] == 0.95
    half = coalition.summary(ci_prob=0.5).iloc[0]
    assert row["low"] < half["low"] < half["median"] < half["high"] < row["high"]


def test_headline_is_rounded_and_names_the_level(coalition):
    text = coalition.headline()
    assert text.startswith("about 10,000 (95% credible interval 5,4")
    assert "90% credible interval" in coalition.headline(ci_prob=0.9)


def test_documented_is_never_modelled(coalition):
    row = coalition.summary().iloc[0]
    assert row["documented"] == 6047
    # Not cut off at the documented count.
    assert coalition.draws().min() < 6047
    assert row["p_below_documented"] == (coalition.draws() < 6046.5).mean()


def test_what_rounds_to_the_documented_count_is_not_below_it(fake, row):
    draws = np.tile([12.4, 12.6, 13.0, 13.4], 25).reshape(1, 100, 1)
    est = fake(draws, [row(documented=13)])
    assert est.summary()["p_below_documented"].iloc[0] == 0.25


@pytest.mark.thorough
def test_documented_counts_only_lists_and_that_cell():
    got = model(
        ("A", "media", "at least 9,000"),
        ("B", "monitor", "at least 500"),
        ("C", "government", "about 700"),
        ("D", "international", "600-650"),
    )
    # A verified count of an international body is one; its range is an estimate.
    assert got.fit(seed=1).to_dict()["estimates"][0]["documented"]["source"] == "B"
    assert got.fit(seed=1).summary()["documented"].iloc[0] == 500
    none = model(("A", "media", "at least 9,000"), ("B", "third_state", "500"))
    assert none.fit(seed=1).to_dict()["estimates"][0]["documented"] is None
    frame = pd.DataFrame(
        {"source": ["A", "B"], "role": "monitor", "quantity": ["900", "400"], "scope": ["x+y", "x"]}
    )
    built = ClaimsModel(frame)
    counts = {row.label.scope: built.documented(row) for row in built.rows}
    assert counts["x+y"].low == 900
    assert counts["x"].low == 400
    assert counts["y"] is None


@pytest.mark.thorough
def test_documented_not_after_the_as_of_date():
    frame = pd.DataFrame(
        {
            "source": ["A", "B"],
            "role": "monitor",
            "quantity": ["900", "400"],
            "reported": ["2020-01-01", "2018-01-01"],
        }
    )
    assert ClaimsModel(frame).fit(seed=1).summary()["documented"].iloc[0] == 900
    assert ClaimsModel(frame, as_of="2019-01-01").fit(seed=1).summary()["documented"].iloc[0] == 400


def test_sources_stand_beside_their_priors(coalition):
    sources = coalition.sources().set_index("source")
    assert sources.loc["Pentagon", "prior_median"] == pytest.approx(0.15)
    assert sources.loc["Pentagon", "prior_low"] == pytest.approx(0.15 * np.exp(-1.959964), rel=1e-5)
    np.testing.assert_allclose(
        sources.loc["Pentagon", ["low", "ratio", "high"]].astype(float),
        np.quantile(coalition.ratio("Pentagon"), [0.025, 0.5, 0.975]),
    )
    assert sources.loc["Airwars", "learned"] == pytest.approx(
        np.log(coalition.ratio("Airwars")).std() / 0.418, rel=0.02
    )


@pytest.mark.parametrize("prob", [0, 1, 95, -0.1])
def test_levels_of_intervals_are_checked(coalition, prob):
    for call in (
        coalition.summary,
        coalition.sources,
        coalition.headline,
        coalition.to_dict,
        coalition.modes,
    ):
        with pytest.raises(UsageError, match="ci_prob must lie between 0 and 1"):
            call(ci_prob=prob)


def test_the_same_seed_gives_the_same_estimate():
    rows = ("A", "monitor", "500"), ("B", "media", "800")
    one, other = model(*rows).fit(seed=7), model(*rows).fit(seed=7)
    np.testing.assert_array_equal(one.draws(), other.draws())
    np.testing.assert_array_equal(one.ratio("B"), other.ratio("B"))
    drawn = model(*rows).fit()
    assert isinstance(drawn.meta.seed, int)
    again = model(*rows).fit(seed=drawn.meta.seed)
    np.testing.assert_array_equal(drawn.ratio("A"), again.ratio("A"))


def test_idata_serves_arviz(coalition):
    import arviz as az

    table = az.summary(
        coalition.idata, var_names=["deaths"], ci_prob=0.95, ci_kind="eti", round_to="none"
    )
    assert table["mean"].iloc[0] == pytest.approx(coalition.draws().mean())
    assert coalition.idata["posterior"]["deaths"].dims[:2] == ("chain", "draw")


# No level --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unplaced():
    return model(("A", "", "500"), ("B", "", "800"))


def test_no_roles_no_headline(unplaced):
    est = unplaced.fit(seed=1)
    frame = est.summary()
    for column in ("median", "low", "high", "mean", "sd", "p_below_documented"):
        assert frame[column].isna().all(), column
    assert (frame["level"] == "none").all()
    assert est.headline() == "no headline number: nothing sets the level"
    assert est.modes() == ()
    sources = est.sources()
    for column in ("ratio", "low", "high", "learned"):
        assert sources[column].isna().all(), column
    assert any(note.code == "no_level" for note in est.warnings)
    content = json.loads(json.dumps(est.to_dict(), allow_nan=False))
    (row,) = content["estimates"]
    assert [row[k] for k in ("median", "mean", "sd", "modes", "level")] == [
        None,
        None,
        None,
        [],
        "none",
    ]
    assert (row["interval"]["low"], row["interval"]["high"]) == (None, None)
    assert all(source["ratio_total"] is None for source in content["sources"])
    for text in (repr(est), est._repr_html_()):
        assert "no headline" in text
    assert "not known: nothing sets the level" in repr(est)
    assert len(est.each_source_alone()) == len(est.without_each_source()) == 0
    assert est.check().below_documented == ()


def test_the_analysts_own_act():
    est = model(("A", "", "500"), ("B", "", "800"), assume_unbiased=True).fit(seed=1)
    row = est.summary().iloc[0]
    assert row["low"] < 640 < row["high"]
    assert row["level"] == "prior"
    codes = [note.code for note in est.warnings]
    assert "assumed_unbiased" in codes
    assert "no_level" not in codes
    assert "assumes" in repr(est)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "options",
    [
        {"roles": {"A": "monitor"}},
        {"priors": {"anchors": [{"interval": [500, 5000]}]}},
        {"priors": {"sources": {"A": {"ratio": {"median": 0.5, "sd": 0.5}}}}},
        {"priors": {"sources": {"A": {"role": "media"}}}},
    ],
)
def test_any_role_prior_or_anchor_gives_a_headline(options):
    est = model(("A", "", "500"), ("B", "", "800"), **options).fit(seed=1)
    assert est.summary()["median"].notna().all()
    assert not any(note.code == "no_level" for note in est.warnings)


def test_a_mean_that_nobody_knows_is_not_given():
    # The level prior alone: log sd of some three, whose mean no four thousand draws know.
    est = model(
        ("A", "", "500"),
        assume_unbiased=True,
        priors={"roles": {}, "sources": {"A": {"ratio": {"median": 1, "sd": 4}}}},
    ).fit(seed=1)
    row = est.summary().iloc[0]
    assert pd.isna(row["mean"])
    assert pd.isna(row["sd"])
    assert row["median"] > 0
    assert est.to_dict()["estimates"][0]["mean"] is None


# Other kinds of evidence -----------------------------------------------------------------------


def test_two_modes(families):
    assert len(families) == 3
    modes = families.modes()
    assert [m.weight for m in modes] == pytest.approx([0.7, 0.3], abs=0.03)
    assert [m.median for m in modes] == pytest.approx([9000, 20_000], rel=0.02)
    frame = families.summary()
    assert list(frame["part"]) == ["total", "listed", "unlisted"]
    assert (frame["month"] == "April").all()
    assert np.isnan(frame["mean"].iloc[0])  # between two modes nothing lies
    assert frame["mean"].iloc[1] == 4400
    rests = families.identification()
    assert (rests.kind, rests.sum) == ("families", None)
    assert rests.rows[0].weight == 0.7
    content = json.loads(json.dumps(families.to_dict(), allow_nan=False))
    assert content["kind"] == "other"
    assert content["identification"]["kind"] == "families"
    assert content["identification"]["sum"] is None
    assert len(content["estimates"][0]["modes"]) == 2
    assert content["sources"][0]["ratio_total"] is None
    assert content["sources"][0]["completeness_reported"] is None


def test_listed_and_unlisted(elasticities):
    frame = elasticities.summary().set_index("part")
    np.testing.assert_allclose(
        elasticities.draws("total"),
        elasticities.draws("listed") + elasticities.draws("unlisted"),
        rtol=1e-12,
    )
    assert frame.loc["listed", "median"] == pytest.approx(np.exp(8.5), rel=0.02)
    assert frame.loc["unlisted", "median"] == pytest.approx(np.exp(7.0), rel=0.05)
    assert (frame["level"] == "data").all()
    rests = elasticities.identification("total")
    assert (rests.kind, rests.sum) == ("elasticity", None)
    content = json.loads(json.dumps(elasticities.to_dict(), allow_nan=False))
    assert [row["part"] for row in content["estimates"]] == ["total", "listed", "unlisted"]
    assert content["sources"] == []


@pytest.mark.parametrize("name", ["families", "elasticities"])
def test_every_face_of_other_kinds(name, request, tmp_path):
    from rich.console import Console

    est = request.getfixturevalue(name)
    text = repr(est)
    assert "Estimate from other." in text
    assert "unlisted" in text
    assert "unlisted" in est._repr_html_()
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(est)
    assert "unlisted" in console.export_text()
    assert est.headline().startswith("about ")
    assert est.check().lines[0].startswith("Converged: largest R-hat 1.001")
    assert isinstance(est.sources(), pd.DataFrame)
    loaded = Estimate.load(est.save(tmp_path / "e.nc"))
    assert loaded.to_dict() == est.to_dict()
    assert repr(loaded) == text


def test_what_is_no_result_is_refused():
    with pytest.raises(UsageError, match="attribute casualty_est is missing"):
        from_tree(xr.DataTree.from_dict({"posterior": xr.Dataset()}))


@pytest.mark.parametrize(
    ("low", "text", "shown"),
    [
        (250, "250-300", "250"),
        (6047, "at least 6,047", "6,047"),
        (501, "more than 500", "count (more than 500)"),
    ],
)
def test_what_the_true_number_may_lie_below_is_a_number_that_somebody_wrote(low, text, shown):
    assert BelowDocumented("civilians killed", low, text, 0.3).shown == shown


def test_several_numbers_of_one_source_are_said_to_be_several():
    rows = (("A", "government", "471"), ("A", "government", "1500"), ("B", "monitor", "310"))
    shown = " ".join(str(model(*rows).fit(seed=1)).split())
    assert "stated 1,500 and 1 other number" in shown
    assert "before the data" in shown


@pytest.mark.parametrize(("number", "said"), [(41, None), (43, "and 3 more, all of them in the")])
def test_of_a_long_table_the_first_rows_are_printed(number, said):
    draws = np.random.default_rng(1).lognormal(5.0, 0.2, (2, 200, number))
    shown = repr(make_estimate(draws, [make_row(scope=f"Town {k:02}") for k in range(number)]))
    assert "Town 39" in shown
    assert ("Town 40" in shown) == (said is None)
    assert said is None or said in shown
