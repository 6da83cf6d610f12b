"""Refits of an incidents model: other settings, and without each source."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from casualty_est.errors import UsageError
from casualty_est.incidents.inference.fit import fit
from casualty_est.incidents.model.model import IncidentModel
from casualty_est.incidents.model.settings import GRADES, priors_table
from casualty_est.incidents.table.patterns import IncidentPatterns
from casualty_est.result.convergence import MAX_DIVERGENT, MAX_RHAT, MIN_ESS
from casualty_est.result.posterior import interval_ends
from casualty_est.result.progress import Report
from casualty_est.wording.numbers import share

DRAWS, TUNE, CHAINS = 500, 500, 4  # of a refit, at most: its ends are known to some 5 %
TAILS = (0.025, 0.975)
# Grades trusted less: the mean chance of being real and the perpetrator's falls from .85, .5, .6
# and .05 to .75, .3, .4 and .025.
HARSH = {"fair": (15, 5), "weak": (3, 7), "contested": (4, 6), "discounted": (1, 39)}


class IncidentRefitter:
    """Refits of an incidents model with the settings of one estimate."""

    def __init__(
        self, model: IncidentModel, meta: dict[str, Any], row: int, prob: float, report: Report
    ) -> None:
        self.model, self.meta, self.prob, self.report = model, meta, prob, report
        self.row = meta["rows"][row]

    def summary(self, name: str, model: IncidentModel) -> dict[str, Any] | None:
        """One line of a table; None where that model has no such estimate."""
        if model.layout.unlisted == "none" and self.row["part"] != "listed":
            return None  # nothing says what is unlisted, so there is no need to fit it
        self.report(f"refitting: {name}", None)
        used = self.meta["settings"]
        tree = fit(
            model,
            seed=used["seed"],
            draws=min(DRAWS, used["draws"]),
            tune=min(TUNE, used["tune"]),
            chains=min(CHAINS, used["chains"]),
            progress=False,
        )
        found = _meta(tree)
        rows = [self._place(row, found["rows"][0]) for row in found["rows"]]
        wanted = self._place(self.row, self.meta["rows"][0])
        if wanted not in rows:
            return None
        draws = np.asarray(tree["posterior"]["deaths"].values[..., rows.index(wanted)])
        low, median, high = (float(x) for x in np.quantile(draws, interval_ends(self.prob)))
        return {
            "case": name,
            "median": median,
            "low": low,
            "high": high,
            "prob": self.prob,
            "converged": _settled(np.log(np.maximum(draws, 0.5)), found["diagnostics"]),
        }

    @staticmethod
    def _place(row: Mapping[str, Any], first: Mapping[str, Any]) -> tuple[Any, ...]:
        """What an estimate is of, beside the first one: without a source, scopes may be fewer."""
        fields = ("scope", "perpetrator")
        own = tuple(row["cell"][f] * (row["cell"][f] != first["cell"][f]) for f in fields)
        return row["part"], tuple(row["strata"].items()), own

    def table(self, cases: Mapping[str, IncidentModel]) -> list[dict[str, Any]]:
        """All lines of a table."""
        rows = [self.summary(name, model) for name, model in cases.items()]
        return [row for row in rows if row is not None]


def _settled(log_count: Any, diagnostics: Mapping[str, Any]) -> bool:
    """Whether chains agree on this one number; of all the others a refit tells nothing."""
    import arviz as az

    if diagnostics["divergences"] > MAX_DIVERGENT * log_count.size:
        return False
    found = az.rhat(log_count), az.ess(log_count), az.ess(log_count, method="tail", prob=TAILS)
    rhat, bulk, tail = (float(x) for x in found)
    return rhat <= MAX_RHAT and min(bulk, tail) >= MIN_ESS


def _meta(tree: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tree.attrs["casualty_est"])
    return found


def choices(refit: IncidentRefitter) -> list[dict[str, Any]]:
    """Estimate under the other settings, one changed at a time."""
    model, used = refit.model, refit.meta["settings"]
    source, median, sd = used["anchor"]
    cases = {"as fitted": model}
    other = "joint" if used["scale"] == "cut" else "cut"
    cases[f"scale {other}: the data {'may' if other == 'joint' else 'may not'} move the scale"] = (
        model.varied(scale=other)
    )
    exact = "no report is exactly right" if used["exact_reports"] else "some reports are exact"
    cases[exact] = model.varied(exact_reports=not used["exact_reports"])
    if model.layout.readings.judge is not None:
        rule = "common" if used["range_rule"] == "asis" else "asis"
        told = {
            "common": "all ranges read alike, as half of their upper end to it",
            "asis": "ranges as they stand",
        }[rule]
        cases[told] = model.varied(range_rule=rule)
    twice = f"the anchor half as sure: log sd {share(2 * sd)} instead of {share(sd)}"
    cases[twice] = model.varied(anchor=(source, median, 2 * sd))
    harsh = {g: ab for g, ab in HARSH.items() if used["grades"].get(g) == list(GRADES[g])}
    if model.layout.grades and harsh:
        cases["grades trusted less"] = model.varied(priors=_with_grades(model, harsh))
    return refit.table(cases)


def _with_grades(model: IncidentModel, grades: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """The analyst's assumptions with other probabilities for grades that were left at default."""
    given = priors_table(model.given["priors"])
    own = dict(given.pop("grades", {}))
    harsher = {name: {"beta": list(pair)} for name, pair in grades.items() if name not in own}
    return {**given, "grades": {**own, **harsher}}


def leave_one_out(refit: IncidentRefitter) -> list[dict[str, Any]]:
    """Estimate without each source in turn; incidents that only it holds vanish from the table."""
    return refit.table(_without(refit.model, keep=False))


def alone(refit: IncidentRefitter) -> list[dict[str, Any]]:
    """Deaths in what each source alone lists: a total would need overlap."""
    return refit.table(_without(refit.model, keep=True))


def _without(model: IncidentModel, *, keep: bool) -> dict[str, IncidentModel]:
    """Models of one source, or of all others; where nothing is left to fit, none."""
    names = model.patterns.sources
    anchor = model.layout.anchor.source
    cases: dict[str, IncidentModel] = {}
    for s, name in enumerate(names):
        held = [i for i in range(len(names)) if (i == s) == keep]
        if not held or len(held) == len(names):
            continue
        left = [names[i] for i in held]
        settings: dict[str, Any] = {
            "roles": {n: r for n, r in (model.settings["roles"] or {}).items() if n in left},
            # A source that fixes the scale and is not heard fixes nothing.
            "anchor": model.given["anchor"] if anchor in left else None,
            "priors": _of_sources(model, left),
            "unlisted": "auto",
            "perpetrator": model.layout.readings.target,
        }
        try:
            cases[f"only {name}" if keep else f"without {name}"] = model.varied(
                _columns(model.patterns, held), **settings
            )
        except UsageError:  # nobody is left who lists incidents
            continue
    return cases


def _of_sources(model: IncidentModel, names: list[str]) -> dict[str, Any]:
    given = priors_table(model.given["priors"])
    own = {name: prior for name, prior in given.pop("sources", {}).items() if name in names}
    anchors = [a for a in given.pop("anchors", []) if a.get("source") in (None, *names)]
    return given | ({"sources": own} if own else {}) | ({"anchors": anchors} if anchors else {})


def _columns(patterns: IncidentPatterns, held: list[int]) -> IncidentPatterns:
    return replace(
        patterns,
        sources=tuple(patterns.sources[s] for s in held),
        roles=tuple(patterns.roles[s] for s in held),
        claims=tuple(patterns.claims[s] for s in held),
        claim=patterns.claim[:, held],
        verdict=patterns.verdict[:, held],
        self_reported=patterns.self_reported[:, held],
        incident_of=None,
    )


def tipping(meta: dict[str, Any], median: float, n: float) -> list[dict[str, Any]]:
    """How wrong would the scale have to be for the median to be `n`?

    Under the cut all deaths are divided by the anchor's ratio after the fit, and all other sources
    are measured by the anchor. So the answer for all of them together is exact and needs no refit.
    """
    from casualty_est.claims.refits.tipping import tippable

    n = tippable(n)
    if meta["settings"]["scale"] != "cut":
        msg = "the data set the scale (scale 'joint'); est.identification() has what moves it"
        raise UsageError(msg)
    source, middle, sd = meta["settings"]["anchor"]
    value = middle * median / n
    several = sum(row["source"] != meta["details"]["judge"] for row in meta["sources"]) > 1
    others = ", and the other sources with it," if several else ""
    sds = math.log(value / middle) / sd
    return [
        {
            "assumption": f"scale: ratio of {source}",
            "value": value,
            "sds": sds,
            "implied": value,
            "sentence": (
                f"For {n:,.0f} to be right, {source}{others} would have to state {share(value)} "
                f"times the true number within incidents: {share(abs(sds))} standard deviations of "
                "what is assumed away."
            ),
        }
    ]


REFITS = {"choices": choices, "leave_one_out": leave_one_out, "alone": alone}
