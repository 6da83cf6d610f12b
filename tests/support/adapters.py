"""From a simulated design to the claims model: the same words, and the number that was said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from casualty_est.claims.inference.exact import draw, solve
from casualty_est.claims.inference.nuts import CompiledClaims
from casualty_est.claims.inference.predict import log_likelihood
from casualty_est.claims.inference.timeline import increments
from casualty_est.claims.model.layout import Scenario, build_layout
from casualty_est.claims.table.claim import Claim
from casualty_est.priors import read_priors
from casualty_est.quantity.quantity import Quantity
from tests.support import simulators
from tests.support.former import former

# How each form is written, so that the package itself chooses the likelihood. 2,000 to the nearest
# 1,000 is a rounded number; 5,831 is one to the nearest person.
TEXTS = {
    "plain": "5831",
    "about": "about 800",
    "at_least": "at least 6047",
    "at_most": "up to 1500",
    "range": "550-600",
    "rounded": "2000",
}
KINDS = {
    "plain": "point",
    "about": "point",
    "at_least": "one_sided",
    "at_most": "one_sided",
    "range": "interval",
    "rounded": "interval",
}


class Adapter:
    """The claims model of one design, fitted to whatever its sources are simulated to say."""

    def __init__(self, design: simulators.Design, *, priors=None, hedge_ignored=False):
        self.design = design
        self.hedge_ignored = hedge_ignored
        settings = {
            "level": {"median": simulators.LEVEL_MEDIAN, "sd": design.level_sd},
            "offsets": {"sd": design.offset_sd},
            "shared": design.fractions,
            "anchors": [_anchor(anchor) for anchor in design.anchors],
            **(priors or {}),
        }
        claims = [_claim(design, statement) for statement in design.statements]
        self.layout = build_layout(claims, read_priors(former(settings)), roles={}, hedge={})
        assert sorted(self.layout.learned) == sorted(design.learned)
        self._compiled = None

    def simulate(self, rng):
        return simulators.simulate(self.design, rng)

    def readings(self, data):
        pairs = zip(self.design.statements, data["said"], strict=True)
        return tuple(self._reading(statement, number) for statement, number in pairs)

    def _reading(self, statement, number):
        form = "plain" if self.hedge_ignored else statement.form
        quantity = Quantity.parse(TEXTS[form])
        template = quantity.hedge.reading(quantity, documented=False)
        assert template.kind == KINDS[form]
        if template.kind == "interval":
            return replace(template, low=number[0], high=number[1])
        return replace(template, z=number)

    def scenario(self, data):
        scenario = Scenario.plain(self.layout)
        first = len(self.layout.assumptions) - len(self.layout.anchors)
        for j, stated in enumerate(data["anchors"]):
            scenario = scenario.shifted(first + j, stated - self.layout.anchors[j].prior.mu)
        return scenario

    def with_readings(self, data):
        return replace(self.layout, readings=self.readings(data))

    @property
    def cell_names(self):
        """The simulator's names of the latent counts, in the model's order."""
        return [_cell_name(cell.label) for cell in self.layout.grid.cells]

    def exact(self, data, seed, draws=1000):
        layout = self.with_readings(data)
        solved = solve(layout, self.scenario(data))
        rng = np.random.default_rng(seed)
        found = draw(layout, solved, chains=1, draws=draws, rng=rng)
        return {name: values[0] for name, values in self.named(layout, found).items()}

    def nuts(self, data, seed, draws=500, tune=500):
        readings = self.readings(data)
        if self._compiled is None:
            # Compiled with this design's kinds of claims; later calls only change the numbers.
            self._compiled = CompiledClaims(replace(self.layout, readings=readings))
        scenario = self.scenario(data)
        found = self._compiled.sample(
            scenario, readings=readings, draws=draws, tune=tune, chains=2, seed=seed
        )
        return self.named(replace(self.layout, readings=readings), found)

    def named(self, layout, found):
        """Draws under the simulator's names."""
        values = {}
        for k, cell in enumerate(layout.grid.cells):
            values[f"log N, {_cell_name(cell.label)}"] = found.log_deaths[..., k]
        if {"log N, Iraq", "log N, Syria"} <= set(values):
            values["log N, both"] = np.logaddexp(values["log N, Iraq"], values["log N, Syria"])
        for k, target in enumerate(layout.ratios.targets):
            name = f"log ratio, {target.source}, {_cell_name(target.label)}"
            values[name] = found.log_ratio[..., k]
        for k, source in enumerate(layout.learned):
            values[f"log sd, {source}"] = found.log_reporting_sd[..., k]
        values["log-likelihood"] = log_likelihood(layout, found).sum(axis=-1)
        return values


def _place(cell):
    scope = "Iraq+Syria" if cell == "both" else cell.removeprefix("children in ")
    return {"scope": scope, "group": "children" if "children" in cell else "civilians"}


def _cell_name(label):
    if label.group == "children":
        return f"children in {label.scope}"
    return "both" if label.scope == "Iraq+Syria" else label.scope


def _claim(design, statement):
    quantity = Quantity.parse(TEXTS[statement.form])
    role = design.roles[statement.source]
    return Claim(statement.source, quantity, role, **_place(statement.cell))


def _anchor(anchor):
    if anchor.source is None:
        return {**_place(anchor.cell), "median": 4000, "sd": anchor.sd}
    ratio = {"median": 0.5, "sd": anchor.sd}
    return {**_place(anchor.cell), "source": anchor.source, "ratio": ratio}


def of_one_cell_over_time(layout, found, middle):
    """Draws of a model of one cell over time, under a simulator's names.

    middle: how many steps of the grid lie before its middle.
    """
    walk = found.extra["walk"]
    flat = increments(layout, found.log_deaths.reshape(-1, 1), walk.reshape(-1, *walk.shape[2:]))
    share = flat[:, 0, :middle].sum(axis=1) / flat[:, 0].sum(axis=1)
    values = {
        "log N": found.log_deaths[..., 0],
        "log share by the middle": np.log(share).reshape(found.log_deaths.shape[:2]),
    }
    for k, target in enumerate(layout.ratios.targets):
        values[f"log ratio, {target.source}"] = found.log_ratio[..., k]
    return values
