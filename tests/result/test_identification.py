"""Gauge weights against refits with moved priors, and the sentences made of them."""

from __future__ import annotations

import numpy as np
import pytest

from casualty_est.claims.gauge import gauge_rows, gauge_sentences
from casualty_est.claims.inference.exact import solve
from casualty_est.claims.model.layout import Scenario
from casualty_est.result.identification import Identification
from casualty_est.result.schema import COUNT, RATIO, Assumption, Weight
from tests.support.by_hand import CELL
from tests.support.claim_tables import model


def mean_log(layout, scenario):
    answer = solve(layout, scenario)
    return float(answer.mass @ answer.log_n)


CASES = {
    "log-normal ratio": model(("A", "perpetrator", "about 800")),
    "ratio with over-count": model(
        ("A", "", "1,234"),
        ("B", "party", "900"),
        priors={
            "sources": {
                "A": {"ratio": {"median": 0.7, "sd": 0.4}, "over_count": {"mean": 0.2, "sd": 0.3}}
            }
        },
    ),
    "completeness": model(("A", "monitor", "6,047")),
    "completeness without over-count": model(
        ("A", "", "6,047"),
        ("B", "media", "4,001"),
        priors={"sources": {"A": {"completeness": {"median": 0.7, "sd": 0.6}}}},
    ),
    "two monitors": model(("A", "monitor", "6,047"), ("B", "monitor", "4,001")),
    "monitors and perpetrators": model(
        ("A", "monitor", "6,047"),
        ("B", "monitor", "4,001"),
        ("C", "perpetrator", "about 800"),
        ("D", "perpetrator", "at least 300"),
        ("E", "media", "at least 5,000"),
    ),
    "anchor on the cell": model(
        ("A", "monitor", "6,047"),
        ("C", "perpetrator", "about 800"),
        priors={"anchors": [{"interval": [8000, 15000], "prob": 0.9}]},
    ),
    "anchor on a ratio": model(
        ("A", "monitor", "6,047"),
        ("C", "perpetrator", "about 800"),
        priors={"anchors": [{"source": "A", "ratio": 0.68}]},
    ),
    "narrow level": model(
        ("A", "monitor", "6,047"),
        ("C", "perpetrator", "about 800"),
        priors={"level": {"median": 9000, "sd": 0.3}},
    ),
    "a source that contradicts": model(
        ("A", "reference", "1,001"), ("B", "reference", "9,001"), ("C", "monitor", "6,047")
    ),
    "many claims of one source": model(
        *[("A", "third_state", q) for q in ("1,001", "1,103", "911", "1,251", "1,013")],
        ("B", "perpetrator", "800"),
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", list(CASES))
def test_weights_are_the_slopes_of_refits_with_moved_priors(name):
    layout = CASES[name].layout
    weights = solve(layout).weights()
    plain = Scenario.plain(layout)
    h = 0.02
    for j, assumption in enumerate(layout.assumptions):
        up, down = (mean_log(layout, plain.shifted(j, by)) for by in (h, -h))
        slope = (up - down) / (2 * h)
        sign = -1 if assumption.startswith(("ratio", "anchor: ratio")) else 1
        assert weights[j] == pytest.approx(sign * slope, abs=0.005), assumption
    assert weights.sum() == pytest.approx(1, abs=0.005)


def test_moving_everything_moves_the_answer_by_the_same():
    """All counts times k, all ratios over k: the likelihood does not change."""
    layout = CASES["monitors and perpetrators"].layout
    k = 0.4
    moved = Scenario.plain(layout)
    for j, assumption in enumerate(layout.assumptions):
        moved = moved.shifted(j, -k if assumption.startswith("ratio") else k)
    q = (0.05, 0.5, 0.95)
    np.testing.assert_allclose(
        solve(layout, moved).quantile(q), solve(layout).quantile(q) + k, atol=1e-3
    )


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["two monitors", "anchor on the cell", "anchor on a ratio"])
def test_the_estimate_prints_the_solvers_weights(name):
    rests = CASES[name].fit(seed=1).identification()
    weights = solve(CASES[name].layout).weights()
    np.testing.assert_allclose([row.weight for row in rests.rows], weights, atol=0.005)
    assert [row.assumption for row in rests.rows] == list(CASES[name].layout.assumptions)
    assert rests.sum == pytest.approx(1, abs=0.005)
    assert rests.kind == "gauge"


def test_levels_by_what_holds_them():
    loose = model(
        ("A", "monitor", "6,047"), priors={"anchors": [{"interval": [1000, 90_000], "prob": 0.9}]}
    )
    assert loose.fit(seed=1).level() == "prior"
    assert CASES["anchor on the cell"].fit(seed=1).level() == "anchor"
    tight = model(
        ("A", "perpetrator", "about 800"), priors={"anchors": [{"interval": [8000, 9000]}]}
    )
    assert tight.fit(seed=1).level() == "anchor"
    assert model(("A", "reference", "1,001"), ("B", "media", "500")).fit(seed=1).level() == "anchor"
    assert model(("B", "media", "500")).fit(seed=1).level() == "prior"


def test_learned_is_posterior_over_prior_sd():
    est = CASES["log-normal ratio"].fit(seed=1)
    row = est.identification().rows[0]
    # The ratio's prior is N(log .15, 1); the level prior is three times wider.
    assert row.learned == pytest.approx(np.log(est.ratio("A")).std() / 1.0, rel=0.01)
    assert 0.85 < row.learned < 1.0


def assumptions(*kinds):
    assumptions = []
    for j, kind in enumerate(kinds):
        of = f"S{j}" if kind == "ratio" else None
        name = f"ratio of {of}" if of else f"{kind} {j}"
        assumptions.append(Assumption(name, kind, of, "", 1.0, 1.0, RATIO if of else COUNT))
    return assumptions


def rows(*weights):
    return [Weight(str(j), w) for j, w in enumerate(weights)]


def test_shares_are_spoken_of_only_within_bounds():
    said = gauge_sentences(rows(0.85, 0.13, 0.02), assumptions("ratio", "ratio", "level"))
    assert said[0].startswith("Of the level of this estimate, 85% rests on")
    assert "13% on" in said[0]
    for weights in ((1.61, -0.62, 0.01), (1.03, -0.01, -0.02), (-0.03, 1.0, 0.03)):
        said = gauge_sentences(rows(*weights), assumptions("ratio", "ratio", "level"))
        assert said
        assert not any("rests on" in sentence for sentence in said)


def test_effects_have_the_right_sign_and_size():
    said = gauge_sentences(
        rows(0.851, -0.62, 0.4, 0.3), assumptions("ratio", "ratio", "level", "anchor")
    )
    text = " ".join(said)
    # 1.1 ** -.851 = .922; 1.1 ** .62 = 1.061; 1.1 ** .4 = 1.039; 1.1 ** .3 = 1.029
    assert "7.8% lower" in text
    assert "6.1% higher" in text
    assert (
        "If the prior median of the count were 10% higher, the estimate would be 3.9% higher"
        in text
    )
    assert "2.9% higher" in text


def test_nothing_is_said_of_what_does_not_matter():
    said = gauge_sentences(rows(0.99, 0.01), assumptions("ratio", "level"))
    assert not any("prior" in sentence for sentence in said)


def test_gauge_rows_of_simulated_scores():
    """A Normal level against a Normal ratio: weights by algebra, error by its own formula."""
    rng = np.random.default_rng(1)
    sd_n, sd_b = 3.0, 1.0
    # log N + b = z: the posterior of log N is Normal with the precision-weighted mean.
    variance = 1 / (1 / sd_n**2 + 1 / sd_b**2)
    log_n = rng.normal(0, np.sqrt(variance), (4, 5000))
    scores = np.stack([log_n / sd_b**2, log_n / sd_n**2], axis=-1)
    weighted = gauge_rows(
        log_n, scores, assumptions("ratio", "level"), -log_n[..., None], [sd_b], exact=False
    )
    expected = [variance / sd_b**2, variance / sd_n**2]
    for row, weight in zip(weighted, expected, strict=True):
        assert abs(row.weight - weight) < 4 * row.mcse
        # The product of a Normal with itself has sd sqrt(2) times its mean.
        assert row.mcse == pytest.approx(weight * np.sqrt(2 / 20_000), rel=0.1)
    assert weighted[0].learned == pytest.approx(np.sqrt(variance), rel=0.02)
    assert weighted[1].learned is None


def test_exact_rows_have_no_error():
    weighted = gauge_rows(
        np.ones((1, 4)),
        np.ones((1, 4, 1)),
        assumptions("level"),
        np.ones((1, 4, 0)),
        [],
        exact=True,
    )
    assert weighted[0].mcse == 0.0


def test_identification_as_table_and_dictionary():
    rests = CASES["two monitors"].fit(seed=1).identification()
    frame = rests.to_frame()
    assert list(frame["assumption"]) == ["ratio of A", "ratio of B", "level prior"]
    content = rests.to_dict()
    assert set(content) == {"cell", "kind", "rows", "sum", "sentences"}
    assert set(content["rows"][0]) == {"assumption", "weight", "mcse"}
    assert "ratio of A" in repr(rests)
    assert "<table" in rests._repr_html_()


def test_no_sum_outside_the_gauge():
    made = Identification(CELL, "families", (Weight("a", 3.0, 0.0),), ("x",))
    assert made.sum is None
    assert made.to_dict()["sum"] is None
    assert "sum" not in repr(made).split("\n\n")[0].splitlines()[-1]


def test_nothing_to_weigh_has_no_empty_table():
    made = Identification(CELL, "none", (), ("The sample sets the level.",))
    assert repr(made) == "The sample sets the level."
    assert made._repr_html_() == "<p>The sample sets the level.</p>"


def test_names_are_escaped_in_html():
    est = model(("<script>alert(1)</script>", "monitor", "6,047")).fit(seed=1)
    for page in (est.identification()._repr_html_(), est._repr_html_(), est.check()._repr_html_()):
        assert "<script>" not in page


def test_without_a_level_nothing_is_said_to_set_it():
    rests = model(("A", "", "100"), ("B", "", "200")).fit(seed=1).identification()
    assert rests.rows == ()
    assert rests.sentences == ("Nothing sets the level of this estimate.",)
