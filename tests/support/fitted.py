"""Estimates that are fitted once for all tests that read them; no test may change them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.inference.nuts import CompiledClaims
from casualty_est.claims.inference.prior import prior_draws
from casualty_est.claims.model.layout import Layout
from casualty_est.report.pictures import Picture
from tests.support.former import former_model
from tests.support.incident_tables import FEW
from tests.support.page import page_of


@pytest.fixture(scope="session")
def coalition() -> ce.Estimate:
    """Two claims with the former priors, exact: their numbers are published."""
    return former_model(ce.datasets.load("coalition")).fit(seed=1)


@pytest.fixture(scope="session")
def coalition_learned() -> ce.Estimate:
    """The same two claims with what was learned from the record, as users get them; exact."""
    return ce.ClaimsModel(ce.datasets.load("coalition")).fit(seed=1)


@pytest.fixture(scope="session")
def coalition_page(coalition: ce.Estimate) -> str:
    """Its report, with the refits that a report starts."""
    return page_of(coalition)


@pytest.fixture(scope="session")
def coalition_compiled() -> CompiledClaims:
    """The same two claims for NUTS: compiling takes most of the time of a short run."""
    return CompiledClaims(former_model(ce.datasets.load("coalition")).layout)


@pytest.fixture(scope="session")
def coalition_learned_compiled() -> CompiledClaims:
    """The same as users get them."""
    return CompiledClaims(ce.ClaimsModel(ce.datasets.load("coalition")).layout)


class DrawnFromPrior:
    """In the place of compiled NUTS: draws of the prior, with scores of no meaning."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def sample(self, *_: object, draws: int, chains: int, seed: int, **__: object) -> Draws:
        layout, rng = self.layout, np.random.default_rng(seed)
        found = prior_draws(layout, chains * draws, rng)

        def apart(values: Any) -> Any:
            return values.reshape(chains, draws, -1)

        assumptions = len(layout.ratios.targets) + len(layout.levels) + len(layout.anchors)
        energy = rng.normal(size=(chains, draws))
        return Draws(
            apart(found.log_deaths),
            apart(found.log_ratio),
            rng.normal(size=(chains, draws, assumptions)),
            apart(found.log_reporting_sd),
            "nuts",
            {"diverging": energy > np.inf, "energy": energy},
        )


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of many cells without compiling, for tests of how an estimate is named and drawn."""
    monkeypatch.setattr("casualty_est.claims.inference.engines.CompiledClaims", DrawnFromPrior)


@pytest.fixture(scope="session")
def strikes() -> ce.Estimate:
    """Incidents of which a perpetrator judged some, by few draws."""
    reports = ce.datasets.incidents("strikes_incidents")
    return ce.IncidentModel(reports, anchor="Airwars").fit(**FEW)


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports with empty pictures, for tests of their words: drawing takes most of the time."""
    nothing = Picture("data:image/svg+xml,", "data:image/svg+xml,", "nothing")
    monkeypatch.setattr("casualty_est.report.pictures._picture", lambda *_: nothing)
