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

from casualty_est.rounding import percent, share
from casualty_est.wording import listed, possessive

if TYPE_CHECKING:
    from casualty_est.estimate import Estimate

Array = npt.NDArray[np.float64]
SHARES = (-0.02, 1.02)  # weights all inside: they may be read as shares of the level
MENTION = 0.02


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
    """

    cell: dict[str, Any]
    kind: str
    rows: tuple[dict[str, Any], ...]
    sentences: tuple[str, ...]

    @property
    def sum(self) -> float | None:
        """Sum of the weights: 1 up to Monte Carlo error under the gauge; None elsewhere."""
        if self.kind != "gauge":
            return None
        return float(sum(row["weight"] for row in self.rows))

    @property
    def sum_mcse(self) -> float:
        """Monte Carlo standard error of the sum, an upper bound (errors added in quadrature)."""
        return float(np.sqrt(sum(row["mcse"] ** 2 for row in self.rows)))

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

    def __repr__(self) -> str:
        width = max((len(row["assumption"]) for row in self.rows), default=10)
        lines = [f"{'assumption':{width}}  weight    mcse  posterior sd / prior sd"]
        for row in self.rows:
            learned = "" if row["learned"] is None else f"{row['learned']:.2f}"
            lines.append(
                f"{row['assumption']:{width}}  {row['weight']:+6.3f}  {row['mcse']:6.3f}  {learned}"
            )
        if self.sum is not None:
            lines.append(f"{'sum':{width}}  {self.sum:+6.3f}  (1 up to Monte Carlo error)")
        return "\n".join([*lines, "", *self.sentences])

    def _repr_html_(self) -> str:
        table = self.to_frame().round(3).to_html(index=False, border=0)
        return str(table) + "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences)


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

    Parameters
    ----------
    log_count : ndarray of shape (chain, draw)
        Draws of the log of the estimate.
    scores : ndarray of shape (chain, draw, assumption)
        Prior scores.
    assumptions : sequence of dict
        Their names, ratios first.
    log_ratio : ndarray of shape (chain, draw, target)
        Draws of the log ratios.
    prior_sds : sequence of float
        Prior sds of the log ratios.
    exact : bool
        Whether the draws carry no Monte Carlo error in the covariance.

    Returns
    -------
    tuple of dict
    """
    centred = log_count - log_count.mean()
    rows = []
    for j, assumption in enumerate(assumptions):
        product = centred * (scores[..., j] - scores[..., j].mean())
        learned = None
        if j < log_ratio.shape[-1]:
            learned = float(log_ratio[..., j].std() / prior_sds[j])
        rows.append(
            {
                "assumption": assumption["name"],
                "weight": float(product.mean()),
                "mcse": 0.0 if exact else _mcse(product),
                "learned": learned,
            }
        )
    return tuple(rows)


def _mcse(values: Array) -> float:
    if values.std() == 0:
        return 0.0
    import arviz as az

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of very few draws: the fit itself says so
        ess = float(az.ess(values, method="mean"))
    return float(values.std(ddof=1) / np.sqrt(ess))


def gauge_sentences(
    rows: Sequence[dict[str, Any]], assumptions: Sequence[dict[str, Any]]
) -> tuple[str, ...]:
    """Say in words what the level rests on.

    Shares are only spoken of where every weight lies between -.02 and 1.02; otherwise each
    assumption is given as what a change in it would do.
    """
    order = sorted(range(len(rows)), key=lambda j: -abs(rows[j]["weight"]))
    mentioned = [j for j in order if abs(rows[j]["weight"]) >= MENTION]
    sentences = []
    if all(SHARES[0] <= row["weight"] <= SHARES[1] for row in rows) and mentioned:
        first, *rest = [
            (percent(round(rows[j]["weight"], 2)), _what(assumptions[j])) for j in mentioned
        ]
        parts = [f"{first[0]} rests on {first[1]}", *(f"{size} on {what}" for size, what in rest)]
        sentences.append(f"Of the level of this estimate, {listed(parts)}.")
    sentences += [_effect(rows[j]["weight"], assumptions[j]) for j in mentioned]
    return tuple(sentences)


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
        # Evidence without a gauge brings rows of its own: elasticities, or masses of families.
        rows = tuple({"learned": None, **item} for item in stated["rows"])
        return Identification(cell, stated["kind"], rows, tuple(stated["sentences"]))
    if not meta["has_level"]:
        return Identification(cell, "gauge", (), ("Nothing sets the level of this estimate.",))
    rows = gauge_rows(
        np.log(estimate.draws(row)),
        np.asarray(tree["gauge"]["score"].values),
        meta["assumptions"],
        np.log(np.asarray(tree["posterior"]["ratio_total"].values)),
        [source["prior_log_sd"] for source in meta["sources"]],
        exact=meta["diagnostics"]["method"] == "exact",
    )
    return Identification(cell, "gauge", rows, gauge_sentences(rows, meta["assumptions"]))
