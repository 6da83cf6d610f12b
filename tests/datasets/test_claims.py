"""Bundled claims say what was published, no more, and name where it was."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from casualty_est import datasets
from casualty_est.claims.table.counting import count_once, documented
from tests.support.strikes import BAHRA, HAJEEN, SHAAFA

DAYS = {
    SHAAFA: date(2018, 1, 23),
    HAJEEN: date(2018, 1, 24),
    BAHRA[0]: date(2018, 1, 30),
    BAHRA[1]: date(2018, 2, 2),
    BAHRA[2]: date(2018, 2, 4),
}


def stated(claim):
    quantity = claim.quantity
    return (quantity.form, quantity.low, quantity.best, quantity.high)


def exact(number):
    return ("exact", number, number, number)


def at_least(number):
    return ("at_least", number, None, None)


def about(number):
    return ("about", None, number, None)


def at_most(number):
    return ("at_most", 0, None, number)


def between(low, high):
    return ("between", low, None, high)


# --- coalition -------------------------------------------------------------------------


def test_coalition_is_exactly_two_claims():
    pentagon, airwars = datasets.load("coalition")
    assert (pentagon.source, pentagon.role) == ("Pentagon", "perpetrator")
    assert pentagon.quantity.text == "around 800"
    assert stated(pentagon) == about(800)
    assert (airwars.source, airwars.role) == ("Airwars", "monitor")
    assert airwars.quantity.text == "at least 6,047"
    assert stated(airwars) == at_least(6047)
    for claim in (pentagon, airwars):
        assert claim.cell_key == ("Iraq+Syria", "killed", "civilians", "Coalition")
        assert claim.window == (date(2014, 8, 8), date(2018, 2, 9))
        assert claim.level == "total"
        assert claim.citation.startswith("Daily Kos, February 2018 (first publication): ")


def test_coalition_documents_what_airwars_counted():
    claims = datasets.load("coalition")
    stated_count = documented(claims, claims.rows[0].cell_key, claims.rows[0].window)
    assert (stated_count.low, stated_count.high, stated_count.source) == (6047, None, "Airwars")


# --- strikes ---------------------------------------------------------------------------

# What each strike's outlets said together, and under whose name it counts.
STRIKES = {
    (SHAAFA, "civilians"): ("Airwars", at_most(15), {"SOHR", "local media", "international media"}),
    (SHAAFA, "women"): ("Airwars", exact(7), {"SOHR", "local media", "international media"}),
    (HAJEEN, "women"): ("local monitors", exact(3), {"local media"}),
    (HAJEEN, "civilians"): ("local monitors", exact(3), {"local media"}),
    (BAHRA[0], "civilians"): ("Airwars", exact(3), {"local media"}),
    (BAHRA[1], "civilians"): ("Airwars", exact(11), {"SNHR", "local media"}),
    (BAHRA[2], "civilians"): ("Airwars", at_least(13), {"SNHR", "local media"}),
    (BAHRA[2], "children"): ("Airwars", at_least(5), {"SNHR", "local media"}),
}


def test_strikes_count_every_joint_figure_once():
    claims = datasets.load("strikes")
    counted = count_once(claims)
    counts = {(row.scope, row.group): (row.source, stated(row)) for row in counted.claims}
    assert counts == {cell: (source, said) for cell, (source, said, _) in STRIKES.items()}
    assert len(counted.claims) == 8
    left_out = Counter(out.code for out in counted.left_out)
    assert left_out == {"quotes": 15, "unknown": 3, "derived": 1}


def test_strikes_name_every_outlet_of_a_joint_figure():
    rows = [row for row in datasets.load("strikes") if row.quotes]
    for (scope, group), (source, said, others) in STRIKES.items():
        quoting = [row for row in rows if (row.scope, row.group) == (scope, group)]
        assert {row.source for row in quoting} == others
        assert {row.quotes for row in quoting} == {source}
        assert {stated(row) for row in quoting} == {said}


def test_strikes_are_single_events_on_their_days():
    for row in datasets.load("strikes"):
        assert row.perpetrator == "Coalition"
        assert row.reported == date(2018, 2, 9)
        if row.source != "article":
            assert row.level == "incident"
            assert row.window == (DAYS[row.scope], DAYS[row.scope])


def test_strikes_roles_follow_the_source():
    roles = {(row.source, row.role) for row in datasets.load("strikes")}
    assert roles == {
        ("Airwars", "monitor"),
        ("SOHR", "monitor"),
        ("SNHR", "monitor"),
        ("local monitors", "monitor"),
        ("local media", "media"),
        ("international media", "media"),
        ("article", "media"),
        ("Coalition", "perpetrator"),
    }


def test_strikes_enter_a_statement_without_a_number_as_unknown():
    rows = [row for row in datasets.load("strikes") if row.source == "Coalition"]
    assert [row.scope for row in rows] == [SHAAFA, HAJEEN, BAHRA[0]]
    for row in rows:
        assert stated(row) == ("unknown", None, None, None)
        assert "not a zero" in row.citation


def test_strikes_total_is_built_on_the_reports():
    claims = datasets.load("strikes")
    (total,) = (row for row in claims if row.source == "article")
    assert stated(total) == at_least(33)
    assert (total.level, total.role, total.group) == ("total", "media", "civilians")
    assert set(total.scopes) == set(DAYS)
    assert total.window == (date(2018, 1, 23), date(2018, 2, 4))
    speakers = {row.source for row in claims} - {"article", "Coalition"}
    assert set(total.derived_from) == speakers


# --- article ---------------------------------------------------------------------------

NOVEMBER = "al-Sha'afa November 2017"
ARTICLE = {
    ("US media", "Eastern Ghouta", "civilians"): ("Russia and Syrian government", at_least(101)),
    ("article", "+".join(DAYS), "civilians"): ("Coalition", at_least(33)),
    ("Airwars", SHAAFA, "civilians"): ("Coalition", at_most(15)),
    ("Airwars", SHAAFA, "women"): ("Coalition", exact(7)),
    ("local monitors", HAJEEN, "women"): ("Coalition", exact(3)),
    ("Airwars", BAHRA[0], "civilians"): ("Coalition", exact(3)),
    ("Airwars", BAHRA[1], "civilians"): ("Coalition", exact(11)),
    ("Airwars", BAHRA[2], "civilians"): ("Coalition", at_least(13)),
    ("Airwars", BAHRA[2], "children"): ("Coalition", at_least(5)),
    ("article", NOVEMBER, "civilians"): ("Russia", exact(53)),
    ("article", NOVEMBER, "women"): ("Russia", exact(12)),
    ("article", NOVEMBER, "children"): ("Russia", exact(21)),
    ("article", "attack near an SDF headquarters, Syria", "combatants"): ("Coalition", about(100)),
    ("Pentagon", "Iraq+Syria", "civilians"): ("Coalition", about(800)),
    ("Airwars", "Iraq+Syria", "civilians"): ("Coalition", at_least(6047)),
    ("article", "Syria", "all"): ("any", at_least(400_001)),
    ("article", "countries of the US war on terror", "all"): (
        "any",
        ("at_least", 200_000, 1_300_000, None),
    ),
}


def test_article_holds_every_count_of_dead():
    rows = {
        (row.source, frozenset(row.scopes), row.group): (row.perpetrator, stated(row))
        for row in datasets.load("article")
    }
    assert rows == {
        (source, frozenset(scope.split("+")), group): said
        for (source, scope, group), said in ARTICLE.items()
    }


@pytest.mark.parametrize(
    ("scope", "start", "end"),
    [
        ("Eastern Ghouta", None, date(2018, 2, 9)),
        (NOVEMBER, date(2017, 11, 1), date(2017, 11, 30)),
        ("Syria", date(2011, 3, 15), date(2018, 2, 9)),
        ("countries of the US war on terror", date(2001, 9, 11), date(2018, 2, 9)),
    ],
)
def test_article_windows(scope, start, end):
    windows = {row.window for row in datasets.load("article") if row.scope == scope}
    assert windows == {(start, end)}


def test_article_agrees_with_the_two_tables_drawn_from_it():
    article = {(row.source, row.cell_key): row for row in datasets.load("article")}
    shared = 0
    for row in (*datasets.load("coalition"), *datasets.load("strikes")):
        twin = article.get((row.source, row.cell_key))
        if twin is not None:
            shared += 1
            assert (stated(twin), twin.window, twin.role, twin.level) == (
                stated(row),
                row.window,
                row.role,
                row.level,
            )
    # Two totals, the minimum over the strikes, and the seven figures of the single strikes.
    assert shared == 10


def test_article_mixes_windows_of_days_and_of_decades():
    # A model of it would follow all of them over seventeen years: the provenance warns of one fit.
    counted = count_once(datasets.load("article"))
    assert counted.grid is not None
    assert (counted.grid.start, counted.grid.end) == (date(2001, 9, 11), date(2018, 2, 9))


# --- coalition_dated -------------------------------------------------------------------


def dated():
    return datasets.load("coalition_dated")


def test_dated_sources_and_roles():
    assert Counter((row.source, row.role) for row in dated()) == {
        ("CJTF-OIR", "perpetrator"): 14,
        ("Pentagon", "perpetrator"): 1,
        ("SNHR", "monitor"): 3,
        ("SOHR", "monitor"): 2,
        ("Airwars", "monitor"): 3,
        ("Airwars (weak)", None): 1,
        ("Airwars (contested)", None): 1,
        ("Airwars (discounted)", None): 1,
        ("Airwars (all alleged)", None): 1,
    }


@pytest.mark.parametrize(
    ("source", "reported", "end", "said"),
    [
        ("SOHR", date(2015, 3, 23), date(2015, 3, 23), exact(66)),
        ("SOHR", date(2015, 6, 23), date(2015, 6, 23), exact(162)),
        ("SNHR", date(2016, 10, 19), date(2016, 10, 19), exact(649)),
        ("SNHR", date(2017, 5, 6), date(2017, 5, 1), at_least(1256)),
        ("SNHR", date(2018, 9, 23), date(2018, 9, 23), at_least(2832)),
        ("CJTF-OIR", date(2017, 3, 4), date(2017, 1, 31), at_least(220)),
        ("CJTF-OIR", date(2017, 8, 4), date(2017, 6, 30), at_least(624)),
        ("CJTF-OIR", date(2017, 12, 28), date(2017, 11, 30), at_least(817)),
        ("CJTF-OIR", date(2018, 2, 22), date(2018, 1, 31), at_least(841)),
        ("CJTF-OIR", date(2018, 9, 27), date(2018, 8, 31), at_least(1114)),
        ("CJTF-OIR", date(2019, 9, 26), date(2019, 8, 31), at_least(1335)),
        ("CJTF-OIR", None, None, exact(1457)),
        ("Pentagon", date(2018, 2, 9), date(2018, 2, 9), about(800)),
        ("Airwars", date(2018, 2, 9), date(2018, 2, 9), at_least(6047)),
        ("Airwars", date(2018, 2, 26), date(2018, 2, 26), between(6136, 9315)),
        ("Airwars", None, None, between(8249, 13342)),
        ("Airwars (all alleged)", None, None, between(19217, 29816)),
    ],
)
def test_dated_rows(source, reported, end, said):
    rows = [row for row in dated() if (row.source, row.reported) == (source, reported)]
    assert [(row.end, stated(row)) for row in rows] == [(end, said)]


def test_dated_totals_start_with_the_campaign():
    for row in dated():
        syria = row.source in {"SOHR", "SNHR"}
        assert row.scope == ("Syria" if syria else "Iraq+Syria")
        assert row.start == (date(2014, 9, 23) if syria else date(2014, 8, 8))
        assert (row.group, row.perpetrator, row.level) == ("civilians", "Coalition", "total")


def test_dated_totals_never_fall():
    for source in ("CJTF-OIR", "SNHR", "SOHR", "Airwars"):
        rows = [row for row in dated() if row.source == source and row.reported]
        lows = [row.quantity.low for row in sorted(rows, key=lambda row: row.reported)]
        assert lows == sorted(lows)


def test_dated_pentagon_is_no_second_source():
    assert dated().canonical() == {"Pentagon": "CJTF-OIR"}


def test_dated_grades_are_no_further_evidence():
    grades = {row.source: row for row in dated() if row.source.startswith("Airwars (")}
    bands = ("Airwars (weak)", "Airwars (contested)", "Airwars (discounted)")
    for name in bands:
        assert grades[name].derived_from == ("Airwars",)
    alleged = grades["Airwars (all alleged)"]
    assert alleged.derived_from == ("Airwars", *bands)
    (fair,) = (row for row in dated() if row.source == "Airwars" and row.end is None)
    parts = [fair, *(grades[name] for name in bands)]
    assert sum(row.quantity.low for row in parts) == alleged.quantity.low
    assert sum(row.quantity.high for row in parts) == alleged.quantity.high


def test_dated_allegations_are_never_the_documented_count():
    claims = dated()
    cell = ("Iraq+Syria", "killed", "civilians", "Coalition")
    count = documented(claims, cell, (None, None))
    assert (count.low, count.source) == (8249, "Airwars")


@pytest.mark.parametrize(
    ("end", "low", "source"),
    [
        (date(2018, 2, 9), 6047, "Airwars"),
        (date(2018, 2, 26), 6136, "Airwars"),
        (date(2018, 2, 28), None, None),  # what the Coalition concedes is acknowledged
    ],
)
def test_dated_copies_without_a_date_are_not_documented_for_february_2018(end, low, source):
    cell = ("Iraq+Syria", "killed", "civilians", "Coalition")
    count = documented(dated(), cell, (date(2014, 8, 8), end))
    assert (count and count.low, count and count.source) == (low, source)


def test_dated_citations_mark_what_is_secondary():
    primary = {(row.source, row.quantity.low) for row in dated() if "secondary" not in row.citation}
    assert primary == {
        ("SOHR", 66),
        ("SNHR", 1256),
        ("SNHR", 2832),
        ("CJTF-OIR", 1335),
        ("Airwars", 8249),
    }


def test_dated_trap_of_27_september_2018_is_told():
    (row,) = (row for row in dated() if row.reported == date(2018, 9, 27))
    assert stated(row) == at_least(1114)
    assert "SNHR's 2,832 as a figure of Airwars" in row.citation
    said_by = {row.source for row in dated() if row.quantity.low == 2832}
    assert said_by == {"SNHR"}
