"""One door to the engines of a claims model; what is compiled is kept for refits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.inference.exact import draw, solve
from casualty_est.claims.inference.nuts import CompiledClaims
from casualty_est.claims.model.layout import Layout, Scenario
from casualty_est.errors import UsageError
from casualty_est.result.call import Report, one_blas_thread

if TYPE_CHECKING:
    from casualty_est.claims.inference.many_cells import CompiledCells
    from casualty_est.claims.model.model import ClaimsModel

METHODS = ("auto", "exact", "nuts")


def choose(layout: Layout, method: str) -> str:
    """Choose the engine."""
    if method not in METHODS:
        msg = f"method must be one of {', '.join(METHODS)} for claims, not {method!r}"
        raise UsageError(msg)
    if method == "auto":
        return "exact" if layout.exact_possible else "nuts"
    return method


@one_blas_thread()
def run(
    model: ClaimsModel,
    scenario: Scenario,
    method: str,
    *,
    draws: int,
    tune: int,
    chains: int,
    seed: int,
    careful: bool = False,
    report: Report | None = None,
) -> Draws:
    """Compute the posterior of one scenario of a model."""
    layout = model.layout
    if method == "exact":
        rng = np.random.default_rng(seed)
        return draw(layout, solve(layout, scenario), chains=chains, draws=draws, rng=rng)
    return compiled(model, report).sample(
        scenario,
        draws=draws,
        tune=tune,
        chains=chains,
        seed=seed,
        careful=careful,
        report=report,
    )


@one_blas_thread()
def compiled(model: ClaimsModel, report: Report | None = None) -> CompiledClaims | CompiledCells:
    """The compiled model, kept for refits."""
    if "nuts" not in model._engines:
        if report is not None:
            report("compiling the model (some seconds; longer the first time)", None)
        model._engines["nuts"] = _compile(model.layout)
    kept: CompiledClaims | CompiledCells = model._engines["nuts"]
    return kept


def _compile(layout: Layout) -> CompiledClaims | CompiledCells:
    """Compile a model; where enough ratios can be summed out, without these."""
    # Loaded here: both bring the samplers, which the exact engine does without.
    from casualty_est.claims.inference.many_cells import CompiledCells
    from casualty_est.claims.model.summed import summed_out

    summed = summed_out(layout)
    return CompiledClaims(layout) if summed is None else CompiledCells(layout, summed)
