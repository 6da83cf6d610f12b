"""The command line as a user meets it: exit codes, messages, files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import xarray as xr

import casualty_est as ce
from casualty_est.claims.inference import engines
from casualty_est.wording.numbers import ends
from tests.support.command import run
from tests.support.former import former_toml

TWO = (
    "source,role,quantity,scope,perpetrator,start,end\n"
    "Pentagon,perpetrator,about 800,Iraq+Syria,Coalition,2014-08-08,2018-02-09\n"
    'Airwars,monitor,"at least 6,047",Iraq+Syria,Coalition,2014-08-08,2018-02-09\n'
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "claims.csv"
    path.write_text(TWO, encoding="utf-8")
    return path


def test_claims_prints_and_writes_everything(capsys, table, tmp_path):
    html, numbers, saved = (tmp_path / name for name in ("r.html", "e.json", "e.nc"))
    code, out, err = run(
        capsys, "claims", table, "--seed", 1, "--report", html, "--json", numbers, "--save", saved
    )
    assert (code, err) == (0, "")
    est = ce.ClaimsModel(ce.Claims.read(table)).fit(seed=1)
    (row,) = est.summary().itertuples()
    (left_in,) = est.conflict_left_in().itertuples()
    assert ends(row) in out
    assert "at least 6,047 (Airwars)" in out
    said = " ".join(out.split())
    assert "With the record of Coalition in Iraq and Syria 2014-19 left in: " in said
    assert ends(left_in) in said
    assert "without Coalition in Iraq and Syria 2014-19" in said
    content = json.loads(numbers.read_text("utf-8"))
    assert content["schema"] == "casualty-est/1"
    assert content["estimates"][0]["median"] == row.median
    assert content["seed"] == 1
    assert "<html" in html.read_text("utf-8")
    assert ce.Estimate.load(saved).to_dict()["estimates"] == content["estimates"]


@pytest.mark.thorough
def test_same_seed_same_numbers(capsys, table, tmp_path):
    texts = []
    for name in ("a.json", "b.json"):
        run(capsys, "claims", table, "--seed", 7, "--json", tmp_path / name, "--quiet")
        texts.append((tmp_path / name).read_text("utf-8"))
    assert texts[0] == texts[1]


def test_prob_is_used_and_printed(capsys, table):
    priors = table.with_name("former.toml")
    priors.write_text(former_toml(), encoding="utf-8")
    code, out, _ = run(capsys, "claims", table, "--seed", 1, "--prob", 0.9, "--priors", priors)
    assert code == 0
    assert "90% credible interval" in out
    assert "6,000 to 20,000" in out


def test_quiet_prints_nothing(capsys, table):
    assert run(capsys, "claims", table, "--seed", 1, "--quiet") == (0, "", "")


def test_bad_rows_are_all_listed_without_traceback(capsys, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("source,quantity,role\nA,lots,monitor\n,5,monitr\n", encoding="utf-8")
    out_file = tmp_path / "old.json"
    out_file.write_text("old", encoding="utf-8")
    code, out, err = run(capsys, "claims", path, "--json", out_file)
    assert code == 2
    assert "line 2" in err
    assert "line 3" in err
    assert "monitor" in err
    assert "Traceback" not in out + err
    assert out_file.read_text("utf-8") == "old"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--prob", 95], "between 0 and 1"),
        (["--draws", 0], "at least 1"),
        (["--hedge", "Airwars"], "NAME=VALUE"),
        (["--hedge", "Airwar=speaker"], "Did you mean 'Airwars'"),
        (["--hedge", "Airwars=perhaps"], "'speaker' or 'documented'"),
        (["--total", "scope=Yemen"], "Yemen"),
        (["--total", "plcae=Iraq"], "'plcae' is unknown. Use one of: 'scope', 'outcome'"),
        (["--total", "scpe=Iraq,group=civilians"], "Did you mean 'scope'"),
        (["--total", "scope=Iraq,scope=Syria"], "the scope twice"),
        (["--total", "scope="], "NAME=VALUE"),
        (["--total", ""], "NAME=VALUE"),
        (["--as-of", "9 Feb 2018"], "2018-02-28"),
        (["--priors", "missing.toml"], "missing.toml"),
        (["--report", "no/such/folder/r.html"], "does not exist"),
        (["--role", "Airwars=monitr"], "Did you mean 'monitor'"),
    ],
)
def test_bad_usage_is_named_and_ends_with_2(capsys, table, words, part):
    code, out, err = run(capsys, "claims", table, *words)
    assert code == 2
    assert part in err
    assert "Traceback" not in out + err


def test_unknown_option_and_missing_file(capsys, tmp_path):
    assert run(capsys, "claims", tmp_path / "none.csv")[0] == 2
    assert run(capsys, "claims", tmp_path / "none.csv", "--sed", 1)[0] == 2


def test_priors_file_moves_the_answer(capsys, table, tmp_path):
    priors = tmp_path / "p.toml"
    own = {"sources": {"Pentagon": {"ratio": {"median": 0.2, "sd": 0.75}}}}
    priors.write_text(former_toml(own), encoding="utf-8")
    numbers = tmp_path / "e.json"
    assert run(capsys, "claims", table, "--priors", priors, "--json", numbers, "--quiet")[0] == 0
    median = json.loads(numbers.read_text("utf-8"))["estimates"][0]["median"]
    assert median == pytest.approx(9133, rel=0.01)


@pytest.mark.thorough
def test_no_roles_no_headline_but_exit_0(capsys, tmp_path):
    path, numbers = tmp_path / "c.csv", tmp_path / "e.json"
    path.write_text("source,quantity\nA,800\nB,6047\n", encoding="utf-8")
    code, out, _ = run(capsys, "claims", path, "--json", numbers)
    assert code == 0
    assert "no headline" in out
    first = json.loads(numbers.read_text("utf-8"))["estimates"][0]
    assert (first["median"], first["modes"], first["level"]) == (None, [], "none")
    code, out, _ = run(capsys, "claims", path, "--assume-unbiased", "--seed", 1)
    assert code == 0
    assert "assumes that sources without a role report the truth on the median" in out


def test_check_of_incidents_sums_up_or_lists_every_problem(capsys, tmp_path):
    good = ce.datasets.path("coalition_syria_patterns")
    code, out, err = run(capsys, "check", "incidents", good)
    assert (code, err) == (0, "")
    assert "2,044 incidents, 586 rows, 2 sources" in out
    assert "195 accepted, 1,557 rejected, 68 open" in " ".join(out.split())
    assert "Documented: 5,549 deaths (Airwars)." in out
    assert "Note: date not given for 2,044 incidents" in out
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "incident,source,role,quantity,verdict,grade\n"
        "S1,Airwars,monitor,3,accepted,fair\n"
        "S1,Airwars,,many,,fine\n",
        encoding="utf-8",
    )
    code, out, err = run(capsys, "check", "incidents", bad)
    assert (code, out) == (2, "")
    assert "bad.csv has 4 problems:" in err
    for place in ("line 2, column 'verdict'", "line 3, column 'incident'"):
        assert place in err


def test_check_lists_every_problem(capsys, table, tmp_path):
    code, out, _ = run(capsys, "check", "claims", table)
    assert code == 0
    assert "2 rows, 2 sources, 2 claims that count" in out
    bad = tmp_path / "bad.csv"
    bad.write_text("source,quantity\nA,\nB,minus 5\nC,12 to\n", encoding="utf-8")
    code, _, err = run(capsys, "check", "claims", bad)
    assert code == 2
    assert "line 3" in err
    assert "line 4" in err


def test_a_kind_of_table_that_there_is_not(capsys, table):
    code, out, err = run(capsys, "check", "rumours", table)
    assert (code, out) == (2, "")
    assert err.endswith(
        "is not a kind of table. Use one of: 'claims', 'incidents', 'lists', 'survey', 'study'\n"
    )
    assert "Did you mean 'claims'?" in run(capsys, "check", "clams", table)[2]


OF_EACH_KIND = {"claims": "coalition", "incidents": "strikes_incidents", "lists": "kosovo"}
OF_EACH_KIND["survey"] = "gaza_survey"


@pytest.mark.thorough
@pytest.mark.parametrize("kind", OF_EACH_KIND)
@pytest.mark.parametrize("other", OF_EACH_KIND)
@pytest.mark.parametrize("check", [(), ("check",)])
def test_a_table_of_another_kind_is_sent_to_its_own_command(capsys, kind, other, check):
    table = ce.datasets.path(OF_EACH_KIND[other])
    if kind == other:
        assert run(capsys, "check", kind, table)[0] == 0
        return
    code, out, err = run(capsys, *check, kind, table)
    command = " ".join(["casualty-est", *check, other, str(table)])
    wanted = f"casualty-est: {table.name} is a table of {other}: use `{command}`\n"
    assert (code, out, err) == (2, "", wanted)


def test_columns_that_were_named_say_what_a_table_is(capsys, tmp_path):
    path = tmp_path / "lists.csv"
    path.write_text("A,B,source,incident\n1,0,x,1\n0,1,x,1\n1,1,x,1\n", encoding="utf-8")
    code, _, err = run(capsys, "check", "lists", path, "--by", "source,incident")
    assert (code, err) == (0, "")
    assert "is a table of incidents" in run(capsys, "check", "lists", path)[2]


def test_windows_of_which_none_says_where_it_begins_are_refused(capsys, tmp_path):
    path = tmp_path / "w.csv"
    path.write_text(
        "source,role,quantity,end\nA,monitor,100,2016-01-01\nB,monitor,200,2017-01-01\n",
        encoding="utf-8",
    )
    code, _, err = run(capsys, "claims", path)
    assert code == 2
    assert "2016-01-01" in err
    assert "2017-01-01" in err


def test_demo_list_and_unknown_study(capsys):
    code, out, _ = run(capsys, "demo", "--list")
    assert code == 0
    assert "coalition" in out
    assert "strikes" in out
    code, _, err = run(capsys, "demo", "coalitoin")
    assert code == 2
    assert "Did you mean 'coalition'" in err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["strikes", "kosovo", "syria", "timeline", "gaza", "iraq"])
def test_every_other_study_runs_end_to_end(capsys, tmp_path, name):
    code, _, err = run(capsys, "demo", name, "--out", tmp_path / "demo", "--quiet")
    assert (code, err) == (0, "")
    assert {path.name for path in (tmp_path / "demo").iterdir()} == {"report.html", "estimate.json"}


@pytest.mark.slow
def test_demo_runs_exact_and_sampled_and_they_agree(
    capsys, tmp_path, monkeypatch, coalition_learned_compiled
):
    monkeypatch.setattr(engines, "CompiledClaims", lambda _: coalition_learned_compiled)
    out_dir = tmp_path / "demo"
    code, out, _ = run(capsys, "demo", "--out", out_dir)
    assert code == 0
    assert "they agree" in out
    content = json.loads((out_dir / "estimate.json").read_text("utf-8"))
    agreement = content["details"]["agreement"]
    assert agreement["sampled_converged"]
    # The upper end lies in a long tail, and its Monte Carlo error is said.
    for exact, sampled in list(zip(agreement["exact"], agreement["sampled"], strict=True))[:2]:
        assert sampled == pytest.approx(exact, rel=0.03)
    assert "sampled with NUTS" in (out_dir / "report.html").read_text("utf-8")


@pytest.mark.usefixtures("no_pictures")
def test_a_fit_that_did_not_converge_exits_1_and_still_writes(capsys, table, tmp_path, monkeypatch):
    fit = ce.ClaimsModel.fit

    def failing(model: ce.ClaimsModel, **words: object) -> ce.Estimate:
        estimate = fit(model, **words)
        bad = replace(
            estimate.meta.diagnostics, converged=False, reasons=("3 divergent transitions",)
        )
        estimate.meta = replace(estimate.meta, diagnostics=bad)
        return estimate

    monkeypatch.setattr(ce.ClaimsModel, "fit", failing)
    numbers, html = tmp_path / "e.json", tmp_path / "r.html"
    code, out, _ = run(capsys, "claims", table, "--json", numbers, "--report", html, "--seed", 1)
    assert code == 1
    assert "NOT CONVERGED" in out
    assert json.loads(numbers.read_text("utf-8"))["diagnostics"]["converged"] is False
    assert "NOT CONVERGED" in html.read_text("utf-8")


@pytest.mark.thorough
@pytest.mark.parametrize("module", ["casualty_est", "casualty_est.cli.main"])
def test_module_runs_as_installed_script(module):
    done = subprocess.run(
        [sys.executable, "-m", module, "--version"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"casualty-est {ce.__version__}\n")


@pytest.mark.parametrize(
    ("scope", "cell"),
    [
        ("Mosul, Iraq", "scope=Mosul, Iraq"),
        ("a=b", "scope=a=b,group=civilians"),
        ("Raqqa, old=new", "group=civilians, scope=Raqqa, old=new"),
    ],
)
def test_a_label_may_hold_commas_and_equals_signs(capsys, tmp_path, monkeypatch, scope, cell):
    def stop(model: ce.ClaimsModel, **_: object) -> None:
        raise ce.UsageError(f"asked for {model.rows[0].label.scope}")  # noqa: EM102

    monkeypatch.setattr(ce.ClaimsModel, "fit", stop)
    path = tmp_path / "c.csv"
    path.write_text(
        f'source,role,quantity,scope\nA,monitor,100,"{scope}"\nA,monitor,70,Elsewhere\n',
        encoding="utf-8",
    )
    _, _, err = run(capsys, "claims", path, "--total", cell, "--quiet")
    assert f"asked for {scope}" in err


def test_an_output_never_takes_the_place_of_an_input_or_another_output(capsys, table, tmp_path):
    priors, link, hard = (tmp_path / name for name in ("p.toml", "l.json", "h.json"))
    priors.write_text("", encoding="utf-8")
    link.symlink_to(table)
    hard.hardlink_to(table)
    twin = tmp_path / ".." / tmp_path.name / "a.json"
    for words, part in (
        (["--json", table], "the table"),
        (["--json", link], "the table"),
        (["--save", hard], "the table"),
        (["--priors", priors, "--report", priors], "--priors"),
        (["--report", tmp_path / "a.json", "--json", twin], "--report"),
    ):
        code, out, err = run(capsys, "claims", table, *words)
        assert (code, out) == (2, "")
        assert f"would write over {part}" in err
    assert table.read_text("utf-8") == TWO
    assert not twin.exists()


@pytest.mark.thorough
def test_a_reader_that_leaves_costs_no_file_and_no_code(table, tmp_path):
    numbers = tmp_path / "e.json"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "casualty_est.cli.main", "claims", table, "--json", numbers],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(numbers.read_text("utf-8"))["kind"] == "claims"


@pytest.mark.thorough
def test_help_to_a_reader_that_left_ends_with_141():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "casualty_est.cli.main", "claims", "--help"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def interrupt(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_while_fitting(capsys, table, tmp_path, monkeypatch):
    numbers = tmp_path / "e.json"
    numbers.write_text("old", encoding="utf-8")
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(ce.ClaimsModel, "fit", interrupt)
    code, _, err = run(capsys, "claims", table, "--json", numbers, "--quiet")
    assert (code, err) == (130, "casualty-est: interrupted; nothing was written over\n")
    assert numbers.read_text("utf-8") == "old"
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_in_the_middle_of_writing(capsys, table, tmp_path, monkeypatch):
    numbers, saved = tmp_path / "e.json", tmp_path / "e.nc"
    saved.write_text("old", encoding="utf-8")
    tree = type(ce.ClaimsModel(ce.datasets.load("coalition")).fit(seed=1, draws=50).idata)
    monkeypatch.setattr(tree, "to_netcdf", interrupt)
    code, _, err = run(capsys, "claims", table, "--json", numbers, "--save", saved, "--quiet")
    message = "casualty-est: interrupted; e.json written, nothing else was written over\n"
    assert (code, err) == (130, message)
    assert saved.read_text("utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.csv", "e.json", "e.nc"]


def test_a_swallowed_ctrl_c_still_ends_the_run(capsys, table, tmp_path, monkeypatch):
    numbers = tmp_path / "e.json"
    numbers.write_text("old", encoding="utf-8")
    fit = ce.ClaimsModel.fit

    def swallowing(model: ce.ClaimsModel, **words: object) -> ce.Estimate:
        try:
            interrupt()
        except KeyboardInterrupt:
            return fit(model, **words)
        msg = "no interrupt came"
        raise AssertionError(msg)

    monkeypatch.setattr(ce.ClaimsModel, "fit", swallowing)
    code, _, err = run(capsys, "claims", table, "--json", numbers, "--quiet")
    assert (code, err) == (130, "casualty-est: interrupted; nothing was written over\n")
    assert numbers.read_text("utf-8") == "old"


@pytest.mark.parametrize("text", ["[1]", "junk", "null", 5])
def test_a_netcdf_with_another_attribute_is_not_ours(tmp_path, text):
    tree = xr.DataTree.from_dict({"/posterior": xr.Dataset({"x": ("draw", [1.0])})})
    tree.attrs["casualty_est"] = text
    tree.to_netcdf(tmp_path / "junk.nc", engine="h5netcdf")
    with pytest.raises(ce.UsageError, match=r"junk\.nc was not written by Estimate\.save"):
        ce.Estimate.load(tmp_path / "junk.nc")


def test_lists_from_a_file(capsys, tmp_path):
    table = tmp_path / "lists.csv"
    table.write_text("A,B,n,month\n1,0,60,1\n0,1,50,1\n1,1,20,1\n1,0,30,2\n0,1,40,2\n1,1,9,2\n")
    args = ["lists", table, "--count", "n", "--by", "month", "--seed", 1, "--quiet"]
    out = tmp_path / "out.nc"
    code, _, err = run(capsys, *args, "--save", out, "--json", tmp_path / "out.json")
    assert (code, err) == (0, "")
    content = json.loads((tmp_path / "out.json").read_text())
    assert content["kind"] == "lists"
    assert [row["strata"] for row in content["estimates"][::3]] == [
        {},
        {"month": "1"},
        {"month": "2"},
    ]
    assert len(list((tmp_path / "out.nc.parts").iterdir())) == 3
    code, shown, _ = run(capsys, "check", "lists", table, "--by", "month")
    assert code == 0
    assert "209 people on 2 lists, 2 strata" in shown  # `n` is a name that counts have
    code, shown, _ = run(capsys, "check", "lists", table, "--count", "n", "--by", "month")
    assert code == 0
    assert "209 people on 2 lists, 2 strata" in shown
