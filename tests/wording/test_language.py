"""Sentences, numbers, hedges and dates in the language in force."""

from __future__ import annotations

import re
from dataclasses import replace
from gettext import NullTranslations

import pytest

from casualty_est.errors import CasualtyEstError
from casualty_est.result.schema import Cell, Span
from casualty_est.tables.cells import Documented
from casualty_est.wording.again import told_again
from casualty_est.wording.hedged import hedged, on_page
from casualty_est.wording.language import (
    Language,
    _,
    figure,
    ngettext,
    pgettext,
    retold,
    sounding,
    sounds_of,
    speaking,
    spoken,
)
from casualty_est.wording.numbers import chance, ends, percent, portion, share, with_ends
from casualty_est.wording.phrases import (
    cell_title,
    clauses,
    day,
    documented_text,
    in_window,
    listed,
)
from casualty_est.wording.terms import assumption_name, group_name, role_name

WIDE = Span(6_312.0, 1_234.0, 20_999.0)


def test_english_is_what_is_said_without_a_language() -> None:
    assert spoken().code == "en"
    assert _("{source} stated {what}", source="A", what="5") == "A stated 5"
    assert ngettext("{n} death", "{n} deaths", 1, n=1) == "1 death"
    assert pgettext("month", "May") == "May"
    assert retold("anything at all", (), "reason") == "anything at all"


def test_a_language_ends_where_its_page_ends() -> None:
    with speaking("es"):
        assert day("2026-11-30") == "30 de noviembre de 2026"
        with speaking("en"):
            assert day("2026-11-30") == "30 November 2026"
        assert _("How to cite") == "Cómo citar"
    assert _("How to cite") == "How to cite"


def test_spanish_numbers() -> None:
    with speaking("es"):
        assert figure(1_234_567) == "1.234.567"
        assert figure(0.5, 1) == "0,5"
        assert with_ends(WIDE) == "6.300 (de 1.200 a 21.000)"
        assert ends(Span(0.2, 0.1, 3.0)) == "de menos de 1 a 3"
        assert percent(0.995) == "99,5%"
        assert portion(0.083) == "8,3%"
        assert chance(0.0) == "menos del 0,1%"
        assert share(0.0831) == "0,083"


@pytest.mark.parametrize(
    ("text", "numbers", "said"),
    [
        ("at least 6,047", [6047], "al menos 6.047"),
        ("At least 6047", [6047], "al menos 6.047"),
        ("more than 28,000", [28_001], "más de 28.000"),
        ("fewer than 10", [9], "menos de 10"),
        ("up to 15", [15], "hasta 15"),
        ("55-60", [55, 60], "de 55 a 60"),
        ("between 1,200 and 1,500", [1200, 1500], "entre 1.200 y 1.500"),
        ("about 1.3 million", [1_300_000], "alrededor de 1,3 millones"),
        ("two dozen", [24], None),
        ("dozens", [24, 96], "decenas"),
        ("several hundred", [300, 900], "varios centenares"),
        ("at least hundreds", [100], "al menos centenares"),
        ("four", [4], "cuatro"),
        ("75,200 (95% CI 63,600 to 86,800)", [75_200, 63_600, 86_800],
         "75.200 (IC del 95%: de 63.600 a 86.800)"),
        ("12,345", [12_345], "12.345"),
        ("1.200", [1200], None),  # one thousand and two hundred, as its table has it
        ("about 500", [600], None),  # another number was read from the text: say what it says
        ("about 40 (12 children)", [40], None),
        ("5-odd", [5], None),
    ],
)  # fmt: skip
def test_hedges_of_sources_in_spanish(text: str, numbers: list[float], said: str | None) -> None:
    with speaking("es"):
        assert hedged(text, numbers) == said


def test_what_is_not_known_is_quoted_unless_it_is_in_the_language_of_the_page() -> None:
    with speaking("es"):
        assert on_page("two dozen", [24]) == "“two dozen”"
        assert on_page("al menos 6.047", [6047]) == "al menos 6.047"
        assert on_page("1.200", [1200]) == "1.200"
        assert on_page("decenas", [24, 96]) == "decenas"
        assert documented_text(Documented(501, None, "A", "more than 500")) == "más de 500"
        assert documented_text(Documented(1234, None, "A")) == "al menos 1.234"


def test_lists_of_names_sound_right() -> None:
    with speaking("es"):
        assert listed(["Siria", "Iraq"]) == "Siria e Iraq"
        assert listed(["Siria", "Hierro"]) == "Siria y Hierro"
        assert listed(["A", "B", "C"]) == "A, B y C"
        assert listed(["7", "8"], "or") == "7 u 8"
        assert sounding("muertes de el Norte, a el Sur") == "muertes del Norte, al Sur"
        assert sounding("según El País, “de el”") == "según El País, “de el”"
        assert sounding("2,5 millones personas") == "2,5 millones de personas"
        assert clauses(["a la una", "b"]) == "A la una; b."


def test_titles_and_labels() -> None:
    cell = Cell("Iraq+Syria", "2014-08-08", "2018-02-09", "killed", "civilians", "Coalition")
    with speaking("es"):
        assert cell_title(cell) == (
            "Muertes de civiles en Iraq y Syria, del 8 de agosto de 2014 al 9 de febrero de 2018, "
            "atribuidas a Coalition"
        )
        assert role_name("third_state") == "tercer Estado"
        assert role_name("no such role") == "no such role"
        assert group_name("medics") == "medics"


class Mistaken(NullTranslations):
    def gettext(self, message: str) -> str:
        return message.replace("{source}", "{fuente}")


def test_mistakes_of_a_catalogue_are_told() -> None:
    problem = re.escape("eo.po: '{fuente} stated {what}' may name {source}, {what} in braces")
    with speaking(Language("eo", Mistaken())), pytest.raises(CasualtyEstError, match=problem):
        _("{source} stated {what}", source="A", what="5")
    with pytest.raises(CasualtyEstError, match=r"eo\.po: 'de el' is no rule of sounds"):
        sounds_of("de el", "eo")
    with pytest.raises(CasualtyEstError, match=r"'\(de' is no rule of sounds.*unterminated"):
        sounds_of("(de => del", "eo")
    assert sounds_of("sounds", "eo") == ()


def test_kept_texts_are_retold_by_their_templates() -> None:
    templates = ("too few effective draws ({draws}, at least {wanted} wanted)",)
    kept = "too few effective draws (1,212, at least 400 wanted)"
    with speaking("es"):
        said = retold(kept, templates, "reason")
        assert said == "hay muy pocas extracciones efectivas (1.212; se requieren al menos 400)"
        assert retold("something new", templates, "reason") is None


def test_days_of_one_year_name_it_once() -> None:
    cell = Cell("all", "1999-03-20", "1999-06-22", "killed", "all", "any")
    assert cell_title(cell) == "People killed, 20 March to 22 June 1999"
    assert in_window("people", cell) == "people between 20 March and 22 June 1999"
    longer = replace(cell, start="1998-12-31")
    assert cell_title(longer) == "People killed, 31 December 1998 to 22 June 1999"
    with speaking("es"):
        assert in_window("", cell).strip() == "entre el 20 de marzo y el 22 de junio de 1999"


def test_names_of_assumptions_and_members_have_no_english_left():
    with speaking("es"):
        told = assumption_name("odds ratio of the unseen cell [lists]")
        assert told.endswith("casilla no observada [listas]")
        member = told_again("visibility, pair A with B", "member of a family")
        assert member == "visibilidad, par A con B"
        assert told_again("all pairs, scale 0.1", "member of a family").endswith("escala 0,1")
