"""Is the fit sound, and does any claim contradict the rest?"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from casualty_est.claims.inference.predict import CONTRADICTS
from casualty_est.result.tables import has_completeness
from casualty_est.wording.numbers import chance
from casualty_est.wording.phrases import capitalised, cell_text, documented_text, possessive

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked of one fit.

    Parameters
    ----------
    converged : bool
        Whether every convergence check held.
    diagnostics : dict
        Method, R-hat, effective sample size, divergences, and what failed.
    claims : tuple of dict
        Per claim that counts: ``source``, ``text``, ``surprise`` (two-sided tail probability given
        all other claims) and ``contradicts``.
    below_documented : tuple of dict
        Per estimate with a documented count: ``estimate``, ``documented``, ``text`` (as published),
        ``probability`` that the true number lies below it.
    """

    converged: bool
    diagnostics: dict[str, Any]
    claims: tuple[dict[str, Any], ...]
    below_documented: tuple[dict[str, Any], ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The same in sentences."""
        found = self.diagnostics
        rhat, ess, divergences = (found[key] for key in ("max_rhat", "min_ess", "divergences"))
        if not self.converged:
            lines = [f"NOT CONVERGED: {'; '.join(found['reasons'])}."]
        elif found["method"] == "exact":
            said = "the answer is exact, by quadrature"
            if ess is not None:
                said = f"{ess:.0f} independent draws of the exact answer"
            lines = [f"Converged: {said}."]
        elif rhat is None:
            lines = [f"Converged: independent runs agree, with {ess:.0f} effective draws."]
        else:
            said = f"largest R-hat {rhat:.3f}, smallest effective sample {ess:.0f}"
            said += "" if divergences is None else f", {divergences} divergences"
            lines = [f"Converged: {said}."]
        against = [claim for claim in self.claims if claim["contradicts"]]
        alone = len({claim["source"] for claim in self.claims}) == 1
        what = "is far from what is assumed of it" if alone else "contradicts the rest"
        for claim in against:
            lines.append(
                f"{possessive(claim['source'])} {claim['text']!r} {what} "
                f"(tail probability {claim['surprise']:.2g})."
            )
        if self.claims and not against and not alone:
            lines.append("No claim contradicts the rest.")
        for row in self.below_documented:
            below = f"the true number lies below the documented count ({row['text']})"
            odds = chance(row["probability"])
            lines.append(f"{capitalised(row['estimate'])}: probability {odds} that {below}.")
        return tuple(lines)

    def __repr__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(line)}</p>" for line in self.lines)


def check(estimate: Estimate) -> Check:
    """Collect the checks of an estimate; see `Estimate.check`."""
    meta = estimate.meta
    claims = tuple(
        {
            "source": claim["source"],
            "text": claim["text"],
            "surprise": claim["surprise"],
            "contradicts": claim["surprise"] < CONTRADICTS,
        }
        for claim in meta.get("claims", [])
        if claim["counted"] and claim["surprise"] is not None
    )
    below = tuple(
        {
            "estimate": cell_text(row["cell"]),
            "documented": row["documented"]["low"],
            "text": documented_text(row["documented"]),
            "probability": float((estimate.draws(i) < row["documented"]["low"]).mean()),
        }
        for i, row in enumerate(meta["rows"])
        # Everybody on a list is counted: below that number nothing can lie.
        if row["documented"] and meta["has_level"] and not has_completeness(estimate)
    )
    return Check(estimate.converged, meta["diagnostics"], claims, below)
