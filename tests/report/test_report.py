"""The report as a file: whole, self-contained, safe."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.report import render, tables, write_report

EVIL = "<script>alert(1)</script>"


class Page(HTMLParser):
    """Collects every tag, attribute and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))

    def values(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]


@pytest.fixture(scope="module")
def page(coalition) -> str:
    return render(coalition)


def is_self_contained(page: str) -> None:
    found = Page(page)
    tags = {tag for tag, _ in found.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "form", "svg"}
    assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on")]
    for name in ("src", "srcset"):
        assert all(value.startswith("data:image/") for value in found.values(name))
    assert all(value.startswith(("https://", "http://", "#")) for value in found.values("href"))
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_the_page_needs_nothing_from_outside(page):
    is_self_contained(page)


def test_sections_stand_in_order_with_anchors(page):
    found = Page(page)
    anchors = [value[1:] for value in found.values("href") if value.startswith("#")]
    expected = "numbers sources rests sensitivity data method checks checklist limits"
    assert " ".join(anchors) == expected
    assert [i for i in found.values("id") if i in anchors] == anchors


def test_first_paragraph_comes_before_every_table(page):
    body = page[page.index("<body>") :]
    lede = body.index("Our estimate is about 10,000 (95\u00a0% credible interval 5,400 to 24,000)")
    assert body.index("<h1>") < lede < body.index("at least 6,047, stated by Airwars")
    assert lede < body.index("<table>")


def test_every_picture_has_words_and_a_dark_version(page):
    found = Page(page)
    pictures = [attrs for tag, attrs in found.tags if tag == "img"]
    assert len(pictures) == 5
    assert all(len(attrs["alt"] or "") > 40 for attrs in pictures)
    dark = [attrs for tag, attrs in found.tags if tag == "source"]
    assert len(dark) == 5
    assert all("prefers-color-scheme: dark" in (attrs["media"] or "") for attrs in dark)
    assert all(a["srcset"] != b["src"] for a, b in zip(dark, pictures, strict=True))


def test_tables_hold_the_numbers(page):
    found = Page(page).text.replace("\u00a0", " ")
    for piece in (
        "5,400 to 24,000",
        "Only Pentagon",
        "Without Airwars",
        "Role monitor, prior sd doubled",
        "15 % (2.1 % to 110 %)",
        "+0.85",
        "seed",
        "lies below the documented 6,047 is 5.3 %",
    ):
        assert piece in found


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
    page = render(ce.ClaimsModel(ce.Claims(table)).fit(seed=1))
    is_self_contained(page)
    found = Page(page)
    assert EVIL in found.text
    assert "{{ 7*7 }}" in found.text
    assert "https://a.org/?q=" in found.values("href")
    assert not [value for value in found.values("src") if not value.startswith("data:")]
    assert not [1 for tag, _ in found.tags if tag in ("b", "i")]


@pytest.mark.parametrize("name", ["two_modes", "listed_unlisted"])
def test_other_evidence_gets_a_report(name, request):
    page = render(request.getfixturevalue(name))
    is_self_contained(page)
    assert "no reporting ratio of totals" in page
    assert "not printed row by row" in page


def test_two_modes_come_first(two_modes):
    page = render(two_modes)
    assert page.index("supports two different numbers") < page.index("<table>")


def test_not_converged_comes_before_everything(two_modes):
    est = two_modes
    est.meta["diagnostics"] |= {"converged": False, "reasons": ["3 divergent transitions"]}
    page = render(est)
    body = page[page.index("<body>") :]
    assert body.index("NOT CONVERGED: do not quote these numbers") < body.index("<h1>")
    assert "<title>NOT CONVERGED" in page


def test_no_headline_gets_a_report_without_numbers():
    table = pd.DataFrame({"source": ["A", "B"], "quantity": ["800", "6,047"]})
    page = render(ce.ClaimsModel(ce.Claims(table)).fit(seed=1))
    is_self_contained(page)
    assert "This report gives no number." in page
    assert "no number" in page
    assert "<img" not in page


def test_a_loaded_estimate_keeps_what_was_computed(coalition, tmp_path, page):
    tables_before = [line for line in page.splitlines() if "Only Pentagon" in line]
    loaded = ce.Estimate.load(coalition.save(tmp_path / "est.nc"))
    assert [line for line in render(loaded).splitlines() if "Only Pentagon" in line] == (
        tables_before
    )


def test_a_loaded_estimate_without_refits_says_so(tmp_path):
    fresh = ce.ClaimsModel(ce.datasets.load("coalition")).fit(seed=1)
    page = render(ce.Estimate.load(fresh.save(tmp_path / "est.nc")))
    assert "Not computed. A result loaded from a file has no model to fit again" in page
    assert "Only Pentagon" not in page


def test_statements_of_the_analyst_are_printed_and_escaped(two_modes):
    est = two_modes
    est.meta["details"]["statements"] = {"corrections": f"Write to us {EVIL}"}
    page = render(est)
    is_self_contained(page)
    assert f"Write to us {EVIL}" in Page(page).text


def test_the_same_estimate_gives_the_same_page(coalition, page):
    assert render(coalition) == page


def test_report_is_written_whole_or_not_at_all(coalition, tmp_path, page):
    path = tmp_path / "report.html"
    assert write_report(coalition, path) == path
    assert path.read_text(encoding="utf-8") == page
    with pytest.raises(UsageError, match="prob must lie between 0 and 1"):
        coalition.report(path, prob=95)
    assert path.read_text(encoding="utf-8") == page
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_many_refits_of_a_sampled_model_are_not_started_unasked(coalition, monkeypatch):
    meta = {**coalition.meta, "diagnostics": {**coalition.meta["diagnostics"], "method": "nuts"}}
    meta["sources"] = [{**meta["sources"][0], "source": f"S{i}"} for i in range(7)]
    meta["details"] = {}
    asked: list[str] = []
    monkeypatch.setattr(coalition, "_meta", meta)
    monkeypatch.setattr(coalition, "_refits", lambda name, *rest: asked.append(name))
    assert tables.refits(coalition, 0.95) == []
    assert asked == []
