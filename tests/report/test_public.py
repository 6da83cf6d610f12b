"""The short report, what its authors say of it, and the files beside it."""

from __future__ import annotations

import csv
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.report import public, publish
from casualty_est.report.said import Said, settled
from casualty_est.wording.display import all_renamed, renamed, shown_as
from casualty_est.wording.numbers import ends, middle
from tests.support import paragraphs as made
from tests.support.page import Page, page_of, parts_of

ABOUT = """
title = "The dead of the air war"
authors = "A. Author"
organisation = "Example Lab"
date = 2026-11-30
contact = "lab@example.org"
licence = "CC BY 4.0"
corrections = "Within a week."
url = "https://example.org/report.html"
data = "https://example.org/claims.csv"

[names]
Coalition = "the US-led Coalition"

[statements]
funding = "Nobody paid."
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    path = tmp_path_factory.mktemp("about") / "about.toml"
    path.write_text(ABOUT, encoding="utf-8")
    return settled(path, {"audience": "public"})


@pytest.fixture(scope="module")
def page(coalition: ce.Estimate, said: Said) -> str:
    return page_of(coalition, said=said)


def test_the_short_report_is_short_and_whole(page: str) -> None:
    parsed = Page(page)
    assert len(parsed.text.split()) < 420
    assert [tag for tag, _ in parsed.tags].count("img") == 1
    assert [tag for tag, _ in parsed.tags].count("table") == 1
    for piece in (
        "The dead of the air war",
        "A. Author, Example Lab, 30 November 2026",
        "Pentagon (perpetrator) around 800",
        "Airwars (monitor) at least 6,047",
        "the US-led Coalition",
        "What would change it",
        "Within a week.",
        "lab@example.org",
        "CC BY 4.0",
        "https://example.org/claims.csv",
    ):
        assert piece in parsed.text


@pytest.mark.thorough
def test_a_source_on_something_else_is_not_beside_the_number() -> None:
    rows = [
        ("Army", "perpetrator", "about 800", "A+B", "civilians"),
        ("Lantern", "monitor", "at least 2,000", "A+B", "civilians"),
        ("Herald", "media", "300", "A", "civilians"),
        ("Herald", "media", "20", "A+B", "Army soldiers"),
        ("Staff", "adversary", "9,000", "A+B", "Army soldiers"),
    ]
    names = ("source", "role", "quantity", "scope", "group")
    table = ce.Claims(pd.DataFrame(rows, columns=names))
    model = ce.ClaimsModel(table, total={"group": "civilians"})
    est = model.fit(seed=1, draws=100, tune=100, chains=2, progress_bar=False)
    shown = public.sources(parts_of(est))
    # Of soldiers nothing, and the number of a part says of which.
    assert [row[:3] for row in shown.rows] == [
        ("Army (perpetrator)", "about 800", "all of these"),
        ("Lantern (monitor)", "at least 2,000", "all of these"),
        ("Herald (media)", "300", "A"),
    ]


@pytest.mark.thorough
def test_no_word_is_for_the_author(page: str, coalition_page: str) -> None:
    for text in (Page(page).text, Page(coalition_page).text):
        for word in (r"\best\.", "For the author", r"\[Authors", "Key:", "before publication"):
            assert not re.search(word, text.replace("casualty_est.", ""))
        assert "section" not in Page(page).text


def test_what_would_change_it_is_what_the_refits_say(coalition: ce.Estimate, page: str) -> None:
    words = Page(page).text
    cases = {one.case: one for one in coalition.without_each_source().itertuples()}
    most = cases["without Airwars"]
    assert f"Without Airwars, the estimate would be about {middle(most)} ({ends(most)})." in words
    weight = {r.assumption: r.weight for r in coalition.identification().rows}["ratio of Airwars"]
    lower = round(100 * (1 - 1.1**-weight))
    assert "If Airwars reported a tenth more of the deaths than we assume" in words
    assert f"the estimate would be about {lower}% lower" in words


def test_cards_of_other_sites_find_what_they_show(page: str) -> None:
    tags = {attrs.get("property"): attrs.get("content") for _, attrs in Page(page).tags}
    assert tags["og:title"] == "The dead of the air war"
    assert tags["og:url"] == "https://example.org/report.html"
    assert tags["og:image"] == "https://example.org/figures/card-16x9.png"
    assert tags["article:published_time"] == "2026-11-30"
    assert "10,000" in (tags["og:description"] or "")


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_without_an_address_there_is_no_picture_to_share(coalition: ce.Estimate) -> None:
    assert "og:image" not in page_of(coalition, said=Said(audience="public"))


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize("name", ["two_modes", "listed_unlisted"])
def test_any_evidence_has_a_short_report(name: str, request: pytest.FixtureRequest) -> None:
    words = Page(page_of(request.getfixturevalue(name), said=Said(audience="public"))).text
    assert "How to cite" in words
    assert "What the sources say" in words


# What authors say ----------------------------------------------------------------------------


def test_what_is_said_directly_goes_before_the_file() -> None:
    about = {"title": "One", "names": {"A": "Alpha"}, "statements": {"funding": "x"}}
    both = settled(about, {"title": "Two", "names": {"B": "Beta"}, "licence": None})
    assert both.title == "Two"
    assert both.names == {"A": "Alpha", "B": "Beta"}
    assert both.statements == {"funding": "x"}
    assert settled(None, {"corrections": "c"}).stated == {"corrections": "c"}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"autors": "A"}, r"'autors' is unknown.*authors"),
        ({"audience": "press"}, r'audience must be "full" or "public", not \'press\''),
        ({"date": "30.11.2026"}, "date must be a day as 2026-11-30"),
        ({"url": "example.org"}, "url must be an address that begins with https://"),
        ({"names": ["A"]}, "names must be texts by their names"),
        ({"title": 7}, "title must be a text, not 7"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, object], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        settled(None, given)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "about.toml"
    path.write_text("title = ", encoding="utf-8")
    with pytest.raises(UsageError, match=r"about\.toml cannot be read"):
        settled(path, {})


def test_names_replace_labels_and_nothing_else() -> None:
    with shown_as({"Coalition": "the US-led Coalition", "A": "Alpha"}):
        assert renamed("Coalition's count, of Coalition") == (
            "The US-led Coalition's count, of the US-led Coalition"
        )
        assert renamed("so the Coalition says “Coalition”") == (
            "so the US-led Coalition says “Coalition”"
        )
        assert renamed("Coalitions and AB stay; A does not") == (
            "Coalitions and AB stay; Alpha does not"
        )
        assert renamed(renamed("of Coalition")) == "of the US-led Coalition"
        assert all_renamed({"k": ("A", ["by A"])}) == {"k": ("Alpha", ["by Alpha"])}
    assert renamed("Coalition") == "Coalition"


def test_the_checklist_is_for_the_author(two_modes: ce.Estimate) -> None:
    before = two_modes.checklist()
    after = two_modes.checklist(statements={"funding": "Nobody paid."}, corrections="Soon.")
    assert len(before.missing) - len(after.missing) == 2
    assert "Key of statements: funding" in repr(before)
    assert "Key of statements: funding" not in repr(after)
    assert "put anybody at risk" in repr(after)


# Files ---------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_figures_have_two_shapes_and_their_words(coalition: ce.Estimate, tmp_path: Path) -> None:
    from PIL import Image

    parts = parts_of(coalition)
    figure = publish.shaped(parts, "total", 16 / 9, {"ci_prob": 0.95})
    assert figure.get_size_inches()[0] / figure.get_size_inches()[1] == pytest.approx(16 / 9)
    parts.pictures = dict  # type: ignore[method-assign]
    parts.shows_cases = lambda: False  # type: ignore[method-assign]
    written = publish.figures(parts, tmp_path / "new" / "figures", Said(date="2026-11-30"))
    names = {path.name for path in written}
    wanted = {
        f"{name}-{shape}.{ending}"
        for name in ("card", "total", "parts")
        for shape in ("16x9", "square")
        for ending in ("png", "svg")
    }
    assert names == wanted | {"texts.txt"}
    folder = tmp_path / "new" / "figures"
    for file, size in {"card-16x9": (1600, 900), "total-square": (1080, 1080)}.items():
        with Image.open(folder / f"{file}.png") as image:
            assert image.size == size
    assert "30 November 2026" in (folder / "total-16x9.svg").read_text(encoding="utf-8")
    assert "5,400 to 24,000" in (folder / "texts.txt").read_text(encoding="utf-8")


def test_tables_hold_all_digits(coalition: ce.Estimate, tmp_path: Path) -> None:
    coalition.without_each_source()
    names = {path.name for path in coalition.tables(tmp_path)}
    assert {"estimates.csv", "sources.csv", "claims.csv", "weights.csv"} <= names
    assert "without_each_source.csv" in names
    with (tmp_path / "estimates.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert float(row["median"]) == coalition.summary()["median"].iloc[0]


def test_a_spreadsheet_takes_no_label_for_a_formula() -> None:
    assert publish.plain_cell('=HYPERLINK("http://x")').startswith("'=")
    assert publish.plain_cell("Airwars") == "Airwars"
    assert publish.plain_cell(-3.5) == -3.5


def test_a_pdf_without_a_browser_is_a_clear_error(
    coalition: ce.Estimate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish.shutil, "which", lambda _: None)
    with pytest.raises(UsageError, match="needs Chromium, Chrome or Edge on the PATH"):
        publish._print("<p>x</p>", tmp_path / "report.pdf")

    def fails(command: list[str], **_: object) -> None:
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(publish.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(publish.subprocess, "run", fails)
    with pytest.raises(UsageError, match="chromium could not print the report"):
        publish._print("<p>x</p>", tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


def test_the_browser_gets_the_page_and_no_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def prints(command: list[str], **_: object) -> None:
        asked.append(command)
        target = next(one for one in command if one.startswith("--print-to-pdf="))
        Path(target.partition("=")[2]).write_bytes(b"%PDF-1.4")

    monkeypatch.setattr(publish.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(publish.subprocess, "run", prints)
    publish._print("<p>x</p>", tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes() == b"%PDF-1.4"
    (command,) = asked
    assert command[0] == "/usr/bin/chromium"
    assert command[-1].startswith("file://")


def test_print_repeats_heads_and_not_sums(page: str) -> None:
    style = re.search(r"@media print \{.*", page, re.DOTALL)
    assert style
    assert "tfoot { display: table-row-group;" in style[0]
    assert "thead { display: table-header-group; break-after: avoid;" in style[0]


def test_of_parts_the_latest_of_each_source_on_each_part() -> None:
    est = made.parts_only()
    towns = zip(est.meta.claims, ("Riverside", "Hillside"), strict=True)
    claims = tuple(replace(claim, scope=town) for claim, town in towns)
    est.meta = replace(est.meta, claims=claims)
    table = parts_of(est).said_by()
    assert table.head[:3] == ("Source", "What it said", "What is counted")
    assert [(row[1], row[2]) for row in table.rows] == [
        ("40", "Riverside"),
        ("at least 13", "Hillside"),
    ]


def test_the_end_of_a_window_is_no_day_of_publication() -> None:
    """A figure without a day of publication says so, and no cell is empty beside full ones."""
    est = made.parts_only()
    first, *rest = est.meta.claims
    dated = replace(first, reported="2021-07-09", citation="https://example.org/a")
    undated = [replace(claim, reported=None, end="2021-06-30", citation=None) for claim in rest]
    est.meta = replace(est.meta, claims=(dated, *undated))
    table = parts_of(est).said_by()
    assert table.head[-2:] == ("Published", "Where")
    assert table.rows[0][-2] == "9 July 2021"
    assert {row[-2:] for row in table.rows[1:]} == {("not given", "not given")}


def test_what_did_not_settle_is_not_drawn() -> None:
    page = Page(page_of(made.stopped(), said=Said(audience="public")))
    assert "NOT CONVERGED" in page.text
    assert "img" not in [tag for tag, _ in page.tags]
    assert "as likely to lie above" not in page.text


def test_a_grade_that_moves_the_answer_is_told_in_a_sentence() -> None:
    parts = parts_of(made.incidents_judged())
    (grade, *_) = [one.grade for one in parts.estimate.details.grades]
    told = parts.tenth_more(f"grade {grade}: real and by the perpetrator", "11%", higher=True)
    assert told == (
        f"If a tenth more of the incidents graded {grade} were real and by the perpetrator than we "
        "assume, the estimate would be about 11% higher."
    )
    assert parts.tenth_more("scale: ratio of Lantern", "9%", higher=False) == (
        "If Lantern counted a tenth more of the deaths in an incident than we assume, the estimate "
        "would be about 9% lower."
    )
    assert parts.tenth_more("share of one of 2 suspects", "3%", higher=False) == ""


def test_of_surveys_that_contradict_each_other_none_is_said_to_be_right():
    surveys = ce.datasets.survey("iraq_surveys")
    parts = parts_of(ce.SurveyModel(surveys).fit(seed=1))
    assert public.tail(parts).startswith("These intervals can hardly all be right")
