"""The report of incident reports: what it must say, and what it must not."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.incidents.report import IncidentParts
from casualty_est.report.lede import paragraph as lede_of
from tests.support.incident_tables import FEW
from tests.support.page import Page, page_of
from tests.support.pseudo import left_over, pseudo_page, texts_of


@pytest.fixture(scope="module")
def syria():
    reports = ce.datasets.incidents("coalition_syria_patterns")
    return ce.IncidentModel(reports, anchor="Airwars").fit(**FEW | {"draws": 500, "tune": 500})


def settled(est):
    """The same, as if its few draws had converged."""
    done = copy(est)
    fine = replace(est.meta.diagnostics, converged=True, reasons=())
    done.meta = replace(est.meta, diagnostics=fine)
    return done


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_the_public_page_is_whole_in_any_language(syria):
    est = settled(syria)
    page = pseudo_page(IncidentParts(est, 0.95))
    assert left_over(est, texts_of(page), "nothing") == set()
    assert est.quote(language="es").startswith(
        "Coalition admitió 195 de 2.044 incidentes y reconoció 674 muertes; Airwars documentó al "
        "menos 5.549 muertes de civiles en Syria (atribuidas a Coalition) en los que califica de "
        "confirmados o verosímiles. Nuestra estimación es de alrededor de "
    )


def test_the_first_paragraph_has_the_official_number_first(syria):
    said = " ".join(lede_of(IncidentParts(settled(syria), 0.95)))
    assert said.startswith(
        "Coalition accepted 195 of 2,044 incidents and acknowledged 674 deaths; Airwars documented "
        "at least 5,549 civilians killed in Syria (attributed to Coalition) in those it grades "
        "confirmed or fair. We estimate about "
    )
    assert said.endswith(
        "It rests on Airwars' counts and grades, and on how many of Coalition's own incidents the "
        "others missed."
    )
    assert len(said.split()) < 80
    assert lede_of(IncidentParts(syria, 0.95))[-1].startswith("NOT CONVERGED") != syria.converged


def test_what_it_rests_on_is_said_in_full_further_down(syria):
    parts = IncidentParts(settled(syria), 0.95)
    said = " ".join([*parts.details(), *parts.rests_on()])
    for words in (
        "are in incidents that at least one source lists",
        "The deaths that Coalition has stated or conceded are about",
        "It rests on the counts of Airwars",
        "no report can confirm or correct that",
        "inferred from 74 incidents that Coalition reported itself",
        "no investigation on the ground has measured it",
    ):
        assert words in said
    # 1,081 in incidents graded confirmed and 4,468 in fair ones.
    assert "at least 5,549 (Airwars), in incidents that it grades" in parts.documented()
    assert "graded weak, contested and discounted are not in this sum" in parts.documented()


def test_every_section_is_there(syria):
    page = Page(page_of(syria)).text
    for words in (
        "Why the counts differ",
        "Of this gap,",
        "Small incidents are missed more often",
        "The grade of an accepted incident is not used",
        "Coalition accepts 195 of these incidents and states 674 deaths in them",
        "195 accepted, 1,557 rejected, 68 open, 74 of its own",
        "Refits under other assumptions were not computed for this report.",
        "For 674 to be right, Airwars would have to state",
    ):
        assert words in page
    for words in ("nan", "None", "reporting ratio of totals", "list can hold"):
        assert not re.search(rf"\b{words}\b", page)
    # How to have them is said to the author, not to the readers.
    assert "call est.other_settings()" not in page
    assert "call est.other_settings()" in repr(syria.checklist())


def test_without_a_way_to_the_unlisted_there_is_no_total(strikes):
    parts = IncidentParts(settled(strikes), 0.95)
    said = " ".join(lede_of(parts))
    assert "For the incidents that these sources list we estimate about" in said
    assert said.endswith("deaths in other incidents are not in it.")
    assert parts.title().endswith("in listed incidents")
    assert "at least 30" in parts.documented()
    assert "accepts 0 of these incidents" in parts.attribution()


@pytest.mark.usefixtures("no_pictures")
def test_names_are_escaped_and_nothing_is_fetched():
    import pandas as pd

    rows = {
        "incident": ["1", "1", "2", "2", "3", "4"],
        "source": ["<i>A</i>", "B", "<i>A</i>", "B", "<i>A</i>", "B"],
        "role": ["monitor", "media"] * 3,
        "quantity": ["3", "4", "10", "8", "2", "5"],
    }
    est = ce.IncidentModel(pd.DataFrame(rows), anchor="<i>A</i>").fit(**FEW)
    page = page_of(est)
    assert "<i>A</i>" not in page
    assert "&lt;i&gt;A&lt;/i&gt;" in page
    assert not re.search(r'(src|href)="(?!data:|#|https://doi\.org)', page)


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_without_a_role_there_is_no_headline():
    import pandas as pd

    rows = {"incident": ["1", "1", "2", "3"], "source": ["A", "B", "A", "B"]}
    frame = pd.DataFrame(rows | {"quantity": ["3", "4", "2", "7"]})
    est = ce.IncidentModel(frame).fit(**FEW)
    page = Page(page_of(est)).text
    assert "We give no estimate" in page or "NOT CONVERGED" in page
    assert est.incidents()["median"].isna().all()


def test_parts_of_the_gap_are_shares_only_where_all_have_one_sign(syria):
    parts = IncidentParts(syria, 0.95)
    (said,) = parts.more()["why"]
    shares = [int(x) for x in re.findall(r"(\d+)%", said)]
    assert abs(sum(shares) - 100) <= 1
    (gap,) = syria.details.gaps
    syria.details.gaps = (replace(gap, attribution=replace(gap.attribution, mean=-1.0)),)
    try:
        assert "what the difference is made of" in parts.more()["why"][0]
    finally:
        syria.details.gaps = (gap,)


def test_grades_show_how_much_of_them_counts(syria):
    grades = {row.grade: row for row in syria.details.grades}
    assert grades["fair"].real > grades["contested"].real > grades["discounted"].real
    assert sum(row.incidents for row in grades.values()) == 2044
    assert np.isclose(sum(row.low for row in grades.values()), 9301)


def test_the_count_follows_its_anchor_where_the_data_may_not_move_it(syria):
    """On the page a reader moves what the anchor is taken for: the draws are divided by it."""
    made = IncidentParts(syria, 0.95).lever()
    now, anchor = float(np.median(syria.draws(0))), syria.details.anchor.median
    assert made.at(anchor).median == pytest.approx(now, rel=0.01)
    assert made.at(0.8 * anchor).median == pytest.approx(now / 0.8, rel=0.01)
    joint = replace(syria.meta, settings=syria.meta.settings | {"scale": "joint"})
    other = type(syria)(syria.idata, joint, syria.details)
    assert IncidentParts(other, 0.95).lever() is None
