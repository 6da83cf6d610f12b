"""Pictures: what they say, that they never raise or warn, and that text stays in its place."""

from __future__ import annotations

import warnings
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.plots import OfRatios, Plots
from casualty_est.plots.density import density_of_quantiles, log_density
from casualty_est.plots.marks import kind_of
from casualty_est.plots.scales import limits_of, log_ticks, tick_text
from casualty_est.plots.style import settings, to_png, to_svg
from casualty_est.plots.total import lies_inside, what_differs
from casualty_est.plots.words import clean, shorten, width_of, wrap
from casualty_est.result.schema import Case, SourceRow, Span
from tests.support.by_hand import make_estimate, make_row
from tests.support.pictures import artists, check_places, joined, texts

METHODS = ("total", "sources", "priors", "identification", "cases", "alone")
FORMS = (
    ("800", "documented", "number"),
    ("about 6,000", "documented", "about"),
    ("at least 6,047", "speaker", "from"),
    ("at least 6,047", "documented", "documented"),
    ("At least 200, and perhaps more than 1,300", "speaker", "from"),
    ("more than 5,000", "speaker", "from"),
    ("as many as 9,000", "speaker", "to"),
    ("fewer than 400", "speaker", "to"),
    ("1,200-1,800", "speaker", "range"),
    ("dozens", "speaker", "vague"),
    ("several hundred", "speaker", "vague"),
    ("none", "speaker", "zero"),
)


def fit(*rows: dict[str, Any]) -> ce.Estimate:
    return ce.ClaimsModel(ce.Claims(pd.DataFrame(list(rows)))).fit(seed=1)


@pytest.fixture(scope="module")
def every_form() -> ce.Estimate:
    return fit(
        *(
            {"source": f"S{i}", "role": "monitor", "quantity": text, "hedge": hedge}
            for i, (text, hedge, _) in enumerate(FORMS)
        )
    )


@pytest.fixture(scope="module")
def awkward() -> ce.Estimate:
    names = (
        "$x$",
        "<script>alert(1)</script>",
        "人权观察站",
        "المرصد السوري",
        r"$\frac{1}{$",
        "CJTF-OIR (via Airwars page)",
        "The Independent Commission of Inquiry on the Province and All Other Provinces North",
        "The Independent Commission of Inquiry on the Province and All Other Provinces South",
        "a" * 120,
    )
    estimate = fit(*({"source": n, "role": "monitor", "quantity": "about 900"} for n in names))

    # Refits are tested where they are made; here only their names matter.
    def cases(word: str) -> tuple[Case, ...]:
        return tuple(Case(f"{word} {name}", 900, 400, 2000, 0.95, True) for name in names)

    estimate.details.refits.update(
        {
            "each_source_alone:0:0.95": cases("only"),
            "without_each_source:0:0.95": cases("without"),
            "conflict_left_in:0:0.95": (),
        }
    )
    return estimate


@pytest.fixture
def far_modes() -> ce.Estimate:
    generator = np.random.default_rng(1)
    low = generator.lognormal(np.log(49_000), 0.08, 600)
    high = generator.lognormal(np.log(145_000), 0.1, 400)
    draws = generator.permutation(np.concatenate([low, high]))
    return make_estimate(draws.reshape(4, 250, 1), [make_row(documented=24_692)])


def failed(estimate: ce.Estimate) -> ce.Estimate:
    bad = replace(estimate.meta.diagnostics, converged=False)
    meta = replace(estimate.meta, diagnostics=bad)
    return type(estimate)(estimate.idata, meta, estimate.details, model=estimate._model)


# What they say -------------------------------------------------------------------------------


@pytest.mark.thorough
def test_total_says_estimate_and_documented_apart(coalition: ce.Estimate) -> None:
    shown = texts(coalition.plot.total())
    assert "median 10,000" in shown
    assert "5,400 to 24,000 (95% interval)" in shown
    assert "documented: at least 6,047 (Airwars)" in shown
    assert "documented" in shown
    assert {"Pentagon (perpetrator)", "“around 800”", "Airwars (monitor)"} <= set(shown)
    assert {"1,000", "3,000", "10,000", "30,000"} <= set(shown)
    assert not any("10^" in text or "mathdefault" in text for text in shown)


def test_total_prob_is_printed(coalition: ce.Estimate) -> None:
    low, high = np.quantile(coalition.draws(), [0.25, 0.75])
    text = next(t for t in texts(coalition.plot.total(ci_prob=0.5)) if "interval" in t)
    assert text.endswith("(50% interval)")
    ends = [float(n.replace(",", "")) for n in text.split(" (")[0].split(" to ")]
    assert ends == pytest.approx([low, high], rel=0.05)


def test_total_draws_the_median_where_it_is(coalition: ce.Estimate) -> None:
    axes = coalition.plot.total().axes[0]
    upright = [line.get_xdata() for line in axes.lines if len(set(line.get_xdata())) == 1]
    assert any(x[0] == pytest.approx(np.median(coalition.draws())) for x in upright)
    assert any(x[0] == 6047 and len(x) == 2 for x in upright)


@pytest.mark.thorough
@pytest.mark.parametrize(("text", "hedge", "kind"), FORMS)
def test_kind_of_mark(every_form: ce.Estimate, text: str, hedge: str, kind: str) -> None:
    same = [c for c in every_form.meta.claims if c.text == text and c.hedge in (hedge, None)]
    assert [kind_of(c) for c in same] == [kind]


def test_total_draws_every_claim_once(every_form: ce.Estimate) -> None:
    figure = every_form.plot.total()
    shown = texts(figure)
    for i, (text, _, _) in enumerate(FORMS):
        assert shown.count(f"S{i} (monitor)") == 1
        assert f"“{text}”" in shown or f"“{text}”" in joined(figure)
    assert shown.count("0") == 1
    arrows = [m for line in figure.axes[0].lines if (m := line.get_marker()) in ("<", ">")]
    assert sorted(arrows) == ["<"] * 3 + [">"] * 3  # two upper bounds and the zero; three lower


def test_arrows_stay_inside(every_form: ce.Estimate) -> None:
    axes = every_form.plot.total().axes[0]
    low, high = axes.get_xlim()
    for line in axes.lines:
        assert np.all(line.get_xdata() >= low * 0.999)
        if line.get_marker() == ">":
            assert np.all(line.get_xdata() <= high)


@pytest.mark.thorough
def test_height_grows_with_claims() -> None:
    def height(count: int) -> float:
        rows = [
            {"source": f"S{i}", "role": "media", "quantity": str(500 + i)} for i in range(count)
        ]
        return float(fit(*rows).plot.total().get_size_inches()[1])

    assert height(1) < height(5) < height(12)


GROUPS = {
    "all": ("civilians", "combatants"),
    "civilians": ("women", "medics"),
    "medics": ("nurses",),
}


def labels(**over: str) -> Any:
    cell = {"scope": "A+B", "outcome": "killed", "group": "civilians", "perpetrator": "X"}
    return SimpleNamespace(**(cell | over))


def test_parts_of_a_sum_are_labelled() -> None:
    cell = labels()
    claim = labels(scope="B", group="women")
    assert lies_inside(claim, cell, GROUPS)
    assert what_differs(claim, cell) == "B, women"
    assert not lies_inside(cell, cell, GROUPS)
    assert lies_inside(cell, cell, GROUPS, itself=True)
    assert not lies_inside(labels(scope="C", group="women"), cell, GROUPS)
    assert not lies_inside(labels(group="combatants"), cell, GROUPS)
    assert not lies_inside(labels(outcome="injured"), cell, GROUPS)
    assert what_differs(labels(scope="B+A"), cell) == ""


@pytest.mark.parametrize(
    ("group", "whole", "inside"),
    [
        ("medics", "civilians", True),
        ("nurses", "civilians", True),
        ("nurses", "women+medics", True),
        ("civilians", "medics", False),
        ("elderly", "civilians", False),  # nobody related them here
        ("journalists", "all", True),
        ("combatants", "civilians+combatants", True),
    ],
)
def test_groups_lie_inside_one_another_as_the_analyst_says(
    group: str, whole: str, inside: bool
) -> None:
    assert lies_inside(labels(group=group), labels(group=whole), GROUPS) is inside


@pytest.mark.usefixtures("uncompiled")
def test_a_claim_on_a_group_that_the_analyst_placed_is_drawn() -> None:
    rows = [
        {"source": "A", "role": "monitor", "quantity": "900"},
        {"source": "B", "role": "monitor", "quantity": "40", "group": "medics"},
        {"source": "C", "role": "monitor", "quantity": "12", "group": "nurses"},
    ]
    groups = {"medics": {"inside": "civilians"}, "nurses": {"inside": "medics"}}
    estimate = ce.ClaimsModel(pd.DataFrame(rows), priors={"groups": groups}).fit(seed=1, draws=50)
    shown = texts(estimate.plot.total())
    assert {"A (monitor)", "B (monitor)", "C (monitor)"} <= set(shown)
    assert {"“40”, medics", "“12”, nurses"} <= set(shown)


def test_left_out_only_on_demand() -> None:
    first = {"source": "A", "role": "monitor", "quantity": "900"}
    estimate = fit(first, {"source": "B", "role": "media", "quantity": "900", "quotes": "A"})
    assert "B (media)" not in texts(estimate.plot.total())
    shown = texts(estimate.plot.total(left_out=True))
    assert {"B (media)", "Left out"} <= set(shown)


@pytest.mark.thorough
def test_no_headline_draws_claims_only() -> None:
    estimate = fit({"source": "A", "quantity": "800"}, {"source": "B", "quantity": "6,000"})
    shown = texts(estimate.plot.total())
    assert "no headline number: nothing sets the level" in shown
    assert {"A", "B", "“800”"} <= set(shown)
    assert not any("median" in text or "interval" in text for text in shown)
    for name in METHODS:
        assert to_png(getattr(estimate.plot, name)()).startswith(b"\x89PNG")
    assert "Nothing sets the level of this estimate." in texts(estimate.plot.identification())


@pytest.mark.thorough
@pytest.mark.parametrize("name", METHODS)
def test_not_converged_is_stamped(coalition: ce.Estimate, name: str) -> None:
    assert "NOT CONVERGED" not in texts(getattr(coalition.plot, name)())
    assert "NOT CONVERGED" in texts(getattr(failed(coalition).plot, name)())


def test_two_modes_are_drawn_with_weights(far_modes: ce.Estimate) -> None:
    figure = far_modes.plot.total()
    shown = joined(figure)
    assert "60% near 49,000" in shown
    assert "40% near 150,000" in shown or "40% near 140,000" in shown
    assert "documented: 24,692" in texts(figure)
    thick = [line for line in figure.axes[0].lines if line.get_linewidth() == 5]
    assert len(thick) == 2


def test_without_sources_there_is_a_note(far_modes: ce.Estimate) -> None:
    assert "This estimate has no parameters of sources." in texts(far_modes.plot.sources())
    families = texts(far_modes.plot.identification())
    assert {"60%", "share of the posterior"} <= set(families)
    assert "loaded without its model" in joined(far_modes.plot.cases())


def test_listed_and_unlisted_stand_under_the_total() -> None:
    generator = np.random.default_rng(2)
    listed = generator.lognormal(np.log(300), 0.05, (4, 100))
    unlisted = np.where(generator.random((4, 100)) < 0.2, 0.0, 80.0)
    draws = np.stack([listed + unlisted, listed, unlisted], axis=-1)
    estimate = make_estimate(draws, [make_row("total"), make_row("listed"), make_row("unlisted")])
    shown = texts(estimate.plot.total())
    assert {"of these, listed", "of these, unlisted"} <= set(shown)
    title = (
        "Civilians killed in Iraq and Syria, 8 August 2014 to 9 February 2018, attributed to "
        "Coalition, unlisted"
    )
    assert title in joined(estimate.plot.total(row="unlisted"))
    assert to_png(estimate.plot.priors())


def test_a_ratio_is_drawn_before_and_after_the_data() -> None:
    """Of any evidence whose pictures know the ratio of a source."""

    class Known(Plots):
        _of_ratios = OfRatios(
            "What each source counts", "counted / true, log scale", "counted all, nothing twice"
        )

        def _ratio(self, source: int, prob: float) -> Span:
            return Span(0.9, 0.7, 1.2)

    source = SourceRow("Airwars", "Airwars", role="monitor", prior=Span(1.0, 0.5, 2.0))
    estimate = make_estimate(np.full((4, 100, 1), 900.0), [make_row()], sources=(source,))
    figure = Known(estimate).sources()
    shown = texts(figure)
    assert {"What each source counts", "counted all, nothing twice", "Airwars (monitor)"} <= set(
        shown
    )
    drawn = [tuple(line.get_xdata()) for line in figure.axes[0].lines]
    for ends in ((0.7, 1.2), (0.5, 2.0)):
        assert any(x == pytest.approx(ends) for x in drawn if len(x) == 2)
    # Without one, what was assumed is drawn and nothing else.
    assert "Nothing sets the level" in joined(estimate.plot.sources())


def test_one_number_without_spread() -> None:
    estimate = make_estimate(np.full((4, 25, 1), 7.0), [make_row()])
    assert "median 7" in texts(estimate.plot.total())


def test_sources_draw_posterior_and_prior(coalition: ce.Estimate) -> None:
    axes = coalition.plot.sources().axes[0]
    drawn = [tuple(line.get_xdata()) for line in axes.lines]
    prior = coalition.meta.sources[0].prior
    assert prior is not None
    table = coalition.sources()
    assert any(x == pytest.approx((prior.low, prior.high)) for x in drawn if len(x) == 2)
    ends = (table["low"].iloc[0], table["high"].iloc[0])
    assert any(x == pytest.approx(ends) for x in drawn if len(x) == 2)
    assert "reported / true" in axes.get_xlabel()
    assert "reported everything, nothing twice" in texts(axes.figure)


def test_identification_bars_and_sum(coalition: ce.Estimate) -> None:
    figure = coalition.plot.identification()
    widths = sorted((bar.get_width() for bar in figure.axes[0].patches), reverse=True)
    assert widths == pytest.approx([0.852, 0.133, 0.016], abs=0.003)
    assert "What sets the level: weights that sum to 1.00" in texts(figure)


def test_cases_name_every_refit(coalition: ce.Estimate) -> None:
    shown = set(texts(coalition.plot.cases()))
    assert {"all sources", "only Pentagon", "only Airwars"} <= shown
    # Of two sources, without the one is only the other: said once.
    assert "without Airwars" not in shown
    assert not any("left in" in text for text in shown)
    alone = set(texts(coalition.plot.alone()))
    assert "only Airwars" in alone
    assert "without Airwars" not in alone


def test_cases_name_the_conflict_that_was_left_in(coalition_learned: ce.Estimate) -> None:
    shown = {" ".join(text.split()) for text in texts(coalition_learned.plot.cases())}
    assert "With the record of this conflict" in shown
    left_in = "the record of Coalition in Iraq and Syria 2014-19 left in"
    assert any(text in left_in and len(text) > 20 for text in shown)


def test_priors_have_one_panel_each(coalition: ce.Estimate) -> None:
    figure = coalition.plot.priors()
    assert len(figure.axes) == 3
    assert all(len(axes.lines) >= 2 for axes in figure.axes)


# That nothing breaks them --------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("dark", [False, True])
def test_awkward_names_are_drawn_literally(awkward: ce.Estimate, name: str, dark: bool) -> None:
    figure = getattr(awkward.plot, name)(dark=dark)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert to_png(figure).startswith(b"\x89PNG")
        assert b"<svg" in to_svg(figure)
    shown = joined(figure)
    assert "$x$" in shown
    assert "<script>alert(1)</script>" in shown
    assert r"$\frac{1}{$" in shown
    assert not any(text.get_parse_math() or text.get_usetex() for text in artists(figure))
    assert "North" in shown
    assert "South" in shown


@pytest.mark.thorough
@pytest.mark.parametrize("name", METHODS)
def test_text_neither_overlaps_nor_leaves_the_page(awkward: ce.Estimate, name: str) -> None:
    check_places(getattr(awkward.plot, name)())


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["total", "sources", "priors"])
def test_every_form_has_its_place(every_form: ce.Estimate, name: str) -> None:
    check_places(getattr(every_form.plot, name)())


def test_labels_of_modes_do_not_touch(far_modes: ce.Estimate) -> None:
    check_places(far_modes.plot.total())


def test_dark_is_transparent_with_light_text(coalition: ce.Estimate) -> None:
    figure = coalition.plot.total(dark=True)
    assert figure.get_facecolor()[3] == 0
    assert coalition.plot.total().get_facecolor() == (1, 1, 1, 1)
    (title,) = [t for t in figure.texts if t.get_text().startswith("Civilians killed")]
    assert title.get_color() == "#f0f0f0"


def test_no_window_is_registered_and_settings_are_left_alone(coalition: ce.Estimate) -> None:
    import matplotlib
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    with matplotlib.rc_context({"font.size": 31, "axes.grid": True, "lines.linewidth": 9}):
        figure = coalition.plot.total()
        assert matplotlib.rcParams["font.size"] == 31
        assert matplotlib.rcParams["text.parse_math"]
    assert pyplot.get_fignums() == before
    assert max(t.get_fontsize() for t in figure.texts) == 12
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_svg_is_the_same_every_time(coalition: ce.Estimate) -> None:
    figure = coalition.plot.sources()
    assert to_svg(figure) == to_svg(figure)
    assert b"<dc:date>" not in to_svg(figure)


def test_wrong_row_and_level(coalition: ce.Estimate) -> None:
    with pytest.raises(
        ce.UsageError, match=r"row must be one of the 1 labels of summary\(\), not 1"
    ):
        coalition.plot.total(row=1)
    with pytest.raises(ce.UsageError, match="ci_prob must lie between 0 and 1, not 95"):
        coalition.plot.sources(ci_prob=95)


# Small parts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (80, 15_000, [100, 300, 1000, 3000, 10_000]),
        (0.02, 1.4, [0.03, 0.1, 0.3, 1]),
        (700, 9_000, [1000, 2000, 5000]),
        (5.1, 5.9, [5.25, 5.5, 5.75]),
        (1, 1e12, [1, 1e4, 1e8, 1e12]),
    ],
)
def test_ticks(low: float, high: float, expected: list[float]) -> None:
    with settings():
        assert log_ticks(low, high, 4.5) == pytest.approx(expected)


def test_tick_text() -> None:
    assert [tick_text(v) for v in (1e6, 3000, 1, 0.3, 0.03, 1.5, 5.25)] == [
        "1,000,000",
        "3,000",
        "1",
        "0.3",
        "0.03",
        "1.5",
        "5.25",
    ]


def test_limits_hold_all_values() -> None:
    low, high = limits_of([0, 800, 6047, float("nan")])
    assert low < 800
    assert high > 6047
    assert limits_of([7])[1] / limits_of([7])[0] >= 4
    assert limits_of([]) != (0, 0)


def test_text_is_cleaned_wrapped_and_shortened() -> None:
    assert clean("a\nb\x00c\u202ed\t e") == "a b cd e"
    with settings():
        lines = wrap("one two three four five six seven eight", 0.9, lines=2)
        assert len(lines) == 2
        assert lines[1].endswith("…")
        assert all(width_of(line) <= 0.9 for line in lines)
        short = " ".join(shorten("Begin " + "x" * 200 + " end (monitor)", 2.0))
        assert short.startswith("Begin")
        assert short.endswith("end (monitor)")
        assert shorten("Airwars (monitor)", 2.0) == ["Airwars (monitor)"]


def test_densities_agree_with_the_log_normal() -> None:
    from scipy import stats

    probs = (np.arange(100) + 0.5) / 100
    truth = stats.norm(np.log(1000), 0.5)
    values, density = density_of_quantiles(list(np.exp(truth.ppf(probs))))
    near = np.abs(np.log(values) - np.log(1000)) < 1.5
    assert density[near] == pytest.approx(truth.pdf(np.log(values[near])), abs=0.03)
    draws = np.exp(truth.rvs(20_000, random_state=np.random.default_rng(1)))
    values, density = log_density(draws)
    assert np.trapezoid(density, np.log(values)) == pytest.approx(1, abs=0.002)
    assert values[np.argmax(density)] == pytest.approx(1000, rel=0.1)
    assert len(log_density(np.full(10, 3.0))[0]) == 0
