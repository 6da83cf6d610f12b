"""Incidents drawn from the documented priors, for simulation-based calibration.

Nothing here imports the package. Numbers of deaths live on the documented grid: each to 30, then 26
cells to 3,000 (25 where nobody killed is a cell), a cell standing at the middle of its logs. Tables
are drawn until they meet rules that look at the table alone (every source speaks, no number above
600), which leaves a posterior as it is.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy import special, stats

LARGEST = 600  # of any number named: above a fifth of 3,000 the model would build a wider grid
OUTLIER, TAIL, FALSE_ADMISSION, LONE_SD = 0.01, 1e-4, 0.002, 0.2
FORMS = {"plain": 0.4, "least": 0.2, "most": 0.15, "about": 0.1, "range": 0.15}
FACTORS = (1.0, 1.15, 1.35, 2.0, 4.0)
WIDTHS = (1, 3, 8)
GRADES = {"fair": (17, 3), "weak": (5, 5), "contested": (6, 4), "discounted": (1, 19)}
DUST = 1e-9  # a quotient a hair above a whole number is that number


def grid(zero):
    """Smallest and largest deaths of each cell, and the log of what it stands for."""
    ends = np.rint(np.geomspace(30, 3000, 27 - zero)).astype(int)
    found = [(0, 0, math.log(0.25))] if zero else []
    found += [(n, n, math.log(n)) for n in range(1, 31)]
    for a, b in itertools.pairwise(ends):
        found.append((a + 1, b, (math.log(a + 0.5) + math.log(b + 0.5)) / 2))
    low, high, x = map(np.array, zip(*found, strict=True))
    return low, high, x


def size_law(low, high, mean, sd, nobody):
    """Probability of each cell: a truncated log-normal, a thin tail, and nobody killed."""
    some = low > 0
    a, b = np.log(low[some] - 0.5), np.log(high[some] + 0.5)
    law = stats.truncnorm((a[0] - mean) / sd, (b[-1] - mean) / sd, mean, sd)
    mass = law.cdf(b) - law.cdf(a)
    wide = (b - a) / (b - a).sum()
    found = (1 - TAIL) * (1 - nobody) * mass + TAIL * wide
    if some.all():
        return found / found.sum()
    return np.concatenate([[(1 - TAIL) * nobody], found])


def uniform(low, high, rng):
    """A whole number between two others."""
    return int(rng.integers(low, high + 1))


def own_count(cell, bias, sd, exact, least, rng):
    """What a source counts of an incident in this cell: (low, high, log deaths)."""
    if rng.random() < OUTLIER:
        ends = math.log(least + 0.5), math.log(4 * 3000 + 1.5)
        return max(least, math.floor(math.exp(rng.uniform(*ends)) - 0.5))
    if rng.random() < exact:
        return uniform(cell[0], cell[1], rng)
    value = math.exp(cell[2] + bias + sd * rng.normal())
    return max(least, math.ceil(value - 0.5))


def write(v, least, form, rng):
    """Text for a count, in one of the documented forms."""
    if form == "plain":
        return str(5 * ((v + 2) // 5) if v >= 18 and rng.random() < 0.45 else v)
    if form == "about":
        c = 1.15 if rng.random() < 0.7 else 1.5
        return f"about {uniform(math.ceil(v / c - DUST), math.floor(v * c + DUST), rng)}"
    if form == "range":
        width = int(rng.choice(WIDTHS))
        if rng.random() < 0.9:
            starts = range(max(v - width, least), v + 1)
        else:
            every = range(least, 2 * v + 2)
            starts = [a for a in every if a / 1.5 <= v + DUST and v <= 1.5 * (a + width) + 1 + DUST]
        start = int(rng.choice(starts))
        return f"{start}-{start + width}"
    c = rng.choice(FACTORS, p=(0.30, 0.25, 0.25, 0.15, 0.05))
    if form == "least":
        return f"at least {uniform(math.ceil(v / c - DUST), v, rng)}"
    return f"as many as {uniform(v, math.floor(v * c + DUST), rng)}"


def numbers(text):
    """Whole numbers of a text."""
    return [int(word) for word in text.replace("-", " ").split() if word.isdigit()]


def deaths(counts, low, high, rng):
    """Sum of deaths of so many incidents of each cell."""
    return sum(
        int(rng.integers(low[g], high[g] + 1, size=int(counts[g])).sum())
        for g in np.flatnonzero(counts)
    )


# --- three sources that overlap ----------------------------------------------------------------

SOURCES = {"A": "monitor", "B": "media", "C": "media"}


def overlap(rng, *, joint=False, listed=30, hedged=True):
    """Truth and table of three lists, the anchor A; B and C share half the variance of a role.

    Under the cut the anchor counts on its own scale, and its bias is drawn apart.
    """
    while True:
        truth, rows = _overlap(rng, joint, listed, hedged)
        said = {row["source"] for row in rows if row["quantity"] != "unknown"}
        if said == set(SOURCES) and _largest(rows) <= LARGEST:
            return truth, rows


def _largest(rows):
    return max(max(numbers(row["quantity"]), default=0) for row in rows)


def _overlap(rng, joint, many, hedged):
    low, high, x = grid(zero=False)
    gamma = rng.normal(0, 0.1)
    mixed = _two_of_a_role(rng)
    p = {
        "size": (rng.normal(1, 1), math.exp(rng.normal(0, 0.4))),
        "level": rng.normal(0, 1.5, 3),
        "slope": rng.normal(0.5, 0.4, 3),
        "visibility": np.exp(rng.normal(-0.4, 0.7, 3)),
        "bias": np.array([gamma if joint else 0.0, 0.5 * mixed[0], 0.5 * mixed[1]]),
        "sd": np.exp(rng.normal(math.log(0.4), 0.4, 3)),
        "exact": rng.beta(2, 3, 3),
    }
    every, chance = _held_by(p, size_law(low, high, *p["size"], 0.0), x)
    nobody = chance[0].sum()
    place = _listed(chance, many, rng)
    rows = []
    for i, (h, g) in enumerate(zip(*np.unravel_index(place, chance[1:].shape), strict=True)):
        for s, name in enumerate(SOURCES):
            if every[h + 1][s]:
                cell = int(low[g]), int(high[g]), float(x[g])
                v = own_count(cell, p["bias"][s], p["sd"][s], p["exact"][s], 1, rng)
                form = rng.choice(list(FORMS), p=list(FORMS.values())) if hedged else "plain"
                rows.append({"incident": f"i{i}", "source": name, "role": SOURCES[name],
                             "quantity": write(v, 1, form, rng)})  # fmt: skip
    cells = np.unravel_index(place, chance[1:].shape)[1]
    p["listed"] = deaths(np.bincount(cells, minlength=len(x)), low, high, rng)
    missed = rng.negative_binomial(many, max(1 - nobody, 1e-9))
    p["unlisted"] = deaths(rng.multinomial(missed, chance[0] / nobody), low, high, rng)
    p["log scale"] = 0.0 if joint else gamma
    return p, rows


# --- three sources of which each says of some incident that nobody died --------------------------

DENIAL = {"A": (0.5, 9.5), "B": (2, 6), "C": (0.5, 9.5)}


def denials(rng, *, listed=60):
    """Truth and table of three lists whose counts may be denials; the anchor A counts as it does.

    Numbers are plain or ranges. A denial is a count of nobody, whatever happened.
    """
    while True:
        truth, rows = _denials(rng, listed)
        if {row["source"] for row in rows if row["quantity"] == "0"} == set(SOURCES) and (
            _largest(rows) <= LARGEST
        ):
            return truth, rows


def _denials(rng, many):
    low, high, x = grid(zero=True)
    mixed = _two_of_a_role(rng)
    p = {
        "size": (rng.normal(1, 1), math.exp(rng.normal(0, 0.4))),
        "nobody": rng.beta(1, 9),
        "level": rng.normal(0, 1.5, 3),
        "slope": rng.normal(0.5, 0.4, 3),
        "visibility": np.exp(rng.normal(-0.4, 0.7, 3)),
        "bias": np.array([0.0, 0.5 * mixed[0], 0.5 * mixed[1]]),
        "sd": np.exp(rng.normal(math.log(0.4), 0.4, 3)),
        "exact": rng.beta(2, 3, 3),
        "denial": np.array([rng.beta(*ab) for ab in DENIAL.values()]),
    }
    sizes = size_law(low, high, *p["size"], p["nobody"])
    every, chance = _held_by(p, sizes, x)
    nobody = chance[0].sum()
    place = _listed(chance, many, rng)
    rows = []
    for i, (h, g) in enumerate(zip(*np.unravel_index(place, chance[1:].shape), strict=True)):
        cell = int(low[g]), int(high[g]), float(x[g])
        for s, name in enumerate(SOURCES):
            if not every[h + 1][s]:
                continue
            v = own_count(cell, p["bias"][s], p["sd"][s], p["exact"][s], 0, rng)
            if rng.random() < p["denial"][s]:
                v = 0
            form = "range" if rng.random() < 0.3 else "plain"
            rows.append({"incident": f"i{i}", "source": name, "role": SOURCES[name],
                         "quantity": write(v, 0, form, rng)})  # fmt: skip
    cells = np.unravel_index(place, chance[1:].shape)[1]
    p["listed"] = deaths(np.bincount(cells, minlength=len(x)), low, high, rng)
    missed = rng.negative_binomial(many, max(1 - nobody, 1e-9))
    p["unlisted"] = deaths(rng.multinomial(missed, chance[0] / nobody), low, high, rng)
    p["log scale"] = rng.normal(0, 0.1)
    return p, rows


# --- three sources that overlap, and an investigation that went to most of what they report ------

SITES = {**SOURCES, "D": "investigation"}


def sites(rng, *, listed=40):
    """Truth and table of three lists of which D visited most incidents; D counts as it does.

    Some reported incidents are not real. D finds no deaths there, and misses some that are real.
    """
    while True:
        truth, rows = _sites(rng, listed)
        said = {row["source"] for row in rows if row["quantity"] != "0"}
        missed = any(row["quantity"] == "0" for row in rows)
        if said == set(SITES) and missed and _largest(rows) <= LARGEST:
            return truth, rows


def _sites(rng, many):
    low, high, x = grid(zero=False)
    mixed = _two_of_a_role(rng)
    p = {
        "size": (rng.normal(1, 1), math.exp(rng.normal(0, 0.4))),
        "level": rng.normal(0, 1.5, 3),
        "slope": rng.normal(0.5, 0.4, 3),
        "visibility": np.exp(rng.normal(-0.4, 0.7, 3)),
        "bias": np.array([0.5 * rng.normal(), 0.5 * mixed[0], 0.5 * mixed[1], 0.0]),
        "sd": np.exp([*rng.normal(math.log(0.4), 0.4, 3), rng.normal(math.log(0.1), 0.2)]),
        "exact": rng.beta(2, 3, 4),
        "real": rng.beta(9, 1),
        "found": rng.beta(18, 2),
    }
    every, chance = _held_by(p, size_law(low, high, *p["size"], 0.0), x)
    nobody = chance[0].sum()
    place = _listed(chance, many, rng)
    rows, total, alive = [], 0, 0
    for i, (h, g) in enumerate(zip(*np.unravel_index(place, chance[1:].shape), strict=True)):
        cell, real = (int(low[g]), int(high[g]), float(x[g])), rng.random() < p["real"]
        holders = [s for s in range(3) if every[h + 1][s]]
        finds = real and rng.random() < p["found"]
        if rng.random() < 0.7:
            holders.append(3)
        for s in holders:
            v = own_count(cell, p["bias"][s], p["sd"][s], p["exact"][s], 1, rng)
            form = "range" if s < 3 and rng.random() < 0.3 else "plain"
            name = list(SITES)[s]
            text = write(v, 1, form, rng) if s < 3 or finds else "0"
            rows.append(
                {"incident": f"i{i}", "source": name, "role": SITES[name], "quantity": text}
            )
        total, alive = total + real * uniform(cell[0], cell[1], rng), alive + real
    missed = rng.negative_binomial(alive, max(1 - nobody, 1e-9)) if alive else 0
    p["listed"] = total
    p["unlisted"] = deaths(rng.multinomial(missed, chance[0] / nobody), low, high, rng)
    p["log scale"] = rng.normal(0, 0.05)
    return p, rows


def _two_of_a_role(rng):
    """Standard effects of two sources that share half of their variance."""
    shared = rng.normal()
    return [math.sqrt(0.5) * shared + math.sqrt(0.5) * rng.normal() for _ in range(2)]


def _listed(chance, many, rng):
    """Holders and size, as one position, of incidents that somebody lists."""
    some = chance[1:]
    return rng.choice(some.size, size=many, p=some.ravel() / some.sum())


def _held_by(p, sizes, x):
    """Every set of holders, nobody first, and its probability with each size."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    odds = p["level"][:, None, None] + p["slope"][:, None, None] * (x - 1)
    holds = special.expit(odds + p["visibility"][:, None, None] * nodes[:, None])
    weights = (weights / weights.sum())[:, None] * sizes
    every = list(itertools.product((0, 1), repeat=3))
    chance = np.array(
        [(weights * np.prod([q if b else 1 - q for q, b in zip(holds, h, strict=True)], axis=0))
         .sum(axis=0) for h in every]
    )  # fmt: skip
    return every, chance


# --- a monitor, and a belligerent that judges ---------------------------------------------------


def recall(rng, *, listed=60, own=15):
    """Truth and table of a monitor M and a judge B: verdicts, grades, suspects, own reports."""
    while True:
        truth, rows = _recall(rng, listed, own)
        texts = [row["quantity"] for row in rows]
        said = {(row.get("grade"), row.get("perpetrator", "").count(";")) for row in rows}
        verdicts = {row.get("verdict") for row in rows}
        if (
            _largest(rows) <= LARGEST
            and any(text.startswith("0") for text in texts)
            and {"accepted", "rejected"} <= verdicts
            and set(GRADES) <= {grade for grade, _ in said}
            and {("contested", 1), ("contested", 2)} <= said
        ):
            return truth, rows


def _recall(rng, listed, own):
    low, high, x = grid(zero=True)
    p = {
        "size": (rng.normal(1, 1), math.exp(rng.normal(0, 0.4))),
        "nobody": rng.beta(1, 9),
        "hurdle": np.array([rng.normal(-2, 1.5), rng.normal(0.4, 0.3), rng.normal(0, 1.5)]),
        "all": rng.beta(6, 4),
        "fraction": np.exp(rng.normal(np.log([0.75, 0.4]), 0.3)),
        "grade": {"confirmed": rng.beta(49, 1), **{k: rng.beta(*ab) for k, ab in GRADES.items()}},
        "share": {n: rng.beta(6 / n, 6 - 6 / n) for n in (2, 3)},
        "gammas": rng.gamma(1.0, 1.0, (2, len(GRADES))),
        "recall": np.array([rng.normal(-0.4, 0.6), rng.normal(0.8, 0.4)]),
    }
    law = size_law(low, high, *p["size"], p["nobody"])
    law /= law.sum()
    world = {"low": low, "high": high, "x": x, "law": law}
    rows, total, at_size = [], 0, np.zeros(len(x), int)
    for i in range(listed):
        g, d, real, found = _judged_incident(f"i{i}", p, world, rng)
        rows += found
        total += d * real
        at_size[g] += real
    for i in range(own):
        d, found = _own_incident(f"own{i}", p, world, rng)
        rows += found
        total += d
    chance = special.expit(p["recall"][0] + p["recall"][1] * x)
    missed = np.array([rng.negative_binomial(n, q) if n else 0
                       for n, q in zip(at_size, chance, strict=True)])  # fmt: skip
    p |= {"listed": total, "unlisted": deaths(missed, low, high, rng)}
    p["log scale"] = rng.normal(0, 0.1)
    return p, rows


def _deadly(world, rng):
    g = int(rng.choice(len(world["law"]), p=world["law"]))
    cell = int(world["low"][g]), int(world["high"][g]), float(world["x"][g])
    return g, uniform(cell[0], cell[1], rng), cell


def _monitored(name, cell, rng):
    form = "range" if rng.random() < 0.4 else "plain"
    text = write(own_count(cell, 0.0, LONE_SD, 0.0, 0, rng), 0, form, rng)
    return {"incident": name, "source": "M", "role": "monitor", "quantity": text}


def _conceded(d, p, rng):
    if rng.random() < OUTLIER:
        v = math.floor(math.exp(rng.uniform(math.log(0.5), math.log(4 * 3000 + 1.5))) - 0.5)
        return write(max(v, 0), 0, "plain", rng)
    v = d if rng.random() < p["all"] else rng.binomial(d, rng.beta(*p["fraction"]))
    return write(int(v), 0, "plain", rng)


def _judged_incident(name, p, world, rng):
    g, d, cell = _deadly(world, rng)
    suspects = int(rng.choice([1, 2, 3], p=[0.4, 0.3, 0.3]))
    sole = int(suspects == 1)
    mixed = p["gammas"][sole] / p["gammas"][sole].sum()
    grade = str(rng.choice(list(GRADES), p=mixed))
    doubt = p["share"][max(suspects, 2)] if grade == "contested" else 1.0
    real = int(rng.random() < p["grade"][grade] * doubt)
    h = p["hurdle"]
    accepts = special.expit(h[0] + h[1] * cell[2] + h[2] * sole) if real else FALSE_ADMISSION
    verdict = "open"
    if rng.random() < 0.8:
        verdict = "accepted" if rng.random() < accepts else "rejected"
    row = _monitored(name, cell, rng)
    row["perpetrator"] = ";".join(["B", "X", "Y"][:suspects])
    row["grade"] = "confirmed" if verdict == "accepted" else grade
    said = _conceded(d, p, rng) if verdict == "accepted" else ""
    judged = {"incident": name, "source": "B", "role": "perpetrator", "quantity": said,
              "verdict": verdict}  # fmt: skip
    return g, d, real, [row, judged]


def _own_incident(name, p, world, rng):
    _, d, cell = _deadly(world, rng)
    known = int(rng.random() < special.expit(p["recall"][0] + p["recall"][1] * cell[2]))
    row = {"incident": name, "source": "B", "role": "perpetrator", "perpetrator": "B",
           "quantity": _conceded(d, p, rng), "self_reported": "1",
           "recall_check": str(known)}  # fmt: skip
    return d, [row, *([_monitored(name, cell, rng)] if known else [])]
