"""The bundled data say what was published, no more, and name where it was."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from casualty_est import datasets
from casualty_est.claims.table.claim import COLUMNS
from casualty_est.claims.table.counting import count_once, documented
from casualty_est.errors import UsageError
from casualty_est.incidents.table import incident

UKRAINE = ("ukraine_2022", "economist_ukraine")
CLAIMS = ("coalition", "strikes", "article", "coalition_dated", *UKRAINE)
LISTS = ("kosovo", "netherlands")
INCIDENTS = ("strikes_incidents", "coalition_syria_patterns")
SURVEYS = ("gaza_survey", "kosovo_survey", "iraq_surveys")
NAMES = datasets.names()
ROWS = {
    "coalition": 2,
    "strikes": 27,
    "article": 17,
    "coalition_dated": 27,
    "ukraine_2022": 4609,
    "economist_ukraine": 124,
}
FOLDER = Path(str(files("casualty_est.datasets")))

SHAAFA = "al-Sha'afa 23 January"
HAJEEN = "Hajeen 24 January"
BAHRA = ("al-Bahra 30 January", "al-Bahra 2 February", "al-Bahra 4 February")
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


# --- every dataset ---------------------------------------------------------------------


def test_names_are_the_files_and_the_records():
    assert set(datasets.names()) == {*CLAIMS, *LISTS, *INCIDENTS, *SURVEYS, "record"}
    assert {file.stem for file in FOLDER.glob("*.csv")} == set(NAMES)


@pytest.mark.parametrize("name", CLAIMS)
def test_every_row_is_read_without_a_warning(name):
    claims = datasets.load(name)
    assert len(claims) == ROWS[name]
    # Figures that may be copies are its author's to judge, and so are round ones of a government.
    # The groups of the war in Ukraine are kinds of equipment and soldiers of two armies.
    questions = {"copies", "own_groups"} if name == "economist_ukraine" else {"copies"}
    if name == "ukraine_2022":
        questions |= {"role_word", "own_groups"}
    # The basis of a number is taken from the role of its source, and said.
    notes = [note for note in claims.warnings if not note[1].startswith("basis not given")]
    assert [note for note in notes if note[0] not in questions] == []
    assert claims.name == f"{name}.csv"


@pytest.mark.parametrize("name", NAMES)
def test_files_are_plain_utf8_tables(name):
    raw = datasets.path(name).read_bytes()
    text = raw.decode("utf-8")
    assert not text.startswith("\ufeff")
    assert "\r" not in text
    header, *rows = csv.reader(text.splitlines())
    known = COLUMNS if name in CLAIMS else incident.COLUMNS
    assert name in (*LISTS, *SURVEYS, "record") or set(header) <= set(known)
    assert {len(row) for row in rows} == {len(header)}
    assert all(cell == cell.strip() for row in rows for cell in row)


@pytest.mark.parametrize("name", [name for name in CLAIMS if name not in UKRAINE])
def test_every_claim_is_of_the_dead_and_has_a_citation(name):
    for claim in datasets.load(name):
        assert claim.outcome == "killed"
        assert claim.citation.startswith(("Daily Kos, February 2018", "http", "SOHR post of June"))


@pytest.mark.parametrize("name", NAMES)
def test_provenance_is_complete(name):
    record = datasets.provenance(name)
    assert record.name == name
    for text in (record.title, record.description, record.licence, record.conflict):
        assert text
        assert text == text.strip()
    licences = {"ukraine_2022": "MIT licence", "economist_ukraine": "CC BY 4.0"}
    assert record.licence.startswith(licences.get(name, "Facts"))
    assert record.citations
    assert record.notes
    assert all(isinstance(note, str) and note.endswith(".") for note in record.notes)


def test_provenance_names_the_conflict_that_priors_are_held_against():
    assert datasets.provenance("coalition").conflict == (
        "US-led Coalition in Iraq and Syria, 2014-2018"
    )
    for name in CLAIMS:
        place = "Ukraine" if name in UKRAINE else "Syria"
        assert place in datasets.provenance(name).conflict
    assert datasets.provenance("kosovo").conflict == "Kosovo, 1999"


def test_the_mixed_tables_say_what_they_are_not_for():
    assert any("not for one fit" in note for note in datasets.provenance("article").notes)
    assert any("model over time" in note for note in datasets.provenance("coalition_dated").notes)


def test_undated_pages_carry_no_made_up_date():
    unwanted = re.compile(r"2026-01-01|undated crawl", re.I)
    shipped = [file for file in FOLDER.iterdir() if file.suffix in {".csv", ".toml", ".py"}]
    assert len(shipped) == 17
    for file in shipped:
        assert unwanted.search(file.read_text(encoding="utf-8")) is None, file.name


# --- names and paths -------------------------------------------------------------------


@pytest.mark.parametrize("ask", [datasets.load, datasets.path, datasets.provenance])
def test_an_unknown_name_lists_the_valid_ones_and_the_nearest(ask):
    with pytest.raises(UsageError) as caught:
        ask("coaltion")
    assert str(caught.value) == (
        f"a bundled dataset is one of {', '.join(map(repr, NAMES))}, not 'coaltion' (did you mean "
        "'coalition'?): choose one"
    )


@pytest.mark.parametrize("name", ["", "../errors", "provenance.toml", "COALITION.csv"])
def test_only_datasets_have_a_path(name):
    with pytest.raises(UsageError, match="a bundled dataset is one of"):
        datasets.path(name)


def test_an_unpacked_package_is_read_in_place():
    assert datasets.path("coalition") == FOLDER / "coalition.csv"


def test_a_zipped_package_is_read_from_a_copy(tmp_path):
    package = FOLDER.parent
    archive = tmp_path / "packed.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("casualty_est/__init__.py", "")
        for module in ("errors.py", "kinds.py"):
            packed.write(package / module, f"casualty_est/{module}")
        for file in FOLDER.iterdir():
            if file.is_file():
                packed.write(file, f"casualty_est/datasets/{file.name}")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from casualty_est import datasets\n"
        "path = datasets.path('coalition')\n"
        "assert sys.argv[1] in datasets.__file__ and sys.argv[1] not in str(path)\n"
        "assert datasets.path('coalition') == path and path.suffix == '.csv'\n"
        "print(path); print(len(path.read_text(encoding='utf-8').splitlines()))"
    )
    command = [sys.executable, "-I", "-c", program, str(archive)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    copy, lines = done.stdout.splitlines()
    assert lines == "3"
    assert not Path(copy).exists()


# --- lists -----------------------------------------------------------------------------


def test_each_dataset_is_read_by_its_kind():
    kinds = {"claims": CLAIMS, "lists": LISTS, "incidents": INCIDENTS, "survey": SURVEYS}
    for kind, names in kinds.items():
        assert {datasets.provenance(name).kind for name in names} == {kind}
    sources = datasets.load("coalition_syria_patterns").sources
    assert sources == datasets.incidents("coalition_syria_patterns").sources
    assert datasets.load("kosovo") == datasets.lists("kosovo")
    assert len(datasets.load("coalition")) == len(datasets.claims("coalition")) == 2
    with pytest.raises(UsageError, match=r"'kosovo' holds lists, not claims: read it with lists"):
        datasets.claims("kosovo")
    with pytest.raises(UsageError, match="'coalition' holds claims, not lists"):
        datasets.lists("coalition")


def test_kosovo_has_the_cells_of_the_report():
    histories = datasets.lists("kosovo")
    assert (histories.people, histories.name, histories.warnings) == (4400, "kosovo.csv", ())
    sizes = dict(zip(histories.lists, histories.pooled().table.sizes.tolist(), strict=True))
    assert sizes == {"Exhumations": 1910, "ABA/CEELI": 1528, "OSCE": 1786, "HRW": 685}
    # All fifteen combinations, in the order of sum over lists j of x_j 2^j.
    cells = [1131, 845, 177, 936, 228, 217, 181, 306, 106, 31, 18, 123, 42, 32, 27]
    assert histories.pooled().table.dense().tolist() == [0, *cells]


def test_the_netherlands_have_seventeen_cells():
    histories = datasets.lists("netherlands")
    table = histories.pooled().table
    assert (histories.people, len(table.counts), table.shared) == (8234, 17, 431)
    assert dict(zip(histories.lists, table.sizes.tolist(), strict=True)) == {
        "IO": 929,
        "K": 1348,
        "P": 4812,
        "R": 742,
        "Z": 848,
    }
    assert any(
        "nobody in the table was killed" in n for n in datasets.provenance("netherlands").notes
    )


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


# --- coalition_syria_patterns ------------------------------------------------------------


def syria():
    return datasets.load("coalition_syria_patterns")


def by_pattern():
    """Monitor's row and perpetrator's row (or None) of every pattern."""
    incidents = {}
    for row in syria():
        incidents.setdefault(row.incident, {})[row.source] = row
    return [(rows["Airwars"], rows.get("Coalition")) for rows in incidents.values()]


def total(of=lambda airwars, coalition: 1, where=lambda airwars, coalition: True):
    return sum(a.count * of(a, c) for a, c in by_pattern() if where(a, c))


def low(row):
    return row.quantity.low or 0


def test_syria_is_read_and_only_the_day_is_missing():
    reports = syria()
    assert reports.roles == {"Airwars": "monitor", "Coalition": "perpetrator"}
    assert reports.warnings == (
        ("default", "date not given for 2,044 incidents: the year is not known"),
    )
    assert datasets.provenance("coalition_syria_patterns").kind == "incidents"


def test_strikes_have_a_verdict_only_where_one_is_known():
    said = {}
    for row in datasets.incidents("strikes_incidents"):
        if row.source == "Coalition":
            said[row.incident] = row.verdict
    assert said == {SHAAFA: "open", HAJEEN: "open", BAHRA[0]: "rejected", BAHRA[1]: "rejected"}
    assert datasets.incidents("strikes_incidents").documented().low == 3 + 3 + 11 + 13


def test_syria_verdicts_are_those_of_the_archive():
    assert total() == 2044
    judged = Counter()
    for _, coalition in by_pattern():
        judged[coalition and coalition.verdict] += coalition.count if coalition else 0
    assert judged == {"accepted": 195, "rejected": 1557, "open": 68, None: 0}
    own = total(where=lambda a, c: c and c.self_reported)
    assert own == 74
    settled = judged["accepted"] + judged["rejected"]
    assert settled == 1752
    assert round(judged["accepted"] / settled, 2) == 0.11
    # Two self-reports were rejected in the archive; here only the accepted ones are marked.
    assert round((judged["accepted"] - own) / (settled - own), 2) == 0.07


def test_syria_what_the_coalition_conceded():
    conceded = total(low_of_coalition, accepted)
    assert conceded == pytest.approx(675, abs=2)
    assert round(conceded / total(lambda a, c: low(a), accepted), 2) == 0.68
    checks = Counter()
    for _, coalition in by_pattern():
        if coalition and coalition.self_reported:
            checks[coalition.recall_check] += coalition.count
    assert checks == {True: 12, False: 18, None: 44}


def low_of_coalition(_, coalition):
    return low(coalition)


def accepted(_, coalition):
    return coalition is not None and coalition.verdict == "accepted"


@pytest.mark.parametrize(
    ("grade", "lowest", "highest"),
    [
        # Sums of minima and of maxima in the archive, after the duplicates are taken out.
        ("confirmed", 1083, 2428),
        ("fair", 4470, 6982),
        ("weak", 705, 835),
        ("contested", 2865, 4894),
        ("discounted", 184, 434),
    ],
)
def test_syria_sums_by_grade_are_those_of_the_archive(grade, lowest, highest):
    def here(airwars, _):
        return airwars.grade == grade

    assert total(lambda a, c: low(a), here) == pytest.approx(lowest, abs=5)
    assert total(lambda a, c: a.quantity.high or 0, here) == pytest.approx(highest, abs=5)


def test_syria_no_row_stands_for_a_single_incident():
    reports = syria()
    assert min(incident.count for incident in reports.incidents) >= 3
    patterns = reports.patterns()
    assert len(patterns) == len(reports.incidents)
    assert patterns.incident_of is None
    assert patterns.perpetrators == (
        ("Coalition",),
        ("another suspect", "Coalition"),
        ("a third suspect", "another suspect", "Coalition"),
    )
    text = datasets.path("coalition_syria_patterns").read_text("utf-8")
    assert re.search(r"CS\d|20[012]\d|Raqqa|Deir|Aleppo", text) is None


def test_syria_is_attributed():
    record = datasets.provenance("coalition_syria_patterns")
    assert "attribution to Airwars" in record.licence
    assert any("fewer than three incidents" in note for note in record.notes)


# --- surveys ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", SURVEYS)
def test_surveys_are_read_without_a_warning_and_cited(name):
    table = datasets.survey(name)
    assert table.warnings == ()
    assert all("doi 10." in row.citation for row in table.rows)


def test_surveys_are_as_published():
    ends = {
        (row.source, row.group, row.outcome): (
            row.quantity.low,
            row.quantity.best,
            row.quantity.high,
        )
        for name in SURVEYS
        for row in datasets.survey(name).rows
    }
    assert ends == {
        ("Gaza Mortality Survey", "all", "killed"): (63_600, 75_200, 86_800),
        ("Gaza Mortality Survey", "women, children and the old", "killed"): (
            33_100,
            42_200,
            51_300,
        ),
        ("Gaza Mortality Survey", "all", "died without violence"): (12_300, 16_300, 20_200),
        ("Spiegel and Salama", "Kosovar Albanians", "killed"): (5_500, 12_000, 18_300),
        ("Burnham et al.", "all", "killed"): (426_369, 601_027, 793_663),
        ("Iraq Family Health Survey", "all", "killed"): (104_000, 151_000, 223_000),
    }
