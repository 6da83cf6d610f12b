"""Verdicts of the Coalition in Syria that the model has not seen, predicted from what is blind.

Ranges are read alike for all incidents (``range_rule="common"``), and a prediction knows the range
of the monitor and whether the Coalition was the only suspect, never the grade. Slow:
`pytest tests/published/test_incident_holdout.py -s -m slow`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import special

import casualty_est as ce
from casualty_est.incidents.inference.density import Density
from casualty_est.incidents.inference.sample import sample
from casualty_est.incidents.model.model import IncidentModel

FOLDS = 5
MONITOR = "Airwars"
FALSE = 0.002  # an incident that is not the Coalition's is accepted this often
SETTINGS = {"range_rule": "common", "anchor": (MONITOR, 1.0, 0.1)}


def folds_of(reports):
    """Incidents of each pattern and fold, dealt out in the order of verdict and size.

    So every fold has its share of accepted and of large incidents, and no seed decides.
    """
    monitor = {row.incident: row for row in reports if row.source == MONITOR}
    judged = [
        (row.verdict, monitor[row.incident].quantity.high or 0, row.incident)
        for row in reports
        if row.verdict in ("accepted", "rejected") and not row.self_reported
        for _ in range(row.count)
    ]
    counts = {name: np.zeros(FOLDS, int) for name in monitor}
    for i, (*_, name) in enumerate(sorted(judged)):
        counts[name][i % FOLDS] += 1
    return counts, monitor


def without(reports, held):
    """The table without so many incidents of each pattern."""
    rows = [replace(row, count=row.count - held[row.incident]) for row in reports]
    return ce.IncidentReports.from_rows([row for row in rows if row.count > 0])


def statement_rows(model):
    """Row of each text of the monitor among the statements of the model."""
    s = model.patterns.sources.index(MONITOR)
    used = np.unique(model.layout.readings.patterns.claim[:, s])
    rows = {int(claim): row for row, claim in enumerate(used[used >= 0])}
    return {q.text: rows[k] for k, q in enumerate(model.patterns.claims[s]) if k in rows}


def chances(whole, model, theta, sole):
    """Probability of acceptance by statement of the monitor, averaged over draws.

    Of `sole` suspects, or of several in the proportions of the table; grades are unknown.
    """
    layout, blocks = model.layout, model.layout.parameters
    assert [b.labels for b in blocks.blocks] == [b.labels for b in whole.layout.parameters.blocks]
    density, readings = Density(whole.layout), layout.readings
    mixed = special.softmax(blocks.get(theta, "grade_share").reshape(len(theta), 2, -1), axis=-1)
    grade = special.expit(blocks.get(theta, "grade"))[:, layout.arrays.mixed_grade]
    share = special.expit(blocks.get(theta, "share"))
    several = [2] if sole else [n for n in layout.shares if (readings.suspects == n).any()]
    weight = [readings.patterns.count[readings.suspects == n].sum() if not sole else 1
              for n in several]  # fmt: skip
    doubt = share[:, [layout.shares.index(n) for n in several]] @ (weight / np.sum(weight))
    contested = layout.arrays.mixed_grade == layout.arrays.contested
    real = (mixed[:, int(sole)] * grade * np.where(contested, doubt[:, None], 1.0)).sum(axis=1)
    first = len(layout.arrays.histories)
    total = 0.0
    for values, r in zip(theta, real, strict=True):
        density.fill(values)
        parts = density.parts
        spoken = parts.table[first : first + len(parts.statements.outlier)] * parts.size.size
        accepted = r * parts.verdicts.admitted[int(sole)] + (1 - r) * FALSE
        total = total + spoken @ accepted / spoken.sum(axis=1)
    return total / len(theta)


@pytest.mark.slow
def test_unseen_verdicts_are_predicted_better_than_by_their_rate():
    reports = ce.datasets.load("coalition_syria_patterns")
    counts, monitor = folds_of(reports)
    verdict = {row.incident: row.verdict for row in reports if row.verdict}
    whole = IncidentModel(reports, **SETTINGS)
    row_of = statement_rows(whole)
    gains, each = [], []
    for fold in range(FOLDS):
        held = {name: int(of[fold]) for name, of in counts.items()}
        model = IncidentModel(without(reports, held), **SETTINGS)
        found = sample(model.layout, draws=500, tune=500, chains=2, seed=fold)
        theta = found.theta.reshape(-1, found.theta.shape[-1])[::4]
        chance = [chances(whole, model, theta, sole) for sole in (False, True)]
        left = {"accepted": 0, "rejected": 0}
        for name, of in counts.items():
            if of.any():
                left[verdict[name]] += of.sum() - held[name]
        rate = left["accepted"] / (left["accepted"] + left["rejected"])
        ours, constant = [], []
        for name, row in monitor.items():
            if not held[name] or not row.quantity.high:
                continue  # nobody killed, as the monitor says: nothing to accept
            p = chance[len(row.perpetrator) == 1][row_of[row.quantity.text]]
            hit = verdict[name] == "accepted"
            ours += [np.log(p if hit else 1 - p)] * held[name]
            constant += [np.log(rate if hit else 1 - rate)] * held[name]
        gains += list(np.array(ours) - constant)
        each.append((np.mean(ours), np.mean(constant)))
    gain, error = np.sum(gains), np.std(gains, ddof=1) * np.sqrt(len(gains))
    text = ", ".join(f"{a:.4f}/{b:.4f}" for a, b in each)
    print(f"\n{len(gains)} verdicts, model/constant rate by fold {text}")  # noqa: T201
    print(f"gain {gain:.1f} nats (se {error:.1f})")  # noqa: T201
    assert all(a > b for a, b in each)
