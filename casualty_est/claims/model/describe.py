"""A claims model in words: every source, its role, every prior with its number and citation."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from casualty_est.claims.model.layout import level_name, ratio_name
from casualty_est.priors.distributions import short
from casualty_est.priors.settings import SMALLEST_SD

if TYPE_CHECKING:
    from casualty_est.claims.model.model import ClaimsModel

WIDTH = 100


def describe(model: ClaimsModel) -> str:
    """Describe a model on a plain page."""
    layout = model.layout
    sources = dict.fromkeys(claim.source for claim in layout.claims)
    head = (
        f"ClaimsModel: {_count(len(layout.claims), 'claim')} of "
        f"{_count(len(sources), 'source')} on {_count(len(layout.grid.cells), 'cell')}"
    )
    sections = [
        ("Estimated", [_row(model, i) for i in range(len(model.rows))]),
        ("Claims that count", _claims(model)),
        ("Left out", _left_out(model)),
        ("Priors on reported / true", _ratios(model)),
        ("Priors on the level", _levels(model)),
        ("Shared by all", _shared(model)),
        ("Assumed and noted", [text for _, text in model.notes]),
    ]
    lines = [head]
    for title, items in sections:
        if items:
            lines += ["", title, *(_wrap(item) for item in items)]
    return "\n".join(lines)


def _wrap(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="      ")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _row(model: ClaimsModel, i: int) -> str:
    row = model.rows[i]
    window = f"{row.start or 'open'} to {row.end or 'open'}"
    when = f", {window}" if row.start or row.end else ""
    return f"{row.label}{when}"


def _claims(model: ClaimsModel) -> list[str]:
    layout = model.layout
    return [
        f"{claim.source} ({layout.ratios.targets[t].role or 'no role'}): "
        f"{claim.quantity.text!r}, {reading.words}"
        + ("; single incident" if claim.level == "incident" else "")
        for claim, reading, t in zip(layout.claims, layout.readings, layout.target_of, strict=True)
    ]


def _left_out(model: ClaimsModel) -> list[str]:
    return [
        f"{out.claim.source}: {out.claim.quantity.text or 'blank'!r}, {out.text}"
        for out in model.counted.left_out
    ]


def _ratios(model: ClaimsModel) -> list[str]:
    targets = model.layout.ratios.targets
    lines: list[str] = []
    grounded: set[str] = set()  # targets of one role have the same grounds
    for target in targets:
        prior = target.prior
        role = model.priors.roles[target.role or "none"]
        lines.append(f"{ratio_name(target, targets)} [{prior.origin}]: {prior.describe()}")
        if target.block in grounded:
            continue
        grounded.add(target.block)
        if prior.origin.startswith("sources."):
            lines.append("    grounds: the analyst's own numbers")
            continue
        for ground in role.grounds:
            if ground.level == target.level:
                where = f" ({ground.conflict})" if ground.conflict else ""
                lines.append(f"    grounds: {ground.figure}{where}; {ground.citation}")
    return lines


def _levels(model: ClaimsModel) -> list[str]:
    layout, lines = model.layout, []
    for level in layout.levels:
        median, low, high = _exp_interval(level.prior.mean, level.prior.sd)
        lines.append(
            f"{level_name(level, layout.levels)}: log N({short(level.prior.mean)}, "
            f"{level.prior.sd:g}), median {median}, 95% {low} to {high}"
        )
        if level.shared:
            lines.append(
                f"    {len(level.cells)} cells round it, sd of the log half-Normal "
                f"({layout.priors.offset_sd:g})"
            )
    for cell in layout.grid.cells[layout.grid.base :]:
        lines.append(f"share of {cell.label.group} in {cell.label.scope}: {cell.share}")
    lines += [f"{anchor.name}: {anchor.prior}" for anchor in layout.anchors]
    return lines


def _exp_interval(mean: float, sd: float) -> tuple[str, str, str]:
    from casualty_est.priors import LogNormal

    prior = LogNormal.from_log(mean, sd)
    low, high = prior.interval()
    return short(prior.median), short(low), short(high)


def _shared(model: ClaimsModel) -> list[str]:
    priors = model.layout.priors
    role, source, target = priors.fractions
    lines = [
        f"reporting sd on the log scale {priors.reporting_sd:g}, errors Student t with 4 degrees "
        f"of freedom",
        f"of a ratio prior's variance {role:g} is shared by the role, {source:g} by the source, "
        f"{target:g} is the target's own",
    ]
    if priors.within is not None:
        lines.append(
            f"a source's part, and its reporting sd, is one only where claims have the same "
            f"{priors.within}"
        )
    if model.layout.learned:
        names = ", ".join(model.layout.learned)
        lines.append(
            f"reporting sd learned for {names}: {priors.learned_sd}, and {SMALLEST_SD:g} in "
            f"quadrature"
        )
    return lines
