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
    lines += [f"  {_kind(member, study)}" for member in study.members]
    lines += ["", "Who speaks where"]
    rows = ledger.entries(study.members)
    lines += [f"  {row.source} in {row.label}: {row.told}" for row in rows] or ["  nobody is named"]
    if study.relations:
        lines += ["", "Declared", *(f"  {relation.text}" for relation in study.relations)]
    missing = ledger.undeclared(rows, study.relations)
    if missing:
        lines += ["", "Not declared: no fit before study.relation(...) says what these are"]
        lines += [f"  {a.source} in {a.label} and in {b.label}" for a, b in missing]
    notes = [text for _, text in study.notes]
    return "\n".join([*lines, *(["", "Noted", *(f"  {text}" for text in notes)] if notes else [])])


def _kind(member: Member, study: Study) -> str:
    draws = np.exp(member.log_draws)
    low, median, high = (float(x) for x in np.quantile(draws, [0.025, 0.5, 0.975]))
    named = f"{member.label} ({member.estimate.kind})"
    chosen = "" if member.weights is None else f", {' + '.join(member.weights)}"
    prior = member.prior.text if member.prior else "a prior that it cannot tell"
    said = (
        f"{named}{chosen}: {with_ends(Span(median, low, high))}; {cell_text(member.cell)}; {prior}"
    )
    if member.bridge is not None:
        return f"{said}; bridge: {member.bridge.text}"
    return said + "; what the study counts" * (member is study.target)
