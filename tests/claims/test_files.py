"""A saved estimate from claims without what its level is weighed with is damaged."""

from __future__ import annotations

import pytest
import xarray as xr

from casualty_est import ClaimsModel, Estimate, UsageError, datasets


def gone(tree):
    del tree["gauge"]


def without_scores(tree):
    tree["gauge"] = xr.DataTree(tree["gauge"].to_dataset().drop_vars("score"))


def one_too_few(tree):
    tree["gauge"] = xr.DataTree(tree["gauge"].to_dataset().isel(assumption=slice(1, None)))


@pytest.mark.thorough
@pytest.mark.parametrize("damage", [gone, without_scores, one_too_few])
def test_a_file_without_its_gauge_is_refused_at_loading(tmp_path, damage):
    est = ClaimsModel(datasets.load("coalition")).fit(seed=1, draws=50)
    with xr.open_datatree(est.save(tmp_path / "est.nc"), engine="h5netcdf") as opened:
        tree = opened.load()
    damage(tree)
    tree.to_netcdf(tmp_path / "bad.nc", engine="h5netcdf")
    with pytest.raises(UsageError, match=r"^bad\.nc was not written by .*gauge/score does not fit"):
        Estimate.load(tmp_path / "bad.nc")
