"""What a table of claims says that cannot be right, and what only its author can answer."""

from __future__ import annotations

import pandas as pd
import pytest

from casualty_est.claims.table.claims import Claims
from casualty_est.errors import InputError


def claims(**columns):
    return Claims(pd.DataFrame(columns))


def asked(table, code):
    return [text for name, text in table.warnings if name == code]


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("8,000 militants", "civilians"),
        ("12 soldiers", "women"),
        ("5 civilians", "combatants"),
        ("5 children", "women"),
        ("8,000 civilians and soldiers", "civilians"),
    ],
)
def test_a_text_that_counts_another_group(text, group):
    with pytest.raises(InputError, match=f"the group of its row is {group}: correct the group"):
        claims(source=["A"], quantity=[text], group=[group])


def test_the_default_group_is_no_excuse():
    with pytest.raises(InputError, match="its row, which was not given, is civilians"):
        claims(source=["A"], quantity=["8,000 militants"])


@pytest.mark.parametrize(
    ("text", "group", "narrow"),
    [
        ("5 children", "civilians", True),
        ("5 civilians", "all", True),
        ("5 men, women and children", "civilians", False),
        ("5 civilians", "civilians", False),
        ("5 women and children", "women", False),
        ("5 children", "medics", False),
        ("5", "all", False),
    ],
)
def test_a_text_that_counts_a_part(text, group, narrow):
    table = claims(source=["A"], quantity=[text], group=[group])
    assert bool(asked(table, "part_of_group")) == narrow


def test_the_outcome_decides_what_a_text_counts():
    table = claims(source=["A", "B"], quantity=["5 wounded", "5"], outcome=["injured", "killed"])
    assert [row.quantity.best for row in table.rows] == [5, 5]
    with pytest.raises(InputError, match="it counts the injured, not the dead"):
        claims(source=["A", "B"], quantity=["5 wounded"] * 2, outcome=["injured", "killed"])


def test_parts_are_offered_as_rows():
    table = claims(source=["A", "B"], quantity=["45 (12 children)", "5"])
    assert asked(table, "parts") == [
        "row 1 says more: 12 children are part of it: a row of its own would have quantity 12, "
        "outcome killed, group children"
    ]


@pytest.mark.parametrize(
    ("role", "group"),
    [("perpetrator", "combatants"), ("party", "civilians"), ("adversary", "civilians")],
)
def test_a_role_against_its_group(role, group):
    table = claims(source=["A", "A"], quantity=["5", "6"], role=[role] * 2, group=[group] * 2)
    (text,) = asked(table, "role_against_group")
    assert text.startswith(f"'A' is {role} toward {group} (rows 1, 2), but ")


@pytest.mark.parametrize(
    ("role", "group"),
    [("perpetrator", "civilians"), ("party", "combatants"), ("monitor", "combatants")],
)
def test_a_role_that_fits(role, group):
    table = claims(source=["A"], quantity=["5"], role=[role], group=[group])
    assert not asked(table, "role_against_group")


@pytest.mark.parametrize(
    ("start", "end", "reported", "column"),
    [
        ("1022-01-01", "2022-12-31", "", "start"),
        ("2022-01-01", "2099-12-31", "2022-02-01", "end"),
        ("1850-01-01", "2022-12-31", "", "end"),
        ("", "", "0202-01-01", "reported"),
    ],
)
def test_windows_that_cannot_be(start, end, reported, column):
    with pytest.raises(InputError) as caught:
        claims(source=["A"], quantity=["5"], start=[start], end=[end], reported=[reported])
    assert [problem.column for problem in caught.value.problems] == [column]


def test_a_window_that_ends_after_its_report_is_asked_about():
    table = claims(source=["A"], quantity=["5"], end=["2022-12-31"], reported=["2021-11-04"])
    assert asked(table, "reported_before_end") == [
        "the window ends after the day of publication (row 1): check that its end is the last day "
        "that was counted"
    ]


def test_two_references_apart():
    rows = {"source": ["A", "B"], "role": ["reference"] * 2}
    assert asked(claims(quantity=["9,214", "1,214"], **rows), "references_apart")
    assert not asked(claims(quantity=["9,214", "9,000"], **rows), "references_apart")


# --- copies ----------------------------------------------------------------------------


def copies(sources, quantities, **columns):
    return asked(claims(source=sources, quantity=quantities, **columns), "copies")


def test_equal_figures_of_several_sources():
    (text,) = copies(["MoH", "AFP", "BBC", "US"], ["45,805"] * 3 + ["100-300"])
    assert text.startswith("'AFP', 'BBC', 'MoH' state 45,805 for all, killed, civilians, any (rows")
    assert "quotes or derived_from, or write independent 1" in text


@pytest.mark.parametrize("number", ["3", "40", "500", "800", "6,000", "dozens", "100-300"])
def test_numbers_that_two_state_by_chance(number):
    assert not copies(["A", "B"], [number] * 2)


def test_the_hedge_hides_no_copy():
    assert copies(["A", "B"], ["471", "at least 471"])


def test_one_of_those_that_agree_speaks_for_all():
    equal, near = copies(["A", "B", "C"], ["45,805", "45,805", "45,800"])
    assert equal.startswith("'A', 'B' state 45,805")
    assert near.startswith("'A', 'C' state 45,805 and 45,800")


def test_nearly_equal_figures():
    (text,) = copies(["AAPP", "OHCHR"], ["738", "at least 737"])
    assert "'AAPP', 'OHCHR' state 738 and 737" in text
    assert not copies(["A", "B"], ["738", "751"])


@pytest.mark.parametrize("column", ["quotes", "derived_from", "alias_of"])
def test_what_the_table_says_is_not_asked(column):
    assert not copies(["A", "B"], ["471"] * 2, **{column: ["", "A"]})
    # Three that hang together by a fourth, which may have no row.
    assert not copies(["A", "B", "C"], ["471"] * 3, **{column: ["D", "D", "A"]})
    assert copies(["A", "B", "C"], ["471"] * 3, **{column: ["", "A", ""]})


def test_independent_is_an_answer():
    assert not copies(["A", "B"], ["471"] * 2, independent=["", "1"])
    assert copies(["A", "B", "C"], ["471"] * 3, independent=["", "1", ""])
    with pytest.raises(InputError, match="column 'independent', 'perhaps'"):
        claims(source=["A"], quantity=["5"], independent=["perhaps"])


def test_other_cells_and_windows_are_no_copies():
    assert not copies(["A", "B"], ["471"] * 2, scope=["X", "Y"])
    assert not copies(["A", "B"], ["471"] * 2, end=["2022-01-01", "2022-03-01"])
    apart = {"start": ["2022-01-01", "2022-01-02"], "end": ["2022-01-01", "2022-01-02"]}
    assert not copies(["A", "B"], ["471"] * 2, **apart)
    assert not copies(["A", "A"], ["471"] * 2, end=["2022-01-01", "2022-01-02"])


DAYS = [f"2022-01-{day:02}" for day in range(1, 9)]
SERIES = [1013, 1127, 1283, 1431, 1577, 1789, 1907, 2111]


def series(other):
    return copies(
        ["A"] * 8 + ["B"] * 8, list(map(str, [*SERIES, *other])),
        start=["2022-01-01"] * 16, end=DAYS * 2,
    )  # fmt: skip


def test_equal_series_are_told_once():
    (text,) = series(SERIES)
    assert "'A', 'B' state 8 equal numbers" in text


def test_series_in_step():
    (text,) = series([round(1.37 * n) for n in SERIES])
    assert "keep the ratio 0.73 on 8 days" in text
    noisy = [round(n * (1.3 + 0.1 * (k % 3))) for k, n in enumerate(SERIES)]
    assert not series(noisy)


def test_a_total_that_is_repeated_days_later():
    days = ["2025-01-05", "2025-01-07"]
    (text,) = copies(["MoH", "OCHA"], ["45,805", "at least 45,805"], end=days)
    assert "'MoH', 'OCHA' state 45,805" in text
    assert not copies(["MoH", "OCHA"], ["45,805", "45,900"], end=days)
    # Where two sources speak of the same days, a series may pass the other's number by chance.
    ends = ["2025-01-05", "2025-01-06"] * 2
    assert not copies(["A", "A", "B", "B"], ["1,013", "1,127", "1,127", "1,283"], end=ends)


def test_a_range_is_told_whole():
    (text,) = copies(["Airwars", "Paper"], ["387-459", "387 to 459"])
    assert "state 387-459 for" in text


def test_a_round_sum_is_a_sum_too():
    scopes = ["X", "Y", "Z", "X+Y+Z"]
    (text,) = copies(["A", "A", "A", "UN"], ["341", "512", "147", "1,000"], scope=scopes)
    assert text.startswith("'UN' states the sum of what 'A' says of X, Y, Z")
    assert not copies(["A", "A", "UN"], ["400", "600", "1,000"], scope=["X", "Y", "X+Y"])


def test_sums_of_another_source():
    rows = {"scope": ["X", "Y", "X+Y"], "quantities": ["1,013", "2,111", "3,124"]}
    (text,) = copies(["A", "A", "B"], rows["quantities"], scope=rows["scope"])
    assert text.startswith("'B' states the sum of what 'A' says of X, Y (rows 1, 2, 3)")
    assert not copies(["A", "A", "A"], rows["quantities"], scope=rows["scope"])
    assert not copies(["A", "A", "B"], ["1,013", "2,111", "3,125"], scope=rows["scope"])


def test_many_copies_are_counted():
    sources, scopes = ["A", "B"] * 20, [f"S{n // 2}" for n in range(40)]
    notes = copies(sources, ["471"] * 40, scope=scopes)
    assert len(notes) == 9
    assert notes[-1] == "12 more sets of numbers may be copies"


@pytest.mark.parametrize(
    ("source", "role", "quantity", "offered"),
    [
        ("Ministry", "government", "25,000", "accuser"),
        ("Ministry", "government", "about 1,500", "gov_estimate"),
        ("Ministry", "government", "2,000-3,000", "first_count"),
        ("Two lists, merged", "monitor", "1,212", "merged_list"),
    ],
)
def test_a_role_word_that_people_use_otherwise_is_asked_about(source, role, quantity, offered):
    (text,) = asked(claims(source=[source], role=[role], quantity=[quantity]), "role_word")
    assert text.startswith(f"'{source}' is {role} (row 1), but ")
    assert offered in text


def test_a_list_that_passes_a_round_length_is_no_guess():
    counts = ["67,211", "73,400", "1,259"]
    assert not asked(claims(source="Ministry", role="government", quantity=counts), "role_word")
    guesses = ["67,000", "73,400", "1,259"]
    (text,) = asked(claims(source="Ministry", role="government", quantity=guesses), "role_word")
    assert "(rows 1, 2)" in text


@pytest.mark.parametrize(
    ("source", "role", "quantity"),
    [
        ("Ministry", "government", "2,310"),
        ("Ministry", "government", "at least 1,212"),
        ("Ministry", "government", "60"),
        ("Ministry", "accuser", "25,000"),
        ("Unionists' monitor", "monitor", "1,200"),
    ],
)
def test_a_role_word_as_the_record_uses_it(source, role, quantity):
    assert not asked(claims(source=[source], role=[role], quantity=[quantity]), "role_word")
