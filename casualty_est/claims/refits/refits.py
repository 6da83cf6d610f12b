"""What the answer would be with other evidence, the whole record or another engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from casualty_est.arrays import Array
from casualty_est.claims.inference.apart import Apart, apart_of
from casualty_est.claims.inference.engines import run
from casualty_est.claims.inference.exact import solve
from casualty_est.claims.inference.timeline import increments
from casualty_est.claims.model.layout import Scenario
from casualty_est.claims.schema import Agreement, AsOf
from casualty_est.claims.table.copies import repeats
from casualty_est.result.posterior import interval_ends
from casualty_est.result.refits import case
from casualty_est.result.schema import Case, Span
from casualty_est.wording.language import N_, stored
from casualty_est.wording.numbers import ends, middle, percent
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate
    from casualty_est.claims.inference.draws import Draws
    from casualty_est.claims.model.model import ClaimsModel
    from casualty_est.result.call import Report


class Asked(NamedTuple):
    """What a refit is called, what differs, and which source it leaves out or hears alone."""

    name: str
    scenario: Scenario
    source: str | None = None


FEW = 6  # sources of an exact count whose refits are computed on the fine lattice, one by one
MANY_SOURCES = 24  # from which reports show them by role
NAMED = 5  # sources that a case names
SEVERAL = 2  # sources from which one can be left out
AGREE = 0.02  # relative difference of quantiles that needs no explanation
WITHIN = 4.0  # Monte Carlo errors that explain a larger one


class Refitter:
    """Refits of one compiled claims model, with the settings of one estimate."""

    def __init__(
        self, model: ClaimsModel, estimate: ClaimsEstimate, row: int, report: Report
    ) -> None:
        self.model = model
        self.layout = model.layout
        self.row = row
        self.method = estimate.meta.diagnostics.method
        settings = estimate.meta.settings
        self.settings = {key: settings[key] for key in ("draws", "tune", "chains", "seed")}
        self.plain = Scenario.plain(model.layout)
        # A search on sampled medians stops where their noise begins.
        self.precision = 0.005 if self.method == "exact" else 0.05
        self.report = report

    @property
    def sources(self) -> list[str]:
        """Sources whose claims count."""
        return list(dict.fromkeys(claim.source for claim in self.layout.claims))

    def draws(self, scenario: Scenario, **fewer: int) -> Draws:
        """Posterior draws under a scenario."""
        return run(self.model, scenario, self.method, **{**self.settings, **fewer})

    @property
    def apart(self) -> Apart | None:
        """What each of many sources of one exact count says, so that refits are sums."""
        if self.method != "exact" or len(self.sources) <= FEW:
            return None
        return apart_of(self.model)

    def deaths(self, scenario: Scenario) -> tuple[Array, bool]:
        """Draws of the estimate under a scenario, and whether the refit converged."""
        draws = self.draws(scenario)
        cells = self.model.rows[self.row].cells.astype(float)
        return (np.exp(draws.log_deaths) @ cells).ravel(), draws.diagnose().converged

    def log_median(self, scenario: Scenario) -> float:
        """Log of the median of the estimate under a scenario; exactly, where nothing is drawn."""
        if self.method == "exact":
            return float(solve(self.layout, scenario).quantile(0.5))
        values, _ = self.deaths(scenario)
        return float(np.log(np.median(values)))

    def case(self, name: str, scenario: Scenario, prob: float) -> Case:
        """One line of a table: median and interval under a scenario."""
        self.report(f"refitting: {name}", None)
        heard = self._heard(scenario)
        some = heard is not None and len(heard) < len(self.sources)
        if some and heard is not None and self.apart is not None:
            low, median, high = np.exp(self.apart.quantiles(heard, interval_ends(prob)))
            return Case(name, float(median), float(low), float(high), prob, converged=True)
        values, converged = self.deaths(scenario)
        return case(name, values, prob, converged=converged)

    def _heard(self, scenario: Scenario) -> set[str] | None:
        """Sources that are heard, where nothing else differs and each is heard whole or not."""
        weights: dict[str, set[float]] = defaultdict(set)
        for claim, weight in zip(self.layout.claims, scenario.weights, strict=True):
            weights[claim.source].add(float(weight))
        plain = all(len(own) == 1 and own <= {0.0, 1.0} for own in weights.values())
        if scenario.shift.any() or not plain:
            return None
        return {source for source, own in weights.items() if own == {1.0}}

    @cached_property
    def by_role(self) -> dict[str, list[str]]:
        """Sources of each role, the largest group first; of a source with several, the first."""
        groups: dict[str, list[str]] = defaultdict(list)
        placed: set[str] = set()
        for target in self.layout.ratios.targets:
            if target.source not in placed:
                placed.add(target.source)
                groups[(target.role or "no role").replace("_", " ")].append(target.source)
        return dict(sorted(groups.items(), key=lambda one: -len(one[1])))


def each_source_alone(refit: Refitter) -> list[Asked]:
    """Each source alone: the priors stay, the other sources are not heard; of one source none."""
    if len(refit.sources) < SEVERAL:
        return []
    return [
        Asked(
            stored("refit", "only {source}", source=name),
            refit.plain.only(refit.layout, name),
            name,
        )
        for name in refit.sources
    ]


def without_each_source(refit: Refitter) -> list[Asked]:
    """Each source left out in turn."""
    if len(refit.sources) < SEVERAL:
        return []
    return [
        Asked(
            stored("refit", "without {source}", source=name),
            refit.plain.without(refit.layout, name),
            name,
        )
        for name in refit.sources
    ]


def each_role_alone(refit: Refitter) -> list[Asked]:
    """The sources of each role alone, where there are many sources."""
    return _of_roles(refit, alone=True)


def without_each_role(refit: Refitter) -> list[Asked]:
    """The sources of each role left out in turn, where there are many sources."""
    return _of_roles(refit, alone=False)


def _of_roles(refit: Refitter, *, alone: bool) -> list[Asked]:
    if len(refit.sources) <= MANY_SOURCES or len(refit.by_role) < SEVERAL:
        return []
    asked = []
    for role, sources in refit.by_role.items():
        members = set(sources)
        chosen = np.array([(c.source in members) == alone for c in refit.layout.claims])
        name = _of_role(role, len(sources), alone=alone)
        asked.append(Asked(name, replace(refit.plain, weights=chosen.astype(float))))
    return asked


def _of_role(role: str, sources: int, *, alone: bool) -> str:
    """What a refit of the sources of one role is called."""
    who = N_("refit", "the source")
    if sources > 1:
        who = stored("refit", "the {number} sources", number=f"{sources:,}")
    if role == "no role":
        of = stored("refit", "{sources} without a role", sources=who)
    else:
        of = stored("refit", "{sources} with the role {role}", sources=who, role=role)
    if alone:
        return stored("refit", "only {sources}", sources=of)
    return stored("refit", "without {sources}", sources=of)


def counted_once(refit: Refitter) -> list[Asked]:
    """Figures that may be copies of one another counted once, as the first source states them."""
    repeated = repeats(refit.layout.claims)
    if not repeated:
        return []
    weights = refit.plain.weights.copy()
    weights[repeated] = 0.0
    left = list(dict.fromkeys(refit.layout.claims[i].source for i in repeated))
    if len(left) > NAMED:
        left[NAMED:] = [stored("refit", "{number} more", number=f"{len(left) - NAMED:,}")]
    name = stored("refit", "equal figures counted once, without {sources}", sources=listed(left))
    return [Asked(name, replace(refit.plain, weights=weights))]


def _refits(ask: Callable[[Refitter], list[Asked]]) -> Callable[..., tuple[Case, ...]]:
    """Refits under some scenarios, as `Estimate` asks for them."""

    def refits(
        model: ClaimsModel, estimate: ClaimsEstimate, row: int, prob: float, report: Report
    ) -> tuple[Case, ...]:
        refit = Refitter(model, estimate, row, report)
        return tuple(
            replace(refit.case(one.name, one.scenario, prob), source=one.source)
            for one in ask(refit)
        )

    return refits


def leaves_out(model: ClaimsModel) -> bool:
    """Whether the record holds this conflict, and its priors were learned without it."""
    return bool(model.priors.left_out and model.from_record.any())


def conflict_left_in(
    model: ClaimsModel, estimate: ClaimsEstimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """Role priors learned from the whole record, the conflict under analysis included."""
    left_out = model.priors.left_out
    if not leaves_out(model):
        return ()
    refit = Refitter(model.with_whole_record(), estimate, row, report)
    name = stored("refit", "the record of {conflict} left in", conflict=" and ".join(left_out))
    return (refit.case(name, refit.plain, prob),)


LEFT_IN = "conflict_left_in"
SCENARIOS: dict[str, Callable[[Refitter], list[Asked]]] = {
    "counted_once": counted_once,
    "without_each_role": without_each_role,
    "each_role_alone": each_role_alone,
    "without_each_source": without_each_source,
    "each_source_alone": each_source_alone,
}
REFITS = {name: _refits(ask) for name, ask in SCENARIOS.items()} | {LEFT_IN: conflict_left_in}


def seen_by(
    model: ClaimsModel, estimate: ClaimsEstimate, day: date, row: int, prob: float, report: Report
) -> AsOf:
    """Refit with the claims published by a day, and look at the count up to that day."""
    report(f"refitting with what was published by {day}", None)
    refit = Refitter(model, estimate, row, report)
    layout, timeline = model.layout, model.layout.timeline
    assert timeline is not None
    published = [claim.reported or claim.end for claim in layout.claims]
    heard = np.array([float(when is None or when <= day) for when in published])
    # Few claims leave much of the path to its prior, and its corners take short steps.
    draws = refit.draws(replace(refit.plain, weights=heard), careful=True)
    count = draws.log_ratio[..., 0].size
    walk = draws.extra.get("walk")
    if walk is not None:
        walk = walk.reshape(count, *walk.shape[2:])
    inside = increments(layout, draws.log_deaths.reshape(count, -1), walk)
    weights = timeline.grid.weights(timeline.grid.start, day)
    values = np.einsum("c,dcs,s->d", model.rows[row].cells.astype(float), inside, weights)
    low, median, high = (float(x) for x in np.quantile(values, interval_ends(prob)))
    documented = model.documented_by(model.rows[row], [day], published=True)[0]
    converged = draws.diagnose().converged
    return AsOf(day.isoformat(), int(heard.sum()), documented, median, low, high, prob, converged)


def agreement(exact: ClaimsEstimate, sampled: ClaimsEstimate) -> Agreement:
    """Hold the exact answer against the same model sampled: medians and 95% ends."""
    one, two = (np.quantile(est.draws(), [0.025, 0.5, 0.975]) for est in (exact, sampled))
    gap = float(np.max(np.abs(two / one - 1)))
    low, median, high = (float(x) for x in two)
    shown = Span(median, low, high)
    errors = _quantile_errors(sampled) / one
    agrees = bool(np.all(np.abs(two / one - 1) <= np.maximum(AGREE, WITHIN * errors)))
    verdict = N_("agreement", "they differ by more than they should")
    if agrees:
        verdict = N_("agreement", "they agree")
    # The ends of a long tail are known roughly: said where it is more than the gap allowed.
    error = float(errors.max())
    difference = percent(float(f"{gap:.2g}"))
    if error > AGREE / 2:
        difference = stored(
            "agreement",
            "{difference}, with a Monte Carlo error of {error}",
            difference=difference,
            error=percent(float(f"{error:.2g}")),
        )
    text = stored(
        "agreement",
        "The same model sampled with NUTS: about {median} (95% credible interval {interval}); "
        "largest difference from the exact answer {difference}: {verdict}.",
        median=middle(shown),
        interval=ends(shown),
        difference=difference,
        verdict=verdict,
    )
    below, middle_one, above = (float(x) for x in one)
    return Agreement((below, middle_one, above), (low, median, high), gap, sampled.converged, text)


def _quantile_errors(sampled: ClaimsEstimate) -> Array:
    """Monte Carlo errors of the sampled ends and median (people)."""
    import arviz as az

    deaths = np.asarray(sampled.idata["posterior"]["deaths"])[..., 0]
    errors = [az.mcse(deaths, method="quantile", prob=p) for p in (0.025, 0.5, 0.975)]
    return np.asarray(errors, dtype=float)
