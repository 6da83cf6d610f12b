"""A parameter of a source that two kinds share: measured in one, it takes the place of a prior."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real

from casualty_est.errors import UsageError
from casualty_est.result.schema import SourceRow
from casualty_est.result.shared import NormalPrior, SharedSource
from casualty_est.study.model.members import LARGEST_SD, Member, check_two
from casualty_est.wording.language import stored
from casualty_est.wording.phrases import listed

NORMAL = 0.02  # of its sd: how far the quantiles of a prior may be from those of a Normal


@dataclass(frozen=True, slots=True)
class Sharing:
    """A source whose parameter one kind (`label`) takes from another, up to a log sd."""

    source: str
    label: str
    other: str
    quantity: str | None = None
    sd: float = 0.0

    @property
    def text(self) -> str:
        """The declaration in words."""
        places = {"kind": self.label, "source": self.source, "other": self.other}
        if self.sd:
            return stored(
                "note",
                "{kind} takes what {source} is worth from {other}, up to a log sd of {sd}",
                sd=f"{self.sd:g}",
                **places,
            )
        return stored("note", "{kind} takes what {source} is worth from {other}", **places)


def sharing_of(
    members: Mapping[str, Member], source: str, label: str, other: str, quantity: str | None,
    sd: object,
) -> Sharing:  # fmt: skip
    """Read what the analyst declares, and refuse what the two kinds cannot do."""
    check_two(
        "share", source, label, other, members, "the kind that takes, and that which measured"
    )
    if not isinstance(sd, Real) or isinstance(sd, bool) or not 0 <= float(sd) <= LARGEST_SD:
        msg = f"share: sd must lie between 0 and {LARGEST_SD:g}, not {sd!r}"
        raise UsageError(msg)
    declared = Sharing(source, label, other, quantity, float(sd))
    taken(members, declared)
    measured(members, declared)
    return declared


def taken(members: Mapping[str, Member], one: Sharing) -> tuple[int, NormalPrior]:
    """The place of the parameter among those of the kind that takes it, and its prior."""
    held = _of(members[one.label], one.source)
    fits = [at for at, source in held if source.row.prior is not None]
    if len(fits) != 1:
        names = listed([source.quantity for _, source in held]) or "none"
        msg = (
            f"share: {one.label} must have one parameter of {one.source!r} with a prior, and has "
            f"{len(fits)} (of {names})"
        )
        raise UsageError(msg)
    row = members[one.label].shared.sources[fits[0]].row
    prior = normal_prior(row)
    if prior is None:
        msg = (
            f"share: the prior of {one.label} on {one.source!r} is no log-normal, so it cannot be "
            f"taken out of its draws; fit {one.label} again with priors={{'sources': "
            f"{{{one.source!r}: {{'ratio': {{'median': ..., 'factor': ...}}}}}}}}"
        )
        raise UsageError(msg)
    return fits[0], prior


def measured(members: Mapping[str, Member], one: Sharing) -> SharedSource:
    """The parameter as the other kind measured it."""
    held = [source for _, source in _of(members[one.other], one.source)]
    fits = [source for source in held if one.quantity in (None, source.quantity)]
    if len(fits) != 1:
        names = [source.quantity for source in held]
        if not names:
            msg = (
                f"share: {one.other} says nothing of what {one.source!r} is worth that another "
                "kind could take: name the kind that measured it"
            )
            raise UsageError(msg)
        mend = f"say which with quantity=, one of {', '.join(names)}"
        msg = f"share: {len(fits)} parameters of {one.source!r} in {one.other} fit: {mend}"
        raise UsageError(msg)
    return fits[0]


def normal_prior(row: SourceRow) -> NormalPrior | None:
    """The prior of the log of a ratio, where it is a Normal; its three quantiles tell."""
    if row.prior is None or not row.prior_log_sd or min(row.prior.low, row.prior.median) <= 0:
        return None
    sd = row.prior_log_sd
    up, down = (
        math.log(a / b) / sd - 1.959964
        for a, b in ((row.prior.high, row.prior.median), (row.prior.median, row.prior.low))
    )
    if max(abs(up), abs(down)) > NORMAL:
        return None
    return NormalPrior(math.log(row.prior.median), sd)


def _of(member: Member, source: str) -> list[tuple[int, SharedSource]]:
    wanted = source.strip().casefold()
    return [
        (at, one)
        for at, one in enumerate(member.shared.sources)
        if wanted in (one.source.strip().casefold(), one.row.name.strip().casefold())
    ]
