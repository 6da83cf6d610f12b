"""Reports in other languages: nothing in them is left in English, and Spanish is whole."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.linkage.report import parts_of as linked
from casualty_est.lists.families import FAMILIES
from casualty_est.lists.refits import INDEPENDENT, WITHOUT_STRATA
from casualty_est.lists.report import text as of_lists_text
from casualty_est.plots.style import to_svg
from casualty_est.report import pictures, publish
from casualty_est.report.page import render
from casualty_est.report.said import Said
from casualty_est.result.schema import Span
from casualty_est.tables.cells import Documented
from casualty_est.wording.language import language, retold, speaking
from casualty_est.wording.numbers import with_ends
from casualty_est.wording.phrases import how_read, with_source
from tests.report.test_paragraphs import CASES, OF_LISTS
from tests.support.page import Page, page_of, parts_of
from tests.support.pseudo import (
    left_over,
    pseudo_page,
    speaking_pseudo,
    texts_in,
    texts_of,
    without_code,
)

TEXTS = Path(__file__).with_name("paragraphs_es.txt")
ABOUT = {
    "authors": "Aurora",
    "contact": "Boreal",
    "licence": "Cumulus",
    "corrections": "Dorado",
    "data": "https://example.org/",
}
SPANISH = Said(audience="public", language="es", date="2026-11-30", **ABOUT)
OWN = " ".join(ABOUT.values())
FIGURES = ("card", "total", "parts", "cells")
# By hand, without the draws that a page needs.
NO_PAGE = ("incidents judged", "incidents of three", "incidents of papers", "two modes", "no total")
# Of pages that differ in their paragraphs alone, one of each kind of evidence.
READ_ALWAYS = ("two", "not converged", "deaths matched", "a published survey", "a study apart")
NO_WORDS = ("other",)  # the kind of evidence of the tests has no sentences of its own


def paragraph(quotation: str) -> str:
    return quotation.split("\n\n")[0]


@cache
def texts() -> dict[str, str]:
    """The Spanish paragraphs as they were read aloud, by their names."""
    entries = TEXTS.read_text("utf-8").strip().split("\n\n")
    return {name.strip("[]"): text for name, text in (entry.split("\n") for entry in entries)}


# Nothing is left in English ------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in CASES if name != "two modes"])
def test_a_paragraph_is_whole_and_the_one_that_was_read(name: str) -> None:
    _paragraph(name, CASES[name]())


@pytest.mark.parametrize("name", OF_LISTS)
def test_a_paragraph_of_lists(name: str, of_lists) -> None:
    _paragraph(name, of_lists(**OF_LISTS[name]))


def _paragraph(name: str, est: ce.Estimate) -> None:
    with speaking_pseudo():
        quotation = parts_of(est).quote(None, "Aurora")
    assert left_over(est, [quotation], "Aurora", *NO_WORDS) == set()
    assert paragraph(est.quote(language="es")) == texts()[name]


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in READ_ALWAYS else pytest.mark.thorough)
        for name in CASES
        if name not in NO_PAGE
    ],
)
def test_a_page_is_whole_in_any_language(name: str) -> None:
    _whole(CASES[name](), "nothing")


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize("name", OF_LISTS)
def test_a_page_of_lists_is_whole_in_any_language(name: str, of_lists) -> None:
    _whole(of_lists(**OF_LISTS[name]), "nothing")


# What stays English on a full page: names of standards, and what the fixtures say by hand.
KEPT = (
    *("GATHER", "Standards for Casualty Recording", "OHCHR", "R-hat is 1.8", "NegBin", "None"),
    *("“Models with dependence hold 60% of the mass.”", "“It rests on the sample”", "“two lists”"),
    *("as written", "merged", "it is built on Tally", " (other)", "HRW", "OSCE"),
    "Of one source the last number of each month stands.",
    "Coalition in Iraq and Syria 2014-19",
    *("'at least 6,047'", "'at least 13'", "'at least five'"),
)
NO_FULL = ("incidents judged", "incidents of three", "incidents of papers", "two modes", "no total")
FULL_ALWAYS = ("two",)


def _full(est: ce.Estimate, *more: str) -> set[str]:
    """Words of a full page that came neither from the catalogues nor from the table."""
    texts = texts_of(without_code(pseudo_page(parts_of(est), "full", **ABOUT)))
    for kept in KEPT:
        texts = [text.replace(kept, "") for text in texts]
    left = left_over(est, texts, OWN, "https", *NO_WORDS, *more)
    return {word for word in left if len(word) > 1}  # of formulas, and 1e-9


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in FULL_ALWAYS else pytest.mark.thorough)
        for name in CASES
        if name not in NO_FULL
    ],
)
def test_a_full_page_is_whole_in_any_language(name: str) -> None:
    assert _full(CASES[name](), "nothing") == set()


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize("name", ["lists", pytest.param("two lists", marks=pytest.mark.thorough)])
def test_a_full_page_of_lists_is_whole_in_any_language(name: str, of_lists) -> None:
    assert _full(of_lists(**OF_LISTS[name]), "nothing") == set()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("coalition_learned", marks=pytest.mark.thorough),
        pytest.param("strikes", marks=pytest.mark.slow),
    ],
)
def test_a_full_page_with_its_pictures_is_whole(name: str, request: pytest.FixtureRequest) -> None:
    # A parameter by its name, and the name of a conflict where a line of a picture ends.
    assert _full(request.getfixturevalue(name), "level", "in") == set()


@pytest.mark.thorough
@pytest.mark.parametrize("picture", ["families", "dial", "overlaps", "sources"])
def test_pictures_of_lists_are_whole(picture: str, of_lists) -> None:
    est = of_lists()
    with speaking_pseudo():
        figure = getattr(est.plot, picture)(credit="")
    assert left_over(est, [figure.alt, *texts_in(to_svg(figure).decode())], "HRW OSCE") == set()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "picture"),
    [
        *(("over time", one) for one in ("path", "ratio_paths", "sources", "priors")),
        *(("a study", one) for one in ("evidence", "sources", "identification")),
        *(("a study apart", one) for one in ("evidence", "cells")),
        *(("incidents", one) for one in ("gap", "inclusion", "mentions", "alone")),
    ],
)
def test_pictures_of_a_kind_are_whole(name: str, picture: str, strikes: ce.Estimate) -> None:
    est = strikes if name == "incidents" else CASES[name]()
    with speaking_pseudo():
        figure = getattr(est.plot, picture)(credit="")
    assert left_over(est, [figure.alt, *texts_in(to_svg(figure).decode())], *NO_WORDS) == set()


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize("checked", [0, 50])
def test_a_page_of_matched_lists_is_whole(checked: int, of_lists) -> None:
    est = of_lists()
    count = Documented(190, 220, None, "206 (190 to 220), by the matching", "206 (190 to 220)")
    rows = (replace(est.meta.rows[0], documented=count), *est.meta.rows[1:])
    est.meta = replace(est.meta, rows=rows)
    linkage = SimpleNamespace(
        lists=("North", "South"),
        records=(150, 120),
        calibrated=bool(checked),
        settings={"labelled records": checked},
        people_in_words=lambda *_: with_ends(Span(206.0, 190.0, 220.0)),
    )
    texts = texts_of(pseudo_page(linked(linkage, est, 0.95)))
    with speaking_pseudo():
        texts.append(parts_of(est).quote(None, None))  # without the linkage at hand
        texts.append(est.plot.total(credit="").alt)
    assert left_over(est, texts, "nothing") == set()
    with speaking("es"):
        said = paragraph(linked(linkage, est, 0.95).quote(None, None))
    assert said.startswith("Dos listas contienen 270 registros de muertes en Delta, que empare")


@pytest.mark.parametrize(
    "name", ["coalition_learned", pytest.param("strikes", marks=pytest.mark.thorough)]
)
def test_a_page_with_its_pictures_is_whole(name: str, request: pytest.FixtureRequest) -> None:
    est = request.getfixturevalue(name)
    page = _whole(est)
    assert len(texts_of(page)) > 60  # with the letters of four pictures


@pytest.mark.parametrize(
    "name",
    [
        *("coalition_learned", "of_lists", "a study apart"),
        pytest.param("strikes", marks=pytest.mark.thorough),
    ],
)
def test_pictures_to_share_are_whole(name: str, request: pytest.FixtureRequest) -> None:
    est = CASES[name]() if name in CASES else request.getfixturevalue(name)
    est = est() if callable(est) else est
    written: list[str] = []
    with speaking_pseudo():
        credit = pictures.line_below(parts_of(est), SPANISH)
        for one in FIGURES:
            figure = getattr(est.plot, one)(credit=credit)
            written += [figure.alt, *texts_in(to_svg(figure).decode())]
    assert left_over(est, written, OWN, *NO_WORDS) == set()


def _whole(est: ce.Estimate, *more: str) -> str:
    """The page in a language that nobody speaks, after it was searched for other words."""
    page = pseudo_page(parts_of(est), **ABOUT)
    assert left_over(est, texts_of(page), OWN, "https", *NO_WORDS, *more) == set()
    return page


# Spanish -------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_the_spanish_page(coalition_learned: ce.Estimate) -> None:
    page = page_of(coalition_learned, said=SPANISH)
    words = Page(page).text
    assert '<html lang="es">' in page
    for piece in (
        "Muertes de civiles en Iraq y Syria, atribuidas a Coalition",
        "Aurora, 30 de noviembre de 2026",
        "Pentagon (perpetrador) en torno a 800 9 de febrero de 2018",
        "Airwars (observatorio) al menos 6.047",
        "una probabilidad del 95%",
        "Sin Airwars, la estimación sería de alrededor de ",
        "Cómo citar",
        "Calculado con casualty_est",
        "Correcciones Dorado",
    ):
        assert piece in words
    alt = next(attrs["alt"] for tag, attrs in Page(page).tags if tag == "img") or ""
    assert "documentadas: al menos 6.047 (Airwars)" in alt
    assert not re.search(r"\d,\d{3}\b", words.replace("example.org", ""))  # no English thousands


@pytest.mark.usefixtures("no_pictures")
def test_labels_have_spanish_names_and_articles_melt(coalition_learned: ce.Estimate) -> None:
    names = {"Syria": "Siria", "Iraq": "Irak", "Coalition": "el Mando", "Pentagon": "el Pentágono"}
    said = Said(audience="public", language="es", names=names)
    words = Page(render(parts_of(coalition_learned), said)).text
    assert "El Pentágono reconoció en torno a 800 muertes de civiles en Irak y Siria" in words
    assert "atribuidas al Mando" in words
    assert "a el" not in words


def test_english_is_what_it_was_after_spanish(coalition_learned: ce.Estimate) -> None:
    before = coalition_learned.quote()
    assert coalition_learned.quote(language="es") != before
    assert coalition_learned.quote() == before


def test_what_is_kept_is_english() -> None:
    est = ce.ClaimsModel(ce.datasets.load("coalition")).fit(seed=2)
    with speaking("es"):
        kept = {case.case for case in est._records("without_each_source", 0, 0.9)}
    assert kept == {"without Airwars", "without Pentagon"}


@pytest.mark.thorough
def test_what_other_numbers_need_is_kept_in_english() -> None:
    est = ce.ClaimsModel(ce.datasets.load("coalition")).fit(seed=2)
    with speaking("es"):
        said = est._radius(9000.0, 0).sentence
    assert "the estimate is 9,000 only if" in said


@pytest.mark.parametrize("key", sorted(FAMILIES))
def test_every_assumption_of_lists_has_words(key: str) -> None:
    made = FAMILIES[key]
    with speaking("es"):
        told = retold(made.assumption, of_lists_text.ASSUMPTIONS, "assumption of lists")
    assert told
    assert told != made.assumption


def test_how_lists_were_read_without_one_of_them() -> None:
    notes = (WITHOUT_STRATA, INDEPENDENT)
    with speaking("es"):
        told = "North (UN) (sin estratos; dos listas, tomadas como independientes)"
        assert with_source("North (UN)", how_read(notes)) == told
        assert with_source("North (UN)", how_read(())) == "North (UN)"
    told = "North (UN) (without strata; two lists: taken as independent)"
    assert with_source("North (UN)", how_read(notes)) == told


# Asking for it -------------------------------------------------------------------------------


def test_languages_that_are_not_there_are_refused(
    coalition_learned: ce.Estimate, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    with pytest.raises(UsageError, match=r"language must be one of en, es, not 'eo'"):
        coalition_learned.report(path, audience="public", language="eo")
    with pytest.raises(UsageError, match="language must be one of en, es"):
        coalition_learned.quote(language="Spanish")
    assert not path.exists()


def test_a_full_report_needs_a_whole_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    Said(language="es").check_language()
    monkeypatch.setattr("casualty_est.report.said.translated", lambda _code: (900, 1711))
    with pytest.raises(UsageError, match=r"es\.po translates 900 of 1,711 sentences"):
        Said(language="es").check_language()
    Said(audience="public", language="es").check_language()


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_the_full_spanish_report(coalition_learned: ce.Estimate, tmp_path: Path) -> None:
    path = coalition_learned.report(tmp_path / "completo.html", language="es", authors="Aurora")
    page = path.read_text(encoding="utf-8")
    words = Page(page).text
    assert '<html lang="es">' in page
    assert '<pre lang="en">' in page  # the program writes its models in English, and says so
    for piece in (
        "1. Números clave",
        "Intervalo de credibilidad del 95%",
        "Si la proporción real de Airwars fuera un 10% mayor de lo supuesto",
        "Si 800 fuera el número real, Airwars (al menos 6.047) habría comunicado al menos 7,6",
        "la proporción de las muertes que comunica Pentagon",
        "exhaustividad, mediana 0,693",
        "'at least 6,047' se lee como el número que contó",
        "Con convergencia: la respuesta es exacta, por cuadratura.",
        "Se cumplen ",
    ):
        assert piece in words
    assert not left_in_english(page)


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in FULL_ALWAYS else pytest.mark.thorough)
        for name in CASES
        if name not in NO_FULL
    ],
)
def test_no_english_sentence_is_left_in_spanish(name: str) -> None:
    assert not left_in_english(page_of(CASES[name](), said=Said(language="es", **ABOUT)))


def left_in_english(page: str) -> list[str]:
    """Sentences of the catalogue that stand on a Spanish page as they are in English."""
    words = Page(re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)).text
    return [
        message
        for message, told in language("es").sentences._catalog.items()  # type: ignore[attr-defined]
        if isinstance(message, str)
        and not message.startswith("name in a bundled study")  # a source of these data is so called
        and len(text := message.rpartition("\x04")[2].partition("{")[0]) > 20
        and not told.startswith(text)
        and text in words
    ]


@pytest.mark.usefixtures("no_pictures")
def test_the_language_of_a_file(coalition_learned: ce.Estimate, tmp_path: Path) -> None:
    about = tmp_path / "about.toml"
    about.write_text('language = "es"\n', encoding="utf-8")
    path = coalition_learned.report(tmp_path / "r.html", audience="public", about=about)
    assert "Cómo citar" in path.read_text(encoding="utf-8")


def test_figures_are_the_same_in_every_language(coalition_learned: ce.Estimate) -> None:
    names = [name for name, _ in publish._every(parts_of(coalition_learned))]
    assert names[:3] == ["card", "total", "parts"]
    assert {"sources", "priors", "identification", "cases"} <= set(names)
