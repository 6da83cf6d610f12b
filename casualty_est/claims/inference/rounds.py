"""Rounds of a sampled fit of claims, and what helps where none of them converges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.inference.engines import run
from casualty_est.claims.model.layout import Layout, Scenario
from casualty_est.result import going_on
from casualty_est.result.going_on import GROWTH, more_time, thinning
from casualty_est.result.schema import Diagnostics
from casualty_est.wording.language import Kept, stored

if TYPE_CHECKING:
    from casualty_est.claims.model.model import ClaimsModel
    from casualty_est.result.call import Report

Array = npt.NDArray[np.float64]
APART = 4.0  # widths of the widest chain between means of chains that sit in places of their own
SLOWEST = 2  # numbers that the advice names


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a fit, checked."""

    draws: Draws  # those that are kept, evenly spaced
    diagnostics: Diagnostics
    first: Diagnostics  # the check of the first round
    careful: bool  # whether the steps of the sampler are short
    grown: int  # how often a round was longer than the one before


def one_round(
    model: ClaimsModel,
    engine: str,
    settings: Mapping[str, int],
    number: int,
    before: Round | None,
    report: Report,
) -> Round:
    """Sample and check; from the second round on from other starts, and longer or carefully."""
    seed, careful, grown = settings["seed"], False, 0
    if before is not None:
        seed = int(np.random.SeedSequence((seed, 3, number)).generate_state(1)[0])
        # Where steps diverged, shorter ones of the same number are tried before more of them.
        careful = before.careful or bool(before.diagnostics.divergences)
        grown = before.grown + (careful == before.careful)
    draws = GROWTH**grown * settings["draws"]
    drawn = run(
        model,
        Scenario.plain(model.layout),
        engine,
        draws=draws,
        tune=GROWTH**grown * settings["tune"],
        chains=settings["chains"],
        seed=seed,
        careful=careful,
        report=report,
    )
    before_this = draws // drawn.log_deaths.shape[1]  # of very many ratios few draws come back
    every = thinning(grown, settings["draws"], settings["chains"])
    kept = drawn.thinned(max(1, every // before_this))
    # Divergences and energy are those of all draws.
    checked = replace(kept, stats=drawn.stats).diagnose()
    return Round(kept, checked, before.first if before else checked, careful, grown)


def told(rounds: int, settings: Mapping[str, int], last: Round) -> Kept:
    """What was done beyond the first round, as a note."""
    shorter = stored("note", "the steps of the sampler were made shorter")
    more = [shorter] if last.careful else []
    return going_on.told(rounds, settings, last.first.reasons, *more, grown=last.grown)


def advice(layout: Layout, draws: Draws, rounds: int, budget: float) -> list[str]:
    """What would help this fit, the most promising first."""
    steps = [more_time(rounds, budget)]
    if draws.log_deaths.shape[1] < 4:
        return steps
    if places(draws.log_deaths) or places(draws.log_ratio):
        steps.append(
            stored(
                "note",
                "each chain stays in a place of its own, because the claims can be read in more "
                "ways than one; more draws do not help, but an anchor, or a prior on the ratio of "
                "one source, that tells these apart does",
            )
        )
    cells, ratios = slowest(layout, draws)
    if cells:
        steps.append(
            stored(
                "note",
                "what is known least well is the number of {cells}: an anchor on it (priors, "
                "anchors), or a source that counts it alone, helps",
                cells="; and of ".join(cells),
            )
        )
    if ratios:
        steps.append(
            stored(
                "note",
                "what is known least well is what {names} would report of the truth: give the "
                "ratio (priors, sources)",
                names=" and ".join(ratios),
            )
        )
    against = _contradicting(layout)
    if against:
        steps.append(
            stored(
                "note",
                "look at the claims of {against}, which contradict one another",
                against=against,
            )
        )
    return steps


def places(values: Array) -> bool:
    """Whether chains sit in places of their own; values (chain, draw, element)."""
    middle, spread = values.mean(axis=1), values.std(axis=1).max(axis=0)
    return bool((np.ptp(middle, axis=0) / np.maximum(spread, 1e-9)).max(initial=0.0) > APART)


def slowest(layout: Layout, draws: Draws) -> tuple[list[str], list[str]]:
    """Cells and ratios that mix worst, among the worst of both."""
    import arviz as az
    import xarray as xr

    names = [str(cell.label) for cell in layout.grid.cells]
    names += layout.owners
    together = np.concatenate([draws.log_deaths, draws.log_ratio], axis=-1)
    values = xr.Dataset({"at": (("chain", "draw", "place"), together)})
    ess = np.nan_to_num(np.asarray(az.ess(values)["at"].values), nan=np.inf)
    worst = np.argsort(ess, kind="stable")[:SLOWEST]
    cells = len(layout.grid.cells)
    return [names[i] for i in worst if i < cells], [names[i] for i in worst if i >= cells]


def _contradicting(layout: Layout) -> str:
    """The source with most numbers for one target and window that lie apart, if there is one."""
    said: dict[tuple[str, object, object], list[float]] = {}
    for claim, reading, target in zip(
        layout.claims, layout.readings, layout.target_of, strict=True
    ):
        said.setdefault((claim.source, int(target), claim.window), []).append(reading.rough()[0])
    apart = Counter({key[0]: np.ptp(logs) for key, logs in said.items() if np.ptp(logs) > 1.0})
    return apart.most_common(1)[0][0] if apart else ""
