"""What sets the level: the pull of every assumption on the answer, in numbers.

Multiply every true count by k and divide every ratio by k: the likelihood of claims does not
change. So the level comes from assumptions, and the pull of assumption j on f, the log of a count,
is w_j = Cov(f, score_j), minus (for ratios) or plus (for counts) the derivative of E f with respect
to the location of its prior. Over all assumptions the weights sum to 1; the distance from 1 is a
Monte Carlo check and never renormalised away.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.lists.table.strata import label_text
from casualty_est.wording.numbers import percent, portion, share
from casualty_est.wording.phrases import listed, possessive

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate

Array = npt.NDArray[np.float64]
SHARES = (-0.02, 1.02)  # weights all inside: they may be read as shares of the level
MENTION = 0.02
COARSE = 0.01  # Monte Carlo error from which a share is rounded to five per cent


@dataclass(frozen=True, slots=True)
class Identification:
    """What the level of one estimate rests on.

    Parameters
    ----------
    cell : dict
        The estimate.
    kind : {"gauge", "elasticity", "families"}
        What the weights are.
    rows : tuple of dict
        Per assumption: ``assumption``, ``weight`` (signed), ``mcse``, and ``learned``: posterior sd
        over prior sd of a ratio, 1 where the data said nothing of it (None where it does not
        apply).
    sentences : tuple of str
        The same in words.
    sum_mcse : float
        Monte Carlo standard error of the sum; 0 where the weights are exact.
    converged : bool
        Whether the fit converged; if not, no weight means anything.
    """

    cell: dict[str, Any]
    kind: str
    rows: tuple[dict[str, Any], ...]
    sentences: tuple[str, ...]
    sum_mcse: float = 0.0
    converged: bool = True

    @property
    def sum(self) -> float | None:
        """Sum of the weights: 1 up to Monte Carlo error under the gauge; None elsewhere."""
        if self.kind != "gauge":
            return None
        return float(sum(row["weight"] for row in self.rows))

    def to_frame(self) -> Any:
        """Table of the rows, as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(list(self.rows))

    def to_dict(self) -> dict[str, Any]:
        """The block ``identification`` of estimate.json."""
        keys = ("assumption", "weight", "mcse")
        return {
            "cell": self.cell,
            "kind": self.kind,
            "rows": [{key: row[key] for key in keys} for row in self.rows],
            "sum": self.sum,
            "sentences": list(self.sentences),
        }

    @property
    def _total(self) -> str:
        if self.sum is None:
            return ""
        error = f" (Monte Carlo error {self.sum_mcse:.2g})" if self.sum_mcse else ""
        return f"sum {self.sum:+.3f}{error or ': exact'}"

    def __repr__(self) -> str:
        width = max((len(row["assumption"]) for row in self.rows), default=10)
        lines = [] if self.converged else ["NOT CONVERGED: do not use these weights."]
        if self.kind == "families":
            width = max(width, len("kind of dependence"))
            lines.append(f"{'kind of dependence':{width}}  weight")
            lines += [f"{r['assumption']:{width}}  {portion(r['weight'])}" for r in self.rows]
            return "\n".join([*lines, "", *self.sentences])
        rest = "    mcse  posterior sd / prior sd" if self.kind == "gauge" else "    mcse"
        lines.append(f"{'assumption':{width}}  weight{rest}")
        for row in self.rows:
            learned = "" if row["learned"] is None else f"{row['learned']:.2f}"
            error = " exact" if row["mcse"] == 0 else f"{row['mcse']:6.3f}" if row["mcse"] else ""
            line = f"{row['assumption']:{width}}  {row['weight']:+6.3f}  {error}  {learned}"
            lines.append(line.rstrip())
        return "\n".join([*lines, self._total, "", *self.sentences])

    def _repr_html_(self) -> str:
        # What does not apply to this kind of evidence has no column.
        table = self.to_frame().dropna(axis=1, how="all")
        table = table.rename(columns={"learned": "posterior sd / prior sd"})
        if self.kind == "families" and len(table):
            table["weight"] = table["weight"].map(portion)
        shown = table.to_html(index=False, border=0, na_rep="", float_format="{:.3f}".format)
        lines = [] if self.converged else ["NOT CONVERGED: do not use these weights."]
        lines += [self._total, *self.sentences]
        return str(shown) + "".join(f"<p>{escape(line)}</p>" for line in lines if line)


def gauge_rows(
    log_count: Array,
    scores: Array,
    assumptions: Sequence[dict[str, Any]],
    log_ratio: Array,
    prior_sds: Sequence[float],
    *,
    exact: bool,
) -> tuple[dict[str, Any], ...]:
    """Compute the gauge weights of one log count.

    log_count (chain, draw): Draws of the log of the estimate.
    scores (chain, draw, assumption): Prior scores.
    log_ratio (chain, draw, target): Draws of the log ratios.
    """
    rows = []
    for j, assumption in enumerate(assumptions):
        learned = None
        if j < log_ratio.shape[-1]:
            learned = float(log_ratio[..., j].std() / prior_sds[j])
        weight, mcse = _weight(log_count, scores[..., j], exact=exact)
        rows.append(
            {
                "assumption": assumption["name"],
                "weight": weight,
                "mcse": mcse,
                "learned": learned,
            }
        )
    return tuple(rows)


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


def gauge_sentences(
    rows: Sequence[dict[str, Any]], assumptions: Sequence[dict[str, Any]]
) -> tuple[str, ...]:
    """Say in words what the level rests on.

    Shares are only spoken of where every weight lies between -.02 and 1.02; otherwise each
    assumption is given as what a change in it would do.
    """
    order = sorted(range(len(rows)), key=lambda j: -abs(rows[j]["weight"]))
    mentioned = [
        j for j in order if abs(rows[j]["weight"]) >= max(MENTION, 2 * rows[j].get("mcse", 0.0))
    ]
    sentences = []
    if all(SHARES[0] <= row["weight"] <= SHARES[1] for row in rows) and mentioned:
        first, *rest = [
            (share_of_level(rows[j]["weight"], rows[j].get("mcse", 0.0)), _what(assumptions[j]))
            for j in mentioned
        ]
        parts = [f"{first[0]} rests on {first[1]}", *(f"{size} on {what}" for size, what in rest)]
        sentences.append(f"Of the level of this estimate, {listed(parts)}.")
    sentences += [_effect(rows[j]["weight"], assumptions[j]) for j in mentioned]
    return tuple(sentences)


def share_of_level(weight: float, mcse: float) -> str:
    """Print a weight as a share, to five per cent where the Monte Carlo error says no more."""
    if mcse <= COARSE:
        return percent(round(weight, 2))
    return f"about {percent(max(0.05, round(weight * 20) / 20))}"


def _owner(assumption: dict[str, Any]) -> tuple[str, str]:
    """Whose ratio it is, and toward which cell where the source has several."""
    source = str(assumption["source"])
    return possessive(source), assumption["name"].removeprefix(f"ratio of {source}")


def _what(assumption: dict[str, Any]) -> str:
    match assumption["kind"]:
        case "ratio" | "reference":
            owner, cell = _owner(assumption)
            return f"what is assumed of {owner} reporting ratio{cell}"
        case "level":
            return "the prior on the count itself"
        case _:
            return f"the {assumption['name']}"


def _effect(weight: float, assumption: dict[str, Any]) -> str:
    """What the estimate does when the assumption is ten per cent higher."""
    ratio = assumption["kind"] in ("ratio", "reference") or "ratio of" in assumption["name"]
    change = 1.1 ** (-weight if ratio else weight) - 1
    direction = "higher" if change > 0 else "lower"
    size = f"{share(abs(100 * change))} % {direction}" if abs(change) > 5e-4 else "unchanged"
    if assumption["kind"] in ("ratio", "reference"):
        owner, cell = _owner(assumption)
        what = f"{owner} true ratio{cell}"
        return f"If {what} were 10 % higher than assumed, the estimate would be {size}."
    if assumption["kind"] == "level":
        return f"If the prior median of the count were 10 % higher, the estimate would be {size}."
    return f"If the {assumption['name']} were 10 % higher, the estimate would be {size}."


def identify(estimate: Estimate, row: int = 0) -> Identification:
    """Compute what sets the level of one estimate; see `Estimate.identification`."""
    meta, tree = estimate.meta, estimate.idata
    cell = meta["rows"][row]["cell"]
    stated = meta["details"].get("identification")
    if stated is not None:
        by_stratum = meta["details"].get("identification_by_stratum", {})
        stated = by_stratum.get(label_text(tuple(meta["rows"][row]["strata"].items())), stated)
        # Evidence without a gauge brings rows of its own: elasticities, or masses of families.
        rows = tuple({"learned": None, **item} for item in stated["rows"])
        return Identification(cell, stated["kind"], rows, tuple(stated["sentences"]))
    if not meta["has_level"]:
        return Identification(cell, "gauge", (), ("Nothing sets the level of this estimate.",))
    if "gauge" not in tree.children:
        msg = "this estimate says nothing of what sets its level: it has no scores of its priors"
        raise UsageError(msg)
    exact = meta["diagnostics"]["method"] == "exact"
    log_count = np.log(estimate.draws(row))
    scores = np.asarray(tree["gauge"]["score"].values)
    rows = gauge_rows(
        log_count,
        scores,
        meta["assumptions"],
        np.log(np.asarray(tree["posterior"]["ratio_total"].values)),
        [source["prior_log_sd"] for source in meta["sources"]],
        exact=exact,
    )
    sum_mcse = _weight(log_count, scores.sum(axis=-1), exact=exact)[1]
    sentences: tuple[str, ...] = ("NOT CONVERGED: what sets the level is not known.",)
    if estimate.converged:
        sentences = gauge_sentences(rows, meta["assumptions"])
    return Identification(cell, "gauge", rows, sentences, sum_mcse, estimate.converged)
