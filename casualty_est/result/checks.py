"""Is the fit sound, and does any claim contradict the rest?"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from casualty_est.result.schema import ClaimRow, Diagnostics
from casualty_est.result.tables import p_below_documented
from casualty_est.wording.again import told_again
from casualty_est.wording.language import _, ngettext, separated
from casualty_est.wording.numbers import chance, tail
from casualty_est.wording.phrases import capitalised, cell_text, documented_text, possessive

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate


CONTRADICTS = 0.01  # tail probability below which a claim contradicts the rest


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim that counts: its tail probability given all other claims.

    Both tails count, but of a bound only the one on its side: a floor far below the rest, or a
    ceiling far above it, contradicts nobody.
    """

    source: str
    text: str
    surprise: float
    claim: ClaimRow | None = field(default=None, repr=False, compare=False)

    @property
    def contradicts(self) -> bool:
        """Whether the rest contradicts it."""
        return self.surprise < CONTRADICTS


@dataclass(frozen=True, slots=True)
class BelowDocumented:
    """How probable it is that the true number lies below a documented count (people)."""

    estimate: str
    documented: float
    text: str
    probability: float

    @property
    def shown(self) -> str:
        """The number itself where its source wrote it: of a range its lower end."""
        low = separated(f"{self.documented:,.0f}")
        return low if low in self.text else f"count ({self.text})"


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked of one fit.

    Parameters
    ----------
    converged : bool
        Whether every convergence check was passed.
    diagnostics : Diagnostics
        Method, R-hat, effective sample size, divergences, and what failed.
    claims : tuple of CheckedClaim
        Per claim that counts: ``source``, ``text``, ``surprise`` (tail probability given all other
        claims; of a bound on its own side only, else on both) and ``contradicts``.
    below_documented : tuple of BelowDocumented
        Per estimate with a documented count: ``estimate``, ``documented``, ``text`` (as published),
        ``probability`` that the true number lies below it.
    """

    converged: bool
    diagnostics: Diagnostics
    claims: tuple[CheckedClaim, ...]
    below_documented: tuple[BelowDocumented, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The same in sentences."""
        against = [claim for claim in self.claims if claim.contradicts]
        alone = len({claim.source for claim in self.claims}) == 1
        what = "is far from what we assume about it" if alone else "contradicts the rest"
        none = bool(self.claims) and not against and not alone
        return (
            self._computed(),
            *(
                f"{possessive(claim.source)} {claim.text!r} {what} "
                f"(tail probability {tail(claim.surprise)})."
                for claim in against
            ),
            *["No claim contradicts the rest."] * none,
            *(
                f"{capitalised(row.estimate)}: if our assumptions hold, the probability that the "
                f"true number lies below the documented {row.shown} is "
                f"{chance(row.probability)}."
                for row in self.below_documented
            ),
        )

    def _computed(self) -> str:
        """One line on the computation."""
        fit = self.diagnostics
        if not self.converged:
            reasons = "; ".join(told_again(one, "reason", "note") for one in fit.reasons)
            return _("NOT CONVERGED: {reasons}.", reasons=reasons)
        ess = "" if fit.min_ess is None else separated(f"{fit.min_ess:,.0f}")
        if fit.method == "exact":
            if fit.min_ess is not None:
                return _("Converged: {draws} independent draws of the exact answer.", draws=ess)
            return _("Converged: the answer is exact, by quadrature.")
        if fit.max_rhat is None:
            return _(
                "Converged: independent runs agree, with {draws} effective draws.",
                draws=ess,
            )
        places = {"rhat": separated(f"{fit.max_rhat:.3f}"), "draws": ess}
        if fit.divergences is None:
            return _(
                "Converged: largest R-hat {rhat}, smallest effective sample {draws}.", **places
            )
        return ngettext(
            "Converged: largest R-hat {rhat}, smallest effective sample {draws}, {number} "
            "divergence.",
            "Converged: largest R-hat {rhat}, smallest effective sample {draws}, {number} "
            "divergences.",
            fit.divergences,
            number=separated(f"{fit.divergences:,}"),
            **places,
        )

    def __repr__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(line)}</p>" for line in self.lines)


def check(estimate: Estimate) -> Check:
    """Collect the checks of an estimate; see `Estimate.check`."""
    meta = estimate.meta
    claims = tuple(
        CheckedClaim(claim.source, claim.text, claim.surprise, claim)
        for claim in meta.claims
        if claim.counted and claim.surprise is not None
    )
    below = tuple(
        BelowDocumented(
            cell_text(row.cell), row.documented.low, documented_text(row.documented), probability
        )
        for i, row in enumerate(meta.rows)
        if row.documented and (probability := p_below_documented(estimate, i)) is not None
    )
    return Check(estimate.converged, meta.diagnostics, claims, below)
