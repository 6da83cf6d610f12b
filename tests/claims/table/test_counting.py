"""Every witness counts once: which claims are used, which are not, and why."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casualty_est.claims.table.claims import Claims
from casualty_est.claims.table.counting import count_once
from casualty_est.claims.table.windows import WindowError
from casualty_est.errors import CasualtyEstError, UsageError
from tests.support.claim_tables import day, left, stands, table

COALITION = """
source|quantity |role  |scope|start|end  |reported|alias_of
CJTF-OIR|at least 817|perpetrator|Iraq+Syria|2014-08-08|2017-11-30|2017-12-28 |
Airwars |at least 6,047|monitor |Iraq+Syria|2014-08-08|2018-02-09|2018-02-09 |
Pentagon|about 800|perpetrator|Iraq+Syria|2014-08-08|2018-02-09|2018-02-09|CJTF-OIR
CJTF-OIR|at least 841|perpetrator|Iraq+Syria|2014-08-08|2018-01-31|2018-02-22 |
Airwars |6,136-9,315|monitor |Iraq+Syria|2014-08-08|2018-02-26|2018-02-26 |
SNHR |unknown  |monitor |Syria|2014-09-23|2018-09-23|2018-09-23 |
"""


def test_the_coalition_as_it_stood_when_the_article_appeared():
    counted = count_once(table(COALITION), as_of=day("2018-02-09"))
    assert stands(counted) == [("Airwars", 2), ("CJTF-OIR", 3)]
    assert left(counted) == [
        (1, "restated"),
        (4, "after_as_of"),
        (5, "after_as_of"),
        (6, "unknown"),
    ]
    assert [code for code, _ in counted.notes] == ["unknown", "after_as_of", "restated", "alias"]
    assert counted.notes[1][1] == "2 claims left out: published after the as-of date"
    assert counted.notes[3][1] == "'Pentagon' is counted as 'CJTF-OIR'"
    assert counted.left_out[1].text == "published 2018-02-22, after 2018-02-09"
    assert counted.left_out[0].text == "'CJTF-OIR' restates it for 2018-02-09 in row 3"


def test_the_coalition_without_a_date_has_two_windows():
    tally = count_once(table(COALITION))
    assert tally.grid is not None
    assert (str(tally.grid.start), str(tally.grid.end)) == ("2014-08-08", "2018-02-26")


def test_two_windows_without_a_start_are_refused():
    with pytest.raises(WindowError, match="need one window, and these differ") as caught:
        count_once(table(COALITION.replace("2014-08-08", "")))
    assert isinstance(caught.value, UsageError)
    text = str(caught.value)
    assert "up to 2018-02-09 ('CJTF-OIR' in row 3)" in text
    assert "up to 2018-02-26 ('Airwars' in row 5)" in text
    assert "--as-of" in text
    assert "separate tables" in text


# --- rules 1 and 2


def test_unknown_is_left_out_and_zero_is_not():
    counted = count_once(table("source|quantity\nA|\nB|unknown\nC|0"))
    assert stands(counted) == [("C", 3)]
    assert left(counted) == [(1, "unknown"), (2, "unknown")]


def test_as_of_reads_the_publication_then_the_end_and_keeps_undated_claims():
    claims = table(
        """source|quantity|scope|end|reported
        A|1|a|2018-03-01|2018-01-15
        B|2|b|2018-01-15|2018-03-01
        C|3|c|2018-03-01|
        D|4|d||
        E|5|e|2018-02-01|"""
    )
    counted = count_once(claims, as_of=day("2018-02-01"))
    assert stands(counted) == [("A", 1), ("D", 4), ("E", 5)]
    assert left(counted) == [(2, "after_as_of"), (3, "after_as_of")]


# --- rule 3


def test_a_quotation_of_a_figure_in_the_table_is_a_repeat():
    claims = table(
        """source|quantity|role|quotes|end
        BBC|about 800|media|Pentagon|
        Pentagon|about 800|perpetrator||2018-02-09"""
    )
    counted = count_once(claims)
    assert stands(counted) == [("Pentagon", 2)]
    assert left(counted) == [(1, "quotes")]
    assert counted.left_out[0].claim.source == "BBC"
    assert counted.left_out[0].text == "it repeats what 'Pentagon' states in row 2"


def test_a_quotation_with_another_number_is_a_further_statement_of_the_quoted_source():
    claims = table(
        """source|quantity|role|quotes
        BBC|about 800|media|Pentagon
        Pentagon|at least 841|perpetrator|"""
    )
    counted = count_once(claims)
    assert stands(counted) == [("Pentagon", 1), ("Pentagon", 2)]
    assert [claim.role for claim in counted.claims] == ["perpetrator", "perpetrator"]
    assert dict(counted.notes)["quoted"] == "1 quotation is counted as a claim of the quoted source"
    assert "'Pentagon' states 2 different numbers" in dict(counted.notes)["contradictory"]


def test_a_quoted_source_without_that_cell_takes_its_only_role_or_none():
    claims = table(
        """source|quantity|role|quotes|scope
        BBC|5|media|Ministry|Syria
        BBC|6|media|Torn|Syria
        BBC|7|media|Absent|Syria
        Ministry|9|government||Iraq
        Torn|9|government||Iraq
        Torn|9|monitor||Libya"""
    )
    moved = count_once(claims).claims[:3]
    assert [(claim.source, claim.role) for claim in moved] == [
        ("Ministry", "government"),
        ("Torn", None),
        ("Absent", None),
    ]


def test_two_quotations_of_an_absent_source_are_one_claim():
    counted = count_once(table("source|quantity|quotes\nBBC|50|UN\nCNN|50|UN"))
    assert stands(counted) == [("UN", 1)]
    assert left(counted) == [(2, "quotes")]


def test_a_quotation_stands_while_the_figure_itself_is_unseen():
    claims = table(
        """source|quantity|quotes|reported
        BBC|50|UN|2018-02-01
        UN|50||2018-03-01"""
    )
    counted = count_once(claims, as_of=day("2018-02-09"))
    assert stands(counted) == [("UN", 1)]
    assert left(counted) == [(2, "after_as_of")]


def test_a_quotation_of_a_quotation_belongs_to_the_first_speaker():
    claims = table("source|quantity|quotes\nBlog|50|BBC\nBBC|50|UN\nUN|50|")
    counted = count_once(claims)
    assert stands(counted) == [("UN", 3)]
    assert left(counted) == [(1, "quotes"), (2, "quotes")]


def test_sources_that_quote_one_another_are_one_claim():
    counted = count_once(table("source|quantity|quotes\nB|50|A\nA|50|B"))
    assert len(counted.claims) == 1
    assert counted.claims[0].source == "A"


def test_equal_figures_for_other_windows_are_not_a_repeat():
    claims = table(
        """source|quantity|quotes|scope|start|end
        BBC|10|UN|Raqqa|2018-02-07|2018-02-07
        UN|10||Raqqa|2018-01-05|2018-01-05"""
    )
    tally = count_once(claims)
    assert [(claim.source, claim.start) for claim in tally.claims] == [
        ("UN", day("2018-02-07")),
        ("UN", day("2018-01-05")),
    ]


def test_an_alias_that_quotes_its_own_source_is_that_source():
    claims = table(
        "source|quantity|alias_of|quotes|role\nPentagon|8|OIR|OIR|perpetrator\nOIR|8|||perpetrator"
    )
    counted = count_once(claims)
    assert [claim.role for claim in counted.claims] == ["perpetrator"]
    assert left(counted) == [(2, "repeat")]


def test_a_role_holds_for_all_claims_of_a_source_on_a_cell():
    claims = table(
        """source|quantity|role|end|scope|alias_of
        OIR|817|perpetrator|2017-11-30|Syria|
        OIR|841||2018-01-31|Syria|
        OIR|900||2018-01-31|Iraq|
        DoD|about 800|||Syria|OIR"""
    )
    counted = count_once(claims)
    assert [(claim.line, claim.role) for claim in counted.claims] == [
        (2, "perpetrator"),
        (3, None),
        (4, "perpetrator"),
    ]


# --- rule 4


def test_a_claim_built_on_counted_claims_is_left_out():
    claims = table(
        """source|quantity|derived_from|scope|group|outcome
        Airwars|100||Syria|civilians|killed
        UN|150|SNHR; Airwars|Iraq+Syria|civilians|killed
        Blog|160|UN|Iraq|civilians|casualties"""
    )
    counted = count_once(claims)
    assert stands(counted) == [("Airwars", 1)]
    assert left(counted) == [(2, "derived"), (3, "derived")]
    assert counted.left_out[0].text == "it is built on 'Airwars' (row 1)"


@pytest.mark.parametrize(
    ("cell", "out"),
    [
        ("Syria|killed|civilians|any", True),
        ("all|killed|civilians|any", True),
        ("Iraq|killed|civilians|any", False),
        ("Syria|injured|civilians|any", False),
        ("Syria|casualties|civilians|any", True),
        ("Syria|killed|combatants|any", False),
        ("Syria|killed|journalists|any", True),
        ("Syria|killed|civilians|Russia", False),
        ("Syria|killed|civilians|Coalition", True),
    ],
)
def test_only_overlapping_cells_make_a_claim_derived(cell, out):
    claims = table(
        f"""source|quantity|derived_from|scope|outcome|group|perpetrator
        Airwars|100||Syria|killed|civilians|Coalition
        UN|150|Airwars|{cell}"""
    )
    assert left(count_once(claims)) == ([(2, "derived")] if out else [])


def test_of_several_witnesses_of_an_absent_parent_the_latest_is_heard():
    claims = table(
        """source|quantity|derived_from|reported
        A|10|Hospitals|2018-01-01
        B|20|Morgues; Hospitals|2018-03-01
        A|30|Hospitals|2018-02-01
        C|40|Morgues|
        D|50|Elsewhere|"""
    )
    counted = count_once(claims)
    assert stands(counted) == [("B", 2), ("D", 5)]
    assert left(counted) == [(1, "shared_parent"), (3, "shared_parent"), (4, "shared_parent")]
    assert counted.left_out[0].text == "like 'B' (row 2) it is built on 'Hospitals'"


def test_of_undated_witnesses_of_an_absent_parent_the_first_is_heard():
    claims = table(
        """source|quantity|derived_from|scope
        B|20|Hospitals|Syria
        A|10|Hospitals|Syria
        C|10|Hospitals|Iraq
        B|21|Hospitals|Syria"""
    )
    assert stands(count_once(claims)) == [("B", 1), ("C", 3), ("B", 4)]


def test_a_parent_that_is_unseen_is_absent_but_its_own_parents_count():
    claims = table(
        """source|quantity|derived_from|reported
        Airwars|100||2018-01-01
        UN|unknown|Airwars|2018-01-01
        Blog|160|UN|2018-01-01"""
    )
    assert left(count_once(claims)) == [(2, "unknown"), (3, "derived")]


def test_sources_built_on_each_other_leave_one_witness():
    claims = table(
        """source|quantity|derived_from|reported
        A|10|B|2018-01-01
        B|20|A|2018-02-01
        C|30|A|2018-03-01
        D|40|C;E|2018-04-01
        E|50|D|2018-04-01"""
    )
    counted = count_once(claims)
    assert stands(counted) == [("B", 2)]
    assert {code for _, code in left(counted)} == {"derived"}


def test_a_parent_is_known_by_its_alias():
    claims = table(
        """source|quantity|alias_of|derived_from
        Pentagon|800|CJTF-OIR|
        Blog|900||CJTF-OIR"""
    )
    assert left(count_once(claims)) == [(2, "derived")]


# --- rule 5


def test_repeats_keep_the_last_report_so_that_nothing_older_passes_for_new():
    claims = table(
        """source|quantity|end|reported
        A|50|2018-01-31|2018-01-01
        A|60|2018-01-31|2018-02-01
        A|50|2018-01-31|2018-03-01"""
    )
    counted = count_once(claims)
    assert stands(counted) == [("A", 3)]
    assert left(counted) == [(1, "repeat"), (2, "restated")]


def test_repeats_without_dates_keep_the_first():
    counted = count_once(table("source|quantity\nA|50\nA|50\nA|about 50"))
    assert stands(counted) == [("A", 1), ("A", 3)]
    assert left(counted) == [(2, "repeat")]
    assert counted.left_out[0].text == "it repeats row 1"


def test_running_totals_keep_the_latest_end_of_each_start_and_level():
    claims = table(
        """source|quantity|level|scope|start|end
        A|5|total|x|2014-01-01|2015-12-31
        A|9|total|x|2014-01-01|2016-12-31
        A|4|total|y|2014-01-01|2015-12-31
        A|2|total|z||2015-12-31
        A|3|total|z||2016-12-31"""
    )
    counted = count_once(claims)
    assert [line for _, line in stands(counted)] == [2, 3, 5]
    assert left(counted) == [(1, "restated"), (4, "restated")]


def test_contradictory_claims_of_one_source_all_stay_and_are_named():
    counted = count_once(table("source|quantity|scope\nA|50|x\nA|70|x\nA|70|y\nB|9|x"))
    assert len(counted.claims) == 4
    assert [code for code, _ in counted.notes] == ["contradictory"]
    assert counted.notes[0][1].startswith(
        "'A' states 2 different numbers for x, killed, civilians, any (rows 1, 2)"
    )


def test_an_undated_figure_beside_dated_ones_stays():
    claims = table(
        """source|quantity|reported
        A|50|2018-01-01
        A|60|2018-02-01
        A|70|"""
    )
    counted = count_once(claims)
    assert [line for _, line in stands(counted)] == [2, 3]
    assert "contradictory" in dict(counted.notes)


# --- size and robustness


@pytest.mark.slow
def test_twenty_thousand_rows_are_counted():
    size = 20_000
    rows = pd.DataFrame(
        {
            "source": [f"S{n % 10}" for n in range(size)],
            "quantity": [f"at least {n % 5000 + 1}" for n in range(size)],
            "scope": [f"Town {n % 20000}" for n in range(size)],
            "perpetrator": [f"Army {n % 50}" for n in range(size)],
            "derived_from": [
                ("Absent", "", "S1")[n % 3] if n % 10 != 1 else "" for n in range(size)
            ],
        }
    )
    claims = Claims(rows)
    counted = count_once(claims)
    assert len(counted.claims) + len(counted.left_out) == size


NAMES = st.sampled_from(["A", "B", "C"])
MAYBE = NAMES | st.just("")
DAYS = st.sampled_from(["", "", "2018-01-01", "2018-02-01"])


@given(
    st.lists(
        st.tuples(
            NAMES,
            st.sampled_from(["5", "6", "about 7", "unknown"]),
            MAYBE,
            MAYBE,
            MAYBE,
            DAYS,
            st.sampled_from(["all", "x", "x+y"]),
        ),
        min_size=1,
        max_size=7,
    ),
    st.none() | st.just(datetime.date(2018, 1, 15)),
)
def test_every_row_either_stands_or_is_left_out(rows, as_of):
    columns = ["source", "quantity", "quotes", "derived_from", "alias_of", "reported", "scope"]
    try:
        claims = Claims(pd.DataFrame(rows, columns=columns))
        counted = count_once(claims, as_of)
    except CasualtyEstError:
        return
    lines = [claim.line for claim in counted.claims] + [out.claim.line for out in counted.left_out]
    assert sorted(lines) == list(range(1, len(rows) + 1))
    # Leaving out must never silence the table: whoever has something to say is heard once.
    heard = [out for out in counted.left_out if out.code not in ("unknown", "after_as_of")]
    assert counted.claims or not heard
    # A claim stands under the name that speaks, so no trace of another name is left on it.
    assert all(claim.alias_of is None for claim in counted.claims)
    assert all(claim.quotes is None for claim in counted.claims)
