"""The report of an estimate from lists: its first paragraph, tables, and names as they came."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from casualty_est.errors import UsageError
from casualty_est.lists.report import tables as lists
from casualty_est.lists.report.dial import dial
from casualty_est.lists.report.text import agreement, one_replicate
from casualty_est.lists.schema import FamilyMember, KnownPopulation, Replicate, Replicates
from casualty_est.report import checklist
from casualty_est.report.lede import paragraph as lede_of
from casualty_est.result.schema import Case, Span
from tests.support.page import Page, page_of, parts_of

EVIL = "<script>alert(1)</script>"


CASE = {"prob": 0.95, "converged": True, "low": 300.0, "median": 500.0, "high": 900.0}


def test_tables_of_one_replicate_say_so(of_lists):
    each = (Replicate(206, 600.0, 500.0, 700.0), Replicate(206, 650.0, 550.0, 750.0))
    several = of_lists(replicates=Replicates(each, None))
    assert one_replicate(several).startswith("The estimate mixes all replicates.")
    assert lists.data(several)[0].caption.endswith(" In the first replicate.")
    assert one_replicate(of_lists()) == ""
    assert "replicate" not in lists.data(of_lists())[0].caption


def test_an_odds_ratio_that_the_models_fix_has_no_interval(of_lists):
    est = of_lists()
    assert "This answer implies" in dial(est)
    found = est.details.found
    fixed = replace(found.dial, implied=Span(1.0, 1.0, 1.0))
    est.details = replace(est.details, found=replace(found, dial=fixed))
    assert "The models of this answer fix it at 1.0, whatever the lists say." in dial(est)


def test_lists_are_joined_and_small_ps_counted_as_people_say_it(of_lists):
    table = lists.checks(of_lists())[0]
    assert not [row for row in table.rows if str(row[0]).count(" and ") > 1]
    far = sum(float(str(row[-1])) < 0.05 for row in table.rows)
    said = {0: "none has a p", 1: "1 has a p"}.get(far, f"{far} have a p")
    assert table.caption.endswith(f"Of {len(table.rows)} combinations, {said} below 0.05.")


def with_refits(est):
    notes = ("without strata", "two lists: taken as independent")
    note = f" ({'; '.join(notes)})"
    est.details.refits["without_each_source:0:0.95"] = tuple(
        Case(f"without {name}{note}", **CASE, source=name, notes=notes)
        for name in ("Families", "HRW", "OSCE")
    )
    est.details.known_populations["known_populations:0:0.95"] = tuple(
        KnownPopulation(
            f"members of {name}{note}",
            members=members,
            seen=36,
            covered=covered,
            source=name,
            notes=notes,
            **CASE,
        )
        for name, members, covered in (("HRW", 91, False), ("OSCE", 76, True))
    )
    return est


def lede(est):
    return lede_of(parts_of(est, 0.95))


def items_of(est):
    return checklist.run(parts_of(est, 0.95), {})


def test_first_paragraph_has_number_interval_assumption_and_no_more(of_lists):
    assert lede(of_lists()) == [
        "Three lists name 206 people killed in Delta.",
        "From how the lists overlap we estimate that about 390 more were killed, 600 in all; if "
        "our assumptions hold, there is a 95% chance that the total lies between 480 and 760.",
        "The main assumption, which no list can test, is that the links between the lists are the "
        "same among the people on none of them.",
    ]
    parts = parts_of(of_lists())
    assert parts.split()[0].startswith(
        "Of all these people, about 390 are on no list (95% credible"
    )
    counted, assumed = parts.rests_on()
    assert counted.startswith("Nobody has counted the people on no list")
    assert assumed.startswith("It rests on one assumption, which no list can check: ")
    assert "people who are easier to see than others" in assumed
    assert parts.documented() == "Documented, not estimated: 206 people on at least one list."


def test_first_paragraph_says_when_kinds_of_model_disagree(of_lists):
    est = of_lists()
    assert "cannot choose" not in " ".join(lede(est))
    groups = tuple(
        replace(group, low=middle / 1.2, median=middle, high=middle * 1.2)
        for group, middle in zip(est.details.found.groups, (300, 900, 2000), strict=True)
    )
    apart = of_lists(groups=groups)
    said = " ".join(lede(apart))
    # The third is ruled out, and is no answer.
    assert "give different numbers, 300 and 900, and no list can choose between them" in said


def test_first_paragraph_of_one_family_states_its_assumption(of_lists):
    est = of_lists(families=[FamilyMember("independence", "independence", 1.0, -3.0)])
    assert "the same chance to be on a list, whichever other lists" in " ".join(lede(est))


def test_first_paragraph_of_two_lists_says_what_they_cannot(of_lists):
    est = of_lists(warnings=[("two_lists", "two lists"), ("shares_nobody", "list C is alone")])
    said = " ".join(lede(est))
    assert "Two lists cannot show whether they depend on each other" in said
    assert "List C is alone." in parts_of(est).details()
    assert "reports" not in said  # reporting ratios belong to claims


def test_without_a_level_there_is_no_number_anywhere(of_lists):
    est = of_lists(warnings=[("copied", "list D is left out")])
    est.meta = replace(est.meta, has_level=False, no_level="nobody is on two lists")
    said = lede(est)
    assert said[0] == "Three lists name 206 people killed in Delta."
    assert said[1] == (
        "We give no number for the people on no list, because nobody is on two lists."
    )
    assert "List D is left out." in parts_of(est).details()
    page = Page(page_of(est)).text
    assert "no headline" in page
    assert "Documented, not estimated: 206 people" in page
    for piece in ("600", "390", "Chance to be listed", "Odds ratio", "Kind of dependence"):
        assert piece not in page, piece
    assert est.sources()["completeness"].isna().all()
    assert est.to_dict()["sources"][0]["completeness_listed"] is None
    assert "no headline" in repr(est)
    for name in ("families", "dial", "sources"):
        with pytest.raises(UsageError, match="no number to draw: nobody is on two lists"):
            getattr(est.plot, name)()
    assert est.plot.overlaps().axes


def test_two_modes_are_two_numbers(of_lists, bimodal):
    est = of_lists(bimodal)
    said = " ".join(lede(est))
    assert "supports two different numbers and cannot choose between them: about 1,000" in said
    assert est.headline().count("credible interval") == 2
    assert " or about 3,000 (" in est.headline()
    assert "(weight 60%) or 3,000 (weight 40%)" in repr(est)
    table = lists.estimates(est, 0.95)
    assert table.rows[0][2] == "1,000 (weight 60%) or 3,000 (weight 40%)"


def test_no_kind_that_fits_is_not_one_that_fits(of_lists):
    est = of_lists(strata=("March",))
    assert "only one fits" not in agreement(est)
    groups = est.details.found.groups
    unfit = tuple(replace(group, ruled_out="p less than 0.01") for group in groups)
    none = agreement(of_lists(groups=unfit))
    assert none.startswith("None of the kinds of dependence that were tried fits")
    assert "its interval is too narrow" in none
    one = agreement(of_lists(groups=(groups[0], *unfit[1:])))
    assert one.startswith("Of the kinds of dependence that were tried, only one fits")
    assert "lists that depend in pairs" in one
    (march,) = est.details.strata
    est.details.strata = (replace(march, found=replace(march.found, groups=unfit)),)
    assert lists.tables(est)["strata"].rows[0][4] == "none fits"


@pytest.mark.usefixtures("no_pictures")
def test_every_section_of_lists_is_there(of_lists):
    page = Page(page_of(with_refits(of_lists()))).text
    for piece in (
        "How complete is each list?",
        "On some list (a count)",
        "20% 10% 480",  # weight, by evidence alone, median of the pairs
        "less than 1%",
        "no: log evidence 18.0 below the best",
        "10% of the answer comes from that rule",
        "no farther apart than the narrowest",
        "1.2 (0.80 to 1.7)",
        "Between 0.25 and 4.0 the number goes from",
        "more than 5%",
        "If one list were left out",
        "the 95% interval was right for 1 of 2",
        "People on exactly these lists",
        "All lists together 206 150",
        "pair HRW with OSCE",
        "The families of models inside the answer",
    ):
        assert piece in page, piece
    assert "reporting ratio" not in page
    assert "Documented, not estimated: 206 people" in page


@pytest.mark.usefixtures("no_pictures")
def test_strata_have_a_table_and_the_rest_says_what_it_is_of(of_lists):
    est = with_refits(of_lists(strata=("March", "April")))
    page = Page(page_of(est)).text
    assert "All strata 206" in page
    assert "Month March 103" in page
    assert "of the same lists without strata, which answer 640 (500 to 800)" in page
    assert "What each stratum rests on." in page
    (table,) = [t for key, t in lists.tables(est).items() if key == "strata"]
    assert [row[0] for row in table.rows] == ["Month March", "Month April"]
    assert table.rows[0][3].startswith("unequal visibility 80%; lists that depend in pairs 20%")


def test_a_list_that_was_not_at_work_somewhere_is_named(of_lists):
    est = of_lists(strata=("March", "April"))
    march, april = est.details.strata
    away = replace(april, found=replace(april.found, lists=("Families", "HRW")))
    est.details.strata = (march, away)
    rows = lists.tables(est)["strata"].rows
    assert [row[2] for row in rows] == ["none", "OSCE"]


def test_what_is_aside_of_all_cases_is_said_once(of_lists):
    table, covered, cases = lists.known_populations(with_refits(of_lists()), 0.95)
    assert [row[0] for row in table.rows] == ["Members of HRW", "Members of OSCE"]
    assert table.caption.endswith("In every case: without strata; two lists: taken as independent.")
    assert (covered, cases) == (1, 2)


@pytest.mark.usefixtures("no_pictures")
def test_names_of_lists_and_strata_are_escaped(of_lists):
    names = (EVIL, '"><img src=x onerror=alert(1)>', "B & C {{ 7*7 }}")
    est = of_lists(lists=names, strata=("<b>March</b>", EVIL))
    notes = ("first replicate",)
    case = Case(f"without {EVIL} (first replicate)", **CASE, source=EVIL, notes=notes)
    est.details.refits["without_each_source:0:0.95"] = (case,)
    page = page_of(est)
    parsed = Page(page)
    assert not {"script", "b", "i"} & parsed.names
    assert "onerror=alert(1)>" not in page.replace("&gt;", "")
    assert EVIL in parsed.text
    assert "Month <b>March</b>" in parsed.text
    assert "B & C {{ 7*7 }}" in parsed.text


def test_checklist_asks_lists_for_what_lists_have(of_lists):
    items = items_of(with_refits(of_lists()))
    said = {item.text: item for item in items}
    assert not any("claim" in name.lower() for name in said)
    assert not any("claim" in item.mend.lower() or "column" in item.mend for item in items)
    assert said["The answer without each list"].met
    assert said["Sensitivity to what identifies the number of people on no list, as a table"].met
    lost = {item.text: item.met for item in items_of(of_lists(dial=None))}
    assert not lost["Sensitivity to what identifies the number of people on no list, as a table"]
    assert not lost["The answer without each list"]
    assert not said["The period is stated, with its first and last day"].met
    assert "--cell start" in said["The period is stated, with its first and last day"].mend


@pytest.mark.parametrize("html", [False, True])
def test_terminal_and_notebook_show_counted_and_estimated_apart(of_lists, html):
    est = of_lists(strata=("March", EVIL))
    shown = est._repr_html_() if html else repr(est)
    assert "on some list (counted)" in shown
    assert "listed" not in shown.replace("unlisted", "")
    assert (EVIL in shown) is not html
    if not html:
        first = next(line for line in shown.splitlines() if line.startswith("people killed"))
        _, counted, middle, ends, rest = re.split(r"\s{2,}", first)
        assert (counted, middle, rest) == ("206", "600", "390")
        assert re.fullmatch(r"4[78]0 to 7[5-7]0", ends)


@pytest.mark.thorough
def test_a_loaded_estimate_keeps_its_report(of_lists, tmp_path):
    import casualty_est as ce

    est = with_refits(of_lists())
    again = ce.Estimate.load(est.save(tmp_path / "est.nc"))
    assert page_of(again) == page_of(est)


def test_a_reader_of_the_page_moves_the_dial(of_lists):
    est = of_lists()
    dial, lever = est.details.found.dial, parts_of(est).lever()
    assert lever.values == tuple(point.ratio for point in dial.curve)
    for point in dial.curve:
        assert lever.at(point.ratio).median == pytest.approx(point.median)
        assert lever.at(point.ratio).high == pytest.approx(point.high)
    # Where it stands it says a number that is not quite the report's: beside it stands why.
    assert lever.note.startswith("The estimate of this report, ")
    assert lever.note.endswith(
        "does not take this ratio as known: it comes from the models of section 3."
    )
    assert parts_of(est, 0.5).lever() is None  # the dial has intervals of 95% alone
    assert parts_of(of_lists(dial=None)).lever() is None
