"""First paragraphs of every kind of evidence, as texts that were read aloud."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.linkage.report import parts_of as linked
from casualty_est.report import lede
from casualty_est.report.lede import WORDS
from casualty_est.result.schema import Cell
from casualty_est.result.show import answer
from casualty_est.tables.cells import Documented
from casualty_est.wording.display import renamed, shown_as
from tests.support import paragraphs as made
from tests.support.known import normal
from tests.support.over_time_by_hand import over_time
from tests.support.page import parts_of
from tests.support.paragraphs import NORTHLAND, claims

TEXTS = Path(__file__).with_name("paragraphs.txt")
COALITION = {
    "scope": "Iraq+Syria",
    "start": "2014-08-08",
    "end": "2018-02-09",
    "perpetrator": "Coalition",
}
LANTERN = ("Lantern", "monitor", "at least 4,100")
PAPERS = [("Herald", "", "100"), ("Courier", "", "at least 200")]
SOLDIERS = [("Army", "party", "about 900"), ("Enemy staff", "adversary", "14,000")]
HOSPITAL = [
    ("Ministry of Health", "government", "500"),
    ("US intelligence", "third_state", "100-300"),
    ("Monitor", "monitor", "at least 120"),
]
PENTAGON = [("Pentagon", "perpetrator", "around 800"), ("Airwars", "monitor", "at least 6,047")]

CASES = {
    "one monitor": lambda: claims([LANTERN]),
    "one party": lambda: claims([("Army", "perpetrator", "about 90")], number=900, ratio=0.12),
    "two": lambda: claims(PENTAGON, COALITION, leading="Airwars", number=6300, ratio=0.72),
    "three": lambda: claims(HOSPITAL, {"scope": "Gaza City"}, number=340, ratio=0.87),
    "fifteen": made.fifteen,
    "no roles": lambda: claims(PAPERS, has_level=False),
    "no roles, unbiased": lambda: claims(PAPERS, number=160, settings={"assume_unbiased": True}),
    "an expert": lambda: claims([("UN panel", "international", "30,000-50,000")], number=47_000),
    "a ministry's list": lambda: claims(
        [("Ministry of Health", "government", "12,340")],
        NORTHLAND | {"basis": "list"},
        number=14_000,
        ratio=0.87,
    ),
    "a denial": lambda: claims(
        [("Army", "perpetrator", "0"), ("Lantern", "monitor", "40")], leading="Lantern", number=86
    ),
    "a vague word": lambda: claims([("Herald", "media", "dozens")], number=100, ratio=0.92),
    "an odd spelling": lambda: claims(
        [("Herald", "media", "~12"), ("Army", "perpetrator", "1")],
        leading="Herald",
        number=14,
        ratio=0.92,
    ),
    "a reference": lambda: claims(
        [LANTERN, ("Census", "reference", "9,800")],
        leading="Census",
        kind="reference",
        number=9700,
    ),
    "an anchor": lambda: claims([LANTERN], kind="anchor", number=9700),
    "soldiers": lambda: claims(
        SOLDIERS,
        NORTHLAND | {"group": "Army soldiers"},
        number=3600,
        leading="Enemy staff",
        ratio=2.4,
    ),
    "several cells": made.parts_only,
    "no total": made.windows_differ,
    "not converged": made.stopped,
    "over time": over_time,
    "incidents judged": made.incidents_judged,
    "incidents of three": made.incidents_of_three,
    "incidents of papers": made.incidents_of_papers,
    "two modes": made.two_modes,
    "deaths matched": made.matched,
    "households": made.households,
    "a published survey": made.kosovo,
    "surveys apart": made.iraq,
    "a study": lambda: ce.Study(claims=normal(9.0, 0.3), lists=normal(9.3, 0.6, 1)).fit(seed=1),
    "a study with an official": lambda: ce.Study(
        claims=claims(PENTAGON, COALITION, leading="Airwars", number=6300, ratio=0.72),
        lists=normal(9.1, 0.3, 1),
        survey=normal(9.2, 0.3, 1),
    ).fit(seed=1),
    "a study apart": lambda: ce.Study(claims=normal(9, 0.1), lists=normal(11, 0.1, 1)).fit(seed=1),
}
OF_LISTS = {
    "lists": {},
    "two lists": {"lists": ("A", "B"), "warnings": [("two_lists", "two lists")]},
}


def texts():
    """The paragraphs as they were accepted, by their names."""
    entries = TEXTS.read_text("utf-8").strip().split("\n\n")
    return {name.strip("[]"): text for name, text in (entry.split("\n") for entry in entries)}


def paragraph(est):
    return est.quote().split("\n\n")[0]


@pytest.mark.parametrize("name", CASES)
def test_the_paragraph_is_the_one_that_was_read(name):
    est = CASES[name]()
    assert paragraph(est) == texts()[name]
    _holds_its_numbers(est)


@pytest.mark.parametrize("name", OF_LISTS)
def test_the_paragraph_of_lists(name, of_lists):
    est = of_lists(**OF_LISTS[name])
    assert paragraph(est) == texts()[name]
    _holds_its_numbers(est)


def test_the_paragraph_of_lists_with_two_modes(of_lists, bimodal):
    est = of_lists(bimodal)
    assert paragraph(est) == texts()["lists, two modes"]


def test_the_paragraph_of_two_real_claims(coalition_learned):
    assert paragraph(coalition_learned) == texts()["the Coalition"]
    _holds_its_numbers(coalition_learned)


@pytest.mark.parametrize(("name", "checked"), [("linked lists", 50), ("linked lists, raw", 0)])
def test_the_paragraph_of_lists_that_were_matched(name, checked, of_lists):
    linkage = SimpleNamespace(
        lists=("Ministry", "Doctors", "Families"),
        records=(1310, 620, 415),
        calibrated=bool(checked),
        settings={"labelled records": checked},
        people_in_words=lambda *_: "about 1,790 (1,750 to 1,830)",
    )
    est = of_lists(np.random.default_rng(0).lognormal(8.3, 0.1, 4000))
    cell = Cell("Khartoum", "2023-04-15", "2024-06-04", "killed", "all", "any")
    people = "1,790 (1,750 to 1,830)"
    count = Documented(1750, 1830, None, f"{people}, by the matching", people)
    rows = tuple(replace(row, cell=cell) for row in est.meta.rows)
    est.meta = replace(est.meta, rows=(replace(rows[0], documented=count), *rows[1:]))
    said = " ".join(lede.paragraph(linked(linkage, est, 0.95)))
    assert said == texts()[name]
    # Without the linkage at hand, the estimate still says that the people are no count.
    assert "have records of 1,790 (1,750 to 1,830) people killed in Khartoum" in est.quote()


def _holds_its_numbers(est):
    """The numbers are those of every table, and the interval stands there once."""
    if not (est.converged and est.meta.has_level and est.meta.has_total and len(est.modes()) == 1):
        return
    said, (middle, ends) = paragraph(est), answer(est, 0, 0.95)
    assert middle in said
    assert said.count(ends.replace(" to ", " and ")) == 1


def test_every_paragraph_can_be_printed():
    known = texts()
    assert len(known) >= 25
    for name, text in known.items():
        assert len(text.split()) < WORDS, name
        assert text.endswith("."), name
        assert "credible interval" not in text, name
    assert set(CASES) | set(OF_LISTS) <= set(known)


def test_names_in_print_count_as_words_of_the_paragraph():
    """A label of one word may be a name of four."""
    parts = parts_of(made.incidents_judged())
    with shown_as({"Army": "the Army of Northland and its allies"}):
        said = renamed(" ".join(lede.paragraph(parts)))
    assert said.endswith("and on how we infer the incidents that nobody lists.")


def test_a_quotation_is_the_paragraph_and_how_to_cite_it():
    est = claims([LANTERN])
    said, cite = est.quote(title="The toll", authors="A. Analyst").split("\n\n")
    assert said == texts()["one monitor"]
    assert cite == "A. Analyst. The toll. Computed with casualty_est 0.1.0, seed 3."
    narrow = est.quote(ci_prob=0.8)
    assert "an 80% chance" in narrow
    low, high = np.quantile(est.draws(), [0.1, 0.9])
    assert f"between {round(low, -2):,.0f} and {round(high, -2):,.0f}" in narrow
    with pytest.raises(ce.CasualtyEstError, match="between 0 and 1"):
        est.quote(ci_prob=95)
