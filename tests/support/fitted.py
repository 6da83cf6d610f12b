"""Estimates that are fitted once for all tests that read them; no test may change them."""

from __future__ import annotations

import pytest

import casualty_est as ce
from casualty_est.claims.inference.nuts import CompiledClaims
from casualty_est.report import page_of
from tests.support.incident_tables import FEW


@pytest.fixture(scope="session")
def coalition() -> ce.Estimate:
    """Two claims, exact."""
    return ce.ClaimsModel(ce.datasets.load("coalition")).fit(seed=1)


@pytest.fixture(scope="session")
def coalition_page(coalition: ce.Estimate) -> str:
    """Its report, with the refits that a report starts."""
    return page_of(coalition)


@pytest.fixture(scope="session")
def coalition_compiled() -> CompiledClaims:
    """The same two claims for NUTS: compiling takes most of the time of a short run."""
    return CompiledClaims(ce.ClaimsModel(ce.datasets.load("coalition")).layout)


@pytest.fixture(scope="session")
def strikes() -> ce.Estimate:
    """Incidents of which a perpetrator judged some, by few draws."""
    reports = ce.datasets.incidents("strikes_incidents")
    return ce.IncidentModel(reports, anchor="Airwars").fit(**FEW)


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports with empty pictures, for tests of their words: drawing takes most of the time."""
    monkeypatch.setattr(
        "casualty_est.report.pictures._data", lambda *_, **__: "data:image/svg+xml,"
    )
