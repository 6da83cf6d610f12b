"""Pictures of estimates from claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Unpack

import numpy as np

from casualty_est.errors import UsageError
from casualty_est.plots import Look, Plots
from casualty_est.result.posterior import interval_ends
from casualty_est.wording.language import N_, _
from casualty_est.wording.terms import assumption_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from casualty_est.arrays import Array
    from casualty_est.claims.estimate import ClaimsEstimate
    from casualty_est.result.schema import ClaimRow
    from casualty_est.result.tables import Parameter


PRIOR_DRAWS = 4000


class ClaimsPlots(Plots):
    """Pictures of an estimate from claims: what all have, and those over time."""

    _estimate: ClaimsEstimate
    _groups: ClassVar[Mapping[str, str]] = {
        "each_source_alone": N_("refits", "If only one source were used"),
        "without_each_source": N_("refits", "Without one source"),
        "counted_once": N_("refits", "If equal figures are copies"),
        "conflict_left_in": N_("refits", "With the record of this conflict"),
    }

    def alone(
        self, *, row: str | int | None = None, ci_prob: float = 0.95, **look: Unpack[Look]
    ) -> Figure:
        """Draw the estimate from all sources beside the answer if each source were used alone.

        Parameters
        ----------
        row, ci_prob, **look
            As `cases`.

        Returns
        -------
        matplotlib.figure.Figure
            As `cases`.
        """
        return self._cases(("each_source_alone",), row, ci_prob, **look)

    def path(
        self,
        cell: Mapping[str, str] | str | int | None = None,
        *,
        ci_prob: float = 0.95,
        **look: Unpack[Look],
    ) -> Figure:
        """Draw the running total of a cell over time against every running total published.

        Each claim is drawn as what it is, in the colour of its source: a number as a mark, "at
        least" as an arrow or as the cases that were documented, a range as a bar with ends. Claims
        that were merged with others of their source are small and pale.

        Parameters
        ----------
        cell : mapping or str, optional
            Labels of a cell (any of scope, outcome, group, perpetrator) or the label of a row of
            `Estimate.summary`; by default the first one with a path.
        ci_prob : float
            Level of the pale band; the dark one is of 50%.
        **look : as in `Plots.total`

        Returns
        -------
        matplotlib.figure.Figure
            People to each day on a log axis, with what was documented, dated anchors, and what
            sources with a delay have still to admit.

        Raises
        ------
        UsageError
            If no windows were modelled, no path or several fit `cell`, or `ci_prob` does not lie
            between 0 and 1.
        """
        interval_ends(ci_prob)
        self._must_have_paths("path")
        from casualty_est.claims.plots import path

        return self._draw(path.picture, self._estimate, cell, ci_prob, **look)

    def ratio_paths(
        self,
        cell: Mapping[str, str] | str | int | None = None,
        *,
        ci_prob: float = 0.95,
        **look: Unpack[Look],
    ) -> Figure:
        """Draw the part of all deaths up to each day that each source had reported by then.

        Parameters
        ----------
        cell : mapping or str, optional
            The cell that the sources speak of, as in `path`; by default all, where they are few.
        ci_prob, **look
            As `path`.

        Returns
        -------
        matplotlib.figure.Figure
            One panel per source and cell; reported / true on a log axis, delay and drift included.
        """
        interval_ends(ci_prob)
        self._must_have_paths("ratio_paths")
        from casualty_est.claims.plots import ratio_paths

        return self._draw(ratio_paths.picture, self._estimate, cell, ci_prob, **look)

    def _prior_draws(self, row: int) -> Array | None:
        model = self._estimate._model
        if model is None:
            return None
        drawn = model.prior_predictive(draws=PRIOR_DRAWS, seed=1)["prior"]["deaths"]
        return np.asarray(drawn.values[..., row])

    def _must_have_paths(self, name: str) -> None:
        if not self._estimate.has_path:
            msg = (
                f"est.plot.{name}() needs claims over time, and here every claim speaks of one "
                "window: est.plot.total() draws it, ClaimsModel(..., grid=...) models time"
            )
            raise UsageError(msg)

    def _claims(self) -> Sequence[ClaimRow]:
        from casualty_est.claims.plots.path_data import latest_running

        claims = self._estimate.meta.claims
        return latest_running(claims) if self._estimate.has_path else claims

    def _claims_heading(self) -> str:
        if not self._estimate.has_path:
            return super()._claims_heading()
        return _("Latest running totals, as published")

    def _target(self, source: int) -> str:
        apart = self._estimate.meta.sources[source].apart
        return assumption_name(", ".join(apart)) if apart else ""

    def _ratio(self, source: int, prob: float) -> Parameter | None:
        return self._estimate._ratio(source, prob)

    def _ratio_draws(self, source: int) -> Array:
        return self._estimate.ratio(source)
