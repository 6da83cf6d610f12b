"""Strata and replicates on any executor, killed in the middle and resumed."""

from __future__ import annotations

import json
import multiprocessing
import signal
import subprocess
import sys
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.lists.inference import fit as fitting
from casualty_est.lists.inference.pack import combine

HISTORIES = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
FAMILIES = ("independence", "pairs")


def _frame(counts, **columns):
    return pd.DataFrame(HISTORIES, columns=["A", "B", "C"]).assign(count=counts, **columns)


@pytest.fixture(scope="module")
def frame():
    parts = [
        _frame([60, 50, 40, 20, 15, 12, 9], month="1", sex="f"),
        _frame([30, 40, 20, 9, 8, 7, 6], month="1", sex="m"),
        _frame([25, 20, 30, 9, 7, 8, 3], month="2", sex="f"),
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def model(frame):
    histories = ce.CaptureHistories(frame, by=("month", "sex"))
    return ce.ListModel(histories, families=FAMILIES, strata="alone")


@pytest.fixture(scope="module")
def here(model):
    return model.fit(seed=8)


def _same(there, here):
    for row in range(12):
        np.testing.assert_array_equal(there.draws(row), here.draws(row))
    one, two = there.to_dict(), here.to_dict()
    for name in ("estimates", "sources", "identification", "warnings"):
        assert one[name] == two[name]


@pytest.mark.thorough
def test_threads_give_the_same_answer(model, here):
    with ThreadPoolExecutor(2) as executor:
        _same(model.fit(seed=8, executor=executor), here)


@pytest.mark.slow
def test_processes_give_the_same_answer(model, here):
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        _same(model.fit(seed=8, executor=executor), here)


@pytest.mark.thorough
def test_a_dask_cluster_gives_the_same_answer(model, here):
    cluster = LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    )
    with cluster, Client(cluster) as client, client.get_executor() as executor:
        _same(model.fit(seed=8, executor=executor), here)


@pytest.mark.thorough
def test_strata_that_share_are_one_fit_wherever_it_is_made(frame, tmp_path):
    histories = ce.CaptureHistories(frame, by=("month", "sex"))
    model = ce.ListModel(histories, families="independence")
    one = model.fit(seed=8, draws=100, parts=tmp_path / "parts")
    files = sorted((tmp_path / "parts").glob("*.npz"))
    assert len(files) == 4
    times = [file.stat().st_mtime_ns for file in files]
    again = model.fit(seed=8, draws=100, parts=tmp_path / "parts")
    _same(again, one)
    assert [file.stat().st_mtime_ns for file in files] == times
    # What a stratum says hangs on the others: none of its parts may be taken for other strata.
    less = ce.CaptureHistories(frame[frame["month"] == "1"], by=("month", "sex"))
    ce.ListModel(less, families="independence").fit(seed=8, draws=100, parts=tmp_path / "parts")
    assert len(list((tmp_path / "parts").glob("*.npz"))) == 7
    with ThreadPoolExecutor(2) as executor:
        _same(model.fit(seed=8, draws=100, executor=executor), one)


@pytest.mark.slow
def test_a_dask_cluster_of_processes_gives_the_same_answer(model, here):
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    )
    with cluster, Client(cluster) as client, client.get_executor() as executor:
        _same(model.fit(seed=8, executor=executor), here)


@pytest.mark.thorough
def test_sequential_monte_carlo_does_not_depend_on_threads():
    histories = ce.CaptureHistories(_frame([60, 50, 40, 20, 15, 12, 9]))
    model = ce.ListModel(histories, families="classes")
    small = {"seed": 3, "draws": 100, "chains": 1}
    with ThreadPoolExecutor(1) as executor:  # where one thread is all that a fit takes
        there = model.fit(**small, executor=executor)
    np.testing.assert_array_equal(there.draws(), model.fit(**small).draws())


@pytest.mark.thorough
def test_progress_counts_strata_with_an_executor_too(model):
    tasks = list(fitting._tasks(model, 8, 100, 4, "auto").values())
    for executor in (None, ThreadPoolExecutor(2)):
        told = []
        fitting.run(
            tasks, executor, None, lambda text, share, told=told: told.append((text, share))
        )
        assert told == [(f"fitted {i} of 4", i / 4) for i in range(5)]
        if executor is not None:
            executor.shutdown()


class _Dying:
    """An executor whose worker is killed by the system."""

    def submit(self, *_words):
        future = Future()
        future.set_exception(BrokenProcessPool("a process in the pool was terminated abruptly"))
        return future


def test_a_worker_that_dies_is_said(model):
    with pytest.raises(UsageError, match="a worker died, perhaps for want of memory"):
        model.fit(seed=8, executor=_Dying())


# Killed and resumed ------------------------------------------------------------------------------

KILLED = """
import sys
import casualty_est as ce
from casualty_est.lists.inference import fit
perform, done = fit.perform, []
def slow(task, report=None):
    if len(done) == 2:
        print("two are done", flush=True)
        sys.stdin.read()
    done.append(task.key)
    return perform(task, report)
fit.perform = slow
from casualty_est.cli import main as cli
sys.argv = ["casualty-est", "lists", *sys.argv[1:]]
cli.main()
"""


@pytest.mark.thorough
def test_killed_in_the_middle_the_same_command_goes_on(frame, here, tmp_path, monkeypatch, capsys):
    table, out = tmp_path / "lists.csv", tmp_path / "out.nc"
    frame.to_csv(table, index=False)
    # No seed: the one that was drawn must be found again.
    words = [str(table), "--by", "month,sex", "--families", ",".join(FAMILIES), "--quiet"]
    words += ["--strata", "alone", "--save", str(out)]
    folder = tmp_path / "out.nc.parts"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            assert process.stdout.readline() == "two are done\n"
        finally:
            process.send_signal(signal.SIGKILL)
    assert len(list(folder.glob("*.npz"))) == 2
    assert not out.exists()
    seed = int((folder / "seed.txt").read_text("utf-8"))
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.npz")}
    again = []
    perform = fitting.perform

    def counted(task, report=None):
        again.append(task.key)
        return perform(task, report)

    monkeypatch.setattr(fitting, "perform", counted)
    monkeypatch.setattr(sys, "argv", ["casualty-est", "lists", *words])
    from casualty_est.cli import main as cli

    with pytest.raises(SystemExit) as end:
        cli.main()
    assert (end.value.code or 0, capsys.readouterr().err) == (0, "")
    assert len(again) == 2
    assert not {f"{key}.npz" for key in again} & set(before)
    after = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.npz")}
    assert {name: after[name] for name in before} == before
    loaded = ce.Estimate.load(out)
    assert loaded.meta.seed == seed
    histories = ce.CaptureHistories(frame, by=("month", "sex"))
    model = ce.ListModel(histories, families=FAMILIES, strata="alone")
    np.testing.assert_array_equal(loaded.draws(0), model.fit(seed=seed).draws(0))


@pytest.mark.thorough
def test_damaged_parts_are_fitted_again(model, here, tmp_path):
    folder = tmp_path / "parts"
    model.fit(seed=8, parts=folder)
    parts = sorted(folder.iterdir())
    whole = [path.read_bytes() for path in parts]
    parts[0].write_bytes(b"")
    parts[1].write_bytes(whole[1][: len(whole[1]) // 2])
    broken = bytearray(whole[2])
    broken[len(broken) // 4] ^= 0xFF
    parts[2].write_bytes(bytes(broken))
    np.savez(parts[3], unlisted=np.arange(3), found=np.array("{}"))
    with_zip = parts[3].with_suffix(".npz.npz")
    assert not with_zip.exists()
    _same(model.fit(seed=8, parts=folder), here)
    assert [path.read_bytes() for path in parts] == whole


def test_a_file_where_the_parts_should_go_is_said(model, tmp_path):
    (tmp_path / "parts").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="folder parts for finished parts cannot be made"):
        model.fit(seed=8, parts=tmp_path / "parts")


# Totals ------------------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_the_sum_over_strata_stands_beside_the_table_without_strata(model, here, frame, tmp_path):
    every = sum(here.draws(row) for row in (3, 6, 9))
    np.testing.assert_array_equal(here.draws(0), every)
    whole = here.details.unstratified
    cells = ce.CaptureHistories(frame.drop(columns=["month", "sex"]))
    alone = ce.ListModel(cells, families=FAMILIES).fit(seed=1).summary().iloc[0]
    assert whole.median == pytest.approx(alone["median"], rel=0.02)
    assert whole.high == pytest.approx(alone["high"], rel=0.05)
    assert whole.median != pytest.approx(np.median(every), rel=0.001)
    text = {note.code: note.text for note in here.warnings}["unstratified"]
    assert text.startswith("the sum over strata is ")
    assert text in str(here)
    kept = json.loads(json.dumps(here.to_dict()))["details"]["unstratified"]
    assert kept == {"median": whole.median, "low": whole.low, "high": whole.high}
    page = here.report(tmp_path / "report.html").read_text("utf-8")
    assert "the same lists without strata give" in page


# Replicates --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def replicates():
    return [
        _frame([60, 50, 40, 20, 15, 12, 9]),
        _frame([66, 54, 45, 15, 12, 10, 7]),
        _frame([57, 49, 38, 22, 16, 13, 9]),
    ]


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_the_combination_rule_stands_beside_the_mixture(replicates, tmp_path):
    model = ce.ListModel([ce.CaptureHistories(f) for f in replicates], families=FAMILIES)
    est = model.fit(seed=5, draws=2000)
    answers = est.details.replicates
    listed = [int(f["count"].sum()) for f in replicates]
    assert [row.listed for row in answers.each] == listed
    # The rule once more, on answers of each replicate alone that share no random number with it.
    totals = [
        ce.ListModel(ce.CaptureHistories(f), families=FAMILIES).fit(seed=77 + i, draws=2000).draws()
        for i, f in enumerate(replicates)
    ]
    wanted = combine(listed, [values.ravel() for values in totals])
    for name in ("low", "point", "high"):
        assert getattr(answers.combined, name) == pytest.approx(getattr(wanted, name), rel=0.03)
    median, low, high = est.summary().iloc[0][["median", "low", "high"]]
    assert low < answers.combined.point < high
    assert answers.combined.point == pytest.approx(median, rel=0.1)
    text = {note.code: note.text for note in est.warnings}["replicates"]
    assert "3 replicates are mixed draw by draw; the rule for multiple imputation" in text
    assert text in str(est)
    kept = json.loads(json.dumps(est.to_dict(), allow_nan=False))["details"]["replicates"]
    assert kept == json.loads(json.dumps(asdict(answers)))
    page = est.report(tmp_path / "report.html").read_text("utf-8")
    assert "All, by the rule for multiple imputation" in page
    # What is counted is what all replicates count, not the first alone.
    counted = est.meta.rows[0].documented
    assert (counted.low, counted.high) == (min(listed), max(listed))
    assert f"{min(listed)} to {max(listed)}" in str(est)
    assert f"Documented, not estimated: {min(listed)} to {max(listed)} people" in page
    # Weights are means over the replicates; their sum stays one.
    assert sum(row.weight for row in est.identification().rows) == pytest.approx(1.0)
    assert "means over 3 replicates" in " ".join(est.identification().sentences)


def test_equal_replicates_and_a_single_one(replicates):
    one = ce.CaptureHistories(replicates[0])
    single = ce.ListModel([one], families="independence").fit(seed=5)
    assert single.details.replicates is None
    assert "replicates" not in {note.code for note in single.warnings}
    few = ce.ListModel([one, one], families="independence").fit(seed=5, draws=1, chains=2)
    assert few.details.replicates.combined is None


@pytest.mark.thorough
def test_replicates_with_strata_are_summed_before_they_are_combined(replicates):
    tables = [
        ce.CaptureHistories(
            pd.concat([f.assign(sex="f"), replicates[0].assign(sex="m")], ignore_index=True),
            by="sex",
        )
        for f in replicates[:2]
    ]
    est = ce.ListModel(tables, families="independence").fit(seed=5)
    answers = est.details.replicates
    assert [row.listed for row in answers.each] == [412, 415]
    assert est.details.unstratified.median == pytest.approx(np.median(est.draws(0)), rel=0.1)
    assert answers.combined.point == pytest.approx(est.draws(0).mean(), rel=0.03)


def test_a_column_numbers_the_replicates(replicates, tmp_path):
    table = tmp_path / "lists.csv"
    numbered = [f.assign(run=i) for i, f in enumerate(replicates, 9)]
    pd.concat(numbered).to_csv(table, index=False)
    histories = ce.CaptureHistories.read_replicates(table, replicate="run")
    assert histories == tuple(ce.CaptureHistories(f) for f in replicates)
    with pytest.raises(UsageError, match="no column 'rnu'"):
        ce.CaptureHistories.read_replicates(table, replicate="rnu")
