"""Simulators of the generative models, written from their published definitions.

Nothing here imports the models or the engines: a mistake in one would otherwise be repeated in the
other and never be seen. Densities come from SciPy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

# --- the definitions ---------------------------------------------------------------------------

REPORTING_SD = 0.15
LEARNED_FROM = 5  # a source with so many claims has a reporting sd of its own
LEARNED_SD = (math.log(0.15), 0.7)
LEAST_SD = 0.02  # added in quadrature
ABOUT = 0.15
SPIKE, GAP, ONE_SIDED_LEAK = 0.4, 0.2, 0.02
RANGE_LEAK = 0.1
LEVEL_MEDIAN = 3000.0
CHILDREN = (0.25, 1.0)  # share of children among civilians: median, sd of the logit
FRACTIONS = {"role": 0.5, "source": 0.3, "target": 0.2}
# Role -> median and log sd of reported / true; a monitor's is the logit of its completeness.
RATIOS = {
    "perpetrator": (0.15, 1.0),
    "media": (0.5, 0.7),
    "reference": (1.0, 0.1),
    "monitor": (0.5, 0.8),
}
OVER_COUNT = (0.05, 0.10)

PARTS = {
    "Iraq": ("Iraq",),
    "Syria": ("Syria",),
    "Yemen": ("Yemen",),
    "both": ("Iraq", "Syria"),
    "children in Iraq": ("children in Iraq",),
    "children in Syria": ("children in Syria",),
    "children in Yemen": ("children in Yemen",),
}


@dataclass(frozen=True)
class Statement:
    """One claim by design: who speaks, of what, in what form. Its number is simulated."""

    source: str
    cell: str
    form: str  # plain, about, at_least, at_most, range, rounded
    grid: float = 0.0  # rounded: to multiples of this many people


@dataclass(frozen=True)
class Anchoring:
    """Outside knowledge by design: of a cell, or of a source's ratio toward a cell."""

    cell: str
    sd: float
    source: str | None = None


@dataclass(frozen=True)
class Design:
    """Everything that is fixed before anything is simulated."""

    name: str
    roles: dict[str, str]
    statements: tuple[Statement, ...]
    anchors: tuple[Anchoring, ...] = ()
    level_sd: float = 1.0
    offset_sd: float = 0.5
    fractions: dict[str, float] = field(default_factory=lambda: dict(FRACTIONS))

    @property
    def cells(self) -> list[str]:
        """The latent counts: places, then subgroups."""
        named = {s.cell for s in self.statements}
        places = sorted({part for name in named for part in PARTS[name] if "children" not in part})
        return places + sorted(name for name in named if "children" in name)

    @property
    def targets(self) -> list[tuple[str, str]]:
        """Source and cell of every reporting ratio."""
        return list(dict.fromkeys((s.source, s.cell) for s in self.statements))

    @property
    def learned(self) -> list[str]:
        """Sources whose reporting sd is drawn."""
        names = [s.source for s in self.statements]
        return [name for name in self.roles if names.count(name) >= LEARNED_FROM]


# --- drawing -----------------------------------------------------------------------------------


def simulate(design: Design, rng: np.random.Generator) -> tuple[dict[str, float], dict[str, list]]:
    """Draw a world and what is said of it.

    Returns the true value of every quantity, and under "said" for each statement its log number, or
    the logs of the two ends of the interval it falls in; under "anchors" the log of each anchor.
    """
    counts = draw_counts(design, rng)
    ratios = draw_ratios(design, rng)
    sds = {
        name: math.hypot(math.exp(rng.normal(*LEARNED_SD)), LEAST_SD)
        if name in design.learned
        else REPORTING_SD
        for name in design.roles
    }
    return speak(design, counts, ratios, sds, rng)


def speak(
    design: Design,
    counts: dict[str, float],
    ratios: dict[tuple[str, str], float],
    sds: dict[str, float],
    rng: np.random.Generator,
) -> tuple[dict[str, float], dict[str, list]]:
    """Draw what is said of a known world: log counts, log ratios and reporting sds."""
    said, log_likelihood = [], 0.0
    for statement in design.statements:
        middle = log_count(counts, statement.cell) + ratios[statement.source, statement.cell]
        sd = sds[statement.source]
        number = say(statement, middle, sd, rng)
        said.append(number)
        log_likelihood += log_density(statement, number, middle, sd)
    anchors = []
    for anchor in design.anchors:
        middle = (
            log_count(counts, anchor.cell)
            if anchor.source is None
            else ratios[anchor.source, anchor.cell]
        )
        anchors.append(rng.normal(middle, anchor.sd))
    truth = {f"log N, {cell}": counts[cell] for cell in design.cells}
    if {"Iraq", "Syria"} <= set(design.cells):
        truth["log N, both"] = log_count(counts, "both")
    truth |= {f"log ratio, {source}, {cell}": b for (source, cell), b in ratios.items()}
    truth |= {f"log sd, {name}": math.log(sds[name]) for name in design.learned}
    truth["log-likelihood"] = log_likelihood
    return truth, {"said": said, "anchors": anchors}


def draw_counts(design: Design, rng: np.random.Generator) -> dict[str, float]:
    """Draw log counts: one shared level and offsets; a subgroup is a share."""
    places = [cell for cell in design.cells if "children" not in cell]
    level = rng.normal(math.log(LEVEL_MEDIAN), design.level_sd)
    counts = {}
    spread = abs(rng.normal(0, design.offset_sd)) if len(places) > 1 else 0.0
    for cell in places:
        counts[cell] = level + spread * rng.normal()
    for cell in design.cells:
        if "children" in cell:
            logit = math.log(CHILDREN[0] / (1 - CHILDREN[0])) + CHILDREN[1] * rng.normal()
            counts[cell] = counts[cell.removeprefix("children in ")] - math.log1p(math.exp(-logit))
    return counts


def log_count(counts: dict[str, float], cell: str) -> float:
    """Log of the sum of what a cell covers."""
    return math.log(sum(math.exp(counts[part]) for part in PARTS[cell]))


def draw_ratios(design: Design, rng: np.random.Generator) -> dict[tuple[str, str], float]:
    """Draw log reported / true, with the part that sources of one role share."""
    parts = {name: math.sqrt(share) for name, share in design.fractions.items()}
    shared = {role: rng.normal() for role in RATIOS}
    own = {source: rng.normal() for source in design.roles}
    over = {source: rng.normal(*OVER_COUNT) for source in design.roles}
    ratios = {}
    for source, cell in design.targets:
        role = design.roles[source]
        median, sd = RATIOS[role]
        u = parts["role"] * shared[role] + parts["source"] * own[source]
        u += parts["target"] * rng.normal()
        if role == "monitor":
            logit = math.log(median / (1 - median)) + sd * u
            ratios[source, cell] = -math.log1p(math.exp(-logit)) + over[source]
        else:
            ratios[source, cell] = math.log(median) + sd * u
    return ratios


def say(statement: Statement, middle: float, sd: float, rng: np.random.Generator):
    """Draw what a source says, on the log scale, given what it would say without error."""
    match statement.form:
        case "plain":
            return middle + sd * rng.standard_t(4)
        case "about":
            return middle + math.hypot(sd, ABOUT) * rng.standard_t(4)
        case "at_least" | "at_most":
            if rng.random() < ONE_SIDED_LEAK:
                return middle + rng.standard_t(4)
            below = 0.0 if rng.random() < SPIKE else rng.exponential(GAP)
            sign = 1 if statement.form == "at_least" else -1
            return middle - sign * below + sd * rng.normal()
        case "range":
            missed = rng.random() < RANGE_LEAK
            return bin_of(statement, middle + (1.0 if missed else sd) * rng.standard_t(4))
        case "rounded":
            return bin_of(statement, middle + sd * rng.standard_t(4))
    raise ValueError(statement.form)


def bin_of(statement: Statement, z: float) -> tuple[float, float]:
    """The cell of a fixed partition that holds z: the text that the source would then write."""
    if statement.form == "range":
        width = 0.4
        bottom = math.floor(z / width) * width
        return bottom, bottom + width
    number = round(math.exp(z) / statement.grid)
    bottom = math.log((number - 0.5) * statement.grid) if number > 0 else -50.0
    return bottom, math.log((number + 0.5) * statement.grid)


def log_density(statement: Statement, number, middle: float, sd: float) -> float:
    """Log-density of what was said, by SciPy."""
    match statement.form:
        case "plain":
            return float(stats.t.logpdf(number, 4, middle, sd))
        case "about":
            return float(stats.t.logpdf(number, 4, middle, math.hypot(sd, ABOUT)))
        case "at_least" | "at_most":
            sign = 1 if statement.form == "at_least" else -1
            gap = stats.exponnorm.pdf(-sign * number, GAP / sd, -sign * middle, sd)
            meant = SPIKE * stats.norm.pdf(number, middle, sd) + (1 - SPIKE) * gap
            leak = ONE_SIDED_LEAK * stats.t.pdf(number, 4, middle, 1.0)
            return float(np.log((1 - ONE_SIDED_LEAK) * meant + leak))
        case "range":
            inside = mass(number, middle, sd)
            return float(np.log((1 - RANGE_LEAK) * inside + RANGE_LEAK * mass(number, middle, 1.0)))
        case "rounded":
            return float(np.log(mass(number, middle, sd)))
    raise ValueError(statement.form)


def mass(ends: tuple[float, float], middle: float, sd: float) -> float:
    """Probability of an interval under T4, on the side where digits do not cancel."""
    low, high = ((end - middle) / sd for end in ends)
    if low > 0:
        low, high = -high, -low
    return float(stats.t.cdf(high, 4) - stats.t.cdf(low, 4))


# --- the designs -------------------------------------------------------------------------------

TWO_NUMBERS = Design(
    "two numbers",
    {"Pentagon": "perpetrator", "Airwars": "monitor"},
    (Statement("Pentagon", "Syria", "about"), Statement("Airwars", "Syria", "plain")),
)

ONE_CELL = Design(
    "one cell, every form",
    {
        "Coalition": "perpetrator",
        "First monitor": "monitor",
        "Second monitor": "monitor",
        "Third monitor": "monitor",
        "Press": "media",
    },
    (
        Statement("Coalition", "Syria", "plain"),
        Statement("First monitor", "Syria", "plain"),
        Statement("Second monitor", "Syria", "range"),
        Statement("Third monitor", "Syria", "rounded", 100),
        Statement("Press", "Syria", "about"),
        Statement("Press", "Syria", "at_least"),
        Statement("Press", "Syria", "at_most"),
        Statement("Press", "Syria", "plain"),
        Statement("Press", "Syria", "range"),
        Statement("Press", "Syria", "rounded", 500),
    ),
    anchors=(Anchoring("Syria", 0.7), Anchoring("Syria", 0.5, "First monitor")),
)

SEVERAL_CELLS = Design(
    "several cells",
    {
        "Coalition": "perpetrator",
        "First monitor": "monitor",
        "Second monitor": "monitor",
        "Press": "media",
    },
    (
        Statement("Coalition", "both", "about"),
        Statement("Coalition", "Syria", "range"),
        Statement("First monitor", "Iraq", "plain"),
        Statement("First monitor", "Syria", "plain"),
        Statement("First monitor", "children in Syria", "plain"),
        Statement("Second monitor", "Syria", "rounded", 100),
        Statement("Second monitor", "both", "range"),
        Statement("Press", "Iraq", "about"),
        Statement("Press", "Syria", "at_least"),
        Statement("Press", "Syria", "about"),
        Statement("Press", "both", "at_most"),
        Statement("Press", "both", "plain"),
        Statement("Press", "children in Syria", "about"),
        Statement("Press", "Iraq", "at_least"),
    ),
    anchors=(Anchoring("both", 0.5), Anchoring("Syria", 0.4, "Second monitor")),
)

# Where a wrong hedge or a missing role term must show: little else sets the level.
BOUNDS = Design(
    "bounds of reference sources",
    {"First survey": "reference", "Second survey": "reference"},
    (
        Statement("First survey", "Syria", "at_least"),
        Statement("Second survey", "Syria", "at_least"),
    ),
)

MONITORS = Design(
    "six monitors",
    {f"Monitor {i}": "monitor" for i in range(1, 7)},
    tuple(Statement(f"Monitor {i}", "Syria", "plain") for i in range(1, 7)),
)

# A rich set of claims on six counts, for recovering a world that is known.
_PLACES = ("Iraq", "Syria", "Yemen")
_ALL = (*_PLACES, "children in Iraq", "children in Syria", "children in Yemen")
RICH = Design(
    "six counts",
    {
        "Coalition": "perpetrator",
        "First monitor": "monitor",
        "Second monitor": "monitor",
        "Press": "media",
        "Census": "reference",
    },
    (
        *(Statement("Census", cell, "plain") for cell in _ALL),
        *(Statement("First monitor", cell, "plain") for cell in _ALL),
        *(Statement("First monitor", cell, "range") for cell in _PLACES),
        *(Statement("Second monitor", cell, "rounded", 100) for cell in _PLACES),
        *(Statement("Second monitor", cell, "plain") for cell in _PLACES),
        Statement("Second monitor", "both", "range"),
        *(Statement("Press", cell, "about") for cell in _ALL),
        *(Statement("Press", cell, "at_least") for cell in _PLACES),
        *(Statement("Press", cell, "at_most") for cell in _PLACES),
        *(Statement("Coalition", cell, "about") for cell in _PLACES),
        *(Statement("Coalition", cell, "plain") for cell in _PLACES),
    ),
)
