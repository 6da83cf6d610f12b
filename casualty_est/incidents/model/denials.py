"""Denials: a source that says that nobody died, whatever others say.

Where somebody died, a statement of nobody is no counting error: the source denies the incident, or
knew of no death. It does so with a probability of its own, beside the counting of all its others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from casualty_est.datasets import record
from casualty_est.incidents.model.grid import support
from casualty_est.priors.record import DENIER, reporting_ratio
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.cells import ROLES
from casualty_est.tables.checks import must_be_in

if TYPE_CHECKING:
    from casualty_est.incidents.model.readings import Readings

Beta = tuple[float, float]

# Statements that the prior of a perpetrator is worth. That a source is as ready to deny as the
# average of the record would be worth 30; how far conflicts of the record differ allows 1 to 60.
WORTH = 4.0
OTHERS: Beta = (0.5, 9.5)  # of every other role: 5% on the mean, mostly less


@dataclass(frozen=True, slots=True)
class DenialPrior:
    """Probability that a source says of an incident that nobody died: a Beta, and its ground."""

    first: float
    second: float
    ground: str


def is_denial(quantity: Quantity) -> bool:
    """Whether a statement says that nobody died, and leaves no other number open."""
    return not quantity.is_unknown and support(quantity) == (0, 0)


def written(quantity: Quantity) -> float:
    """Probability of a text where the source has it that nobody died."""
    if support(quantity)[0] > 0:
        return 0.0
    return float(quantity.hedge.probability(quantity, np.zeros(1, np.int64), 0)[0])


def deniers(readings: Readings, quantities: Sequence[Sequence[Quantity]]) -> tuple[int, ...]:
    """Listers that say of some incident that nobody died, as positions among the listers.

    Of a source that never does, the probability to do so is a factor of the likelihood that
    depends on nothing else: without it all else stays the same. Where one source alone lists
    incidents, nobody contradicts it, and what it says is taken as counted. An investigation that
    finds nobody denies nothing.
    """
    if len(readings.listers) < 2:
        return ()
    return tuple(
        i
        for i, s in enumerate(readings.listers)
        if s != readings.investigation and any(map(is_denial, quantities[s]))
    )


def prior_of(
    source: str,
    role: str | None,
    given: Mapping[str, Beta],
    scopes: Collection[str],
) -> DenialPrior:
    """Return the analyst's prior of a source, or of its role; else what the record says."""
    for name in (source, role):
        if name is not None and name in given:
            return DenialPrior(*given[name], "stated by the analyst")
    if role != DENIER:
        return DenialPrior(*OTHERS, _judged())
    ratio = reporting_ratio(DENIER, without=sorted(scopes), level="incident")
    apart = f", without {' and '.join(ratio.left_out)}" if ratio.left_out else ""
    ground = (
        f"the record: {ratio.zeros} of {ratio.stated} statements of perpetrators on an incident "
        f"in which people died{apart}; worth {WORTH:g} statements"
    )
    return DenialPrior(WORTH * ratio.zero, WORTH * (1 - ratio.zero), ground)


def _judged() -> str:
    """Ground of the prior of every role but the perpetrator."""
    others = [row for row in record() if row.level == "incident" and row.role != DENIER]
    zeros, numbers = (sum(row.use == use for row in others) for use in ("zero", "main"))
    return (
        f"the package's own judgement; in the record, {zeros} of {zeros + numbers} statements of "
        "other roles on an incident in which people died"
    )


def check_names(given: Mapping[str, Beta], listers: Collection[str]) -> None:
    """Refuse a prior for a source that lists nothing, or for a role that does not exist."""
    for name in given:
        said = f"denials: {name!r} lists no incidents and is not a role"
        must_be_in(name, [*listers, *ROLES], said)


def where_denied(readings: Readings, s: int) -> npt.NDArray[np.bool_]:
    """Patterns of which a source says that nobody died."""
    claim = readings.patterns.claim[:, s]
    denials = np.array([is_denial(q) for q in readings.patterns.claims[s]] + [False])
    return np.asarray(denials[np.where(claim >= 0, claim, -1)])
