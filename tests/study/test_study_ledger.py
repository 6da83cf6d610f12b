"""Who speaks twice: declared, refused, pointed out, and what follows; and what no study takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import casualty_est as ce
from casualty_est.result.shared import Spoken
from tests.support.known import EVEN, ClaimLike, KnownEstimate, known, normal

MEAN = 9.0


def logs(est):
    return np.log(est.draws())


# The ledger --------------------------------------------------------------------------------------


class Dropping(ClaimLike):
    """Like claims, with refits that are known."""

    def _deaths_without(self, row, sources):
        assert sources == {"MoH"}
        return np.exp(MEAN + 0.2 + 0.5 * EVEN)

    def _deaths_beyond(self, row, source, people):
        return np.exp(np.log(3000) + 0.5 * EVEN)


def of_ministry(kind=Dropping):
    said = [Spoken("MoH", 6000, "6,000"), Spoken("NGO", 8200, "about 8,200")]
    return known(MEAN + 0.1 + 0.4 * EVEN, kind=kind, said=said)


def lists(**more):
    said = [Spoken("MoH", 6000, "6,000 people")]
    return known(MEAN + 0.2 * np.random.default_rng(2).permutation(EVEN), said=said, **more)


def test_a_source_in_two_kinds_must_be_declared():
    study = ce.Study(claims=of_ministry(), lists=lists())
    assert "Not declared" in repr(study)
    with pytest.raises(ce.UsageError, match=r"study.relation\('MoH', 'claims', 'lists', ...\)"):
        study.fit(seed=1)
    study.relation("moh", "claims", "lists", "independent")
    assert "Not declared" not in repr(study)
    study.fit(seed=1)


def test_a_number_that_is_built_on_a_list_of_another_kind_is_asked_about():
    said = [Spoken("UN", 8200, "about 8,200")]
    built = known(MEAN + 0.4 * EVEN, kind=ClaimLike, said=said, parents=["MoH"])
    study = ce.Study(claims=built, lists=lists())
    with pytest.raises(ce.UsageError, match=r"'MoH', 'claims', 'lists', ...\)  # no number of its"):
        study.fit(seed=1)
    study.relation("MoH", "claims", "lists", "same")
    with pytest.raises(ce.UsageError, match="MoH brings no number of its own into claims"):
        study.fit(seed=1, claims="full")
    study.relation("MoH", "claims", "lists", "derived")
    joint = study.fit(seed=1, claims="full")
    assert joint.contributions()["eta"].to_dict() == {"claims": 0.0, "lists": 1.0}
    told = "MoH: numbers of the claims are built on those of the lists, so they do not move the "
    assert study.relations[0].text == told + "count"
    said = "cut, because this kind is built on MoH, which is in the lists too"
    assert joint.details.kinds[0].ledger == (said,)


def test_claims_hand_over_what_they_are_built_on(tmp_path):
    rows = {"source": ["UN", "Monitor"], "quantity": ["8,200", "6,000"]}
    rows |= {"role": ["monitor", "monitor"], "derived_from": ["MoH list; Monitor 2", ""]}
    est = ce.ClaimsModel(pd.DataFrame(rows)).fit(seed=1)
    loaded = ce.Estimate.load(est.save(tmp_path / "claims.nc"))
    for one in (est, loaded):
        assert one.shared().parents == ("MoH list", "Monitor 2")
        assert one.shared().names[-2:] == ("MoH list", "Monitor 2")


def test_a_study_inside_a_study_still_says_who_spoke():
    inner = ce.Study(claims=of_ministry(), other=normal(MEAN, 0.3, 1)).fit(seed=1, claims="full")
    with pytest.raises(ce.UsageError, match=r"study.relation\('MoH', 'joint', 'lists', ...\)"):
        ce.Study(joint=inner, lists=lists()).fit(seed=1)
    assert [one.deaths for one in inner.shared().spoken] == [6000, 8200]


def test_the_same_number_is_dropped_from_the_claims():
    study = ce.Study(claims=of_ministry(), lists=lists())
    for order in (("claims", "lists"), ("lists", "claims")):
        study.relation("MoH", *order, "same")
        joint = study.fit(seed=1, claims="full")
        precision = 1 / 0.2**2 + 1 / 0.5**2
        expected = (MEAN / 0.2**2 + (MEAN + 0.2) / 0.5**2) / precision
        assert logs(joint).mean() == pytest.approx(expected, abs=1e-3)
        assert "fitted again without MoH" in " ".join(joint.details.kinds[0].ledger)


def test_a_total_that_contains_a_list_counts_beyond_it():
    study = ce.Study(claims=of_ministry(), lists=lists())
    study.relation("MoH", "claims", "lists", "contains")
    joint = study.fit(seed=1, claims="full")
    grid = np.linspace(np.log(6001), 11, 200_001)
    beyond = np.log(np.exp(grid) - 6000)
    density = stats.norm.logpdf(grid, MEAN, 0.2) + stats.norm.logpdf(grid, MEAN + 0.2, 0.5)
    density += stats.norm.logpdf(beyond, np.log(3000), 0.5)
    mass = np.exp(density - density.max())
    assert logs(joint).mean() == pytest.approx(mass @ grid / mass.sum(), abs=2e-3)


def test_a_kind_that_is_built_on_another_is_cut():
    study = ce.Study(survey=of_ministry(KnownEstimate), lists=lists())
    study.relation("MoH", "survey", "lists", "derived")
    joint = study.fit(seed=1)
    assert logs(joint).mean() == pytest.approx(MEAN, abs=1e-3)
    assert logs(joint).std() == pytest.approx(0.2, abs=1e-3)
    assert joint.details.kinds[0].eta == 0


def test_cut_claims_need_no_refit():
    study = ce.Study(claims=of_ministry(), lists=lists())
    study.relation("MoH", "claims", "lists", "same")
    joint = study.fit(seed=1)
    assert logs(joint).mean() == pytest.approx(MEAN, abs=1e-3)
    assert "takes no part in the count" in " ".join(joint.details.kinds[0].ledger)


def test_what_cannot_be_fitted_again_is_refused():
    study = ce.Study(survey=of_ministry(KnownEstimate), lists=lists())
    study.relation("MoH", "survey", "lists", "same")
    with pytest.raises(ce.UsageError, match="fit it again from a table without"):
        study.fit(seed=1)


def test_near_numbers_and_sums_are_pointed_out():
    a = known(MEAN + 0.2 * EVEN, said=[Spoken("Hospitals", 6047, "6,047")])
    parts = [Spoken(name, n, str(n)) for name, n in {"X": 2500, "Y": 3547, "Z": 800}.items()]
    b = normal(MEAN, 0.2, 1, said=parts)
    assert "is the sum of X, Y in b" in repr(ce.Study(a=a, b=b))
    rounded = known(MEAN + 0.2 * EVEN, said=[Spoken("Hospitals", 12_000, "12,000")])
    parts = [Spoken("X", 10_000, "10,000"), Spoken("Y", 2000, "2,000")]
    assert "is the sum" not in repr(ce.Study(a=rounded, b=normal(MEAN, 0.2, 1, said=parts)))
    near = normal(MEAN, 0.2, 1, said=[Spoken("Airwars", 6000, "6,000")])
    joint = ce.Study(a=a, b=near).fit(seed=1)
    assert [note.code for note in joint.warnings] == ["near"]
    assert "is one the other?" in repr(joint)


def claims_table(quantities):
    rows = {"source": ["MoH", "NGO"], "role": ["government", "monitor"], "quantity": quantities}
    return pd.DataFrame(rows | {"group": "all"})


def test_claims_are_fitted_again_for_the_ledger():
    est = ce.ClaimsModel(claims_table(["10,000", "about 9,000"])).fit(seed=1, draws=500)
    alone = ce.ClaimsModel(claims_table(["10,000", "about 9,000"]).iloc[1:]).fit(seed=1, draws=500)
    drawn = est._deaths_without(0, frozenset({"MoH"}))
    np.testing.assert_allclose(np.quantile(drawn, [0.1, 0.5, 0.9]),
                               np.quantile(alone.draws(), [0.1, 0.5, 0.9]), rtol=0.02)  # fmt: skip
    assert est._deaths_without(0, frozenset({"MoH", "NGO"})) is None
    rest = ce.ClaimsModel(claims_table(["4,000", ""]).iloc[:1]).fit(seed=1, draws=500)
    beyond = est._deaths_beyond(0, "MoH", 6000)
    np.testing.assert_allclose(np.quantile(beyond, [0.1, 0.5, 0.9]),
                               np.quantile(rest.draws(), [0.1, 0.5, 0.9]), rtol=0.02)  # fmt: skip
    with pytest.raises(ce.UsageError, match="cannot contain a list of 12,000 people"):
        est._deaths_beyond(0, "MoH", 12_000)


@pytest.mark.slow
def test_a_ledger_of_real_claims(tmp_path):
    """A total that contains a list, fitted again; a loaded estimate says why it cannot."""
    table = claims_table(["10,000", "about 9,000"])
    est = ce.ClaimsModel(table).fit(seed=1)
    cell = {"scope": "all", "start": None, "end": None, "group": "all", "perpetrator": "any"}
    study = ce.Study(claims=est, lists=lists(**cell))
    study.relation("MoH", "claims", "lists", "contains")
    joint = study.fit(seed=1, claims="full")
    said = joint.details.kinds[0].ledger
    assert said == ("fitted again without MoH",
                    "of MoH, only what lies beyond the list of 6,000 counts")  # fmt: skip
    assert joint.details.kinds[0].eta == 1
    loaded = ce.Study(claims=ce.Estimate.load(est.save(tmp_path / "c.nc")), lists=lists(**cell))
    loaded.relation("MoH", "claims", "lists", "contains")
    with pytest.raises(ce.UsageError, match="asks for a fit of claims without it, but this"):
        loaded.fit(seed=1, claims="full")
    assert loaded.fit(seed=1).details.kinds[0].eta == 0  # cut, no refit is needed


def test_many_numbers_are_told_in_short():
    said = [Spoken("Speaker", 1000.0 + 7 * i, str(i)) for i in range(900)]
    a, b = normal(MEAN, 0.2, said=said), normal(MEAN, 0.2, 1, said=[Spoken("X", 90.0, "90")])
    assert "1,035 and 894 more" in repr(ce.Study(a=a, b=b))


# What is refused ---------------------------------------------------------------------------------


def test_one_estimate_is_no_study():
    with pytest.raises(ce.UsageError, match="two estimates or more"):
        ce.Study(a=normal(MEAN, 0.2))


def test_the_same_estimate_twice():
    one = normal(MEAN, 0.2)
    for other in (one, normal(MEAN, 0.2)):
        with pytest.raises(ce.UsageError, match="a and b are the same estimate"):
            ce.Study(a=one, b=other)


def test_two_surveys_with_the_same_numbers_are_two():
    def of(name, year):
        rows = {"source": [name], "estimate": [1000], "low": [800], "high": [1250]}
        rows |= {"start": [f"{year}-01-01"], "end": [f"{year}-12-31"]}
        return ce.SurveyModel(pd.DataFrame(rows)).fit(seed=1, draws=100)

    study = ce.Study(a=of("W1", 2020), b=of("W2", 2021))
    with pytest.raises(ce.UsageError, match="they differ in"):
        study.fit(seed=1)
    with pytest.raises(ce.UsageError, match="a and b are the same estimate"):
        ce.Study(a=of("W1", 2020), b=of("W1", 2020))


def test_a_count_that_is_known_is_no_estimate():
    parts = known(np.column_stack([MEAN + 0.2 * EVEN, np.full(4000, 8.0)]))
    study = ce.Study(a=parts, b=normal(MEAN, 0.3, 1))
    study.bridge("a", cells=parts.labels[1])
    with pytest.raises(ce.UsageError, match="a is one number in every draw"):
        study.fit(seed=1)


def test_what_is_no_estimate():
    with pytest.raises(ce.UsageError, match="b must be an Estimate"):
        ce.Study(a=normal(MEAN, 0.2), b=12_000)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ({"outcome": "injured"}, r"outcome \(injured, killed\)"),
        ({"group": "all"}, r"group \(all, civilians\)"),
        ({"scope": "Iraq"}, r"place \(Iraq, Iraq\+Syria\)"),
        ({"start": "2019-01-01", "end": "2020-01-01"}, "do not overlap"),
        ({"start": "2015-01-01"}, r"window \(2015-01-01"),
    ],
)
def test_other_deaths_need_a_bridge(cell, told):
    study = ce.Study(a=normal(MEAN, 0.2), b=normal(MEAN, 0.3, 1, **cell))
    with pytest.raises(ce.UsageError, match=told):
        study.fit(seed=1)
    study.bridge("b", share=1)
    joint = study.fit(seed=1)
    assert joint.meta.rows[0].cell.outcome == "killed"
    assert ("apart" in {n.code for n in joint.warnings}) == (told == "do not overlap")


def test_an_open_window_is_taken_as_the_other_and_said():
    joint = ce.Study(a=normal(MEAN, 0.2), b=normal(MEAN, 0.3, 1, start=None)).fit(seed=1)
    assert [n.code for n in joint.warnings] == ["unsaid"]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda s: s.bridge("c", share=1), "'c' is not a kind of this study"),
        (lambda s: s.bridge("b", share=0), "share must be a number above 0"),
        (lambda s: s.bridge("b", share=0.5, sd=-1), "sd must be a number"),
        (lambda s: s.bridge("b", sd=0.1), "sd is that of a share"),
        (lambda s: s.bridge("b"), "give share=, cells=, or both"),
        (lambda s: s.bridge("b", cells="men"), "each of cells must be one of"),
        (lambda s: s.relation("MoH", "a", "c", "same"), "'c' is not a kind of this study"),
        (lambda s: s.relation("MoH", "a", "b", "alike"), "'alike' is unknown"),
        (lambda s: s.relation("MoH", "a", "a", "same"), "'a' is given twice"),
        (lambda s: s.relation("WHO", "a", "b", "same"), "'WHO' is not in a or b"),
        (lambda s: s.fit(claims="half"), "claims must be 'cut' or 'full'"),
        (lambda s: s.fit(eta={"c": 1}), "eta: 'c' is not a kind"),
        (lambda s: s.fit(eta={"a": 2}), "eta of a must lie between 0 and 1"),
        (lambda s: s.fit(eta=0.5), "eta takes numbers by label"),
        (lambda s: s.fit(rho=0.5), "rho takes numbers by label"),
        (lambda s: s.relation(3, "a", "b", "same"), "relation: the source is a name"),
        (lambda s: s.share(3, "a", "b"), "share: the source is a name"),
        (lambda s: s.fit(eta={"a": 0, "b": 0}), "every kind is cut"),
        (lambda s: s.fit(rho={("a", "c"): 0.3}), "rho: 'c' is not a kind"),
        (lambda s: s.fit(rho={("a", "b"): 1.0}), "declare the source 'derived'"),
        (lambda s: s.fit(rho={"a": 0.3}), "rho goes by two labels"),
        (lambda s: s.fit(pooling={"a": 0.3}), "must have the sum 1"),
        (lambda s: s.fit(pooling="mean"), "pooling must be 'once'"),
        (lambda s: s.fit(prior=5000), r"prior must be a ce.LogNormal"),
        (lambda s: s.fit(draws=0), "draws must be a whole number"),
    ],
)
def test_what_is_asked_wrongly(call, told):
    said = [Spoken("MoH", 6000, "6,000")]
    study = ce.Study(a=normal(MEAN, 0.2, said=said), b=normal(MEAN, 0.3, 1))
    with pytest.raises(ce.UsageError, match=told):
        call(study)


def test_one_kind_must_count_what_the_study_counts():
    study = ce.Study(a=normal(MEAN, 0.2), b=normal(MEAN, 0.3, 1))
    for label in ("a", "b"):
        study.bridge(label, share=0.9)
    with pytest.raises(ce.UsageError, match="every kind has a bridge"):
        study.fit(seed=1)


def test_three_correlations_that_cannot_be():
    study = ce.Study(a=normal(MEAN, 0.2), b=normal(MEAN, 0.3, 1), c=normal(MEAN, 0.3, 2))
    rho = {("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9}
    with pytest.raises(ce.UsageError, match="no errors can have these correlations"):
        study.fit(seed=1, rho=rho)


def test_a_prior_that_is_not_known_can_only_be_cut():
    study = ce.Study(a=normal(MEAN, 0.2), b=normal(MEAN, 0.3, 1, prior=None))
    with pytest.raises(ce.UsageError, match="cannot tell the prior"):
        study.fit(seed=1)
    joint = study.fit(seed=1, eta={"b": 0})
    with pytest.raises(ce.UsageError, match="no power but 0"):
        joint.influence("b")
    assert not joint.powers()["case"].str.startswith("b with").any()
    assert logs(joint).std() == pytest.approx(0.2, abs=1e-3)


def test_an_estimate_without_a_total_needs_a_choice():
    iraq = ce.SurveyModel(ce.datasets.survey("iraq_surveys")).fit(seed=1)
    rows = {"source": ["C"], "estimate": [160_000], "low": [110_000], "high": [220_000]}
    cell = {"scope": "Iraq", "start": "2003-03-20", "end": "2006-06-30"}
    other = ce.SurveyModel(pd.DataFrame({**rows, **cell}), cell=None).fit(seed=1)
    study = ce.Study(both=iraq, other=other)
    with pytest.raises(ce.UsageError, match="both has no total"):
        study.fit(seed=1)
    study.bridge("both", cells=iraq.labels[1])
    assert study.fit(seed=1).meta.has_total
