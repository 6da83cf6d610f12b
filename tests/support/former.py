"""The priors and kernels from before the record, as an analyst would write them.

Parts of ratios are Normal, and the errors of tallies are Student t.

The engine is held against brute force and against published numbers with these, which have closed
forms; what was learned from the record has tests of its own.
"""

from __future__ import annotations

import json
from typing import Any

from casualty_est import ClaimsModel

DOCUMENTS = {
    "completeness": {"median": 0.5, "sd": 0.8},
    "over_count": {"mean": 0.05, "sd": 0.10},
    "within": {"median": 1.0, "sd": 0.5},
}


def _ratio(median: float, sd: float, within: tuple[float, float]) -> dict[str, Any]:
    return {
        "ratio": {"median": median, "sd": sd},
        "within": {"median": within[0], "sd": within[1]},
    }


FORMER: dict[str, Any] = {
    "roles": {
        # No number of a party was read as a denial.
        "perpetrator": _ratio(0.15, 1.0, (0.5, 0.75)) | {"denies": 0},
        "party": _ratio(0.6, 0.7, (0.8, 0.5)),
        "adversary": _ratio(2.5, 0.6, (1.5, 0.6)),
        "monitor": DOCUMENTS,
        "government": DOCUMENTS,
        "media": _ratio(0.5, 0.7, (1.0, 0.5)),
        "international": _ratio(0.5, 0.5, (1.0, 0.3)),
        "third_state": _ratio(1.0, 0.4, (1.0, 0.5)),
        "survey": _ratio(1.0, 0.25, (1.0, 0.25)),
    },
    "shared": {"role": 0.5, "source": 0.3, "target": 0.2},
    "reporting": {"sd": 0.15, "tally_sd": 0.15, "tally_tails": "heavy"},
}


def former(priors: dict[str, Any] | None = None) -> dict[str, Any]:
    """The former priors, with an analyst's own on top."""
    given = dict(priors or {})
    roles = dict(FORMER["roles"])
    for role, spec in given.pop("roles", {}).items():
        old = dict(roles[role])
        if "ratio" in spec:
            for key in ("completeness", "over_count"):
                old.pop(key, None)
        if "completeness" in spec:
            old.pop("ratio", None)
        roles[role] = old | spec
    merged = {key: dict(FORMER[key]) for key in ("shared", "reporting")} | {"roles": roles}
    for key, value in given.items():
        both = isinstance(value, dict) and key in merged
        merged[key] = merged[key] | value if both else value
    sd = given.get("reporting", {}).get("sd")
    if sd is not None:
        merged["reporting"]["tally_sd"] = sd
    return merged


def former_model(
    claims: Any, *, priors: dict[str, Any] | None = None, **options: Any
) -> ClaimsModel:
    """A model of claims with the former priors."""
    return ClaimsModel(claims, priors=former(priors), **options)


def former_toml(priors: dict[str, Any] | None = None) -> str:
    """The same as the text of a file for ``--priors``."""
    return "\n".join(f"{key} = {_inline(value)}" for key, value in former(priors).items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {_inline(part)}" for key, part in value.items())
        return "{" + ", ".join(pairs) + "}"
    return json.dumps(value)
