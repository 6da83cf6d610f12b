"""From simulated incidents to fits of the incidents model, under the simulator's names."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from casualty_est.incidents.inference.density import Density
from casualty_est.incidents.model.model import IncidentModel
from tests.support import incident_families as families

PARTS = ("total", "listed", "unlisted")


@dataclass(frozen=True)
class Adapter:
    """One design, fitted as a user would; in other processes too.

    `told` is what is done to the texts before the model sees them.
    """

    design: str
    scale: str = "cut"
    incidents: int = 30
    draws: int = 300
    chains: int = 2
    told: str = "as written"

    def simulate(self, rng):
        if self.design == "overlap":
            truth, rows = families.overlap(rng, joint=self.scale == "joint", listed=self.incidents)
        elif self.design == "denials":
            truth, rows = families.denials(rng, listed=self.incidents)
        elif self.design == "sites":
            truth, rows = families.sites(rng, listed=self.incidents)
        else:
            truth, rows = families.recall(rng, listed=self.incidents)
        model = self.model(rows)
        theta = vector(model, truth)
        values = named(model, theta[None, None])
        values = {name: float(value.ravel()[0]) for name, value in values.items()}
        scale = np.exp(-truth["log scale"])
        for part in PARTS:
            found = truth["listed"] * (part != "unlisted") + truth["unlisted"] * (part != "listed")
            values[part] = float(found * scale)
        return values, rows

    def model(self, rows):
        frame = pd.DataFrame(rows).fillna("")
        if self.told == "plain":
            frame["quantity"] = frame["quantity"].map(without_hedge)
        anchor, priors = "M" if self.design == "recall" else "A", None
        if self.design == "denials":
            priors = {"denials": {"B": {"beta": families.DENIAL["B"]}}}
        if self.design == "sites":  # an investigation is the anchor by itself
            return IncidentModel(frame, scale=self.scale)
        return IncidentModel(frame, anchor=(anchor, 1.0, 0.1), scale=self.scale, priors=priors)

    def fit(self, rows, seed):
        model = self.model(rows)
        est = model.fit(
            seed=seed, draws=self.draws, tune=self.draws, chains=self.chains, progress_bar=False
        )
        values = named(model, est.idata["posterior"]["parameter"].values)
        return values | {part: est.draws(row) for row, part in enumerate(PARTS)}


def without_hedge(text):
    """The number itself; of a range its middle."""
    numbers = [int(x) for x in re.findall(r"\d+", text)]
    return str(round(sum(numbers) / len(numbers))) if numbers else text


def vector(model, truth):
    """The truth as the model's parameters, on the whole line."""
    layout = model.layout
    sources = layout.readings.patterns.sources
    listers = [list(families.SITES).index(sources[s]) for s in layout.readings.listers] if (
        "level" in truth
    ) else []  # fmt: skip
    d, values = layout.arrays, {}
    values["size_mean"] = [truth["size"][0]]
    values["log_size_sd"] = [np.log(truth["size"][1])]
    if listers:
        held = [list(families.SITES).index(sources[s]) for s in layout.included]
        values["inclusion"] = truth["level"][held]
        values["slope"] = truth["slope"][held]
        values["log_visibility"] = np.log(truth["visibility"][held])
        off = truth["bias"][listers] - d.bias_mean
        values["bias"] = np.linalg.lstsq(d.bias_chol, off, rcond=None)[0]
        values["log_count_sd"] = np.log(truth["sd"][listers])
        values["exact"] = special.logit(truth["exact"][listers])
        if "denial" in truth:
            values["zero"] = [special.logit(truth["nobody"])]
            values["denial"] = special.logit(truth["denial"][listers])
        if "found" in truth:
            values["grade"] = [special.logit(truth["real"])]
            values["found"] = [special.logit(truth["found"])]
    else:
        values["zero"] = [special.logit(truth["nobody"])]
        values["hurdle"] = truth["hurdle"]
        values["conceded_exact"] = [special.logit(truth["all"])]
        values["fraction"] = np.log(truth["fraction"])
        values["grade"] = special.logit([truth["grade"][name] for name in layout.grades])
        values["share"] = special.logit([truth["share"][n] for n in layout.shares])
        values["grade_share"] = np.log(truth["gammas"]).ravel()
        values["recall"] = truth["recall"]
    return np.concatenate([values[block.name] for block in layout.parameters.blocks])


def named(model, theta):
    """Parameters and log-likelihood of draws, each of shape (chain, draw)."""
    layout = model.layout
    density, get = Density(layout), layout.parameters.get
    flat = theta.reshape(-1, theta.shape[-1])
    likelihood = np.array([density.log_likelihood(row) for row in flat])
    found = {
        "mean log deaths": theta[..., 0],
        "log sd of deaths": theta[..., 1],
        "log-likelihood": likelihood.reshape(theta.shape[:2]),
    }
    if layout.unlisted == "overlap":
        names = [layout.readings.patterns.sources[s] for s in layout.readings.listers]
        bias = layout.arrays.bias_mean + get(theta, "bias") @ layout.arrays.bias_chol.T
        holders = [layout.readings.patterns.sources[s] for s in layout.included]
        for title, block, of in (
            ("level", "inclusion", holders), ("slope", "slope", holders),
            ("visibility", "log_visibility", holders),
            ("count sd", "log_count_sd", names), ("exact", "exact", names),
        ):  # fmt: skip
            found[f"{title} of B"] = get(theta, block)[..., of.index("B")]
        for name in [n for n in names if n not in ("A", "D")] if layout.cut else names:
            found[f"ratio of {name}"] = bias[..., names.index(name)]
        if layout.denials:
            found["nobody killed"] = get(theta, "zero")[..., 0]
            for name in layout.denials:
                found[f"denial by {name}"] = get(theta, "denial")[..., names.index(name)]
        if layout.readings.investigation is not None:
            found["ratio of A"] = bias[..., names.index("A")]
            found["count sd of D"] = get(theta, "log_count_sd")[..., names.index("D")]
            found["an incident is real"] = get(theta, "grade")[..., 0]
            found["deaths are found"] = get(theta, "found")[..., 0]
        return found
    found["nobody killed"] = get(theta, "zero")[..., 0]
    for k, name in enumerate(("level", "log deaths", "sole suspect")):
        found[f"hurdle: {name}"] = get(theta, "hurdle")[..., k]
    found["all conceded"] = get(theta, "conceded_exact")[..., 0]
    for k, name in enumerate(("conceded", "withheld")):
        found[f"fraction: {name}"] = get(theta, "fraction")[..., k]
    for name in ("fair", "weak", "contested"):
        found[f"grade {name}"] = get(theta, "grade")[..., layout.grades.index(name)]
    found["share among 2"] = get(theta, "share")[..., layout.shares.index(2)]
    mixed = get(theta, "grade_share").reshape(*theta.shape[:2], 2, -1)
    found["sole suspect graded fair"] = special.softmax(mixed, axis=-1)[..., 1, 0]
    for k, name in enumerate(("level", "log deaths")):
        found[f"recall: {name}"] = get(theta, "recall")[..., k]
    return found
