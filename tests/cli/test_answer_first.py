"""What the terminal and a notebook show: the answer first, the model on request."""

from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd
import pytest
from rich.console import Console

import casualty_est as ce
from casualty_est.claims.demos import DEMOS
from casualty_est.cli.run import NOTES, Run, Study, _print
from casualty_est.cli.terminal import console_for
from casualty_est.result.schema import Note
from casualty_est.result.text_table import html_sections
from tests.support.command import run
from tests.support.paragraphs import claims

ROWS = [("Army", "perpetrator", "about 90"), ("Lantern", "monitor", "at least 4,100")]


def printed(est, width=80, **how):
    console = Console(width=width, record=True, file=io.StringIO())
    _print(console, est, 0.95, **how)
    return console.export_text()


def test_the_answer_then_the_sources_then_what_it_rests_on():
    notes = tuple(Note("hedge", f"note {i}") for i in range(NOTES + 3))
    text = printed(claims(ROWS, leading="Lantern", warnings=notes))
    assert text.startswith(
        "We estimate about 4,900 civilians killed in Northland between 1 January"
    )
    places = [
        text.index(words)
        for words in (
            "We estimate",
            "reported / true",
            "rests on",
            "Converged",
            "Assumed and noted",
        )
    ]
    assert places == sorted(places)
    assert f"note {NOTES - 1}" in text
    assert f"note {NOTES}\n" not in text
    assert "and 3 more: --show-model and the report have all" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "Assumed and noted" not in printed(claims(ROWS, warnings=notes), every_note=True)


def test_each_source_stands_beside_what_it_said():
    est = claims(ROWS, leading="Lantern")
    rows = tuple(replace(claim, target=f"ratio of {claim.source}") for claim in est.meta.claims)
    est.meta = replace(est.meta, claims=rows)
    text = " ".join(printed(est, 140).split())
    assert "acknowledged about 90" in text
    assert "documented at least 4,100" in text


class Model:
    """A model that says much of itself."""

    def fit(self, **_):
        return "fitted"

    def __repr__(self):
        return "Model of two claims\n\nPriors\n  many"


@pytest.mark.parametrize("show", [False, True])
def test_the_model_is_printed_on_request(capsys, show):
    assert Run(show_model=show).fit(Model()) == "fitted"
    out = capsys.readouterr().out
    assert out.startswith("Model of two claims\n")
    assert ("many" in out) is show


@pytest.mark.parametrize("command", ["claims", "incidents", "lists", "survey", "study"])
def test_help_has_an_example_and_no_word_for_a_flag(capsys, command):
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert "Example: casualty-est" in " ".join(out.split())
    assert "<bool>" not in out
    assert "--show-model" in out


def test_the_roles_are_in_the_help(capsys):
    _, out, _ = run(capsys, "claims", "--help")
    assert "perpetrator, party, adversary" in " ".join(out.split())


def test_a_model_of_claims_is_a_table_by_source():
    rows = [dict(zip(("source", "role", "quantity"), row, strict=True)) for row in ROWS]
    rows[0]["source"] = "<b>Army</b>"
    page = ce.ClaimsModel(pd.DataFrame(rows))._repr_html_()
    head = "<th>source</th><th>role</th><th>said</th><th>of</th><th>basis</th>"
    assert head in page
    assert "<td>Lantern</td><td>monitor</td><td>at least 4,100</td>" in page
    assert "&lt;b&gt;Army" in page
    assert "<pre>" not in page


def test_a_description_becomes_tables():
    sources = "Sources\n  A (monitor): lists 7\n    own count: right\n  B: lists 3"
    text = f"Model of <x>\n\n{sources}\n\nNote: z."
    assert html_sections(text) == (
        "<p><b>Model of &lt;x&gt;</b></p><p><b>Sources</b></p><table><tbody>"
        "<tr><td>A (monitor)</td><td>lists 7<br>own count: right</td></tr>"
        "<tr><td>B</td><td>lists 3</td></tr></tbody></table><p>Note: z.</p>"
    )


def test_a_table_of_claims_is_not_read_as_lists(capsys, tmp_path):
    path = tmp_path / "ok.csv"
    pd.DataFrame(ROWS, columns=["source", "role", "quantity"]).to_csv(path, index=False)
    code, _, err = run(capsys, "lists", path)
    assert code == 2
    assert err.strip() == (
        f"casualty-est: ok.csv is a table of claims: use `casualty-est claims {path}`"
    )


@pytest.mark.usefixtures("no_pictures")
def test_each_demo_has_a_folder_and_prints_the_address_of_its_report(capsys, tmp_path, monkeypatch):
    class Made(Model):
        def fit(self, **_):
            return claims(ROWS, leading="Lantern")

    study = Study("Two claims", "coalition", lambda data: Made())
    monkeypatch.setitem(DEMOS, "coalition", study)
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(capsys, "demo")
    assert code == 0
    folder = tmp_path / "casualty-est-demo" / "coalition"
    assert {path.name for path in folder.iterdir()} == {"report.html", "estimate.json"}
    assert f"Open {(folder / 'report.html').as_uri()}" in out


def test_labels_of_a_bundled_study_have_no_english_article_in_spanish():
    study = DEMOS["coalition"]
    assert study.called("en")["Pentagon"] == "the Pentagon"
    spanish = study.called("es")
    assert spanish["Pentagon"] == "el Pentágono"
    assert spanish["Syria"] == "Siria"
    assert not [name for name in spanish.values() if name.startswith("the ")]


@pytest.mark.parametrize(("said", "width"), [(None, 110), ("80", 80), ("0", 110), ("wide", 110)])
def test_a_pipe_may_say_how_wide_tables_are(monkeypatch, said, width):
    monkeypatch.delenv("COLUMNS", raising=False)
    if said is not None:
        monkeypatch.setenv("COLUMNS", said)
    assert console_for(quiet=False).width == width
