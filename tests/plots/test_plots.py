"""Pictures: what they say, that they never raise or warn, and that text stays in its place."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import casualty_est as ce
from casualty_est.plots import to_png, to_svg
from casualty_est.plots.density import density_of_quantiles, log_density
from casualty_est.plots.inside import lies_inside, what_differs
from casualty_est.plots.marks import kind_of
from casualty_est.plots.scales import limits_of, log_ticks, tick_text
from casualty_est.plots.style import settings
from casualty_est.plots.words import clean, shorten, width_of, wrap

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


def fake(draws: Any, rows: list[dict[str, Any]], **meta: Any) -> ce.Estimate:
    """An Estimate of another kind of evidence: draws of counts, no claims, no ratios."""
    full = {
        "schema": "casualty-est/1",
        "kind": "lists",
        "seed": 1,
        "versions": {},
        "settings": {},
        "has_level": True,
        "rows": rows,
        "sources": [],
        "diagnostics": {"method": "nuts", "converged": True, "min_ess": 1000, "reasons": []},
        "warnings": [],
        "details": {
            "identification": {
                "kind": "families",
                "rows": [{"assumption": "all pairs", "weight": 0.6, "mcse": 0.01}],
                "sentences": ["All pairs hold 60 % of the mass."],
            }
        },
    } | meta
    tree = xr.DataTree.from_dict(
        {"posterior": xr.Dataset({"deaths": (("chain", "draw", "estimate"), draws)})}
    )
    tree.attrs["casualty_est"] = json.dumps(full)
    return ce.Estimate(tree)


def row(part: str = "total", documented: int | None = None) -> dict[str, Any]:
    cell = {
        "scope": "Peru",
        "start": "1980-01-01",
        "end": "2000-12-31",
        "outcome": "killed",
        "group": "civilians",
        "perpetrator": "any",
    }
    stated = None if documented is None else {"low": documented, "high": None, "source": None}
    return {"cell": cell, "strata": {}, "part": part, "documented": stated, "level": "data"}


@pytest.fixture(scope="module")
def coalition() -> ce.Estimate:
    return ce.ClaimsModel(ce.datasets.load("coalition")).fit(seed=1)


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
    numbers = {"median": 900.0, "low": 400.0, "high": 2000.0, "prob": 0.95, "converged": True}
    estimate.meta["details"]["refits"] = {
        "alone:0:0.95": [{"case": f"only {name}", **numbers} for name in names],
        "leave_one_out:0:0.95": [{"case": f"without {name}", **numbers} for name in names],
        "widened:0:0.95": [],
    }
    return estimate


@pytest.fixture
def two_modes() -> ce.Estimate:
    generator = np.random.default_rng(1)
    low = generator.lognormal(np.log(49_000), 0.08, 600)
    high = generator.lognormal(np.log(145_000), 0.1, 400)
    draws = generator.permutation(np.concatenate([low, high]))
    return fake(draws.reshape(4, 250, 1), [row(documented=24_692)])


def _text_artists(figure: Any) -> list[Any]:
    from matplotlib.text import Text

    return [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]


def texts(figure: Any) -> list[str]:
    return [text.get_text() for text in _text_artists(figure)]


def joined(figure: Any) -> str:
    return " ".join(texts(figure))


def failed(estimate: ce.Estimate) -> ce.Estimate:
    other = ce.Estimate(estimate.idata)
    other.meta["diagnostics"]["converged"] = False
    return other


# What they say -------------------------------------------------------------------------------


def test_total_says_estimate_and_documented_apart(coalition: ce.Estimate) -> None:
    found = texts(coalition.plot.total())
    assert "median 10,000" in found
    assert "5,400 to 24,000 (95 % interval)" in found
    assert "documented: at least 6,047 (Airwars)" in found
    assert "documented" in found
    assert {"Pentagon (perpetrator)", "“around 800”", "Airwars (monitor)"} <= set(found)
    assert {"1,000", "3,000", "10,000", "30,000"} <= set(found)
    assert not any("10^" in text or "mathdefault" in text for text in found)


def test_total_prob_is_printed(coalition: ce.Estimate) -> None:
    low, high = np.quantile(coalition.draws(), [0.25, 0.75])
    text = next(t for t in texts(coalition.plot.total(prob=0.5)) if "interval" in t)
    assert text.endswith("(50 % interval)")
    ends = [float(n.replace(",", "")) for n in text.split(" (")[0].split(" to ")]
    assert ends == pytest.approx([low, high], rel=0.05)


def test_total_draws_the_median_where_it_is(coalition: ce.Estimate) -> None:
    axes = coalition.plot.total().axes[0]
    upright = [line.get_xdata() for line in axes.lines if len(set(line.get_xdata())) == 1]
    assert any(x[0] == pytest.approx(np.median(coalition.draws())) for x in upright)
    assert any(x[0] == 6047 and len(x) == 2 for x in upright)


@pytest.mark.parametrize(("text", "hedge", "kind"), FORMS)
def test_kind_of_mark(every_form: ce.Estimate, text: str, hedge: str, kind: str) -> None:
    found = [
        c for c in every_form.meta["claims"] if c["text"] == text and c["hedge"] in (hedge, None)
    ]
    assert [kind_of(c) for c in found] == [kind]


def test_total_draws_every_claim_once(every_form: ce.Estimate) -> None:
    figure = every_form.plot.total()
    found = texts(figure)
    for i, (text, _, _) in enumerate(FORMS):
        assert found.count(f"S{i} (monitor)") == 1
        assert f"“{text}”" in found or f"“{text}”" in joined(figure)
    assert found.count("0") == 1
    arrows = [m for line in figure.axes[0].lines if (m := line.get_marker()) in ("<", ">")]
    assert sorted(arrows) == ["<"] * 3 + [">"] * 3  # two upper bounds and the zero; three lower


def test_arrows_stay_inside(every_form: ce.Estimate) -> None:
    axes = every_form.plot.total().axes[0]
    low, high = axes.get_xlim()
    for line in axes.lines:
        assert np.all(line.get_xdata() >= low * 0.999)
        if line.get_marker() == ">":
            assert np.all(line.get_xdata() <= high)


def test_height_grows_with_claims() -> None:
    def height(count: int) -> float:
        rows = [
            {"source": f"S{i}", "role": "media", "quantity": str(500 + i)} for i in range(count)
        ]
        return float(fit(*rows).plot.total().get_size_inches()[1])

    assert height(1) < height(5) < height(12)


def test_parts_of_a_sum_are_labelled() -> None:
    cell = {"scope": "A+B", "outcome": "killed", "group": "civilians", "perpetrator": "X"}
    claim = cell | {"scope": "B", "group": "women"}
    assert lies_inside(claim, cell)
    assert what_differs(claim, cell) == "B, women"
    assert not lies_inside(cell, cell)
    assert lies_inside(cell, cell, itself=True)
    assert not lies_inside(claim | {"scope": "C"}, cell)
    assert not lies_inside(claim | {"group": "combatants"}, cell)
    assert not lies_inside(claim | {"outcome": "injured"}, cell)
    assert what_differs(cell | {"scope": "B+A"}, cell) == ""


def test_left_out_only_on_demand() -> None:
    first = {"source": "A", "role": "monitor", "quantity": "900"}
    estimate = fit(first, {"source": "B", "role": "media", "quantity": "900", "quotes": "A"})
    assert "B (media)" not in texts(estimate.plot.total())
    found = texts(estimate.plot.total(left_out=True))
    assert {"B (media)", "Left out"} <= set(found)


def test_no_headline_draws_claims_only() -> None:
    estimate = fit({"source": "A", "quantity": "800"}, {"source": "B", "quantity": "6,000"})
    found = texts(estimate.plot.total())
    assert "no headline number: nothing sets the level" in found
    assert {"A", "B", "“800”"} <= set(found)
    assert not any("median" in text or "interval" in text for text in found)
    for name in METHODS:
        assert to_png(getattr(estimate.plot, name)()).startswith(b"\x89PNG")
    assert "Nothing sets the level of this estimate." in texts(estimate.plot.identification())


@pytest.mark.parametrize("name", METHODS)
def test_not_converged_is_stamped(coalition: ce.Estimate, name: str) -> None:
    assert "NOT CONVERGED" not in texts(getattr(coalition.plot, name)())
    assert "NOT CONVERGED" in texts(getattr(failed(coalition).plot, name)())


def test_two_modes_are_drawn_with_weights(two_modes: ce.Estimate) -> None:
    figure = two_modes.plot.total()
    found = joined(figure)
    assert "60 % near 49,000" in found
    assert "40 % near 150,000" in found or "40 % near 140,000" in found
    assert "documented: 24,692" in texts(figure)
    thick = [line for line in figure.axes[0].lines if line.get_linewidth() == 5]
    assert len(thick) == 2


def test_without_sources_there_is_a_note(two_modes: ce.Estimate) -> None:
    assert "This estimate holds no parameters of sources." in texts(two_modes.plot.sources())
    families = texts(two_modes.plot.identification())
    assert {"60 %", "share of the posterior"} <= set(families)
    assert "loaded without its model" in joined(two_modes.plot.cases())


def test_listed_and_unlisted_stand_under_the_total() -> None:
    generator = np.random.default_rng(2)
    listed = generator.lognormal(np.log(300), 0.05, (4, 100))
    unlisted = np.where(generator.random((4, 100)) < 0.2, 0.0, 80.0)
    draws = np.stack([listed + unlisted, listed, unlisted], axis=-1)
    number = {"median": 0.9, "low": 0.7, "high": 1.2}
    source = {
        "source": "Airwars",
        "role": "monitor",
        "target": {},
        "prior": None,
        "parameters": {"ratio_within": number | {"prob": 0.95, "prior": number}},
    }
    rows = [row("total"), row("listed"), row("unlisted")]
    estimate = fake(draws, rows, kind="incidents", sources=[source])
    found = texts(estimate.plot.total())
    assert {"of these, listed", "of these, unlisted"} <= set(found)
    title = "Civilians killed in Peru from 1980-01-01 to 2000-12-31, unlisted"
    assert title in texts(estimate.plot.total(row=2))
    assert "own count / true" in joined(estimate.plot.sources())
    assert to_png(estimate.plot.priors())


def test_one_number_without_spread() -> None:
    estimate = fake(np.full((4, 10, 1), 7.0), [row()])
    assert "median 7" in texts(estimate.plot.total())


def test_sources_draw_posterior_and_prior(coalition: ce.Estimate) -> None:
    axes = coalition.plot.sources().axes[0]
    drawn = [tuple(line.get_xdata()) for line in axes.lines]
    prior = coalition.meta["sources"][0]["prior"]
    table = coalition.sources()
    assert any(x == pytest.approx((prior["low"], prior["high"])) for x in drawn if len(x) == 2)
    ends = (table["low"][0], table["high"][0])
    assert any(x == pytest.approx(ends) for x in drawn if len(x) == 2)
    assert "reported / true" in axes.get_xlabel()
    assert "reported everything, nothing twice" in texts(axes.figure)


def test_identification_bars_and_sum(coalition: ce.Estimate) -> None:
    figure = coalition.plot.identification()
    widths = sorted((bar.get_width() for bar in figure.axes[0].patches), reverse=True)
    assert widths == pytest.approx([0.852, 0.133, 0.016], abs=0.003)
    assert "What sets the level: weights that sum to 1.00" in texts(figure)


def test_cases_name_every_refit(coalition: ce.Estimate) -> None:
    found = set(texts(coalition.plot.cases()))
    assert {"all sources", "only Pentagon", "without Airwars"} <= found
    assert any("prior sd doubled" in text for text in found)
    alone = set(texts(coalition.plot.alone()))
    assert "only Airwars" in alone
    assert "without Airwars" not in alone


def test_priors_have_one_panel_each(coalition: ce.Estimate) -> None:
    figure = coalition.plot.priors()
    assert len(figure.axes) == 3
    assert all(len(axes.lines) >= 2 for axes in figure.axes)


# That nothing breaks them --------------------------------------------------------------------


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("dark", [False, True])
def test_awkward_names_are_drawn_literally(awkward: ce.Estimate, name: str, dark: bool) -> None:
    figure = getattr(awkward.plot, name)(dark=dark)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert to_png(figure).startswith(b"\x89PNG")
        assert b"<svg" in to_svg(figure)
        figure.canvas.draw()
    found = joined(figure)
    assert "$x$" in found
    assert "<script>alert(1)</script>" in found
    assert r"$\frac{1}{$" in found
    assert not any(text.get_parse_math() or text.get_usetex() for text in _text_artists(figure))
    assert "North" in found
    assert "South" in found


@pytest.mark.parametrize("name", METHODS)
def test_text_neither_overlaps_nor_leaves_the_page(awkward: ce.Estimate, name: str) -> None:
    _check_places(getattr(awkward.plot, name)())


@pytest.mark.parametrize("name", ["total", "sources", "priors"])
def test_every_form_has_its_place(every_form: ce.Estimate, name: str) -> None:
    _check_places(getattr(every_form.plot, name)())


def test_labels_of_modes_do_not_touch(two_modes: ce.Estimate) -> None:
    _check_places(two_modes.plot.total())


def _check_places(figure: Any) -> None:
    with settings():
        renderer = figure.canvas.get_renderer()
        boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in _text_artists(figure)]
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.x1 <= width + 1, text
        assert box.y0 >= 0, text
        assert box.y1 <= height + 1, text
    for (one, a), (other, b) in combinations(boxes, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        tall = min(a.y1, b.y1) - max(a.y0, b.y0)
        # Lines of one paragraph may share the space between ascenders and descenders.
        assert wide <= 1 or tall <= 0.35 * min(a.height, b.height), (one, other)


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
    assert max(t.get_fontsize() for t in figure.texts) == 10
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_svg_is_the_same_every_time(coalition: ce.Estimate) -> None:
    figure = coalition.plot.sources()
    assert to_svg(figure) == to_svg(figure)
    assert b"<dc:date>" not in to_svg(figure)


def test_import_loads_no_matplotlib() -> None:
    code = "import sys, casualty_est.plots; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_wrong_row_and_level(coalition: ce.Estimate) -> None:
    with pytest.raises(ce.UsageError, match="row must be a whole number from 0 to 0"):
        coalition.plot.total(row=1)
    with pytest.raises(ce.UsageError, match="prob must lie between 0 and 1, not 95"):
        coalition.plot.sources(prob=95)


# Small parts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (80, 15_000, [100, 300, 1000, 3000, 10_000]),
        (0.02, 1.4, [0.03, 0.1, 0.3, 1]),
        (700, 9_000, [1000, 2000, 5000]),
        (5.1, 5.9, [5.25, 5.5, 5.75]),
        (1, 1e12, [1, 1e3, 1e6, 1e9, 1e12]),
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
        ".3",
        ".03",
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
