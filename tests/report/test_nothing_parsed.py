"""Names and sentences that a result keeps are said, never read: with others the pages are the same.

Each test gives what an estimate keeps in words other words, in letters that nobody looks for, and
leaves the fields beside them as they are.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.claims.gauge import gauge_sentences
from casualty_est.claims.plots import ClaimsPlots
from casualty_est.claims.report.text import of_sources, rests_on
from casualty_est.linkage.report import matching
from casualty_est.lists.plots import ListPlots
from casualty_est.lists.report import tables as of_lists_tables
from casualty_est.lists.report.text import answer, said
from casualty_est.lists.schema import AtThreshold
from casualty_est.report import public
from casualty_est.result.schema import RATIO, Assumption, Case, Note, SourceRow, Span, Weight
from casualty_est.study.plots import evidence
from casualty_est.tables.cells import Documented, Given
from tests.support.known import normal
from tests.support.page import parts_of
from tests.support.parsed import calls, parsed
from tests.support.pseudo import pseudo

PACKAGE = Path(ce.__file__).parent


# Claims --------------------------------------------------------------------------------------

PRIOR = Span(0.5, 0.2, 0.9)
ROWS = tuple(
    SourceRow(
        f"ratio of North (UN) ({cell})",
        "North (UN)",
        role="monitor",
        prior=PRIOR,
        prior_log_sd=0.4,
        prior_origin="role monitor",
        prior_given=Given.ROLE,
        apart=(cell, "women"),
    )
    for cell in ("Raqqa", "Homs (city)")
)
ASSUMPTIONS = tuple(
    Assumption(row.name, kind, row.source, "", 0.5, 0.4, RATIO, apart=row.apart)
    for row, kind in zip(ROWS, ("ratio", "reference"), strict=True)
)


def renamed(one):
    """A record with another name."""
    told = {"prior_origin": pseudo(one.prior_origin)} if isinstance(one, SourceRow) else {}
    return replace(one, name=pseudo(one.name), **told)


def test_whose_a_ratio_is():
    row = SimpleNamespace(ratio=0.1, low=0.05, high=0.2, learned=0.5)
    told, again = (of_sources(rows, [row, row], 0.95) for rows in (ROWS, tuple(map(renamed, ROWS))))
    assert told == again
    assert "North (UN) (Raqqa, women) reported" in told[0]
    assert "in the record of past sources" in told[0]


def test_who_gave_a_prior_is_not_read_in_its_origin():
    row = SimpleNamespace(ratio=0.1, low=0.05, high=0.2, learned=0.5)
    own = replace(ROWS[0], prior_given=Given.SOURCE)
    assert not any("The record" in text for text in of_sources([own], [row], 0.95))


def test_what_the_level_of_claims_rests_on():
    weights = [Weight(one.name, 0.5, 0.0) for one in ASSUMPTIONS]
    told = gauge_sentences(weights, ASSUMPTIONS)
    assert told == gauge_sentences(weights, tuple(map(renamed, ASSUMPTIONS)))
    assert "North (UN)'s reporting ratio (Raqqa, women)" in told[0]


def test_what_an_anchor_of_claims_is(coalition):
    def of(assumptions):
        meta = replace(coalition.meta, assumptions=assumptions)
        anchored = type(coalition)(coalition.idata, meta, coalition.details)
        anchored.level = lambda row: "anchor"
        return rests_on(anchored)

    told = of(ASSUMPTIONS)
    assert told == of(tuple(map(renamed, ASSUMPTIONS)))
    assert "the reference source North (UN) (Homs (city), women)" in " ".join(told)


def test_under_which_name_a_picture_shows_a_ratio(coalition):
    meta = replace(coalition.meta, sources=tuple(map(renamed, ROWS)))
    plots = ClaimsPlots(type(coalition)(coalition.idata, meta, coalition.details))
    assert [plots._target(i) for i in (0, 1)] == ["Raqqa, women", "Homs (city), women"]


# Refits --------------------------------------------------------------------------------------


def test_which_source_was_left_out(of_lists):
    est = of_lists()
    middle = float(np.median(est.draws(0)))
    notes = ("without strata", "two lists: taken as independent")
    told = []
    for name in ("without North (UN) (without strata)", pseudo("without North")):
        case = Case(name, 2 * middle, middle, 3 * middle, 0.95, True, "North (UN)", notes)
        est.details.refits["without_each_source:0:0.95"] = (case,)
        table = of_lists_tables.without_lists("", (case,), 0.95)
        told.append((public.changes(parts_of(est, 0.95)), table.rows, table.caption))
    assert told[0] == told[1]
    sentences, rows, caption = told[0]
    asides = "without strata; two lists: taken as independent"
    assert sentences[0].startswith(f"Without North (UN) ({asides}), the estimate would be about")
    assert rows[0][0] == "Without North (UN)"
    assert caption == f" In every case: {asides}."


# Lists that were matched ---------------------------------------------------------------------


def matched(of_lists, text):
    est = of_lists()
    count = Documented(190, 220, None, text, "206 (190 to 220)")
    rows = (replace(est.meta.rows[0], documented=count), *est.meta.rows[1:])
    est.meta = replace(est.meta, rows=rows)
    return est


def test_whether_a_count_was_matched(of_lists):
    told = []
    for text in ("206 (190 to 220), by the matching", pseudo("as they were matched")):
        est = matched(of_lists, text)
        label = ListPlots(est)._documented_text(est.meta.rows[0].documented)
        told.append((said(est), answer(parts_of(est, 0.95)), label))
    assert told[0] == told[1]
    assert "have records of 206 (190 to 220) people" in told[0][0]
    assert told[0][2] == "on some list: 206 (190 to 220), by the matching"


def test_what_thresholds_would_have_answered(of_lists, monkeypatch):
    for name in ("_picture", "_overlaps"):
        monkeypatch.setattr(f"casualty_est.linkage.report.{name}", lambda *_: None)
    est = of_lists()
    est.details = replace(
        est.details,
        identification=replace(est.details.identification, sentences=(pseudo("If every pair"),)),
        thresholds=(
            AtThreshold(0.5, Span(900.0, 800.0, 1000.0)),
            AtThreshold(0.9, None),
            AtThreshold(0.99, Span(1200.0, 1100.0, 1300.0)),
        ),
    )
    linkage = SimpleNamespace(
        records=(150, 120),
        calibrated=True,
        settings={},
        missed=np.zeros((2, 3)),
        warnings=(Note("other", ""),),
        people_in_words=lambda *_: "206",
    )
    (sentence,) = matching(linkage, est, 0.95)["thresholds"]
    assert sentence.startswith(
        "If every pair above one threshold were taken as one person, the same lists would give "
    )
    assert "at a probability of 50%" in sentence
    assert "at a probability of 99%" in sentence
    assert "90%" not in sentence


# Studies -------------------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [0.1, 9.0])
def test_the_title_of_a_study_is_that_of_its_cell(apart, monkeypatch):
    scope = "Aurora, kind town"
    kinds = {"a": normal(9.0, 0.3, scope=scope), "b": normal(9.0 + apart, 0.3, 1, scope=scope)}
    joint, seen = ce.Study(**kinds).fit(seed=1), []
    open_page = evidence.open_page

    def look(*args, **how):
        seen.append(how["title"])
        return open_page(*args, **how)

    monkeypatch.setattr(evidence, "open_page", look)
    joint.plot.evidence()
    assert bool(joint.details.contradictions) == (apart > 1)
    assert scope in seen[0]
    assert "kind a" not in seen[0]


# Everywhere ----------------------------------------------------------------------------------

TAKING_APART = {"startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition"}
# What somebody wrote for a reader; a name that code gives a thing is no sentence.
WORDS = {"name", "case", "text", "sentence", "assumption", "origin", "prior_origin", "sentences"}
ROOMS = ("report", "plots", "refits", "inference", "model", "result")


def taken_apart() -> Iterator[tuple[Path, str]]:
    """Where a file takes apart what a record has in words."""
    for file, call in calls():
        read, of = call.func, getattr(call.func, "value", None)
        named = isinstance(read, ast.Attribute) and isinstance(of, ast.Attribute)
        if named and read.attr in TAKING_APART and of.attr in WORDS:
            yield file, f"{file.relative_to(PACKAGE)}:{call.lineno} {ast.unparse(call)}"


def test_no_page_no_picture_and_no_fit_takes_a_sentence_of_a_record_apart():
    files = {f for f in parsed() if set(ROOMS) & {*f.relative_to(PACKAGE).parts}}
    assert len(files) > 150
    assert not [where for file, where in taken_apart() if file in files]
