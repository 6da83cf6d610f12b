"""`casualty-est template` writes a spreadsheet that offers the words, and that `check` reads."""

from __future__ import annotations

import openpyxl
import pytest
from typer.testing import CliRunner

from casualty_est.claims.table import claim
from casualty_est.cli.main import app
from casualty_est.cli.template import spec_of
from casualty_est.errors import InputError, UsageError
from casualty_est.incidents.table import incident
from casualty_est.kinds import KINDS
from casualty_est.tables.cells import ROLES
from casualty_est.tables.read import read_table


def run(*words):
    return CliRunner().invoke(app, list(map(str, words)), catch_exceptions=True)


def written(tmp_path, kind):
    path = tmp_path / f"{kind}.xlsx"
    result = run("template", kind, path)
    assert result.exit_code == 0, result.output
    return path


def offered(path, kind):
    """The words that each column of a sheet offers."""
    sheet = openpyxl.load_workbook(path)[kind]
    names = {cell.column_letter: cell.value for cell in sheet[1]}
    return {
        names[str(rule.sqref)[0]]: rule.formula1.strip('"').split(",")
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }


def test_the_columns_and_words_are_those_of_claims(tmp_path):
    words = offered(written(tmp_path, "claims"), "claims")
    assert set(spec_of("claims")["columns"]) == set(claim.COLUMNS)
    assert words["role"] == list(ROLES)
    assert words["outcome"] == list(claim.OUTCOMES)
    assert words["hedge"] == list(claim.HEDGES)
    assert words["level"] == list(claim.LEVELS)
    assert words["group"] == list(claim.GROUPS)


def test_the_columns_and_words_are_those_of_incidents(tmp_path):
    words = offered(written(tmp_path, "incidents"), "incidents")
    assert set(spec_of("incidents")["columns"]) == set(incident.COLUMNS)
    assert words["role"] == list(incident.INCIDENT_ROLES)
    assert words["verdict"] == list(incident.VERDICTS)
    assert words["grade"] == list(incident.GRADES)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "study"])  # no table
def test_what_is_filled_in_is_read(tmp_path, kind):
    path = written(tmp_path, kind)
    with pytest.raises(InputError, match="a header but no rows"):
        read_table(path)
    book = openpyxl.load_workbook(path)
    columns = spec_of(kind)["columns"]
    for number in (2, 3):
        for at, column in enumerate(columns.values(), start=1):
            book[kind].cell(number, at, column["example"] or None)
    if kind in ("incidents", "survey"):
        book[kind].cell(3, 1, "S2")
    book.save(path)
    table = read_table(path)
    assert table.columns == tuple(columns)
    assert [column[0] for column in table.cells] == [c["example"] for c in columns.values()]
    result = run("check", kind, path)
    assert result.exit_code == 0, result.output


def test_text_stays_text(tmp_path):
    sheet = openpyxl.load_workbook(written(tmp_path, "claims"))["claims"]
    formats = {
        cell.value: sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]
    }
    assert formats["quantity"] == "@"  # or 3-5 becomes a date
    assert formats["end"] == "yyyy-mm-dd"


def test_nothing_is_written_over(tmp_path):
    path = written(tmp_path, "claims")
    held = path.read_bytes()
    result = run("template", "claims", path)
    assert isinstance(result.exception, UsageError)
    assert "is not written over" in str(result.exception)
    assert path.read_bytes() == held


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["template", "claim"], "Did you mean 'claims'?"),
        (["template", "claims", "out.csv"], "ends in .xlsx"),
        (["template", "claims", "no/such/folder.xlsx"], "cannot be written"),
    ],
)
def test_what_cannot_be_written(tmp_path, monkeypatch, words, reason):
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert isinstance(result.exception, UsageError)
    assert reason in str(result.exception)
