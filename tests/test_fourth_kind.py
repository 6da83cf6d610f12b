"""A new kind of evidence is one folder and one line in the registry: it gets all the rest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import casualty_est as ce
from casualty_est.kinds import KINDS
from tests.support.constant.estimate import ConstantEstimate, ConstantModel

FOLDER = "tests.support.constant"


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setitem(KINDS, "constant", FOLDER)


@pytest.fixture
def est():
    return ConstantModel(42).fit()


def test_it_is_summarised_and_printed(est):
    summary = est.summary()
    assert summary.loc["total", "median"] == 42
    assert est.draws("total").shape == (4, 1000)
    assert "civilians killed in Atlantis" in repr(est)
    assert "42" in est._repr_html_()
    assert est.headline().startswith("about 42 ")
    assert est.check().converged


def test_it_is_saved_and_loaded_as_what_it_is(est, tmp_path):
    loaded = ce.Estimate.load(est.save(tmp_path / "est.nc"))
    assert type(loaded) is ConstantEstimate
    assert loaded.details == est.details
    assert loaded.to_dict() == est.to_dict()
    with pytest.raises(ce.UsageError, match="estimate from constant"):
        ce.ClaimsEstimate.load(tmp_path / "est.nc")


def test_it_is_drawn(est):
    assert est.plot.total().axes


def test_it_is_reported(est, tmp_path):
    page = est.report(tmp_path / "report.html").read_text("utf-8")
    assert "civilians killed in Atlantis" in page
    assert "None" not in page


def test_it_has_a_command(tmp_path):
    table = tmp_path / "known.csv"
    table.write_text("known\n42\n", encoding="utf-8")
    out = tmp_path / "est.json"
    fit = ["constant", str(table), "--seed", "1", "--json", str(out)]
    calls = [fit, ["check", "constant", str(table)]]
    script = (
        "import json, sys\n"
        "from casualty_est import kinds\n"
        f"kinds.KINDS['constant'] = {FOLDER!r}\n"
        "from casualty_est.cli.main import main\n"
        "for words in json.loads(sys.argv[1]):\n"
        "    sys.argv = ['casualty-est', *words]\n"
        "    try:\n        main()\n    except SystemExit as end:\n        assert not end.code\n"
        "    print('END OF COMMAND')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(calls)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    fitted, checked, _ = done.stdout.split("END OF COMMAND")
    assert "Atlantis" in fitted
    content = json.loads(out.read_text("utf-8"))
    assert content["kind"] == "constant"
    assert content["estimates"][0]["median"] == 42
    assert "42" in checked
