"""The claims model as configured: what it reads, refuses, assumes and says of itself."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from casualty_est import Claims, ClaimsModel, InputError, UsageError, datasets
from tests.support.former import former_model
from tests.support.graphs import as_written

ROWS = [
    {"source": "Pentagon", "role": "perpetrator", "quantity": "about 800"},
    {"source": "Airwars", "role": "monitor", "quantity": "at least 6,047"},
]
ROWS_TABLE = pd.DataFrame(ROWS)


def model(rows=ROWS, **options):
    return former_model(pd.DataFrame(rows).fillna(""), **options)


def codes(built):
    return [code for code, _ in built.notes]


# Unknown names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"roles": {"Airwar": "monitor"}}, "Did you mean 'Airwars'"),
        ({"roles": {"Airwars": "monitr"}}, "Did you mean 'monitor'"),
        ({"hedge": {"Airwar": "speaker"}}, "Did you mean 'Airwars'"),
        ({"hedge": {"Airwars": "speeker"}}, "must be 'speaker' or 'documented'"),
        ({"total": {"scop": "x"}}, "Did you mean 'scope'"),
        ({"total": {"scope": "Syria"}}, "no claim uses the scope 'Syria'"),
        ({"priors": {"sources": {"Pentagn": {"role": "party"}}}}, "Did you mean 'Pentagon'"),
        ({"priors": {"rolls": {}}}, "Did you mean 'roles'"),
        (
            {"priors": {"anchors": [{"source": "Airwar", "ratio": 0.5}]}},
            "Did you mean 'Airwars'",
        ),
        (
            {"priors": {"anchors": [{"scope": "Syria", "interval": [1, 2]}]}},
            "no claim names the scope 'Syria'. Use one of: 'all'",
        ),
        (
            {"priors": {"anchors": [{"source": "Airwars", "ratio": 0.5, "scope": "Syria"}]}},
            "no claim names the scope 'Syria'",
        ),
        ({"as_of": "9 February"}, "as_of must be a date"),
    ],
)
def test_unknown_names_list_the_valid_ones(options, words):
    with pytest.raises(UsageError, match=words):
        model(**options)


def test_an_anchor_on_one_of_several_cells_must_say_which():
    rows = [ROWS[0] | {"scope": "Iraq"}, ROWS[0] | {"scope": "Syria"}]
    with pytest.raises(UsageError, match="say the scope of the anchor"):
        model(rows, priors={"anchors": [{"interval": [1, 2]}]})
    with pytest.raises(UsageError, match="speaks of 2 cells"):
        model(rows, priors={"anchors": [{"source": "Pentagon", "ratio": 0.5}]})
    anchor = {"source": "Pentagon", "ratio": 0.5, "scope": "Syria"}
    built = model(rows, priors={"anchors": [anchor]})
    target = built.layout.ratios.targets[built.layout.anchors[0].target]
    assert target.label.scope == "Syria"


def test_a_table_without_a_number():
    with pytest.raises(UsageError, match="no claim with a number that counts"):
        model([{"source": "A", "role": "monitor", "quantity": "unknown"}])


def test_a_bad_table_is_an_input_error():
    with pytest.raises(InputError, match="row 1"):
        model([{"source": "A", "quantity": "many many"}])


@pytest.mark.parametrize("method", ["smc", "NUTS", "", None])
def test_methods(method):
    with pytest.raises(UsageError, match="must be one of auto, exact, nuts"):
        model().fit(method=method, seed=1)


@pytest.mark.parametrize(
    "options", [{"draws": 0}, {"chains": 0}, {"tune": -1}, {"draws": 10.5}, {"chains": "4"}]
)
def test_numbers_of_draws(options):
    with pytest.raises(UsageError, match="must be a whole number"):
        model().fit(seed=1, **options)


# Roles and hedges ------------------------------------------------------------------------------


def test_roles_by_rank():
    role = {"priors": {"sources": {"Airwars": {"role": "media"}}}}
    assert [t.role for t in model().layout.ratios.targets] == ["perpetrator", "monitor"]
    assert [t.role for t in model(**role).layout.ratios.targets] == ["perpetrator", "media"]
    built = model(**role, roles={"Airwars": "government"})
    assert [t.role for t in built.layout.ratios.targets] == ["perpetrator", "government"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("role", "hedge"),
    [
        ("monitor", "documented"),
        ("government", "documented"),
        ("international", "documented"),
        ("perpetrator", "documented"),
        ("media", "speaker"),
        ("third_state", "speaker"),
        ("party", "speaker"),
        ("adversary", "speaker"),
        ("survey", "speaker"),
        ("reference", "speaker"),
        ("", "speaker"),
    ],
)
def test_at_least_by_role(role, hedge):
    rows = [{"source": "A", "role": role, "quantity": "at least 500"}]
    built = model(rows)
    assert built.layout.hedges == (hedge,)
    words = {"documented": "its own count", "speaker": "speaker's lower bound"}[hedge]
    assert built.layout.readings[0].words == words
    assert "hedge" in codes(built)
    other = {"documented": "speaker", "speaker": "documented"}[hedge]
    assert model(rows, hedge={"A": other}).layout.hedges == (other,)
    assert model([rows[0] | {"hedge": other}]).layout.hedges == (other,)
    # The option stands over the column.
    assert model([rows[0] | {"hedge": other}], hedge={"A": hedge}).layout.hedges == (hedge,)


def test_targets_are_scope_outcome_group_perpetrator_without_window():
    rows = [
        ROWS[0] | {"scope": "Iraq"},
        ROWS[0] | {"scope": "Syria"},
        ROWS[1] | {"scope": "Syria", "outcome": "injured"},
        ROWS[1] | {"scope": "Syria"},
    ]
    built = model(rows)
    assert len(built.layout.ratios.targets) == 4
    assert built.layout.assumptions[:4] == (
        "ratio of Pentagon (Iraq)",
        "ratio of Pentagon (Syria)",
        "ratio of Airwars (injured)",
        "ratio of Airwars (killed)",
    )
    assert not built.layout.exact_possible


def test_level_priors_by_kind_of_cell():
    def priors(rows):
        return [(v.kind, len(v.cells), v.prior.sd) for v in model(rows).layout.levels]

    assert priors(ROWS) == [("total", 1, 3.0)]
    assert priors([r | {"scope": s} for r in ROWS for s in "xy"]) == [("total", 2, 5.0)]
    one = [ROWS[1] | {"level": "incident", "scope": "a", "quantity": "7"}]
    assert priors(one) == [("incident", 1, 2.0)]
    assert priors([*one, ROWS[0] | {"scope": "b"}]) == [("total", 1, 3.0), ("incident", 1, 2.0)]


def test_an_incident_takes_the_middle_column():
    built = model([{"source": "A", "role": "perpetrator", "quantity": "7", "level": "incident"}])
    core = built.layout.ratios.targets[0].prior.core
    assert (core.median, core.sd) == (pytest.approx(0.5), pytest.approx(0.75))


def test_at_least_thirteen_of_one_strike_is_a_bound_and_not_twice_as_many():
    row = {"source": "A", "role": "monitor", "quantity": "at least 13", "level": "incident"}
    assert model([row]).layout.hedges == ("speaker",)
    assert model([row | {"hedge": "documented"}]).layout.hedges == ("documented",)
    medians = {
        text: model([row | {"quantity": text}]).fit(seed=1).summary()["median"].iloc[0]
        for text in ("13", "at least 13")
    }
    assert 9 < medians["13"] < 15
    assert 1.05 * medians["13"] < medians["at least 13"] < 20


def test_five_claims_teach_a_reporting_sd():
    rows = [ROWS[0] | {"quantity": str(n)} for n in (801, 811, 822, 835)]
    assert model([*rows, ROWS[1]]).layout.learned == ()
    rows.append(ROWS[0] | {"quantity": "846"})
    built = model([*rows, ROWS[1]])
    assert built.layout.learned == ("Pentagon",)
    assert list(built.layout.learned_of) == [0] * 5 + [-1]


# The same conflict -----------------------------------------------------------------------------


def test_the_conflict_under_analysis_is_left_out_of_the_record():
    here = ("Coalition in Iraq and Syria 2014-19",)
    built = ClaimsModel(datasets.load("coalition"))
    assert built.priors.left_out == here
    notes = dict(built.notes)
    assert "without Coalition in Iraq and Syria 2014-19" in notes["record"]
    assert ClaimsModel(ROWS_TABLE).priors.left_out == ()
    assert ClaimsModel(ROWS_TABLE, conflict="Raqqa").priors.left_out == here
    # What is said of each source comes from the record without it, and the whole is a refit.
    whole = built.with_whole_record()
    assert whole.priors.left_out == ()
    unnamed = ClaimsModel(ROWS_TABLE).layout.ratios
    for name in ("mu", "role_sd", "target_sd"):
        np.testing.assert_array_equal(getattr(whole.layout.ratios, name), getattr(unnamed, name))
        assert (getattr(built.layout.ratios, name) != getattr(unnamed, name)).all(), name


def test_the_whole_record_changes_nothing_else():
    own = {
        "sources": {"Pentagon": {"ratio": {"median": 0.2, "sd": 0.75}}},
        "anchors": [{"interval": [5000, 20_000]}],
    }
    options = {"hedge": {"Airwars": "speaker"}, "roles": {"Airwars": "media"}}
    built = ClaimsModel(datasets.load("coalition"), priors=own, as_of="2018-06-01", **options)
    whole = built.with_whole_record()
    assert whole.settings | {"left_out": None} == built.settings | {"left_out": None}
    assert whole.layout.readings == built.layout.readings
    assert whole.layout.anchors == built.layout.anchors
    assert whole.layout.ratios.mu[0] == built.layout.ratios.mu[0]
    assert [t.role for t in whole.layout.ratios.targets] == ["perpetrator", "media"]


def test_numbers_of_the_analyst_do_not_come_from_the_record():
    own = {"sources": {"Airwars": {"ratio": {"median": 0.5, "sd": 0.5}}}}
    built = ClaimsModel(ROWS_TABLE, priors=own)
    assert list(built.from_record) == [True, False]
    assert "record" not in codes(model())


# Anchors ---------------------------------------------------------------------------------------


def test_an_anchor_moves_the_answer_to_itself():
    free = model().fit(seed=1).summary().iloc[0]
    spec = {"anchors": [{"interval": [20_000, 22_000], "prob": 0.95}]}
    tied = model(priors=spec).fit(seed=1)
    row = tied.summary().iloc[0]
    assert free["median"] < 12_000
    assert 19_500 < row["median"] < 21_500
    assert tied.level() == "anchor"
    assert tied.identification().rows[-1].weight > 0.9


def test_a_validated_ratio_moves_the_answer():
    spec = {"anchors": [{"source": "Airwars", "ratio": 0.3}]}
    row = model(priors=spec).fit(seed=1).summary().iloc[0]
    assert row["median"] == pytest.approx(6047 / 0.3, rel=0.12)


def test_anchors_stand_in_no_prior_draw():
    spec = {"anchors": [{"interval": [20_000, 22_000], "prob": 0.95}]}
    deaths = model(priors=spec).prior_predictive(draws=4000, seed=1)["prior"]["deaths"].values
    assert np.quantile(deaths, 0.05) < 100


# What it says of itself ------------------------------------------------------------------------


def test_the_printed_model_has_every_source_role_and_number():
    text = repr(model())
    for words in (
        "2 claims of 2 sources on 1 cell",
        "Pentagon (perpetrator, statement): 'about 800', about",
        "Airwars (monitor, list): 'at least 6,047', its own count",
        "median 0.15, sd of the log 1",
        "completeness, median 0.5, sd of the logit 0.8",
        "exp N(0.05, 0.1)",
        "grounds:",
        "log N(8.01, 3), median 3,000",
        "reporting sd on the log scale 0.15",
        "0.5 is shared by the role, 0.3 by the source, 0.2 is the target's own",
        "taken as killed",
        "taken as civilians",
    ):
        assert words in " ".join(text.split()), words


def test_left_out_claims_are_printed_with_the_reason():
    rows = [*ROWS, {"source": "SOHR", "role": "monitor", "quantity": "unknown"}]
    assert "Left out" in repr(model(rows))
    claims = model(rows).fit(seed=1, draws=50).meta.claims
    assert [claim.counted for claim in claims] == [True, True, False]
    assert claims[2].reason


def test_input_is_escaped_in_html():
    built = model([ROWS[0] | {"source": "<b>x</b>"}])
    assert "<b>x</b>" not in built._repr_html_()


def test_an_argument_that_would_do_nothing_is_no_argument():
    with pytest.raises(TypeError, match="executor"):
        model().fit(seed=1, executor=None)


def test_claims_or_dataframe():
    frame = pd.DataFrame(ROWS)
    one, other = former_model(frame).fit(seed=1), former_model(Claims(frame)).fit(seed=1)
    np.testing.assert_array_equal(one.draws(), other.draws())


def test_order_of_rows_does_not_matter():
    one, other = model().fit(seed=1), model(ROWS[::-1]).fit(seed=1)
    np.testing.assert_allclose(
        one.summary()[["low", "median", "high"]], other.summary()[["low", "median", "high"]]
    )


def test_the_pymc_model_is_open_and_compiled_once():
    built = model()
    assert built.pymc_model is built.pymc_model
    assert {"log_deaths", "log_ratio", "shared"} <= set(built.pymc_model.named_vars)


def test_pymc_log_density_is_the_sum_of_prior_and_claims():
    """At a few points, against SciPy by hand, up to the one constant of the anchors."""
    from scipy import stats

    spec = {"anchors": [{"interval": [5000, 20_000]}]}
    built = model([ROWS[0], {"source": "B", "role": "media", "quantity": "5,003"}], priors=spec)
    density = built.pymc_model.compile_logp(mode=as_written())
    (count,) = {rv.name for rv in built.pymc_model.free_RVs} - {"claimed"}
    # What a source would say without error, in steps of 0.15 from what it said.
    said_first = np.log([800, 5003])
    t, sd = stats.t(4), np.log(4) / (2 * stats.norm.ppf(0.975))

    def by_hand(level, steps):
        said = said_first + 0.15 * steps
        total = stats.norm.logpdf(level, np.log(3000), 3)
        total += stats.norm.logpdf(said[0] - level, np.log(0.15), 1.0)
        total += stats.norm.logpdf(said[1] - level, np.log(0.5), 0.7)
        for z, m, s in zip(said_first, said, (0.15 * 2**0.5, 0.15), strict=True):
            total += t.logpdf((z - m) / s) - np.log(s)
        return total - 0.5 * ((level - np.log(10_000)) / sd) ** 2

    points = [(9.0, [0.1, -0.4]), (12.0, [-2.0, 1.0]), (4.0, [0.0, 3.0])]
    points = [(level, np.array(steps)) for level, steps in points]
    got = [density({count: np.array([level]), "claimed": steps}) for level, steps in points]
    wanted = [by_hand(level, steps) for level, steps in points]
    np.testing.assert_allclose(np.diff(got), np.diff(wanted), atol=1e-7)


def test_documented_follows_the_role_that_the_model_uses():
    bare = [{"source": "A", "quantity": "at least 500"}, {"source": "B", "quantity": "about 50"}]

    def documented(rows, **options):
        built = model(rows, **options)
        return built.documented(built.rows[0])

    assert documented(bare) is None
    assert documented(bare, roles={"A": "monitor"}).text == "at least 500"
    assert documented(bare, priors={"sources": {"A": {"role": "monitor"}}}).low == 500
    named = [bare[0] | {"role": "monitor"}, bare[1]]
    assert documented(named, roles={"A": "media"}) is None
    later = {"source": "A", "quantity": "at least 700", "reported": "2018-02-09"}
    assert documented([named[0] | {"reported": "2017-02-09"}, later]).low == 700


def test_words_are_no_documented_count_and_no_tally():
    rows = [{"source": "UN", "role": "international", "quantity": "at least hundreds"}]
    built = model(rows)
    assert built.documented(built.rows[0]) is None
    assert built.layout.hedges == ("speaker",)
    text = "At least hundreds of thousands, and perhaps more than 1.3 million"
    built = model([rows[0] | {"quantity": text}])
    assert built.layout.readings[0].tau == pytest.approx(math.log(6.5))


def test_an_incident_is_no_rival_of_a_total():
    rows = [
        {"source": "A", "role": "monitor", "quantity": "100"},
        {"source": "B", "role": "monitor", "quantity": "13", "level": "incident"},
    ]
    with pytest.raises(UsageError, match="give the incident a scope of its own"):
        model(rows)
    placed = [rows[0], rows[1] | {"scope": "the market"}]
    assert len(model(placed).layout.grid.cells) == 2


@pytest.mark.thorough
def test_large_tables_are_indexed_and_have_the_same_density(monkeypatch):
    from casualty_est.claims.model import pymc_model

    rng = np.random.default_rng(1)
    roles = {"A": "monitor", "B": "monitor", "C": "government", "D": "perpetrator"}
    table = pd.DataFrame(
        [
            {"source": s, "role": role, "scope": place, "quantity": f"{rng.integers(100, 9000):,}"}
            for s, role in roles.items()
            for place in ("North", "South", "East", "North+South")
        ]
    )
    layout = ClaimsModel(table).layout
    products = pymc_model.build(layout)
    monkeypatch.setattr(pymc_model, "MOST_PRODUCT", 0)
    indexed = pymc_model.build(layout)
    slopes = [
        m.logp_dlogp_function(ravel_inputs=True, mode=as_written()) for m in (products, indexed)
    ]
    for f in slopes:
        f.set_extra_values({})
    start = np.concatenate([np.ravel(v) for v in products.initial_point().values()])
    for point in start + rng.normal(0, 0.3, (3, len(start))):
        (wanted, slope), (got, other) = (f(point) for f in slopes)
        assert got == pytest.approx(wanted, rel=1e-12)
        np.testing.assert_allclose(other, slope, rtol=1e-9, atol=1e-9)


def test_what_numbers_rest_on_is_said_by_the_roles_that_were_named():
    table = pd.DataFrame({"source": ["Airwars", "Army"], "quantity": ["at least 6,047", "800"]})
    built = ClaimsModel(Claims(table), roles={"Airwars": "monitor"}, hedge={"Army": "documented"})
    (told,) = [text for _, text in built.notes if text.startswith("basis not given")]
    assert told == "basis not given in 2 rows: taken as list (monitor, no role)"
    (plain,) = [text for _, text in ClaimsModel(Claims(table)).notes if text[:5] == "basis"]
    assert plain == "basis not given in 2 rows: taken as statement (no role)"


def test_a_conflict_that_the_record_does_not_know_is_said():
    table = pd.DataFrame({"source": ["A"], "role": ["monitor"], "quantity": ["1,340"]})
    built = ClaimsModel(Claims(table), conflict="Valdania")
    (told,) = [text for code, text in built.notes if code == "record"]
    assert told.endswith("conflicts, and 'Valdania' is none of them")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"conflict": ["Syria", "Iraq"]},
            r"conflict names one conflict, as 'Syria', and \['Syria'",
        ),
        ({"total": "Alpha"}, r"total is a table of labels, as in .*, and 'Alpha' came"),
    ],
)
def test_what_is_no_label_is_told_so(options, told):
    with pytest.raises(UsageError, match=told):
        model(**options)
