"""The report as a file: whole, self-contained, safe."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import casualty_est as ce
from casualty_est.claims.estimate import ClaimsEstimate
from casualty_est.claims.refits import leash
from casualty_est.claims.schema import ClaimsDetails
from casualty_est.errors import UsageError
from casualty_est.report.lever import script
from casualty_est.report.said import Said
from casualty_est.result.schema import Diagnostics
from casualty_est.wording.numbers import ends
from tests.support.page import Page, page_of, parts_of

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def page(coalition_page: str) -> str:
    return coalition_page


def is_self_contained(page: str) -> None:
    parsed = Page(page)
    assert not parsed.names & {"link", "iframe", "object", "embed", "base", "form"}
    # One script may stand there, and it is ours.
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    assert scripts in ([], [script()])
    assert [name for name, _ in parsed.tags].count("script") == len(scripts)
    assert not [name for _, attrs in parsed.tags for name in attrs if name.startswith("on")]
    for name in ("src", "srcset"):
        assert all(value.startswith("data:image/") for value in parsed.values(name))
    assert all(value.startswith(("https://", "http://", "#")) for value in parsed.values("href"))
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_the_page_needs_nothing_from_outside(page):
    is_self_contained(page)


def test_sections_stand_in_order_with_anchors(page):
    parsed = Page(page)
    anchors = [value[1:] for value in parsed.values("href") if value.startswith("#")]
    expected = "numbers sources rests sensitivity data limits method checks checklist"
    assert " ".join(anchors) == expected
    assert [i for i in parsed.values("id") if i in anchors] == anchors


def test_first_paragraph_comes_before_every_table(page):
    body = page[page.index("<body>") :]
    lede = body.index("We estimate about 10,000; if our assumptions hold")
    assert body.index("<h1>") < lede < body.index("Documented, not estimated: at least 6,047")
    assert lede < body.index("<table>")


def test_every_picture_has_words_and_a_dark_version(page):
    parsed = Page(page)
    pictures = [attrs for tag, attrs in parsed.tags if tag == "img"]
    assert len(pictures) == 5
    assert all(len(attrs["alt"] or "") > 40 for attrs in pictures)
    other = [attrs for tag, attrs in parsed.tags if tag == "source"]
    media = [attrs["media"] or "" for attrs in other]
    phone, dark = "max-width: 44rem", "prefers-color-scheme: dark"
    kinds = [(phone in text, dark in text) for text in media]
    # A browser takes the first that fits: of a dark telephone the one that is both.
    assert kinds == 5 * [(True, True), (True, False), (False, True)]
    files = [attrs["srcset"] for attrs in other] + [attrs["src"] for attrs in pictures]
    assert len(set(files)) == 20


def test_tables_hold_the_numbers(page):
    words = Page(page).text
    for piece in (
        "5,400 to 24,000",
        "Only Pentagon",
        "15% (2.1% to 110%)",
        "+0.85",
        "seed",
        "lies below the documented 6,047 is 5.3%",
    ):
        assert piece in words


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_the_conflict_left_in_is_one_row(coalition_learned):
    words = Page(page_of(coalition_learned)).text
    (case,) = coalition_learned.conflict_left_in().itertuples()
    assert "If the record of this very conflict were used as well." in words
    assert "The record of Coalition in Iraq and Syria 2014-19 left in" in words
    assert ends(case) in words
    assert ", without Coalition in Iraq and Syria 2014-19" in words


@pytest.mark.usefixtures("no_pictures")
def test_input_text_is_escaped():
    table = pd.DataFrame(
        [
            {
                "source": EVIL,
                "role": "monitor",
                "quantity": "at least 6,047",
                "scope": '"><img src=x onerror=alert(1)>',
                "perpetrator": "<b onclick=x>P</b>",
                "citation": "javascript:alert(1) <a href='javascript:x'>y</a> https://a.org/?q=<i>",
            },
            {"source": "B & C", "role": "media", "quantity": "about 800", "citation": "{{ 7*7 }}"},
        ]
    )
    table.loc[1, ["scope", "perpetrator"]] = table.loc[0, ["scope", "perpetrator"]]
    page = page_of(ce.ClaimsModel(ce.Claims(table)).fit(seed=1))
    is_self_contained(page)
    parsed = Page(page)
    assert EVIL in parsed.text
    assert "{{ 7*7 }}" in parsed.text
    assert "https://a.org/?q=" in parsed.values("href")
    assert not [value for value in parsed.values("src") if not value.startswith("data:")]
    assert not {"b", "i"} & parsed.names


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["two_modes", "listed_unlisted"])
def test_other_evidence_gets_a_report(name, request):
    page = page_of(request.getfixturevalue(name))
    is_self_contained(page)
    assert "no reporting ratio of totals" in page
    assert "not printed row by row" in page


@pytest.mark.usefixtures("no_pictures")
def test_two_modes_come_first(two_modes):
    page = page_of(two_modes)
    assert page.index("supports two different numbers") < page.index("<table>")


@pytest.mark.usefixtures("no_pictures")
def test_not_converged_comes_before_everything(two_modes):
    est = two_modes
    est.meta = replace(
        est.meta,
        diagnostics=Diagnostics("nuts", False, reasons=("3 divergent transitions",)),
    )
    page = page_of(est)
    body = page[page.index("<body>") :]
    assert body.index("NOT CONVERGED: do not quote these numbers") < body.index("<h1>")
    assert "<title>NOT CONVERGED" in page


def test_no_headline_gets_a_report_without_numbers():
    table = pd.DataFrame({"source": ["A", "B"], "quantity": ["800", "6,047"]})
    page = page_of(ce.ClaimsModel(ce.Claims(table)).fit(seed=1))
    is_self_contained(page)
    assert "We give no estimate: these figures fit" in page
    assert "no number" in page
    assert "<img" not in page


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_a_loaded_estimate_keeps_what_was_computed(coalition, tmp_path, page):
    tables_before = [line for line in page.splitlines() if "Only Pentagon" in line]
    loaded = ce.Estimate.load(coalition.save(tmp_path / "est.nc"))
    assert [line for line in page_of(loaded).splitlines() if "Only Pentagon" in line] == (
        tables_before
    )


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_a_loaded_estimate_without_refits_says_so(tmp_path):
    fresh = ce.ClaimsModel(ce.datasets.load("coalition")).fit(seed=1)
    page = page_of(ce.Estimate.load(fresh.save(tmp_path / "est.nc")))
    assert "Refits under other assumptions were not computed for this report." in page
    assert "est.each_source_alone()" not in page  # how to have them is said to the author alone
    assert "Only Pentagon" not in page


@pytest.mark.usefixtures("no_pictures")
def test_statements_of_the_analyst_are_printed_and_escaped(two_modes):
    page = page_of(two_modes, said=Said(statements={"corrections": f"Write to us {EVIL}"}))
    is_self_contained(page)
    assert f"Write to us {EVIL}" in Page(page).text


@pytest.mark.thorough
def test_title_authors_and_comparisons_are_printed_and_escaped(two_modes, tmp_path):
    table = {"caption": f"Others {EVIL}", "head": ["Who", "Number"], "rows": [["X", "12,345"]]}
    path = two_modes.report(
        tmp_path / "report.html",
        title=f"The dead {EVIL}",
        authors="A. Author",
        date="2026-11-30",
        statements={"funding": "Nobody paid."},
        comparisons=(table,),
    )
    page = path.read_text("utf-8")
    is_self_contained(page)
    parsed = Page(page)
    assert parsed.text.count(f"The dead {EVIL}") == 3  # head, heading, how to cite
    assert f"A. Author, 30 November 2026. The dead {EVIL}. Computed with" in parsed.text
    assert "[Authors, date]" not in parsed.text
    for piece in ("Nobody paid.", f"Others {EVIL}", "12,345"):
        assert piece in parsed.text


def test_an_unknown_statement_writes_nothing(two_modes, tmp_path):
    with pytest.raises(UsageError, match="statements has 'fundings'"):
        two_modes.report(tmp_path / "report.html", statements={"fundings": "x"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.thorough
def test_the_same_estimate_gives_the_same_page(coalition, page):
    assert page_of(coalition) == page


@pytest.mark.usefixtures("no_pictures")
def test_report_is_written_whole_or_not_at_all(coalition, tmp_path):
    path = tmp_path / "report.html"
    assert coalition.report(path, date="2026-11-30") == path
    written = path.read_text(encoding="utf-8")
    assert written.rstrip().endswith("</html>")
    with pytest.raises(UsageError, match="ci_prob must lie between 0 and 1"):
        coalition.report(path, ci_prob=95)
    assert path.read_text(encoding="utf-8") == written
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_many_refits_of_a_sampled_model_are_not_started_unasked(coalition, monkeypatch):
    meta = coalition.meta
    many = tuple(replace(meta.sources[0], source=f"S{i}") for i in range(7))
    sampled = replace(meta, diagnostics=replace(meta.diagnostics, method="nuts"), sources=many)
    steps = xr.Dataset({"n_steps": (("chain", "draw"), np.full((4, 1000), 7))})
    idata = coalition.idata.assign(sample_stats=xr.DataTree(steps))
    est = ClaimsEstimate(idata, sampled, ClaimsDetails(), model=coalition._model)

    def refuse(*args):
        pytest.fail("a refit was started")

    # Weights do not answer, and no time is left for short fits.
    monkeypatch.setattr(leash, "_weighed", lambda *_: None)
    monkeypatch.setattr(leash, "SHARE", 0)
    monkeypatch.setattr(leash, "_short", refuse)
    assert parts_of(est, 0.95).refits() == []
