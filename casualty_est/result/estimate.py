"""Estimate: what every result answers, whatever the evidence and the engine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from casualty_est.arrays import Array
from casualty_est.errors import UsageError
from casualty_est.result import checks, files, refits, show
from casualty_est.result.find_out import FindOut
from casualty_est.result.identification import Identification
from casualty_est.result.labels import position, row_labels
from casualty_est.result.posterior import Modes, find_modes, visited_modes
from casualty_est.result.publishing import Publishing
from casualty_est.result.schema import Case, Meta, Note, Side, most_of, plain
from casualty_est.result.shared import Shared, shared_by
from casualty_est.result.tables import row_bound, row_numbers, summary
from casualty_est.result.text_table import TextTable
from casualty_est.wording.language import stored
from casualty_est.wording.numbers import Ends, ends, middle, percent

if TYPE_CHECKING:
    import pandas as pd
    import xarray

    from casualty_est.plots import Plots


REFIT_HINT = (
    "this estimate was loaded from a file and carries no model to refit; fit the model again, or "
    "call this before saving: what was computed is kept in the file"
)
NO_PARTS = "an estimate from {kind} cannot leave out {what}: fit it again from a table without"


class Estimate(FindOut, Publishing):
    """The posterior of one study: counts, reliability of sources, and what they rest on.

    A fit returns it; each kind of evidence has a class of its own, with what only that kind can
    answer.

    Parameters
    ----------
    tree : xarray.DataTree
        Group ``posterior`` with ``deaths`` (chain, draw, estimate; people) and what else was drawn.
    meta : Meta
        Everything except the draws.
    details : dataclass
        What only this kind of evidence has.
    model : object, optional
        The model, for refits. A loaded estimate has none.
    progress_bar : bool, optional
        Show the progress of refits on standard error; None shows it where that is a terminal.
    """

    details: Any
    details_type: ClassVar[type[Any]]
    urgent: ClassVar[frozenset[str]] = frozenset()  # codes of notes that every print repeats
    counts_documented: ClassVar[bool] = False  # whether everybody documented is counted
    set_by_priors: ClassVar[bool] = False  # whether its level is what was assumed of its sources

    def __init__(
        self,
        tree: xarray.DataTree,
        meta: Meta,
        details: Any,
        *,
        model: Any = None,
        progress_bar: bool | None = None,
    ) -> None:
        self._tree = tree
        self.meta = meta
        self.details = details
        self._model = model
        self._progress_bar = progress_bar
        self._labels = row_labels(meta.rows)

    @property
    def idata(self) -> xarray.DataTree:
        """All draws, for ArviZ."""
        return self._tree

    @property
    def kind(self) -> str:
        """The evidence, such as ``claims`` or ``lists``."""
        return self.meta.kind

    @property
    def warnings(self) -> tuple[Note, ...]:
        """What was assumed, merged, left out or went wrong: ``code`` and ``text`` of each."""
        return self.meta.warnings

    @property
    def converged(self) -> bool:
        """Whether the fit passed every check."""
        return self.meta.diagnostics.converged

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of every estimate, as in `summary`; the total first where there is one."""
        return self._labels

    def __len__(self) -> int:
        return len(self.meta.rows)

    def _at(self, row: str | int | None) -> int:
        """The position of an estimate, by its label; the first where none is given."""
        return 0 if row is None else position(row, self._labels, "summary()", "row")

    def draws(self, row: str | int | None = None) -> Array:
        """Posterior draws of one estimate, in people, of shape (chain, draw).

        Parameters
        ----------
        row : str, optional
            Label of the estimate, as in `summary`; the first by default.

        Returns
        -------
        ndarray of shape (chain, draw)

        Raises
        ------
        UsageError
            If there is no such estimate.
        """
        return np.asarray(self._tree["posterior"]["deaths"].values[..., self._at(row)])

    def level(self, row: str | int | None = None) -> str:
        """What sets the level of one estimate: ``data``, ``anchor``, ``prior`` or ``none``.

        Parameters
        ----------
        row : as in `summary`

        Returns
        -------
        str
        """
        return self._level(self._at(row)) if self.meta.has_level else "none"

    def _bounded(self, row: int) -> Side | None:
        """On which side alone the evidence bounds an estimate, as a sample without deaths does."""
        return None

    def _why_bounded(self, row: int) -> str:
        """Why it is a bound, in a sentence; empty where it is none."""
        return ""

    def _least(self, row: int) -> float:
        """People that are known to be dead, where the estimate is an upper bound."""
        return 0.0

    def _level(self, row: int) -> str:
        return self.meta.rows[row].level or "prior"

    def _unit(self, row: int, prob: float) -> float | None:
        """To what the median of an estimate is rounded in print; None follows its interval."""
        return None

    def modes(self, row: str | int | None = None, ci_prob: float = 0.95) -> Modes:
        """Modes of one estimate with their weights; empty where there is no headline.

        Parameters
        ----------
        row, ci_prob : as in `summary`

        Returns
        -------
        tuple of Mode
            ``weight``, ``median``, ``low``, ``high`` (people). Of a fit that did not converge only
            modes that every chain visits: the number of chains in one is not its weight.
        """
        if not self.meta.has_level:
            return ()
        draws = self.draws(row)
        return (
            find_modes(draws.ravel(), ci_prob) if self.converged else visited_modes(draws, ci_prob)
        )

    def summary(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """Documented count and posterior of every cell.

        Parameters
        ----------
        ci_prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            One row per cell and part, the total first, by label: the cell, ``documented``,
            ``median``, ``low``, ``high``, ``prob``, ``mean``, ``sd`` (people),
            ``p_below_documented``, ``level``. Numbers are missing where there is no headline, the
            mean where it is not known to 5%, and ``p_below_documented`` where no source gives a
            lower number or everybody documented is counted.
        """
        return summary(self, ci_prob)

    def sources(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """Reliability of every source, prior beside posterior.

        Parameters
        ----------
        ci_prob : as in `summary`

        Returns
        -------
        pandas.DataFrame
            Empty where the evidence names no sources.
        """
        import pandas as pd

        return pd.DataFrame()

    def identification(self, row: str | int | None = None) -> Identification:
        """What sets the level of an estimate.

        Parameters
        ----------
        row : as in `summary`

        Returns
        -------
        Identification
            Signed weights with Monte Carlo errors, their sum, and the same in sentences.
        """
        return self._identify(self._at(row))

    def _somebody_says_less(self, row: int) -> bool:
        """Whether a source gives a lower number than the documented one."""
        documented = self.meta.rows[row].documented
        own = [claim for claim in self.meta.claims if claim.counted and claim.estimate == row]
        return documented is not None and (
            not self.meta.claims or any(most_of(claim) < documented.low for claim in own)
        )

    def _identify(self, row: int) -> Identification:
        said = stored("identification", "This evidence does not say what sets its level.")
        return Identification(self.meta.rows[row].cell, "none", (), (said,))

    def check(self) -> checks.Check:
        """Convergence, claims that contradict the rest, and P(N < documented).

        Returns
        -------
        Check
        """
        return checks.check(self)

    def shared(self) -> Shared:
        """What a `Study` takes: draws of log counts, their prior, what each source is worth.

        Returns
        -------
        Shared
            From what is stored, so a loaded estimate shares what a fresh one does.
        """
        return shared_by(self)

    # Refits --------------------------------------------------------------------------------

    def without_each_source(
        self, row: str | int | None = None, ci_prob: float = 0.95
    ) -> pd.DataFrame:
        """Posterior of an estimate without each source in turn.

        Parameters
        ----------
        row, ci_prob : as in `summary`

        Returns
        -------
        pandas.DataFrame
            ``case``, ``median``, ``low``, ``high`` (people), ``prob``, ``converged``.

        Raises
        ------
        UsageError
            If the estimate was loaded from a file and this was not computed before saving.
        """
        return self._cases("without_each_source", row, ci_prob)

    def _refits(self) -> Mapping[str, Any]:
        """Questions answered by refits: functions of (model, estimate, row, prob, report)."""
        return {}

    def _kept(self, name: str) -> dict[str, tuple[Any, ...]]:
        """Where the answers to a question are kept."""
        kept: dict[str, tuple[Any, ...]] = self.details.refits
        return kept

    def _cases(
        self, name: str, row: str | int | None, prob: float, record: type[Any] = Case
    ) -> pd.DataFrame:
        """Refit once, keep the answer, and tabulate it; of a bound that one end only."""
        at = self._at(row)
        side = self._bounded(at) if record is Case else None
        frame = refits.cases(self, name, at, refits.level_for(side, prob), record)
        return refits.one_sided(frame, side, prob) if side else frame

    def _records(
        self, name: str, row: int, prob: float, *, unasked: bool = True
    ) -> tuple[Any, ...]:
        """Refits that were kept; made now where there is a model and nobody minds the time."""
        return refits.answer(self, name, row, prob, unasked=unasked) or ()

    def _shared_near(self, row: int, mean: float, sd: float) -> Shared | None:
        """What it shares, fitted again near a mean of the log count; None where it cannot."""
        return None

    def _deaths_without(self, row: int, sources: frozenset[str]) -> Array | None:
        """Draws of an estimate without some sources; None where no other is left."""
        who = ", ".join(sorted(sources))
        raise UsageError(NO_PARTS.format(kind=self.kind, what=who))

    def _deaths_beyond(self, row: int, source: str, people: int) -> Array:
        """Draws of the deaths beyond a list, from what one source counts beyond it."""
        what = f"a list that the number of {source} contains"
        raise UsageError(NO_PARTS.format(kind=self.kind, what=what))

    def _make_refits(self, prob: float) -> None:
        """Make all refits of the first estimate, so that they are printed and kept."""
        level = refits.level_for(self._bounded(0), prob)
        for name in self._refits():
            self._records(name, 0, level)

    def _beside(self, prob: float) -> list[str]:
        """What the terminal says beside the answer."""
        return []

    def _model_to_refit(self) -> Any:
        if self._model is None:
            raise UsageError(REFIT_HINT)
        return self._model

    # Pictures, reports, files --------------------------------------------------------------

    @property
    def plot(self) -> Plots:
        """Pictures of this estimate, such as ``est.plot.total()``."""
        from casualty_est.plots import Plots

        return Plots(self)

    def to_dict(self, ci_prob: float = 0.95) -> dict[str, Any]:
        """The content of estimate.json: plain numbers or None, never NaN.

        Parameters
        ----------
        ci_prob : as in `summary`

        Returns
        -------
        dict
        """
        return files.to_dict(self, ci_prob)

    def _source_json(self, source: int, prob: float) -> dict[str, Any]:
        """Parameters of one source for estimate.json, as far as this evidence knows them."""
        return {}

    def _details_json(self, prob: float) -> dict[str, Any]:
        """What only this kind of evidence has, for estimate.json."""
        details: dict[str, Any] = plain(self.details)
        return details

    def _expected(self) -> tuple[tuple[str, int], ...]:
        """Variables of a whole file, ``group/name`` outside the posterior, and of how many."""
        return ()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save everything as netCDF, draws and all that was computed.

        Parameters
        ----------
        path : path
            The file to write; an existing one is replaced only when the new one is whole.

        Returns
        -------
        Path
        """
        return files.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Load a saved estimate; the model is not rebuilt.

        Parameters
        ----------
        path : path
            A file written by `save`.

        Returns
        -------
        Estimate
            Of the class of its evidence.

        Raises
        ------
        UsageError
            If the file is missing, damaged, not written by casualty_est, or of other evidence.
        """
        estimate = files.load(path)
        if not isinstance(estimate, cls):
            msg = f"this file holds an estimate from {estimate.kind}: load it with ce.Estimate.load"
            raise UsageError(msg)
        return estimate

    # Print ---------------------------------------------------------------------------------

    def headline(self, row: str | int | None = None, ci_prob: float = 0.95) -> str:
        """One estimate in one line: rounded median and interval, or why there is none.

        Parameters
        ----------
        row, ci_prob : as in `summary`

        Returns
        -------
        str
        """
        at = self._at(row)
        numbers = row_numbers(self, at, ci_prob)
        if numbers is None:
            return "no headline number: nothing sets the level"
        state = "" if self.converged else "NOT CONVERGED: "
        if (bound := row_bound(self, at, ci_prob)) is not None:
            return f"{state}{bound.text}, with {percent(ci_prob)} probability"
        modes = self.modes(at, ci_prob)
        # Between modes nothing lies: each is named with its weight, or there is one number.
        said: list[tuple[Ends, str]] = [(numbers, "")]
        if len(modes) > 1:
            said = [(mode, f"; weight {percent(round(mode.weight, 2))}") for mode in modes]
        level = f"{percent(ci_prob)} credible interval"
        return state + " or ".join(f"about {middle(x)} ({level} {ends(x)}{w})" for x, w in said)

    def _table(self, prob: float) -> TextTable:
        """The estimates as printed."""
        return show.estimate_table(self, prob)

    def _source_table(self, prob: float) -> TextTable:
        """The sources as printed."""
        return TextTable((), ())

    def __repr__(self) -> str:
        return show.as_text(self)

    def _repr_html_(self) -> str:
        return show.as_html(self)

    def __rich__(self) -> Any:
        return show.as_rich(self)
