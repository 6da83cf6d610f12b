"""Common names of columns and words are recognised, and told."""

from __future__ import annotations

import pandas as pd
import pytest

from casualty_est.claims.table.claims import Claims
from casualty_est.errors import InputError
from casualty_est.incidents.table.reports import IncidentReports
from casualty_est.tables.names import plain, range_text


def said(table, code):
    return [text for name, text in table.warnings if name == code]


def claims(**columns):
    return Claims(pd.DataFrame(columns))


@pytest.mark.parametrize(
    ("name", "key"),
    [("Date (start)", "date_start"), ("Número", "número"), (" A-B ", "a_b"), ("ＡＢ", "ab")],
)
def test_plain(name, key):
    assert plain(name) == key


def test_names_in_any_case_and_spelling():
    table = claims(**{"Source": ["A"], "Death Toll": [471], "Date (end)": ["2023-10-18"]})
    (row,) = table.rows
    assert (row.source, row.quantity.best, row.end.isoformat()) == ("A", 471, "2023-10-18")
    assert said(table, "recognised") == [
        "columns are read by their meaning: 'Source' as source, 'Date (end)' as end, "
        "'Death Toll' as quantity with outcome killed"
    ]


@pytest.mark.parametrize(
    ("column", "outcome"),
    [
        *((name, "killed") for name in ("fatalities", "deaths", "Killed", "Muertos", "死亡")),
        *((name, "injured") for name in ("injured", "Wounded", "Verletzte")),
        ("casualties", "casualties"),
    ],
)
def test_a_column_of_numbers_says_its_outcome(column, outcome):
    (row,) = claims(source=["A"], **{column: ["12"]}).rows
    assert (row.outcome, row.quantity.best) == (outcome, 12)


def test_an_outcome_that_is_given_stays():
    (row,) = claims(source=["A"], deaths=["12"], outcome=["injured"]).rows
    assert row.outcome == "injured"


def test_killed_and_injured_are_rows_of_their_own():
    table = claims(source=["A", "B", "C"], killed=["5", "", ""], injured=["12", "3", ""])
    rows = [(row.source, row.outcome, row.quantity.best, row.line) for row in table.rows]
    assert rows == [
        ("A", "killed", 5, 1),
        ("A", "injured", 12, 1),
        ("B", "injured", 3, 2),
        ("C", "killed", None, 3),
    ]


def test_two_columns_for_one_thing_are_asked_about():
    with pytest.raises(InputError, match="'fatalities' and 'deaths' may both be the number"):
        claims(source=["A"], deaths=[1], fatalities=[2])
    with pytest.raises(InputError, match="'killed' and 'killed_cum' may both be the number"):
        claims(source=["A"], killed=[1], killed_cum=[2])


def test_the_number_of_civilians_is_not_passed_over():
    with pytest.raises(InputError, match="'killed' and 'killed_civilians' may both be the number"):
        claims(source=["A"], killed=[10], killed_civilians=[5])
    (row,) = claims(source=["A"], civilian_deaths=[5])
    assert row.quantity.best == 5


@pytest.mark.parametrize(("column", "cell"), [("unit", "thousand"), ("in_thousands", "yes")])
def test_a_column_that_multiplies_is_refused(column, cell):
    with pytest.raises(InputError, match=f"'{column}' says that numbers are multiplied"):
        claims(source=["A"], number=[10], **{column: [cell]})
    assert len(claims(source=["A"], number=[10], **{column: ["persons"]})) == 1
    assert len(claims(source=["A"], number=[10], unit=["1"])) == 1  # of an army


def test_a_column_of_years_is_the_window():
    table = claims(source=["A", "B"], deaths=["10", "20"], year=["2014", "2015"])
    assert [(row.start.isoformat(), row.end.isoformat()) for row in table] == [
        ("2014-01-01", "2014-12-31"),
        ("2015-01-01", "2015-12-31"),
    ]
    assert "'year' as start and end" in said(table, "recognised")[0]
    days = {"start": ["2014-03-01"], "end": ["2014-04-01"]}
    table = claims(source=["A"], deaths=["10"], year=["2014"], **days)
    assert [(row.start.isoformat(), row.end.isoformat()) for row in table] == [
        ("2014-03-01", "2014-04-01")
    ]


def test_windows_and_roles_in_other_languages():
    columns = {"Date de début": ["2014-01-01"], "Date de fin": ["2014-12-31"], "Rôle": ["monitor"]}
    (row,) = claims(Source=["A"], Morts=["40"], **columns)
    assert (row.role, row.start.year, row.end.month) == ("monitor", 2014, 12)


@pytest.mark.parametrize("name", ["Total", "nationwide", "Iraq and Syria", "Syria & Iraq"])
def test_a_place_that_holds_others_is_asked_about(name):
    where = ["Iraq", "Syria", name]
    with pytest.raises(InputError, match=r"count twice|have rows of their own"):
        claims(source=["A"] * 3, quantity=["1", "2", "3"], scope=where)
    assert len(claims(source=["A"], quantity=["3"], scope=[name])) == 1
    assert len(claims(source=["A"] * 3, quantity=["1", "2", "3"], scope=[*where[:2], ""])) == 3


@pytest.mark.parametrize(
    ("low", "best", "high", "prob", "text"),
    [
        ("100", "", "300", "", "100-300"),
        ("471", "", "471", "", "471"),
        ("471", "471", "471", "", "471"),
        ("100", "", "", "", "at least 100"),
        ("", "", "300", "", "up to 300"),
        ("", "200", "", "", "200"),
        ("", "", "", "", ""),
        ("100", "200", "300", "", "200 (100-300)"),
        ("100", "200", "300", "0.9", "200 (90% CI 100-300)"),
        ("100", "200", "300", "80%", "200 (80% CI 100-300)"),
        ("0", "0", "5", "", "0-5"),
    ],
)
def test_ends_become_a_quantity(low, best, high, prob, text):
    assert range_text(low, best, high, prob) == text


def test_low_best_and_high_make_an_estimate():
    table = claims(source=["A"], deaths_low=["63,600"], deaths=["75,200"], deaths_high=["86,800"])
    assert table.rows[0].quantity.content == ("estimate", 63600, 75200, 86800, 0.95)
    assert said(table, "level") == [
        "the level of its interval is not stated: 95% is assumed, as in row 1"
    ]
    stated = claims(source=["A"], low=[1], estimate=[2], high=[4], prob=[0.8])
    assert stated.rows[0].quantity.content == ("estimate", 1, 2, 4, 0.8)


def test_a_problem_names_the_column_of_the_file():
    with pytest.raises(InputError) as caught:
        claims(source=["A"], Deaths=["many"], Type=["spy"])
    assert [problem.column for problem in caught.value.problems] == ["Type", "Deaths"]
    with pytest.raises(InputError, match="column 'min, max', '9-5'"):
        claims(source=["A"], min=["9"], max=["5"])


def test_the_known_name_comes_before_an_alias():
    table = claims(source=["A"], quantity=[5], deaths=[7])
    assert table.rows[0].quantity.best == 5
    assert said(table, "unknown_columns") == ["1 unknown column is not used: 'deaths'"]


def test_words_in_any_case_and_spelling():
    table = claims(
        source=["A", "B", "C", "D"],
        quantity=["1", "2", "3", "4"],
        role=["Government", "NGO", "UN", "Third state"],
        group=["Civilian", "CHILDREN", "medics", ""],
        outcome=["Deaths", "wounded", "killed", ""],
    )
    assert [row.role for row in table.rows] == [
        "government",
        "monitor",
        "international",
        "third_state",
    ]
    assert [row.group for row in table.rows] == ["civilians", "children", "medics", "civilians"]
    assert [row.outcome for row in table.rows] == ["killed", "injured", "killed", "killed"]
    assert said(table, "reworded")[0] == (
        "words in 'role' are read by their meaning: 'Government' as government, 'NGO' as monitor, "
        "'UN' as international, 'Third state' as third_state"
    )


@pytest.mark.parametrize("role", ["intelligence", "Victim", "belligerent", "army"])
def test_roles_that_may_be_several_are_asked_about(role):
    with pytest.raises(InputError, match="may be several roles"):
        claims(source=["A"], quantity=["1"], role=[role])


@pytest.mark.parametrize("name", ["TOTAL", "Grand total", "Summe", "Итого", "المجموع", "合计"])
def test_a_row_that_sums_others_is_refused(name):
    with pytest.raises(InputError, match="is a sum of others"):
        claims(source=["A", name], quantity=["1", "2"])
    rows = {"incident": ["S1", name], "source": ["A", "A"], "quantity": ["1", "2"]}
    with pytest.raises(InputError, match="is a sum of others"):
        IncidentReports(pd.DataFrame(rows))


def test_incidents_have_names_of_their_own():
    rows = {"Event ID": ["S1"], "Source": ["A"], "Fatalities": ["3"], "Event date": ["5 May 2019"]}
    table = IncidentReports(pd.DataFrame(rows))
    (row,) = table.rows
    assert (row.incident, row.quantity.best, row.date.isoformat()) == ("S1", 3, "2019-05-05")
    assert said(table, "dates") == ["dates in 'Event date' are read: '5 May 2019' as 2019-05-05"]


def test_a_year_or_a_month_is_enough_of_an_incident():
    rows = {"incident": ["1", "2"], "source": ["A", "A"], "quantity": ["3", "4"]}
    table = IncidentReports(pd.DataFrame({**rows, "date": ["2017", "March 2018"]}))
    assert [row.date.year for row in table.rows] == [2017, 2018]


def test_no_column_of_incidents_is_ignored():
    rows = {"incident": ["S1"], "source": ["A"], "killed": ["3"], "injured": ["4"]}
    with pytest.raises(InputError, match="'injured': an incidents table has no such column"):
        IncidentReports(pd.DataFrame(rows))


@pytest.mark.parametrize("text", ["2023-03-05", "5-Mar", "Mar-05"])
def test_a_range_that_a_spreadsheet_made_a_date(text):
    with pytest.raises(InputError, match="made a date of a range such as 3-5"):
        claims(source=["A"], quantity=[text])


def test_the_words_of_the_coalition_are_verdicts():
    rows = {"incident": ["1", "2", "3"], "source": ["A"] * 3, "role": ["perpetrator"] * 3}
    said_so = ["Credible", "Non-credible", "not yet assessed"]
    table = IncidentReports(pd.DataFrame({**rows, "quantity": "", "verdict": said_so}))
    assert [row.verdict for row in table.rows] == ["accepted", "rejected", "open"]


def test_a_table_that_could_be_either_is_what_was_asked_for(tmp_path):
    from casualty_est.cli.options import check_kind
    from casualty_est.errors import UsageError

    file = tmp_path / "t.csv"
    file.write_text("id,date,location,source,killed\n1,2017-03-17,Mosul,AP,5\n", "utf-8")
    check_kind(file, "incidents")
    check_kind(file, "claims")
    header = "event_id_cnty,event_date,event_type,actor1,actor2,country,fatalities,source,notes"
    file.write_text(f"{header}\nX1,2023-01-01,Battles,Army,Rebels,X,3,Paper,\n", "utf-8")
    with pytest.raises(UsageError, match="is a table of incidents"):
        check_kind(file, "claims")


@pytest.mark.parametrize("name", ["Deaths (95% CI)", "Children killed", "New deaths"])
def test_a_column_that_may_be_the_number_is_named(name):
    with pytest.raises(InputError, match="is missing") as caught:
        claims(source=["A"], **{name: ["5"]})
    assert f"rename {name!r} to quantity if it holds the deaths" in str(caught.value)
