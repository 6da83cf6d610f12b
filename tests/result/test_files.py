"""estimate.json and netCDF: the documented keys, nothing lost, nothing half written."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from casualty_est import ClaimsModel, Estimate, UsageError, datasets
from casualty_est.result import files as serialise


@pytest.fixture
def estimate():
    return ClaimsModel(datasets.load("coalition")).fit(seed=1, draws=200)


TOP = [
    "schema",
    "kind",
    "seed",
    "versions",
    "settings",
    "estimates",
    "sources",
    "identification",
    "diagnostics",
    "warnings",
    "details",
]


def keys(value):
    return set(value)


def test_the_documented_keys(estimate):
    content = json.loads(json.dumps(estimate.to_dict(), allow_nan=False))
    assert list(content) == TOP
    assert content["schema"] == "casualty-est/1"
    assert (content["kind"], content["seed"]) == ("claims", 1)
    (row,) = content["estimates"]
    assert keys(row) == {
        "cell",
        "strata",
        "part",
        "documented",
        "median",
        "mean",
        "sd",
        "interval",
        "modes",
        "level",
    }
    assert row["cell"] == {
        "scope": "Iraq+Syria",
        "start": "2014-08-08",
        "end": "2018-02-09",
        "outcome": "killed",
        "group": "civilians",
        "perpetrator": "Coalition",
    }
    assert row["documented"] == {"low": 6047, "high": None, "source": "Airwars"}
    assert keys(row["interval"]) == {"kind", "prob", "low", "high"}
    assert keys(row["modes"][0]) == {"weight", "median", "low", "high"}
    source = content["sources"][0]
    assert keys(source) == {
        "source",
        "target",
        "role",
        "ratio_total",
        "ratio_within",
        "completeness_listed",
        "completeness_reported",
        "inclusion",
    }
    # Claims cannot split a ratio into missed and wrongly counted.
    assert [
        source[k]
        for k in ("ratio_within", "completeness_listed", "completeness_reported", "inclusion")
    ] == [None] * 4
    assert keys(source["ratio_total"]) == {"median", "low", "high", "prob", "prior"}
    assert keys(source["ratio_total"]["prior"]) == {"median", "low", "high"}
    assert keys(source["target"]) == {"scope", "outcome", "group", "perpetrator"}
    found = content["identification"]
    assert keys(found) == {"cell", "kind", "rows", "sum", "sentences"}
    assert keys(found["rows"][0]) == {"assumption", "weight", "mcse"}
    assert found["sum"] == pytest.approx(1, abs=0.01)
    assert keys(content["diagnostics"]) >= {
        "method",
        "converged",
        "max_rhat",
        "min_ess",
        "divergences",
    }
    assert content["diagnostics"]["method"] == "exact"
    assert content["diagnostics"]["max_rhat"] is None
    assert all(keys(note) == {"code", "text"} for note in content["warnings"])
    assert content["settings"]["draws"] == 200
    assert "numpy" in content["versions"]


def test_nothing_that_json_has_not(estimate):
    estimate.meta["details"]["odd"] = {
        "nan": float("nan"),
        "inf": [np.inf],
        "np": np.int64(3),
        "tuple": (1, np.float64(2.5)),
        5: np.bool_(True),
    }
    text = json.dumps(estimate.to_dict(), allow_nan=False)
    odd = json.loads(text)["details"]["odd"]
    assert odd == {"nan": None, "inf": [None], "np": 3, "tuple": [1, 2.5], "5": True}


def test_write_json(estimate, tmp_path):
    path = serialise.write_json(estimate, tmp_path / "estimate.json")
    assert json.loads(path.read_text("utf-8")) == json.loads(json.dumps(estimate.to_dict()))
    assert [p.name for p in tmp_path.iterdir()] == ["estimate.json"]


def test_save_and_load_lose_nothing(estimate, tmp_path):
    alone, left = estimate.alone(), estimate.leave_one_out()
    tipped, wide = estimate.tipping(5000), estimate.widened()
    path = estimate.save(tmp_path / "est.nc")
    loaded = Estimate.load(str(path))
    assert loaded.to_dict() == estimate.to_dict()
    assert loaded.meta == json.loads(json.dumps(estimate.meta))
    np.testing.assert_array_equal(loaded.draws(), estimate.draws())
    np.testing.assert_array_equal(loaded.ratios(1), estimate.ratios(1))
    pd.testing.assert_frame_equal(loaded.summary(), estimate.summary())
    pd.testing.assert_frame_equal(loaded.sources(), estimate.sources())
    # What was computed before saving is kept in the file.
    pd.testing.assert_frame_equal(loaded.alone(), alone)
    pd.testing.assert_frame_equal(loaded.leave_one_out(), left)
    pd.testing.assert_frame_equal(loaded.tipping(5000), tipped)
    pd.testing.assert_frame_equal(loaded.widened(), wide)
    assert repr(loaded) == repr(estimate)
    assert loaded.identification() == estimate.identification()
    assert set(loaded.idata.children) == set(estimate.idata.children)


def test_saving_twice_and_the_saved_again(estimate, tmp_path):
    first = Estimate.load(estimate.save(tmp_path / "one.nc"))
    second = Estimate.load(first.save(tmp_path / "two.nc"))
    assert second.to_dict() == estimate.to_dict()
    first.save(tmp_path / "one.nc")
    assert Estimate.load(tmp_path / "one.nc").to_dict() == estimate.to_dict()


def test_names_of_other_scripts_survive(tmp_path):
    frame = pd.DataFrame(
        {
            "source": ["المرصد", "Pentagon"],
            "role": ["monitor", "perpetrator"],
            "quantity": ["٦٠٤٧", "about 800"],
            "scope": "سوريا",
        }
    )
    est = ClaimsModel(frame).fit(seed=1, draws=50)
    loaded = Estimate.load(est.save(tmp_path / "e.nc"))
    assert loaded.sources()["source"].tolist() == ["المرصد", "Pentagon"]
    assert loaded.to_dict() == est.to_dict()


def changed(estimate, path, change):
    """Save, and rewrite the metadata as another version would have written it."""
    tree = estimate.idata.copy()
    meta = json.loads(json.dumps(estimate.meta))
    change(meta)
    tree.attrs["casualty_est"] = json.dumps(meta)
    tree.to_netcdf(path, engine="h5netcdf")
    return Estimate.load(path)


def test_a_newer_file_with_more_in_it(estimate, tmp_path):
    def change(meta):
        meta["schema"] = "casualty-est/2"
        meta["novelty"] = {"a": 1}
        meta["rows"][0]["novelty"] = 1
        meta["diagnostics"]["novelty"] = 1
        meta["versions"]["casualty_est"] = "99.0"

    loaded = changed(estimate, tmp_path / "new.nc", change)
    assert loaded.summary()["median"].iloc[0] == estimate.summary()["median"].iloc[0]
    assert repr(loaded) == repr(estimate)


@pytest.mark.parametrize("missing", ["claims", "model"])
def test_an_older_file_with_less_in_it(estimate, tmp_path, missing):
    loaded = changed(estimate, tmp_path / "old.nc", lambda meta: meta.pop(missing))
    assert loaded.summary()["median"].iloc[0] == estimate.summary()["median"].iloc[0]
    loaded.check()
    json.dumps(loaded.to_dict(), allow_nan=False)
    assert repr(loaded)


def test_an_older_file_without_the_new_diagnostics(estimate, tmp_path):
    def change(meta):
        for key in ("min_bfmi", "reasons"):
            meta["diagnostics"].pop(key, None)

    loaded = changed(estimate, tmp_path / "old.nc", change)
    assert loaded.converged
    assert loaded.to_dict()["diagnostics"]["reasons"] == []


def test_files_that_are_not_ours(tmp_path):
    with pytest.raises(UsageError, match=r"no file none\.nc"):
        Estimate.load(tmp_path / "none.nc")
    text = tmp_path / "text.nc"
    text.write_text("source,quantity\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"text\.nc was not written by"):
        Estimate.load(text)
    empty = tmp_path / "empty.nc"
    empty.touch()
    with pytest.raises(UsageError, match="was not written by"):
        Estimate.load(empty)
    with pytest.raises(UsageError, match="no file"):
        Estimate.load(tmp_path)
    other = tmp_path / "other.nc"
    xr.Dataset({"x": ("n", [1.0, 2.0])}).to_netcdf(other, engine="h5netcdf")
    with pytest.raises(UsageError, match="no casualty_est result"):
        Estimate.load(other)


def test_a_truncated_file(estimate, tmp_path):
    path = estimate.save(tmp_path / "est.nc")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(UsageError, match="was not written by"):
        Estimate.load(path)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("x")])
def test_a_failure_while_saving_leaves_the_old_file_whole(estimate, tmp_path, monkeypatch, error):
    path = estimate.save(tmp_path / "est.nc")
    before = path.read_bytes()

    def fail(self, target, *args, **kwargs):
        target.write_bytes(b"half")
        raise error

    monkeypatch.setattr(xr.DataTree, "to_netcdf", fail)
    with pytest.raises(UsageError if isinstance(error, OSError) else RuntimeError):
        estimate.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["est.nc"]


def test_a_folder_that_is_not_there(estimate, tmp_path):
    with pytest.raises(UsageError, match=r"folder of est\.nc does not exist"):
        estimate.save(tmp_path / "no" / "est.nc")
    (tmp_path / "dir.nc").mkdir()
    with pytest.raises(UsageError, match=r"dir\.nc cannot be written"):
        estimate.save(tmp_path / "dir.nc")
    assert [p.name for p in tmp_path.iterdir()] == ["dir.nc"]
