"""A claims table is validated as a whole: every problem at once, every default said."""

from __future__ import annotations

import dataclasses
import datetime
import pickle

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casualty_est.claims.table.claim import COLUMNS, Claim
from casualty_est.claims.table.claims import Claims, window_text
from casualty_est.errors import CasualtyEstError, InputError
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.cells import ROLES

COALITION = """source,quantity,role,scope,start,end,reported,perpetrator,citation
CJTF-OIR,at least 841,perpetrator,Syria + Iraq,2014-08-08,2018-01-31,2018-02-22,Coalition,page
Airwars,"at least 6,047",monitor,Iraq+Syria,2014-08-08,2018-02-09,,Coalition,
SNHR,unknown,monitor,Syria,2014-09-23,2018-09-23,,Coalition,
"""


def read(tmp_path, text, name="claims.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return Claims.read(path)


def frame(**columns):
    return Claims(pd.DataFrame(columns))


def problems_of(make):
    with pytest.raises(InputError) as caught:
        make()
    return [str(problem) for problem in caught.value.problems]


def test_a_row_becomes_a_claim_as_published(tmp_path):
    claims = read(tmp_path, COALITION)
    first, second, third = claims
    assert first == Claim(
        source="CJTF-OIR",
        quantity=Quantity.parse("at least 841"),
        role="perpetrator",
        scope="Iraq+Syria",
        start=datetime.date(2014, 8, 8),
        end=datetime.date(2018, 1, 31),
        reported=datetime.date(2018, 2, 22),
        perpetrator="Coalition",
        citation="page",
        line=2,
    )
    assert (second.quantity.low, second.line, second.reported) == (6047, 3, None)
    assert (third.quantity.form, third.line) == ("unknown", 4)
    assert first.scopes == ("Iraq", "Syria")
    assert first.cell_key == ("Iraq+Syria", "killed", "civilians", "Coalition")
    assert first.window == (datetime.date(2014, 8, 8), datetime.date(2018, 1, 31))
    assert claims.sources == ("CJTF-OIR", "Airwars", "SNHR")
    assert (claims.name, claims.where, len(claims)) == ("claims.csv", "line", 3)


def test_defaults_that_were_assumed_are_said_once_per_column(tmp_path):
    claims = read(tmp_path, "source,quantity,outcome\nA,1,\nB,2,injured\nC,3,\n")
    assert claims.warnings == (
        ("default", "outcome not given in 2 rows: taken as killed"),
        ("default", "group not given in 3 rows: taken as civilians"),
        ("default", "perpetrator not given in 3 rows: taken as any"),
        ("default", "scope not given in 3 rows: taken as all"),
        ("default", "level not given in 3 rows: taken as total"),
        ("default", "basis not given in 3 rows: taken as statement (no role)"),
    )
    row = claims.rows[0]
    assert (row.outcome, row.group, row.perpetrator) == ("killed", "civilians", "any")
    assert (row.scope, row.level, row.role, row.hedge) == ("all", "total", None, None)
    assert (row.derived_from, row.quotes, row.alias_of, row.citation) == ((), None, None, "")


def test_unknown_columns_are_named_and_not_an_error():
    claims = frame(source=["A"], quantity=[1], outcom=["bombed"], weather=["x"])
    assert claims.warnings[0] == (
        "unknown_columns",
        "2 unknown columns are not used: 'outcom' (did you mean 'outcome'?), 'weather'",
    )


@pytest.mark.parametrize(
    ("written", "scope"),
    [
        ("Syria + Iraq", "Iraq+Syria"),
        ("b+A+c+b", "A+b+c"),
        ("Syria", "Syria"),
        ("", "all"),
        ("all", "all"),
    ],
)
def test_scopes_have_one_spelling(written, scope):
    assert frame(source=["A"], quantity=[1], scope=[written]).rows[0].scope == scope


def test_na_is_a_source_and_a_missing_quantity_is_unknown():
    claims = frame(source=["NA", "None"], quantity=[None, 800.0])
    assert claims.sources == ("NA", "None")
    assert [row.quantity.form for row in claims] == ["unknown", "exact"]
    assert [row.line for row in claims] == [1, 2]
    assert claims.where == "row"


def test_every_problem_is_reported_at_once(tmp_path):
    text = (
        "source,quantity,role,level,scope,start,end,reported,outcome,hedge\n"
        ",at least 6,monitr,totl,A++B,09/02/2018,2018-02-30,,Hungry,speaking\n"
        "B,-5\n"
        "B,gibberish,,,,2018-03-01,2018-02-01,2018-01-01,,\n"
        "C,5,,,all+Syria,,,,,\n"
    )
    problems = problems_of(lambda: read(tmp_path, text))
    expected = [
        "line 2, column 'source', '': every claim needs a source",
        "line 2, column 'role', 'monitr': expected one of perpetrator, party, adversary, accuser",
        "line 2, column 'level', 'totl': expected one of total, incident (did you mean 'total'?)",
        "line 2, column 'scope', 'A++B': a scope such as A+B has a name on both sides",
        "line 2, column 'start', '09/02/2018': it may be day or month that comes first: write 2018",
        "line 2, column 'end', '2018-02-30': a date is written YYYY-MM-DD and this is not a day",
        "line 2, column 'outcome', 'Hungry': expected one of killed, injured, casualties, lost",
        "line 2, column 'hedge', 'speaking': expected one of speaker, documented",
        "line 3: this row has 2 cells and the header 10",
        "line 4, column 'quantity', 'gibberish': 'gibberish' is not a number",
        "line 4, column 'end', '2018-02-01': a window ends on or after its start, 2018-03-01",
        "line 4, column 'reported', '2018-01-01': nobody can report before the window starts",
        "line 5, column 'scope', 'all+Syria': 'all' already covers every scope",
    ]
    assert len(problems) == len(expected)
    for fragment in expected:
        assert any(text.startswith(fragment) for text in problems), (fragment, problems)
    assert [int(text[5]) for text in problems] == [2] * 8 + [3] + [4] * 3 + [5]
    assert "(did you mean 'monitor'?)" in problems[[text[16:20] for text in problems].index("role")]


def test_required_columns_are_named_with_what_came_instead(tmp_path):
    assert problems_of(lambda: read(tmp_path, "sauce,weight,role\nA,5,monitr\n")) == [
        "line 1: required column 'source' is missing (did you mean 'sauce'?): add it, "
        "with who said each number",
        "line 1: required column 'quantity' is missing: rename 'weight' to quantity if it holds "
        "the deaths, and give each group rows of its own",
        f"line 2, column 'role', 'monitr': expected one of {', '.join(ROLES)} "
        "(did you mean 'monitor'?)",
    ]


def test_the_reason_of_a_bad_quantity_does_not_repeat_the_cell():
    long = "x" * 500
    (text,) = problems_of(lambda: frame(source=["A"], quantity=[long]))
    assert text.startswith("row 1, column 'quantity', 'xxx")
    assert "cannot be read as a quantity" not in text
    assert "write for example 800" in text
    assert len(text) < 450


@pytest.mark.parametrize("column", ["alias_of", "quotes", "derived_from"])
def test_no_source_refers_to_itself(column):
    (text,) = problems_of(lambda: frame(source=["A"], quantity=[1], **{column: ["A"]}))
    assert text.startswith(f"row 1, column '{column}', 'A': this column names another source")


def test_one_role_per_source_and_cell(tmp_path):
    text = (
        "source,quantity,role,scope\nA,1,monitor,Syria\nA,2,media,Iraq\nA,3,,Syria\n"
        "B,3,media,Syria\n\nA,4,media,Syria\n"
    )
    assert problems_of(lambda: read(tmp_path, text)) == [
        "line 7, column 'role', 'media': a source has one role toward a cell, and 'A' is "
        "'monitor' there in line 2: keep one"
    ]


def test_an_alias_shares_the_role_of_its_source():
    problems = problems_of(
        lambda: frame(
            source=["Pentagon", "CJTF-OIR"],
            quantity=[1, 2],
            alias_of=["CJTF-OIR", None],
            role=["perpetrator", "monitor"],
        )
    )
    assert problems[0].startswith("row 2, column 'role', 'monitor': a source has one role")
    assert "'CJTF-OIR' is 'perpetrator' there in row 1" in problems[0]


def test_alias_chains_end_at_one_name():
    claims = frame(source=["a", "b", "c", "a"], quantity=[1] * 4, alias_of=["b", "c", None, None])
    assert claims.canonical() == {"a": "c", "b": "c"}
    assert claims.sources == ("a", "b", "c")


def test_aliases_that_run_in_a_circle_or_apart():
    problems = problems_of(
        lambda: frame(
            source=["a", "b", "x", "x", "tail"],
            quantity=[1] * 5,
            alias_of=["b", "a", "y", "z", "a"],
        )
    )
    assert len(problems) == 3
    assert "run in a circle (a -> b -> a)" in problems[0]
    assert "run in a circle (b -> a -> b)" in problems[1]
    assert "row 4, column 'alias_of', 'z': a source is the alias of one other" in problems[2]
    assert "that of 'y' in row 3" in problems[2]


def test_near_duplicate_names_are_warned_of_and_never_merged():
    claims = frame(
        source=["Airwars", "airwars ", "Human  Rights Watch", "Other"],
        quantity=[1] * 4,
        scope=["Syria", "syria+Iraq", "Iraq", "Iraq"],
        group=["Medics", "medics", "women", "women"],
        derived_from=["", "", "", "Human Rights Watch"],
    )
    texts = [text for code, text in claims.warnings if code == "similar_names"]
    assert len(texts) == 4
    assert "'Airwars' and 'airwars' are taken as different sources" in texts[0]
    assert "'Human  Rights Watch' and 'Human Rights Watch'" in texts[1]
    assert "'Syria' and 'syria' are taken as different scopes" in texts[2]
    assert "'Medics' and 'medics' are taken as different groups" in texts[3]
    assert len(claims.sources) == 4


def test_a_table_without_counts_is_a_warning():
    assert frame(source=["A"], quantity=["unknown"]).warnings[-1][0] == "no_counts"
    mixed = frame(source=["A", "A"], quantity=["unknown", "0"])
    assert "no_counts" not in dict(mixed.warnings)


def test_names_are_split_at_semicolons():
    claims = frame(source=["A"], quantity=[1], derived_from=[" B ;C;;B; "])
    assert claims.rows[0].derived_from == ("B", "C")


def test_a_table_survives_the_way_to_a_frame_and_back(tmp_path):
    claims = read(tmp_path, COALITION.replace(",page", ",").replace("citation", "derived_from"))
    table = claims.to_frame()
    assert tuple(table.columns) == COLUMNS
    assert table["quantity"].tolist() == ["at least 841", "at least 6,047", "unknown"]
    assert table["end"].tolist() == ["2018-01-31", "2018-02-09", "2018-09-23"]
    again = Claims(table)
    strip = [dataclasses.replace(row, line=None) for row in claims]
    assert [dataclasses.replace(row, line=None) for row in again] == strip
    assert [code for code, _ in again.warnings] == ["default"]  # the basis, by the role
    assert Claims(pl.from_pandas(table)).rows == again.rows


def test_from_rows_validates_and_keeps_the_quantities():
    quantity = Quantity.parse("about 800")
    row = Claim("A", quantity, role="monitor", basis="list", derived_from=("B", "C"), line=7)
    claims = Claims.from_rows([row])
    assert claims.rows == (row,)
    assert claims.rows[0].quantity is quantity
    assert claims.warnings == ()
    (text,) = problems_of(lambda: Claims.from_rows([dataclasses.replace(row, role="king")]))
    assert "row 7, column 'role', 'king'" in text
    assert problems_of(lambda: Claims.from_rows([])) == [
        "the table has no rows: add one row or more"
    ]


def test_claims_cannot_be_changed_and_can_be_pickled(tmp_path):
    claims = read(tmp_path, COALITION)
    with pytest.raises(dataclasses.FrozenInstanceError):
        claims.rows = ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        claims.rows[0].source = "x"
    assert pickle.loads(pickle.dumps(claims)) == claims
    assert hash(claims) == hash(read(tmp_path, COALITION))


def test_the_pictures_of_a_table_are_short_and_escaped(tmp_path):
    claims = frame(
        source=["<script>alert(1)</script>"] + ["B"] * 29, quantity=["about 800"] + ["5"] * 29
    )
    lines = repr(claims).splitlines()
    assert lines[0] == "Claims: 30 claims, 2 sources, 1 cell"
    assert lines[2] == "  B: 5 (no role; all, killed, civilians, any; no window)"
    assert lines[-1] == "  and 22 more"
    html = claims._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert html.count("<tr>") == 25
    assert "(claims.csv)" in repr(read(tmp_path, COALITION))


def test_windows_in_words():
    first, last = datetime.date(2018, 1, 1), datetime.date(2018, 2, 9)
    assert window_text((first, last)) == "2018-01-01 to 2018-02-09"
    assert window_text((first, None)) == "from 2018-01-01"
    assert window_text((None, None)) == "no window"


@pytest.mark.thorough
def test_twenty_thousand_rows_are_read_and_validated(tmp_path):
    roles = ("monitor", "media")
    rows = "".join(
        f'S{i % 10},"at least {i % 9000 + 1:,}",{roles[i % 2]},Town {i % 3000}+Region {i % 7},'
        f"2014-08-08,2018-02-{i % 28 + 1:02},civilians,https://example.org/{i}\n"
        for i in range(20_000)
    )
    path = tmp_path / "large.csv"
    path.write_text("source,quantity,role,scope,start,end,group,citation\n" + rows)
    claims = Claims.read(path)
    assert len(claims) == 20_000
    assert claims.rows[-1].line == 20_001


CELLS = st.text(max_size=12) | st.sampled_from(
    ["", "A", "B", "800", "about 800", "at least 6,047", "2018-02-09", "killed", "A+B", "a;b"]
)


@given(
    st.lists(st.sampled_from(COLUMNS) | st.text(max_size=4), max_size=6),
    st.lists(st.lists(CELLS, min_size=8, max_size=8), max_size=5),
)
def test_arbitrary_tables_are_claims_or_an_error_of_ours(extra, rows):
    columns = ["source", "quantity", *extra]
    table = pd.DataFrame([row[: len(columns)] for row in rows], columns=columns, dtype=object)
    try:
        claims = Claims(table)
    except CasualtyEstError:
        return
    assert all(row.source for row in claims)
    assert repr(claims)
    assert claims._repr_html_()


NAMES = (
    "source",
    "scope",
    "group",
    "perpetrator",
    "quantity",
    "derived_from",
    "quotes",
    "alias_of",
)


@pytest.mark.parametrize("column", NAMES)
@pytest.mark.parametrize("mark", ["\n", "\t", "\x1b", "\x7f", "\x85", "\u202e", "\u2066"])
def test_control_characters_are_refused_and_shown_with_escapes(column, mark):
    text = f"1{mark}2"
    row = {"source": "A", "quantity": "5"} | {column: text}
    (problem,) = problems_of(lambda: Claims(pd.DataFrame([row])))
    assert problem == (
        f"row 1, column {column!r}, {text!r}: control characters cannot be shown safely; "
        "remove them"
    )
    assert problem.isprintable()


def test_a_citation_may_run_over_lines_but_not_steer_the_terminal():
    claims = frame(source=["A"], quantity=["5"], citation=["two\nlines\tof it"])
    assert claims.rows[0].citation == "two\nlines\tof it"
    for mark in ("\x1b[2J", "\r", "\u202e", "\u2069"):
        (text,) = problems_of(
            lambda mark=mark: frame(source=["A"], quantity=["5"], citation=[f"a{mark}b"])
        )
        assert "column 'citation'" in text
        assert "control characters" in text


def test_letters_of_every_script_are_no_control_characters():
    name = "\u0627\u0644\u0645\u0631\u0635\u062f \u200e\u4e2d\u6587"
    assert frame(source=[name], quantity=["5"]).sources == (name,)


def test_a_quantity_that_says_nothing_is_refused():
    for text in ("at least 0", "0+"):
        (problem,) = problems_of(lambda text=text: frame(source=["A"], quantity=[text]))
        assert problem.startswith(f"row 1, column 'quantity', {text!r}: ")
        assert "says nothing about the number: leave the cell blank" in problem
    rows = [Claim("A", Quantity.parse("at least 0"))]
    (problem,) = problems_of(lambda: Claims.from_rows(rows))
    assert "says nothing about the number" in problem
    assert len(frame(source=["A"] * 3, quantity=["at most 0", "0", "at least 1"])) == 3


def test_a_row_without_a_source_is_told_only_that():
    (problem,) = problems_of(
        lambda: frame(source=[""], quantity=["5"], alias_of=["B"], start=["2018-01-01"])
    )
    assert "every claim needs a source" in problem
