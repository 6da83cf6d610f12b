"""What the answers of families that stand alone have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families.family import Family
from casualty_est.lists.inference.answer import quantiles


def one_group(
    family: Family,
    deaths: npt.NDArray[np.int64],
    *,
    log_evidence: float | None = None,
    predictive_p: float | None = None,
) -> dict[str, Any]:
    """Groups and families of an answer that has one family."""
    group = {
        "name": family.group.name,
        "mass": 1.0,
        "posterior": 1.0,
        "log_evidence": log_evidence,
        **quantiles(deaths),
        "predictive_p": predictive_p,
        "ruled_out": "",
    }
    member = {"family": family.name, "member": family.title, "mass": 1.0}
    return {"groups": [group], "families": [{**member, "log_evidence": log_evidence}]}
