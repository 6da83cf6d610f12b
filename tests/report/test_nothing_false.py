"""Sentences that a newspaper would have to correct, each on a table of a few rows."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.claims.report import what_if
from casualty_est.claims.report.text import of_sources
from casualty_est.incidents.report import tables as incident_tables
from casualty_est.incidents.schema import Gap, Part
from casualty_est.report import tables, text
from casualty_est.result.schema import Case
from casualty_est.result.spoken import documented_cell, verb
from casualty_est.result.tables import row_numbers
from casualty_est.tables.cells import BASES, ROLES, Documented, basis_of
from casualty_est.wording.numbers import adding_up, middle
from casualty_est.wording.phrases import capitalised
from tests.support.page import parts_of
from tests.support.paragraphs import NORTHLAND, claims, incidents_judged, parts_only

HOSPITAL = [
    ("Ministry of Health", "government", "500"),
    ("US intelligence", "third_state", "100-300"),
    ("Monitor", "monitor", "at least 120"),
]


def model(rows, **columns):
    head = ("source", "role", "quantity")
    table = pd.DataFrame([dict(zip(head, row, strict=True)) | columns for row in rows])
    return ce.ClaimsModel(table)


def documented(*rows, **columns):
    built = model(rows, **columns)
    return built.documented(built.rows[0])


# Documented, stated, estimated, acknowledged --------------------------------------------------


@pytest.mark.parametrize(
    ("role", "quantity", "said"),
    [
        ("monitor", "at least 120", "documented"),
        ("monitor", "6,136-9,315", "documented"),  # the sums of its minima and of its maxima
        ("registry", "120", "documented"),
        ("international", "120", "documented"),
        ("international", "30,000-50,000", "estimated"),
        ("int_estimate", "120", "estimated"),
        ("survey", "120", "estimated"),
        ("monitor", "75,200 (63,600-86,800)", "estimated"),
        ("government", "500", "stated"),
        ("first_count", "500", "stated"),
        ("party", "500", "stated"),
        ("media", "500", "reported"),
        ("perpetrator", "at least 841", "acknowledged"),
        ("", "500", "stated"),
    ],
)
def test_the_verb_follows_what_a_number_rests_on(role, quantity, said):
    (claim,) = claims([("A", role, quantity)]).meta.claims
    assert verb(claim) == said
    known = documented(("A", role, quantity))
    assert (known is not None) is (said == "documented")


def test_whoever_gives_no_number_acknowledges_nothing():
    rows = claims([("Monitor", "monitor", "500"), ("Army", "perpetrator", "unknown")]).meta.claims
    assert [verb(row) for row in rows] == ["documented", "gave no number"]


def test_the_table_says_what_a_number_rests_on_and_a_party_acknowledges_all_the_same():
    assert documented(("Ministry", "government", "500"), basis="list").low == 500
    assert documented(("Monitor", "monitor", "500"), basis="statement") is None
    assert documented(("Monitor", "monitor", "500"), hedge="speaker") is None
    assert documented(("Army", "perpetrator", "841"), basis="list") is None
    (claim,) = claims([("Army", "perpetrator", "841")], NORTHLAND | {"basis": "list"}).meta.claims
    assert verb(claim) == "acknowledged"
    with pytest.raises(ce.CasualtyEstError, match="expected one of list, statement, estimate"):
        model([("A", "monitor", "5")], basis="hearsay")


def test_what_was_taken_for_granted_of_the_basis_is_printed():
    built = model(HOSPITAL)
    assert (
        "default",
        "basis not given in 3 rows: taken as list (monitor); statement (government, third_state)",
    ) in built.notes
    assert "Ministry of Health (government, statement): '500'" in repr(built)
    assert {basis_of(role) for role in ROLES} == set(BASES)


def test_a_first_statement_is_no_documentation():
    """One hospital: a ministry's 500 is stated, the monitor's 120 is documented."""
    est = claims(HOSPITAL, {"scope": "Gaza City"}, number=340)
    assert parts_of(est).documented() == "Documented, not estimated: at least 120 (Monitor)."
    alone = claims(HOSPITAL[:2], {"scope": "Gaza City"}, number=340)
    assert parts_of(alone).documented() == "No source documents these deaths case by case."
    assert documented_cell(alone, 0) == "none; stated: 500 (Ministry of Health)"


def test_a_number_of_an_earlier_day_is_not_said_of_the_whole_window():
    est = claims([("President", "perpetrator", "30,000")], {"scope": "Iraq", "end": "2011-12-31"})
    assert documented_cell(est, 0) == "none; acknowledged: 30,000 (President)"
    earlier = replace(est.meta.claims[0], end="2005-12-12")
    est.meta = replace(est.meta, claims=(earlier,))
    wanted = "none; acknowledged up to 12 December 2005: 30,000 (President)"
    assert documented_cell(est, 0) == wanted


def test_grades_are_kept_apart():
    est = incidents_judged()
    assert parts_of(est).documented() == (
        "Documented, not estimated: at least 640 (Lantern), in incidents that it grades confirmed "
        "or fair; those graded weak are not in this sum."
    )


def test_more_than_is_printed_as_published():
    est = claims([("Lantern", "monitor", "more than 28,000")], number=30_000)
    assert parts_of(est).documented().startswith("Documented, not estimated: more than 28,000")
    assert "28,001" not in " ".join([*text.below_documented(est), est.quote()])
    assert Documented(28_001, text="more than 28,000").stated == 28_000
    assert Documented(6047, text="at least 6,047").stated == 6047


# Windows and parts ------------------------------------------------------------------------------

DATED = [
    ("SNHR", "at least 1,256", "Syria", "2014-09-23", "2017-05-01"),
    ("Airwars", "6,136-9,315", "Iraq+Syria", "2014-08-08", "2018-02-26"),
    ("Airwars", "8,249-13,342", "Iraq+Syria", "2014-08-08", ""),
    ("Army", "at least 1,335", "Iraq+Syria", "2014-08-08", "2019-08-31"),
]


def dated():
    head = ("source", "quantity", "scope", "start", "end")
    table = pd.DataFrame([dict(zip(head, row, strict=True)) for row in DATED])
    table["role"] = ["monitor", "monitor", "monitor", "perpetrator"]
    table["group"] = "civilians"
    return ce.ClaimsModel(table)


def test_an_undated_total_is_documented_for_the_window_in_which_it_counts():
    built = dated()
    assert built.counted.grid is not None
    assert built.documented(built.rows[0]) == Documented(8249, 13342, "Airwars", "8,249-13,342")


def test_a_part_that_was_documented_by_a_day_is_a_lower_bound_for_the_whole():
    built = dated()
    days = [pd.Timestamp(day).date() for day in ("2016-12-31", "2017-12-31", "2018-03-31")]
    assert built.documented_by(built.rows[0], days) == [None, 1256, 6136]
    # On the last day of the window it is the number that is documented for the window.
    last = built.rows[0].end
    assert built.documented_by(built.rows[0], [last]) == [built.documented(built.rows[0]).low]
    # When a total without a day was published nobody knows, so no earlier reader had it.
    assert built.documented_by(built.rows[0], [last], published=True) == [6136]


def test_what_is_documented_of_parts_is_no_nothing():
    """Of five strikes 7 women, 3, 3, 11 and at least 13 were documented: at least 37."""
    built = ce.ClaimsModel(ce.datasets.load("strikes"))
    total = built.rows[0]
    assert built.documented(total) is None
    added = built.documented_in_parts(total)
    assert (added.low, added.text) == (37, "at least 37")
    est = parts_only()
    assert documented_cell(est, 0) == "in parts of it at least 53 (Lantern, Delta)"
    assert "add up to at least 53 (Lantern, Delta)" in parts_of(est).documented()


def test_groups_of_one_place_are_not_added_to_all_who_died_there():
    rows = [
        {"quantity": "10", "scope": "X", "group": "civilians"},
        {"quantity": "4", "scope": "X", "group": "women"},
        {"quantity": "7", "scope": "Y", "group": "women"},
        {"quantity": "about 5", "scope": "Y", "group": "civilians"},
    ]
    table = pd.DataFrame(rows).assign(source="A", role="monitor")
    built = ce.ClaimsModel(table)
    assert built.documented_in_parts(built.rows[0]).low == 17


# No verdict from a prior alone ------------------------------------------------------------------


def test_nobody_is_said_to_have_counted_too_many_where_nobody_says_less():
    rows = [("Airwars", "monitor", "7"), ("Herald", "media", "at least 3")]
    est = claims(rows, number=6)
    assert est.summary()["p_below_documented"].isna().all()
    assert text.below_documented(est) == []
    assert not any("probability" in line for line in est.check().lines)
    said = text.under_documented(est)
    assert "No source gives a lower number" in said
    assert parts_of(est).documented().endswith("twice or wrongly; no source says so.")
    less = claims([*rows, ("Army", "perpetrator", "as many as 2")], number=6)
    assert less.summary()["p_below_documented"].iloc[0] > 0.5
    (sentence,) = text.below_documented(less)
    assert sentence.startswith("If our assumptions hold, the probability that the true number lies")


@pytest.mark.parametrize(
    ("ratio", "learned", "begins"),
    [
        (0.7, 0.95, "We assume that Lantern reports 70% of the true number (95% interval 35%"),
        (1.4, 0.95, "If our estimate is right, Lantern reported 140% of the true number"),
        (0.7, 0.5, "If our estimate is right, Lantern reported 70% of the true number"),
    ],
)
def test_a_ratio_that_the_data_did_not_move_is_an_assumption(ratio, learned, begins):
    (source,) = claims([("Lantern", "monitor", "4,100")]).meta.sources
    row = SimpleNamespace(ratio=ratio, low=ratio / 2, high=ratio * 2, learned=learned)
    (sentence,) = of_sources([source], [row], 0.95)
    assert sentence.startswith(begins)
    assert "We estimate that" not in sentence


# What if another number were right? --------------------------------------------------------------


def test_ranges_and_bounds_are_quoted_as_what_they_are():
    rows = [
        ("City council", "government", "about 300"),
        ("Database", "media", "12-600"),
        ("Monitor", "monitor", "at least 12"),
        ("Army", "perpetrator", "12"),
        ("Courier", "media", "as many as 30"),
        ("Herald", "media", "20-40"),
    ]
    est = claims(rows, {"scope": "Theatre"}, number=150)
    said = what_if.if_right(est, what_if.Rival(300.0, "City council", "300"))
    assert said == [
        "If 300 were the true number, Army (12) would have reported about 4% of it.",
        "If 300 were the true number, Courier (as many as 30) would have reported at most 10% of "
        "it.",
        "If 300 were the true number, Herald (20-40) would have reported 6.7% of it to 13% of it.",
    ]
    numbers = {rival.source: rival.said for rival in what_if.rivals(est, at_most=9)}
    assert "Database" not in numbers  # 150 lies inside its range
    assert "Monitor" not in numbers
    assert numbers["Herald"] == "40 (the upper end of Herald's 20-40)"
    assert numbers["Courier"] == "30 (the bound of Courier's 'as many as 30')"


def test_the_end_of_a_range_is_nobodys_number():
    est = claims(HOSPITAL, {"scope": "Gaza City"}, number=340)
    assert all(rival.number != 100 for rival in what_if.rivals(est, at_most=9))


# Arithmetic -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "total", "printed"),
    [
        ((2192.4, 7870.1, 1697.5), 11_760, [2190, 7870, 1700]),
        ((2192.4, 7870.1, 1694.5), 11_757, [2192, 7870, 1695]),
        ((-40.4, 900.2, 40.2), 900, [-40, 900, 40]),
        ((1 / 3, 1 / 3, 1 / 3), 1, [1, 0, 0]),
        ((66_666.7, 133_333.3), 200_000, [67_000, 133_000]),
    ],
)
def test_parts_add_up_as_printed(parts, total, printed):
    assert adding_up(parts, total) == printed
    assert sum(printed) == total


def test_the_parts_of_a_gap_add_up_as_printed():
    part = Part(0.0, 0.0, -900.0, 1800.0, 0.95)
    means = {"missed_incidents": 7870.4, "counting_within": 1699.1, "attribution": 2190.5}
    parts = {name: replace(part, mean=mean) for name, mean in means.items()}
    table = incident_tables.gap(Gap(("A", "B"), (12_434.0, 674.0), 11_760.0, **parts), None)
    numbers = [int(row[1].replace(",", "")) for row in table.rows]
    assert sum(numbers) == int(table.foot[1].replace(",", "")) == 11_760


def test_listed_and_unlisted_add_up_as_printed(of_lists):
    """4,400 counted and 7,282 more are 11,682: about 11,700 in all, and not 12,000."""
    rng = np.random.default_rng(0)
    draws = 206 + rng.lognormal(np.log(11_476), 0.25, 4000)
    est = of_lists(draws)
    more, total = (_number(est, part) for part in ("unlisted", "total"))
    assert abs(total - more - 206) <= 50
    assert f"{total:,} in all" in est.quote()


def _number(est, part):
    at = [row.part for row in est.meta.rows].index(part)
    return int(middle(row_numbers(est, at, 0.95)).replace(",", ""))


def test_what_computes_again_has_every_digit():
    delay = {"median": 283, "sd": 0.30010459, "shape": 1.057}
    est = claims([("Lantern", "monitor", "4,100")], settings={"delay": {"Army": delay}})
    rows = dict(tables.facts(est).rows)
    assert rows["delay"] == "Army: median: 283, sd: 0.30010459, shape: 1.057"


def test_a_setting_that_is_empty_leaves_no_empty_place():
    linkage = {"by": [], "unique_in": "", "kappa": 1, "alpha": 0}
    est = claims([("Lantern", "monitor", "4,100")], settings={"linkage": linkage})
    assert dict(tables.facts(est).rows)["linkage"] == "kappa: 1, alpha: 0"


# Refits, and numbers of sources ---------------------------------------------------------------


def test_a_refit_that_did_not_converge_shows_no_numbers():
    bad = Case("only SOHR", 7800.0, 670.0, 1.2e6, 0.95, converged=False)
    good = replace(bad, case="only Airwars", converged=True)
    rows = tables.cases("", [bad, good], 0.95).rows
    assert rows[0] == ("Only SOHR", "did not converge", "none")
    assert rows[1][1] == "7,800"


@pytest.mark.parametrize("name", ["Russian occupation authorities", "Ministry", "local monitors"])
def test_one_or_several_speakers_take_the_same_verb(name):
    est = claims([(name, "monitor", "4,100"), ("B", "media", "90")], number=5000)
    said = [*parts_of(est).source_sentences(), est.quote()]
    assert not any(f"{name} {word}" in line for word in ("says", "state ") for line in said)
    assert f"{capitalised(name)} documented 4,100" in said[-1]


def test_nothing_is_promised_beside_that_is_not_there():
    rows = [{"source": "Airwars", "quantity": "900", "scope": "Syria", "role": "monitor"}]
    built = ce.ClaimsModel(pd.DataFrame(rows))
    assert "shown beside" not in repr(built)
