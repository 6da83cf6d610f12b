"""Incident reports: what a table says, how it is summed up, shown and drawn."""

from __future__ import annotations

from datetime import date

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

from casualty_est.incidents.plots import mentions
from casualty_est.incidents.table.reports import IncidentReports, Report
from casualty_est.incidents.table.summary import table_sizes
from casualty_est.plots.style import to_png
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.names import _TOTALS, plain

CSV = """incident,source,role,quantity,verdict,self_reported,recall_check,grade,date,scope,\
perpetrator,count
S1,Airwars,monitor,3-5,,,,fair,2017-03-01,Raqqa,Coalition,
S1,Coalition,perpetrator,2,accepted,,,,,,,
S1,NA,media,about 9,,,,,,,,
S2,Airwars,,unknown,,,,weak,2017-04-01,Raqqa,Coalition; Russia,
S2,Coalition,,,rejected,,,,,,,
S3,Coalition,,4,accepted,1,0,,2018-01-01,,Coalition,
S4,NA,,as many as 15,,,,,,,,
S5,Airwars,,0,,,,fair,,,,7
S5,Coalition,,,open,,,,,,,
"""


@pytest.fixture
def reports(tmp_path):
    path = tmp_path / "incidents.csv"
    path.write_text(CSV, encoding="utf-8")
    return IncidentReports.read(path)


def test_a_row_is_what_was_written(reports):
    assert reports.rows[0] == Report(
        "S1",
        "Airwars",
        Quantity.parse("3-5"),
        "monitor",
        grade="fair",
        date=date(2017, 3, 1),
        scope="Raqqa",
        perpetrator=("Coalition",),
        line=2,
    )
    assert reports.rows[5].self_reported
    assert reports.rows[5].recall_check is False
    assert reports.rows[4].quantity.is_unknown
    assert (reports.name, reports.where, len(reports)) == ("incidents.csv", "line", 9)
    assert reports.roles == {"Airwars": "monitor", "Coalition": "perpetrator", "NA": "media"}
    with pytest.raises(AttributeError):
        reports.rows = ()


def test_the_rows_of_an_incident_come_together(reports):
    assert [incident.name for incident in reports.incidents] == ["S1", "S2", "S3", "S4", "S5"]
    second = reports.incidents[1]
    assert (second.grade, second.perpetrators, second.count) == ("weak", ("Coalition", "Russia"), 1)
    assert reports.incidents[4].count == 7
    assert reports.incidents[3].scope == "all"


def test_what_was_assumed_is_said(reports):
    assert reports.warnings == (
        ("default", "scope not given for 9 incidents: taken as all"),
        ("default", "date not given for 8 incidents: the year is not known"),
        ("default", "grade not given for 2 incidents: ungraded"),
        ("default", "perpetrator not given for 8 incidents: nobody is suspected"),
    )
    frame = pd.DataFrame(
        {
            "incident": ["a", "b"],
            "source": ["Army", "army"],
            "role": ["party", ""],
            "quantity": ["4", "unknown"],
            "verdict": ["rejected", ""],
        }
    )
    texts = [text for _, text in IncidentReports(frame).warnings]
    assert "count not given: every incident counts once" in texts
    assert "'army' has no role" in texts
    assert any(text.startswith("1 row has the verdict rejected and deaths") for text in texts)
    assert any("'Army' and 'army' are taken as different sources" in text for text in texts)
    bare = pd.DataFrame({"incident": ["a"], "source": ["A"], "quantity": ["unknown"]})
    assert IncidentReports(bare).warnings[-1][0] == "no_counts"


def test_summary_by_hand(reports):
    table = reports.summary().set_index("source")
    assert list(table.columns) == [
        "role",
        "incidents",
        "share",
        "only_here",
        "with_number",
        "deaths",
        "accepted",
        "rejected",
        "open",
        "self_reported",
    ]
    assert table.loc["Airwars"].tolist() == ["monitor", 9, 9 / 11, 0, 8, 3, 0, 0, 0, 0]
    assert table.loc["Coalition"].tolist() == ["perpetrator", 10, 10 / 11, 1, 2, 6, 2, 1, 7, 1]
    assert table.loc["NA"].tolist() == ["media", 2, 2 / 11, 1, 2, 9, 0, 0, 0, 0]


# Documented --------------------------------------------------------------------------------------


def test_documented_is_the_sum_of_one_source_that_is_no_party(reports):
    # Airwars: 3 of S1, and 0 of S5, seven times. What the Coalition concedes is acknowledged.
    documented = reports.documented()
    assert (documented.low, documented.high, documented.source) == (3, None, "Airwars")
    assert reports.documented(["fair"]).low == 3
    assert reports.documented("weak") is None
    with pytest.raises(ValueError, match=r"no grade 'fare' \(did you mean 'fair'\?\)"):
        reports.documented(["fare"])


def test_only_what_is_upheld_is_documented():
    """Confirmed, fair and ungraded; weak, contested and discounted are never added to them."""
    rows = {"incident": list("123456"), "source": "Watch", "role": "monitor",
            "quantity": ["1", "3", "40", "500", "6,000", "20"],
            "grade": ["confirmed", "fair", "weak", "contested", "discounted", ""]}  # fmt: skip
    reports = IncidentReports(pd.DataFrame(rows))
    assert reports.documented().low == 24
    assert reports.documented(["discounted"]).low == 6000


def test_two_sources_are_not_added_up():
    rows = {"incident": list("112"), "source": ["A", "B", "B"], "role": "monitor",
            "quantity": ["9", "5", "7"]}  # fmt: skip
    documented = IncidentReports(pd.DataFrame(rows)).documented()
    assert (documented.low, documented.source) == (12, "B")


@pytest.mark.parametrize(
    ("quantity", "role", "low"),
    [
        ("at least 7", "government", 7),
        ("7", "perpetrator", None),
        ("7-9", "international", 7),
        ("0", "monitor", 0),
        ("about 7", "monitor", None),
        ("as many as 7", "monitor", None),
        ("dozens", "monitor", None),
        ("at least hundreds", "monitor", None),
        ("unknown", "monitor", None),
        ("7", "media", None),
        ("7", "party", None),
        ("7", "", None),
    ],
)
def test_what_documents(quantity, role, low):
    row = {"incident": ["a"], "source": ["A"], "role": [role], "quantity": [quantity], "count": [3]}
    documented = IncidentReports(pd.DataFrame(row)).documented()
    assert (documented and documented.low) == (None if low is None else 3 * low)


# In and out --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet"])
def test_every_file_reads_the_same(reports, tmp_path, ending):
    path = tmp_path / f"again.{ending}"
    frame = reports.to_frame()
    if ending == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False, sep="," if ending == "csv" else "\t")
    again = IncidentReports.read(path)
    assert again.to_frame().equals(frame)
    assert again.documented() == reports.documented()


def test_pandas_polars_and_rows_agree(reports):
    frame = reports.to_frame()
    first = IncidentReports(frame)
    assert IncidentReports(pl.from_pandas(frame)) == first
    rows = [Report(**{**_fields(row), "line": None}) for row in reports]
    assert IncidentReports.from_rows(rows).to_frame().equals(frame)
    assert IncidentReports.from_rows(reports.rows).rows == reports.rows


def _fields(row):
    return {name: getattr(row, name) for name in row.__slots__}


def test_a_byte_order_mark_and_numbers_as_floats_do_not_matter(tmp_path):
    path = tmp_path / "bom.csv"
    path.write_text("\ufeffincident,source,quantity\nS1,NA,3\n", encoding="utf-8")
    assert IncidentReports.read(path).sources == ("NA",)
    frame = pd.DataFrame(
        {"incident": [1.0, 2.0], "source": "A", "quantity": [3.0, 4.0], "count": [1.0, None]}
    )
    assert [row.count for row in IncidentReports(frame)] == [1, None]


names = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf"]), min_size=1, max_size=9)
# A row called "sum" is refused.
called = names.filter(str.strip).filter(lambda text: plain(text.strip()) not in _TOTALS)


@pytest.mark.thorough
@given(
    st.dictionaries(
        st.tuples(called, called),
        st.sampled_from(["3", "about 8", "unknown", "dozens", "2-4"]),
        min_size=1,
        max_size=10,
    )
)
def test_any_names_go_in_and_come_out(said):
    said = {(i.strip(), s.strip()): quantity for (i, s), quantity in said.items()}
    frame = pd.DataFrame([(*key, q) for key, q in said.items()])
    frame.columns = ["incident", "source", "quantity"]
    reports = IncidentReports(frame)
    assert {(row.incident, row.source): row.quantity.text for row in reports} == said
    assert IncidentReports(reports.to_frame()) == reports
    assert reports.patterns().incidents == len({incident for incident, _ in said})
    assert repr(reports)


# Shown -------------------------------------------------------------------------------------------


def test_what_is_printed(reports):
    assert repr(reports).splitlines() == [
        "IncidentReports: 11 incidents, 9 rows, 3 sources (incidents.csv)",
        "  Airwars (monitor): 9 incidents, 8 with a number",
        "  Coalition (perpetrator): 10 incidents, 2 with a number, 2 accepted, 1 rejected, 7 open, "
        "1 of its own",
        "  NA (media): 2 incidents, 2 with a number",
    ]


def test_html_is_escaped():
    row = Report("a", "<script>x</script>", Quantity.parse("3"))
    html = IncidentReports.from_rows([row], name="<b>")._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;" in html


def test_sizes_by_hand(reports):
    sizes = table_sizes(reports.patterns())
    # S1 is 9 (about 9), S2 has no number, S3 4, S4 15 (as many as), S5 0 seven times.
    assert sizes.classes == ("0", "3-5", "6-10", "11-20", "unknown")
    assert sizes.incidents.tolist() == [7, 1, 1, 1, 1]
    assert sizes.mentioned.tolist() == [[7, 0, 1, 0, 1], [7, 1, 1, 0, 1], [0, 0, 1, 1, 0]]
    assert sizes.counted.tolist() == [[0, 0, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 1, 0]]


@pytest.mark.thorough
@pytest.mark.parametrize("dark", [False, True])
def test_the_picture_says_who_holds_what(reports, dark):
    figure = reports.plot(dark=dark)
    texts = [text.get_text() for text in figure.findobj(Text) if text.get_text()]
    assert "11 incidents, by size and by who reports them" in texts
    for name in ("Airwars", "Coalition", "NA", "monitor, 9 incidents", "unknown", "100%", "0%"):
        assert name in texts
    assert to_png(figure).startswith(b"\x89PNG")


@pytest.mark.thorough
def test_long_names_and_many_sources_stay_inside_the_picture():
    rows = [
        Report("a", f"The {'very ' * 30}long name of office $x_{i}$ <b>", Quantity.parse(10**i))
        for i in range(9)
    ]
    rows += [Report("b", f"source {i}", Quantity.parse(i)) for i in range(14)]
    figure = IncidentReports.from_rows(rows).plot()
    width, height = figure.get_size_inches()
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.findobj(Text) if text.get_text()]
    assert min(box.x0 for box in boxes) >= 0
    assert max(box.x1 for box in boxes) <= width * figure.dpi
    assert min(box.y0 for box in boxes) >= 0
    assert max(box.y1 for box in boxes) <= height * figure.dpi
    assert any("11 sources with fewer incidents" in t.get_text() for t in figure.findobj(Text))


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.001, "<1%"), (0.5, "50%"), (0.999, ">99%"), (1, "100%")]
)
def test_shares_are_never_rounded_to_none_or_all(share, text):
    assert mentions._percent(share) == text
