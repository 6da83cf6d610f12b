"""casualty_est: estimating how many people died when sources disagree.

Conflicting counts go in. One estimate of the true number comes out, with an interval, the
reliability of every source, and a plain statement of what comes from data and what is assumed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casualty_est import datasets, plots, priors, studies
    from casualty_est.claims.estimate import ClaimsEstimate
    from casualty_est.claims.model.model import ClaimsModel
    from casualty_est.claims.table.claims import Claims
    from casualty_est.errors import CasualtyEstError, InputError, QuantityError, UsageError
    from casualty_est.incidents.estimate import IncidentEstimate
    from casualty_est.incidents.model.model import IncidentModel
    from casualty_est.incidents.table.reports import IncidentReports
    from casualty_est.linkage.linkage import Linkage
    from casualty_est.linkage.model import LinkageModel
    from casualty_est.linkage.records import Records
    from casualty_est.lists.estimate import ListEstimate
    from casualty_est.lists.model.model import ListModel
    from casualty_est.lists.table.histories import CaptureHistories
    from casualty_est.priors.distributions import LogitNormal, LogNormal, Normal
    from casualty_est.quantity.quantity import Quantity
    from casualty_est.result.estimate import Estimate
    from casualty_est.study.estimate import StudyEstimate
    from casualty_est.study.model.model import Study
    from casualty_est.surveys.estimate import SurveyEstimate
    from casualty_est.surveys.model.model import SurveyModel
    from casualty_est.surveys.table.survey import Survey

__version__ = "0.1.0"

# Loaded on first use: a script that only parses a number must not wait for a sampler.
_HOMES = {
    "CaptureHistories": "lists.table.histories",
    "CasualtyEstError": "errors",
    "Claims": "claims.table.claims",
    "ClaimsEstimate": "claims.estimate",
    "ClaimsModel": "claims.model.model",
    "Estimate": "result.estimate",
    "IncidentEstimate": "incidents.estimate",
    "IncidentModel": "incidents.model.model",
    "IncidentReports": "incidents.table.reports",
    "InputError": "errors",
    "Linkage": "linkage.linkage",
    "LinkageModel": "linkage.model",
    "ListEstimate": "lists.estimate",
    "ListModel": "lists.model.model",
    "LogNormal": "priors.distributions",
    "LogitNormal": "priors.distributions",
    "Normal": "priors.distributions",
    "Quantity": "quantity.quantity",
    "QuantityError": "errors",
    "Study": "study.model.model",
    "StudyEstimate": "study.estimate",
    "Records": "linkage.records",
    "Survey": "surveys.table.survey",
    "SurveyEstimate": "surveys.estimate",
    "SurveyModel": "surveys.model.model",
    "UsageError": "errors",
    "datasets": "",
    "plots": "",
    "priors": "",
    "studies": "",
}

__all__ = [
    "CaptureHistories",
    "CasualtyEstError",
    "Claims",
    "ClaimsEstimate",
    "ClaimsModel",
    "Estimate",
    "IncidentEstimate",
    "IncidentModel",
    "IncidentReports",
    "InputError",
    "Linkage",
    "LinkageModel",
    "ListEstimate",
    "ListModel",
    "LogNormal",
    "LogitNormal",
    "Normal",
    "Quantity",
    "QuantityError",
    "Records",
    "Study",
    "StudyEstimate",
    "Survey",
    "SurveyEstimate",
    "SurveyModel",
    "UsageError",
    "__version__",
    "datasets",
    "plots",
    "priors",
    "studies",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'casualty_est' has no attribute {name!r}"
        raise AttributeError(msg)
    home = _HOMES[name]
    if not home:
        return import_module(f"casualty_est.{name}")
    return getattr(import_module(f"casualty_est.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
