"""The gauge of claims: the pull of every assumption on the answer, in numbers.

Multiply every true count by k and divide every ratio by k: the likelihood of claims does not
change. So the level comes from assumptions, and the pull of assumption j on f, the log of a count,
is w_j = Cov(f, score_j), minus (for ratios) or plus (for counts) the derivative of E f with respect
to the location of its prior. Over all assumptions the weights sum to 1; the distance from 1 is a
Monte Carlo check and never renormalised away.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.arrays import Array
from casualty_est.result.identification import Identification
from casualty_est.result.schema import Assumption, Weight
from casualty_est.wording.language import _, pgettext, spoken
from casualty_est.wording.numbers import percent, share
from casualty_est.wording.phrases import listed, possessive
from casualty_est.wording.terms import assumption_name

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate

SHARES = (-0.02, 1.02)  # weights all inside: they may be read as shares of the level
MENTION = 0.02
COARSE = 0.01  # Monte Carlo error from which a share is rounded to five per cent
RATIOS = ("ratio", "reference")


def gauge_rows(
    log_count: Array,
    scores: Array,
    assumptions: Sequence[Assumption],
    log_ratio: Array,
    prior_sds: Sequence[float],
    *,
    exact: bool,
) -> tuple[Weight, ...]:
    """Gauge weights of one log count, of draws of shape (chain, draw, assumption or target)."""
    rows = []
    for j, assumption in enumerate(assumptions):
        of_ratio = j < log_ratio.shape[-1]
        learned = float(log_ratio[..., j].std() / prior_sds[j]) if of_ratio else None
        rows.append(
            Weight(assumption.name, *_weight(log_count, scores[..., j], exact=exact), learned)
        )
    return tuple(rows)


def gauge_weights(log_count: Array, scores: Array) -> Array:
    """Gauge weights without their errors; (assumption,) of scores (chain, draw, assumption)."""
    centred = log_count - log_count.mean()
    return np.asarray(np.einsum("cd,cdj->j", centred, scores) / log_count.size)


def _weight(log_count: Array, score: Array, *, exact: bool) -> tuple[float, float]:
    """Covariance of a log count with a score, and its Monte Carlo standard error."""
    product = (log_count - log_count.mean()) * (score - score.mean())
    if exact or product.std() == 0:
        return float(product.mean()), 0.0
    import arviz as az

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of very few draws: the fit itself says so
        ess = float(az.ess(product, method="mean"))
    return float(product.mean()), float(product.std(ddof=1) / np.sqrt(ess))


def gauge_sentences(rows: Sequence[Weight], assumptions: Sequence[Assumption]) -> tuple[str, ...]:
    """Say in words what the level rests on; in shares only where every weight may be one."""
    order = sorted(range(len(rows)), key=lambda j: -abs(rows[j].weight))
    mentioned = [j for j in order if abs(rows[j].weight) >= max(MENTION, 2 * (rows[j].mcse or 0.0))]
    sentences = []
    if all(SHARES[0] <= row.weight <= SHARES[1] for row in rows) and mentioned:
        parts = [_part(rows[j], _what(assumptions[j]), first=j == mentioned[0]) for j in mentioned]
        sentences.append(_("Of the level of this estimate, {parts}.", parts=listed(parts)))
    sentences += [_effect(rows[j].weight, assumptions[j]) for j in mentioned]
    return tuple(sentences)


def share_of_level(weight: float, mcse: float) -> str:
    """Print a weight as a share, to five per cent where the Monte Carlo error says no more."""
    if mcse <= COARSE:
        return percent(round(weight, 2))
    return pgettext("hedge", "about {number}", number=percent(max(0.05, round(weight * 20) / 20)))


def _part(row: Weight, what: str, *, first: bool) -> str:
    """How much of the level rests on what; the verb stands with the first."""
    size = share_of_level(row.weight, row.mcse or 0.0)
    if first:
        return _("{share} rests on {what}", share=size, what=what)
    return _("{share} on {what}", share=size, what=what)


def _owner(assumption: Assumption) -> tuple[str, str]:
    """Whose ratio it is, and toward which cell where the source has several."""
    source = str(assumption.source)
    cell = ", ".join(assumption.apart)
    told = cell if spoken().english else assumption_name(cell)
    return possessive(source), f" ({told})" if cell else ""


def _what(assumption: Assumption) -> str:
    if assumption.kind in RATIOS:
        owner, cell = _owner(assumption)
        return _("what we assume about {owner} reporting ratio{cell}", owner=owner, cell=cell)
    if assumption.kind == "level":
        return _("the prior on the count itself")
    return _other(assumption)


def _other(assumption: Assumption) -> str:
    """What is no ratio and no prior on the count, such as an anchor, by its name."""
    return _("the assumption “{assumption}”", assumption=assumption_name(assumption.name))


def _effect(weight: float, assumption: Assumption) -> str:
    """What the estimate does when the assumption is ten per cent higher."""
    change = 1.1 ** (assumption.sign * weight) - 1
    size = _("unchanged")
    if abs(change) > 5e-4:
        by = pgettext("per cent", "{number}%", number=share(abs(100 * change)))
        size = _("{share} higher", share=by) if change > 0 else _("{share} lower", share=by)
    if assumption.kind in RATIOS:
        owner, cell = _owner(assumption)
        return _(
            "If {owner} true ratio{cell} were 10% higher than assumed, the estimate would be "
            "{size}.",
            owner=owner,
            cell=cell,
            size=size,
        )
    what = _other(assumption)
    if assumption.kind == "level":
        what = _("the prior median of the count")
    return _("If {what} were 10% higher, the estimate would be {size}.", what=what, size=size)


def identify(estimate: Estimate, row: int) -> Identification:
    """Compute what sets the level of one estimate."""
    meta, tree = estimate.meta, estimate.idata
    cell, exact = meta.rows[row].cell, meta.diagnostics.method == "exact"
    if not meta.has_level:
        return Identification(cell, "gauge", (), (_("Nothing sets the level of this estimate."),))
    log_count = np.log(estimate.draws(row))
    scores = np.asarray(tree["gauge"]["score"].values)
    rows = gauge_rows(
        log_count,
        scores,
        meta.assumptions,
        np.log(np.asarray(tree["posterior"]["ratio_total"].values)),
        [source.prior_log_sd or np.nan for source in meta.sources],
        exact=exact,
    )
    sum_mcse = _weight(log_count, scores.sum(axis=-1), exact=exact)[1]
    sentences: tuple[str, ...] = (_("NOT CONVERGED: what sets the level is not known."),)
    if estimate.converged:
        sentences = gauge_sentences(rows, meta.assumptions)
    return Identification(cell, "gauge", rows, sentences, sum_mcse, estimate.converged)
