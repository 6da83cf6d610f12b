"""What sets the level, and what the answer would be with other evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from casualty_est.plots.density import SMALLEST
from casualty_est.plots.page import MOST, READ, Page, height_of, label, only_note, open_page
from casualty_est.plots.scales import limits_of
from casualty_est.plots.style import SMALL, Palette, Picture
from casualty_est.plots.total import NO_LEVEL, title_of
from casualty_est.plots.words import width_of
from casualty_est.result.identification import Identification
from casualty_est.result.refits import case, once
from casualty_est.result.schema import Case
from casualty_est.result.tables import row_bound, row_numbers
from casualty_est.wording.language import N_, _, pgettext, separated
from casualty_est.wording.numbers import percent, with_ends
from casualty_est.wording.phrases import capitalised, how_read, refit_name
from casualty_est.wording.terms import assumption_name

if TYPE_CHECKING:
    from casualty_est.plots import Plots
    from casualty_est.result.answered import Answered

LEFT = 2.7
LEVEL = N_("picture", "What sets the level")
UNITS = {
    "gauge": N_("picture", "weight: how much of a change in the assumption the estimate follows"),
    "elasticity": N_(
        "picture", "elasticity: % change of the estimate per 1% change of the assumption"
    ),
    "families": N_("picture", "share of the posterior"),
}
HEADS = {
    "gauge": LEVEL,
    "elasticity": N_("picture", "What moves the estimate"),
    "families": N_("picture", "Which family of models the answer comes from"),
}
WEIGHT = N_("picture", "weight")


def weights(estimate: Answered, row: int, palette: Palette) -> Picture:
    """Draw what sets the level; see `Plots.identification`."""
    rests = estimate.identification(row)
    if not rests.rows:
        text = _("Nothing is known of what sets the level.")
        text = rests.sentences[0] if rests.sentences else text
        return only_note(pgettext("picture", HEADS.get(rests.kind, LEVEL)), text, palette)
    rows = sorted(rests.rows, key=lambda r: -abs(r.weight))
    rows, more = rows[:READ], len(rows) - READ
    labels = [label(assumption_name(r.assumption), "", LEFT - 0.3, palette) for r in rows]
    errors = [2 * (r.mcse or 0.0) for r in rows]
    page = open_page(
        sum(height_of(lines) for lines in labels) + 0.1,
        _reach([r.weight for r in rows], errors),
        palette,
        title=_head(rests),
        xlabel=pgettext("picture", UNITS.get(rests.kind, WEIGHT)),
        note=_about(title_of(estimate, row), errors=any(errors), more=more),
        left=LEFT,
        log=False,
    )
    top = 0.05
    for one, lines, error in zip(rows, labels, errors, strict=True):
        height = height_of(lines)
        middle = page.beside(lines, top + height / 2)
        _weight(page, one.weight, error, middle, share=rests.kind == "families")
        top += height
    page.rule(0.0, palette.muted, linewidth=1.0)
    if not estimate.converged:
        page.stamp()
    return page.figure


def _about(title: str, *, errors: bool, more: int) -> str:
    """What is drawn, and what is not."""
    parts = [_("Estimate: {title}.", title=title)]
    if errors:
        parts.append(_("Whiskers: 2 Monte Carlo standard errors."))
    if more > 0:
        parts.append(_("{number} smaller ones are not drawn.", number=more))
    return " ".join(parts)


def _head(rests: Identification) -> str:
    head = pgettext("picture", HEADS.get(rests.kind, LEVEL))
    if rests.sum is None:
        return head
    about = f" ± {rests.sum_mcse:.2g}" if rests.sum_mcse > 0.0025 else ""
    return _(
        "{head}: weights that sum to {sum}", head=head, sum=separated(f"{rests.sum:.2f}{about}")
    )


def _reach(values: Sequence[float], errors: Sequence[float]) -> tuple[float, float]:
    """Limits that hold zero, every bar with its whisker, and a number beside it."""
    low = min([0.0, *(v - e for v, e in zip(values, errors, strict=True))])
    high = max([0.0, *(v + e for v, e in zip(values, errors, strict=True))])
    span = (high - low) or 1.0
    return low - (0.14 * span if low < 0 else 0.0), high + 0.14 * span


def _signed(weight: float) -> str:
    return separated(
        "0.00" if abs(weight) < 0.005 else f"{weight:+.2f}".replace("-", "\N{MINUS SIGN}")
    )


def _weight(page: Page, weight: float, error: float, y: float, *, share: bool) -> None:
    palette = page.palette
    colour = palette.posterior if weight >= 0 else palette.claim
    page.axes.barh([y], [weight], height=0.16, color=colour, alpha=0.85, zorder=2)
    if error:
        page.bar(weight - error, weight + error, y, palette.ink, 1.1, zorder=3)
    text = percent(round(weight, 3)) if share else _signed(weight)
    end = weight + error if weight >= 0 else weight - error
    at = page.inch(end) + (0.07 if weight >= 0 else -0.07 - width_of(text, SMALL))
    page.inside(text, at, y, palette.ink)


def cases(plots: Plots, names: Sequence[str], row: int, prob: float, palette: Palette) -> Picture:
    """Draw the estimate under other evidence; see `Plots.cases`."""
    estimate = plots._estimate
    title = title_of(estimate, row)
    if not estimate.meta.has_level:
        return only_note(title, pgettext("picture", NO_LEVEL), palette)
    if (bound := row_bound(estimate, row, prob)) is not None:
        text = _("{bound}, with {level} probability", bound=bound.text, level=percent(prob))
        return only_note(title, capitalised(text), palette)
    whole = case(plots._whole, estimate.draws(row), prob, converged=estimate.converged)
    refits = {
        pgettext("refits", plots._groups[name]): plots._refits(name, row, prob) for name in names
    }
    groups = [("", [whole]), *_apart(refits)]
    numbers_of = row_numbers(estimate, row, prob)
    answer = with_ends(numbers_of) if numbers_of and whole.converged else _words(whole)
    drawn = [whole, *(r for _, rows in groups[1:] for r in rows if r.converged)]
    numbers = [max(x, SMALLEST) for r in drawn for x in (r.low, r.high)]
    labels, asides = [], []
    for heading, rows in groups:
        notes = {r.notes for r in rows}
        aside = notes.pop() if len(notes) == 1 else ()  # how all of them were read is said once
        asides += [f"{heading}: {how_read(aside)}."] * bool(aside)
        named = [(refit_name(r.case, r.notes, noted=not aside), r) for r in rows]
        labels.append(
            [
                label(name, answer if r is whole else _words(r), LEFT - 0.3, palette)
                for name, r in named
            ]
        )
    body = sum(height_of(lines) for group in labels for lines in group)
    note = _(
        "Dot and bar: median and {level} interval. Shaded: {whole} together.",
        level=percent(prob),
        whole=refit_name(whole.case, whole.notes),
    )
    if None in refits.values():
        note += " " + _("This estimate was loaded without its model: only what was kept is shown.")
    note = " ".join([note, *asides])
    page = open_page(
        body + 0.26 * sum(bool(heading) for heading, _ in groups) + 0.06,
        limits_of(numbers),
        palette,
        title=title,
        xlabel=_("people, log scale"),
        note=note,
        left=LEFT,
    )
    low = max(whole.low, SMALLEST)
    page.axes.axvspan(low, whole.high, color=palette.posterior, alpha=0.1, lw=0)
    top = 0.0
    for (heading, rows), group in zip(groups, labels, strict=True):
        if heading:
            page.heading(heading, top + 0.16)
            top += 0.26
        for one, lines in zip(rows, group, strict=True):
            middle = page.beside(lines, top + height_of(lines) / 2)
            top += height_of(lines)
            if heading and not one.converged:
                continue
            colour = palette.ink if heading else palette.posterior
            page.bar(max(one.low, SMALLEST), one.high, middle, colour, 2.4)
            how = {} if one.converged else {"markerfacecolor": "none"}
            page.dot(max(one.median, SMALLEST), middle, colour, **how)
    if not estimate.converged:
        page.stamp()
    return page.figure


def _apart(refits: Mapping[str, Sequence[Case] | None]) -> list[tuple[str, Sequence[Case]]]:
    """Groups of refits without those that repeat one: of two sources, only one and without one."""
    return [(head, some[:MOST]) for head, some in once(refits).items() if some]


def _words(case: Case) -> str:
    return with_ends(case) if case.converged else _("did not converge: no numbers")
