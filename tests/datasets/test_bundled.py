"""Bundled data of every kind: plain tables, whole records of where they come from, paths."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest

from casualty_est import datasets
from casualty_est.claims.table.claim import COLUMNS
from casualty_est.errors import UsageError
from casualty_est.incidents.table import incident

UKRAINE = ("ukraine_2022", "economist_ukraine")
CLAIMS = ("coalition", "strikes", "article", "coalition_dated", *UKRAINE)
LISTS = ("kosovo", "gaza", "netherlands")
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
    assert len(shipped) == 18
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
