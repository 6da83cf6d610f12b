"""A study in words: kinds, bridges, the ledger, and what nobody declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from casualty_est.result.schema import Span
from casualty_est.study.model import ledger
from casualty_est.wording.numbers import with_ends
from casualty_est.wording.phrases import cell_text

if TYPE_CHECKING:
    from casualty_est.study.model.members import Member
    from casualty_est.study.model.model import Study


def describe(study: Study) -> str:
    """The study before it is fitted."""
    lines = [f"Study of {cell_text(study.cell)}", "", "Kinds"]
    for member in study.members:
        lines += [f"  {text}" for text in _kind(member, study)]
    lines += ["", "Who speaks where"]
    rows = ledger.entries(study.members)
    lines += [f"  {row.source} in {row.label}: {row.told}" for row in rows] or ["  nobody is named"]
    if study.relations:
        lines += ["", "Declared", *(f"  {relation.text}" for relation in study.relations)]
    if study.shares:
        lines += ["", "Shared", *(f"  {one.text}" for one in study.shares)]
    missing = ledger.undeclared(rows, study.relations)
    if missing:
        lines += ["", "Not declared: no fit before study.relation(...) says what these are"]
        lines += [f"  {a.source} in {a.label} and in {b.label}" for a, b in missing]
    notes = [text for _, text in study.notes]
    return "\n".join([*lines, *(["", "Noted", *(f"  {text}" for text in notes)] if notes else [])])


def _kind(member: Member, study: Study) -> list[str]:
    """One kind: what it answers, what it counts, the prior of its fit, and its bridge."""
    draws = np.exp(member.log_draws)
    low, median, high = (float(x) for x in np.quantile(draws, [0.025, 0.5, 0.975]))
    named = f"{member.label} (from {member.estimate.kind})"
    chosen = "" if member.weights is None else f", {' + '.join(member.weights)}"
    target = " (what the study counts)" * (member is study.target)
    lines = [
        f"{named}{chosen}: {with_ends(Span(median, low, high))}",
        f"  counts {cell_text(member.cell)}{target}",
        f"  prior of its fit: {member.prior.text if member.prior else 'one that it cannot tell'}",
    ]
    return lines + ([f"  bridge: {member.bridge.text}"] if member.bridge else [])
