"""A claims model in words: every source, its role, every prior with its number and citation."""

from __future__ import annotations

import textwrap
from html import escape
from typing import TYPE_CHECKING

from casualty_est.claims.model.layout import level_name
from casualty_est.claims.model.totals import EstimateRow
from casualty_est.priors.distributions import LogNormal, short
from casualty_est.priors.settings import SMALLEST_SD
from casualty_est.result.text_table import TextTable, html_table

if TYPE_CHECKING:
    from casualty_est.claims.model.model import ClaimsModel

WIDTH = 79  # of a terminal, so that nothing is wrapped twice
CLAIMS, RATIOS = "Claims used", "Priors on reported / true"


def describe(model: ClaimsModel) -> str:
    """Describe a model on a plain page."""
    lines = [_head(model)]
    for title, items in _sections(model):
        if items:
            wrapped = (
                textwrap.fill(item, WIDTH, initial_indent="  ", subsequent_indent="      ")
                for item in items
            )
            lines += ["", title, *wrapped]
    return "\n".join(lines)


def as_html(model: ClaimsModel) -> str:
    """The same for a notebook: a table of the sources, and what else is assumed in lists."""
    parts = [f"<p><b>{escape(_head(model))}</b></p>", html_table(_by_source(model))]
    for title, items in _sections(model):
        if items and title not in (CLAIMS, RATIOS):
            shown = "".join(f"<li>{escape(item.strip())}</li>" for item in items)
            parts.append(f"<p><b>{escape(title)}</b></p><ul>{shown}</ul>")
    return "".join(parts)


def _head(model: ClaimsModel) -> str:
    layout = model.layout
    sources = dict.fromkeys(claim.source for claim in layout.claims)
    counts = ((layout.claims, "claim"), (sources, "source"), (layout.grid.cells, "cell"))
    claims, speakers, cells = (f"{len(n)} {noun}{'s' * (len(n) != 1)}" for n, noun in counts)
    return f"ClaimsModel: {claims} of {speakers} on {cells}"


def _sections(model: ClaimsModel) -> list[tuple[str, list[str]]]:
    left_out = [
        f"{out.claim.source}: {out.claim.quantity.text or 'blank'!r}, {out.text}"
        for out in model.counted.left_out
    ]
    return [
        ("Estimated", [_row(row) for row in model.rows]),
        (CLAIMS, _claims(model)),
        ("Left out", left_out),
        (RATIOS, _ratios(model)),
        ("Priors on the level", _levels(model)),
        ("Shared by all", _shared(model)),
        ("Assumed and noted", [text for _, text in model.notes]),
    ]


def _by_source(model: ClaimsModel) -> TextTable:
    """What each source said, how it is read, and what is assumed of it; a line for each claim."""
    layout, rows = model.layout, []
    for claim, reading, t in zip(layout.claims, layout.readings, layout.target_of, strict=True):
        target = layout.ratios.targets[t]
        low, median, high = target.prior.quantile([0.025, 0.5, 0.975])
        assumed = f"{short(median)} ({short(low)} to {short(high)})"
        basis = model.basis(claim, target.role)
        said = (claim.quantity.text, str(target.label), basis, reading.words)
        rows.append((claim.source, target.role or "none", *said, assumed))
    head = ("source", "role", "said", "of", "basis", "read as", "reported / true (95%)")
    return TextTable(head, tuple(rows))


def _row(row: EstimateRow) -> str:
    window = f", {row.start or 'open'} to {row.end or 'open'}" if row.start or row.end else ""
    return f"{row.label}{window}"


def _claims(model: ClaimsModel) -> list[str]:
    layout = model.layout
    return [
        f"{claim.source} ({layout.ratios.targets[t].role or 'no role'}, "
        f"{model.basis(claim, layout.ratios.targets[t].role)}): {claim.quantity.text!r}, "
        f"{reading.words}" + ("; single incident" if claim.level == "incident" else "")
        for claim, reading, t in zip(layout.claims, layout.readings, layout.target_of, strict=True)
    ]


def _ratios(model: ClaimsModel) -> list[str]:
    lines: list[str] = []
    grounded: set[str] = set()  # targets of one role have the same grounds
    for name, target in zip(model.layout.ratio_names, model.layout.ratios.targets, strict=True):
        prior = target.prior
        lines.append(f"{name} [{prior.origin}]: {prior.describe()}")
        if target.block in grounded:
            continue
        grounded.add(target.block)
        if prior.given.of_source:
            lines.append("    grounds: the analyst's own numbers")
            continue
        for ground in model.priors.roles[target.role or "none"].grounds:
            if ground.level == target.level:
                where = f" ({ground.conflict})" if ground.conflict else ""
                lines.append(f"    grounds: {ground.figure}{where}; {ground.citation}")
    return lines


def _levels(model: ClaimsModel) -> list[str]:
    layout, lines = model.layout, []
    for level in layout.levels:
        size = LogNormal.from_log(level.prior.mean, level.prior.sd)
        median, low, high = map(short, (size.median, *size.interval()))
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


def _shared(model: ClaimsModel) -> list[str]:
    priors, ratios = model.layout.priors, model.layout.ratios
    tails = "Normal" if priors.light_tallies else "Student t"
    lines = [
        f"reporting sd on the log scale {priors.reporting_sd:g}, errors Student t with 4 degrees "
        f"of freedom",
        f"of a tally, what a source documents case by case, {priors.tally_sd:g}, errors {tails}",
    ]
    if priors.fractions is not None:
        of_role, of_source, own = priors.fractions
        lines.append(
            f"of a ratio prior's variance {of_role:g} is shared by the role, {of_source:g} by the "
            f"source, {own:g} is the target's own"
        )
    heavy = [t for t, is_heavy in zip(ratios.targets, ratios.heavy, strict=True) if is_heavy]
    for target in {t.block: t for t in heavy}.values():
        spread = target.prior.spread
        assert spread is not None
        scale = "logit" if target.prior.is_completeness else "log"
        lines.append(
            f"role {target.role}: its sources share an error of sd {spread.role:.2g} on the "
            f"{scale} scale; each adds its own, Student t with 4 degrees of freedom and scale "
            f"{spread.own:.2g}"
        )
    lines += [str(network) for network in priors.networks]
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
