"""Prior distributions named by median and interval, and source roles with their grounds."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from casualty_est.priors.distributions import LogitNormal, LogNormal, Normal
from casualty_est.priors.groups import Group
from casualty_est.priors.roles import Ground, RatioPrior, Role, default_roles
from casualty_est.priors.settings import Anchor, Priors, read_priors

if TYPE_CHECKING:
    from casualty_est.priors.record import ReportingRatio, reporting_ratio

# A model does without the record, so only who asks for it waits for it.
_OF_THE_RECORD = ("ReportingRatio", "reporting_ratio")

__all__ = [
    "Anchor",
    "Ground",
    "Group",
    "LogNormal",
    "LogitNormal",
    "Normal",
    "Priors",
    "RatioPrior",
    "ReportingRatio",
    "Role",
    "default_roles",
    "read_priors",
    "reporting_ratio",
]


def __getattr__(name: str) -> Any:
    if name not in _OF_THE_RECORD:
        msg = f"module 'casualty_est.priors' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module("casualty_est.priors.record"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
