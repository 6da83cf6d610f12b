"""estimate.json and netCDF: the documented keys, nothing lost, nothing half written."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from casualty_est import ClaimsModel, Estimate, UsageError, datasets
from casualty_est.claims.estimate import ClaimsEstimate
from casualty_est.lists.estimate import ListEstimate
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
    text = "at least 6,047"
    assert row["documented"] == {"low": 6047, "high": None, "source": "Airwars", "text": text}
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
    rests = content["identification"]
    assert keys(rests) == {"cell", "kind", "rows", "sum", "sentences"}
    assert keys(rests["rows"][0]) == {"assumption", "weight", "mcse"}
    assert rests["sum"] == pytest.approx(1, abs=0.01)
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
    estimate.meta.settings["odd"] = {
        "nan": float("nan"),
        "inf": [np.inf],
        "np": np.int64(3),
        "tuple": (1, np.float64(2.5)),
        5: np.bool_(True),
    }
    text = json.dumps(estimate.to_dict(), allow_nan=False)
    odd = json.loads(text)["settings"]["odd"]
    assert odd == {"nan": None, "inf": [None], "np": 3, "tuple": [1, 2.5], "5": True}


def test_write_json(estimate, tmp_path):
    path = serialise.write_json(estimate, tmp_path / "estimate.json")
    assert json.loads(path.read_text("utf-8")) == json.loads(json.dumps(estimate.to_dict()))
    assert [p.name for p in tmp_path.iterdir()] == ["estimate.json"]


def test_save_and_load_lose_nothing(estimate, tmp_path):
    alone, left = estimate.each_source_alone(), estimate.without_each_source()
    tipped, left_in = estimate.tipping(5000), estimate.conflict_left_in()
    path = estimate.save(tmp_path / "est.nc")
    loaded = Estimate.load(str(path))
    assert loaded.to_dict() == estimate.to_dict()
    assert loaded.meta == estimate.meta
    assert loaded.details == estimate.details
    assert type(loaded) is type(estimate)
    np.testing.assert_array_equal(loaded.draws(), estimate.draws())
    np.testing.assert_array_equal(loaded.ratio("Airwars"), estimate.ratio("Airwars"))
    pd.testing.assert_frame_equal(loaded.summary(), estimate.summary())
    pd.testing.assert_frame_equal(loaded.sources(), estimate.sources())
    # What was computed before saving is kept in the file.
    pd.testing.assert_frame_equal(loaded.each_source_alone(), alone)
    pd.testing.assert_frame_equal(loaded.without_each_source(), left)
    pd.testing.assert_frame_equal(loaded.tipping(5000), tipped)
    pd.testing.assert_frame_equal(loaded.conflict_left_in(), left_in)
    assert repr(loaded) == repr(estimate)
    assert loaded.identification() == estimate.identification()
    assert set(loaded.idata.children) == set(estimate.idata.children)


@pytest.mark.thorough
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


# What is no whole file of ours ---------------------------------------------------------------


def rewritten(path, change):
    """A copy of a file whose content beside the draws is changed."""
    with xr.open_datatree(path, engine="h5netcdf") as opened:
        tree = opened.load()
    content = json.loads(tree.attrs["casualty_est"])
    tree.attrs["casualty_est"] = json.dumps(change(content))
    return tree


def with_draws(path, change):
    """A copy of a file whose posterior is changed."""
    with xr.open_datatree(path, engine="h5netcdf") as opened:
        tree = opened.load()
    tree["posterior"] = xr.DataTree(change(tree["posterior"].to_dataset()))
    return tree


def edited(**over):
    return lambda content: content | over


def without(name):
    return lambda content: {key: value for key, value in content.items() if key != name}


def in_first(records, **over):
    """The first record of a list, changed."""

    def change(content):
        first, *rest = content[records]
        return content | {records: [first | over, *rest]}

    return change


CONTENT = {
    "a JSON list": (lambda content: [content], "no JSON object"),
    "an unknown kind": (edited(kind="rumours"), "its kind 'rumours'"),
    "no schema": (without("schema"), "its schema is None"),
    "a missing field": (without("rows"), "rows: Field required"),
    "no details": (without("details"), "details: Input should be"),
    "a wrong type": (edited(seed="tomorrow"), "seed: Input should be a valid integer"),
    "an extra field": (edited(novelty=1), "novelty: Unexpected keyword argument"),
    "an extra field inside": (in_first("rows", novelty=1), r"rows\.0\.novelty"),
    "more rows than draws": (
        lambda content: content | {"rows": content["rows"] * 2},
        "draws of 1 estimates and names 2",
    ),
    "no rows": (edited(rows=[]), "draws of 1 estimates and names 0"),
    "a name that is None": (in_first("sources", name=None), r"sources\.0\.name: Input should be"),
    "a name of half a letter": (in_first("sources", name="\ud800"), "surrogates not allowed"),
    "details of another kind": (edited(kind="incidents"), r"details\.\w+: "),
    "settings that are no object": (edited(settings=[1]), "settings: Input should be"),
}
DRAWS = {
    "no deaths": (lambda draws: draws.drop_vars("deaths"), "the posterior is missing"),
    "other dimensions": (lambda draws: draws.rename(draw="sweep"), "over .*'sweep'"),
    "counts as texts": (
        lambda draws: draws.assign(deaths=draws["deaths"].astype(str)),
        "its deaths are",
    ),
    "no draws": (lambda draws: draws.isel(draw=slice(0, 0)), "draws of 1 estimates and names 1"),
    "fewer ratios": (lambda draws: draws.isel(target=slice(1)), "ratio_total does not fit"),
    "no ratios": (lambda draws: draws.drop_vars("ratio_total"), "ratio_total does not fit"),
    "a ratio without draws": (
        lambda draws: draws.assign(ratio_total=("target", [1.0, 2.0])),
        "ratio_total does not fit",
    ),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    whole = ClaimsModel(datasets.load("coalition")).fit(seed=1, draws=50)
    return whole.save(tmp_path_factory.mktemp("saved") / "est.nc")


def is_refused(path, why="was not written by"):
    with pytest.raises(UsageError, match=why) as error:
        Estimate.load(path)
    assert str(error.value).startswith(f"{path.name} was not written by Estimate.save: ")


@pytest.mark.thorough
@pytest.mark.parametrize("name", CONTENT)
def test_content_that_is_not_ours(saved, tmp_path, name):
    change, why = CONTENT[name]
    path = tmp_path / "bad.nc"
    rewritten(saved, change).to_netcdf(path, engine="h5netcdf")
    is_refused(path, why)


@pytest.mark.thorough
def test_a_file_of_another_version_is_named_as_such(saved, tmp_path):
    path = tmp_path / "later.nc"
    rewritten(saved, edited(schema="casualty-est/99")).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(UsageError, match="in the form casualty-est/99, and this version reads"):
        Estimate.load(path)


@pytest.mark.thorough
@pytest.mark.parametrize("name", DRAWS)
def test_draws_that_are_not_ours(saved, tmp_path, name):
    change, why = DRAWS[name]
    path = tmp_path / "bad.nc"
    with_draws(saved, change).to_netcdf(path, engine="h5netcdf")
    is_refused(path, why)


@pytest.mark.thorough
@pytest.mark.parametrize("text", [None, 7, "", "{", "null", "[" * 100_000])
def test_an_attribute_that_is_no_record(saved, tmp_path, text):
    path = tmp_path / "bad.nc"
    tree = rewritten(saved, lambda content: content)
    del tree.attrs["casualty_est"]
    if text is not None:
        tree.attrs["casualty_est"] = text
    tree.to_netcdf(path, engine="h5netcdf")
    is_refused(path, "attribute casualty_est|line 1|Expecting|recursion")


@pytest.mark.parametrize("part", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file(saved, tmp_path, part):
    content = saved.read_bytes()
    path = tmp_path / "bad.nc"
    path.write_bytes(content[: int(part * len(content))])
    is_refused(path)


@pytest.mark.parametrize("content", [b"", b"source,quantity\nA,800\n", bytes(5000)])
def test_a_file_of_something_else(tmp_path, content):
    path = tmp_path / "bad.nc"
    path.write_bytes(content)
    is_refused(path)


def test_netcdf_of_somebody_else(tmp_path):
    path = tmp_path / "bad.nc"
    xr.Dataset({"x": ("n", [1.0, 2.0])}).to_netcdf(path, engine="h5netcdf")
    is_refused(path, "attribute casualty_est is missing")


@pytest.mark.parametrize("shape", [(10**12,), (10**6, 10**6), (10**9,)])
def test_an_array_that_no_memory_holds_is_refused_before_it_is_read(
    saved, tmp_path, shape, monkeypatch
):
    import h5py

    path = tmp_path / "bad.nc"
    path.write_bytes(saved.read_bytes())
    with h5py.File(path, "a") as file:
        file["posterior"].create_dataset("giant", shape, dtype="f8", chunks=(1000,) * len(shape))
    monkeypatch.setattr(xr.DataTree, "load", lambda _: pytest.fail("its values were read"))
    is_refused(path, r"it announces 1(,000)+ values")


def test_no_file(tmp_path):
    for path in (tmp_path / "none.nc", tmp_path):
        with pytest.raises(UsageError, match=f"there is no file {path.name} to load"):
            Estimate.load(path)


def test_a_file_of_other_evidence_has_its_own_class(saved):
    assert type(Estimate.load(saved)) is type(ClaimsEstimate.load(saved)) is ClaimsEstimate
    with pytest.raises(UsageError, match=r"estimate from claims: load it with ce\.Estimate\.load"):
        ListEstimate.load(saved)


# A failure leaves the old file whole ---------------------------------------------------------


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
