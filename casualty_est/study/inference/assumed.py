"""What the kinds of a study assume, as draws given the joint count: so knowing it can be valued.

Given the count the parameters of a kind follow from its own evidence, and how its prior weighs each
draw stays what it was. So the draws of a kind, each at its joint count, are draws of the study.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array
from casualty_est.result.unknowns import Assumed
from casualty_est.study.inference.algebra import Joint
from casualty_est.study.inference.terms import Term
from casualty_est.study.inference.weights import Weighted, weigh
from casualty_est.wording.language import stored


def assumed_of(
    terms: Sequence[Term], joint: Joint, weighted: Mapping[str, Weighted], even: Array, seed: int
) -> tuple[tuple[Assumed, ...], tuple[str, ...]]:
    """Assumptions of the kinds that move the count in full, each with draws (draw,) of `even`.

    Beside them the labels of kinds that move the count and bring no assumption of their own.

    A kind whose error correlates with that of another says nothing of its own parameters alone, and
    one that was changed by the ledger has no draws of what is left.
    """
    rows: list[Assumed] = []
    bare: list[str] = []
    tied = (joint.rho - np.eye(len(joint.rho))).any(axis=1)
    moving = [term for term in terms if term.eta > 0]
    for i, (term, other) in enumerate(zip(moving, tied, strict=True)):
        own: list[Assumed] = []
        if term.eta == 1 and not (other or term.said) and term.pieces:
            known = weighted.get(term.member.label) or weigh(term, joint, [seed, 1000 + i])
            if known.good and not known.again:
                at = known.at(even)
                rows += _of_bridge(term, known, at)
                own = _of(term, at)
        rows += own
        bare += [term.member.label] * (not own)
    return tuple(rows), tuple(bare)


def _of_bridge(term: Term, known: Weighted, at: npt.NDArray[np.int64]) -> list[Assumed]:
    """The share of its bridge."""
    member, bridge = term.member, term.bridge
    if not bridge.sd:
        return []
    z = (known.log_n - member.log_draws - np.log(bridge.share))[at] / bridge.sd
    name = stored("assumption", "bridge of {kind}", kind=member.label)
    draws = np.log(bridge.share) + bridge.sd * z
    return [Assumed(name, bridge.share, bridge.sd, "log", draws, z)]


def _of(term: Term, at: npt.NDArray[np.int64]) -> list[Assumed]:
    """What its own model assumes."""
    member, rows = term.member, []
    if len(member.counts) == 1:
        for one in member.estimate._unknowns(member.rows[0]).movable:
            if one.draws is not None and one.score is not None:
                rows.append(_placed(one, at, member.label))
    return rows


def _placed(one: Assumed, at: npt.NDArray[np.int64], label: str) -> Assumed:
    """An assumption of a kind, each draw at the joint count that it stands for."""
    assert one.draws is not None
    assert one.score is not None
    curved = None if one.curvature is None else one.curvature[at]
    name = stored("assumption", "{assumption} [{kind}]", assumption=one.name, kind=label)
    return replace(one, name=name, draws=one.draws[at], score=one.score[at], curvature=curved)
