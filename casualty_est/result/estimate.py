"""Estimate: the one result type, whatever the evidence and the engine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.result.posterior import Modes, find_modes
from casualty_est.result.refits import Refits
from casualty_est.result.tables import ratio_numbers, row_numbers
from casualty_est.wording.numbers import people, percent, share

if TYPE_CHECKING:
    import pandas as pd
    import xarray

    from casualty_est.claims.model.model import ClaimsModel
    from casualty_est.incidents.model.model import IncidentModel
    from casualty_est.lists.model.model import ListModel
    from casualty_est.plots import Plots
    from casualty_est.result.checks import Check
    from casualty_est.result.identification import Identification

Array = npt.NDArray[np.float64]
META = "casualty_est"


class Estimate(Refits):
    """The posterior of one study: counts, reliability of sources, and what they rest on.

    Parameters
    ----------
    tree : xarray.DataTree
        Group ``posterior`` with ``deaths`` (chain, draw, estimate; people) and, where sources have
        ratios, ``ratio_total`` (chain, draw, target); all that is no draw as JSON in the attribute
        ``casualty_est``.
    model : ClaimsModel, IncidentModel or ListModel, optional
        The model, for refits. A loaded estimate has none.
    progress : bool, optional
        Show the progress of refits on standard error; None shows it where that is a terminal.

    Raises
    ------
    UsageError
        If the tree was not written by casualty_est.
    """

    def __init__(
        self,
        tree: xarray.DataTree,
        *,
        model: ClaimsModel | IncidentModel | ListModel | None = None,
        progress: bool | None = None,
    ) -> None:
        if META not in tree.attrs or "posterior" not in tree.children:
            msg = "this is no casualty_est result: the attribute or the posterior is missing"
            raise UsageError(msg)
        self._tree = tree
        self._model = model
        self._progress = progress
        self._meta: dict[str, Any] = json.loads(tree.attrs[META])

    @property
    def idata(self) -> xarray.DataTree:
        """All draws, for ArviZ."""
        return self._tree

    @property
    def kind(self) -> str:
        """The evidence: ``claims``, ``incidents`` or ``lists``."""
        return str(self._meta["kind"])

    @property
    def meta(self) -> dict[str, Any]:
        """Everything that is no draw: settings, sources, claims, priors, warnings, versions."""
        return self._meta

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]:
        """What was assumed, merged, left out or went wrong, as (code, text)."""
        return tuple((note["code"], note["text"]) for note in self._meta["warnings"])

    @property
    def converged(self) -> bool:
        """Whether the fit passed every check."""
        return bool(self._meta["diagnostics"]["converged"])

    def __len__(self) -> int:
        return len(self._meta["rows"])

    def draws(self, row: int = 0) -> Array:
        """Posterior draws of one estimate, in people, of shape (chain, draw).

        Parameters
        ----------
        row : int
            The estimate, as numbered in `summary`.

        Returns
        -------
        ndarray of shape (chain, draw)
        """
        return np.asarray(self._tree["posterior"]["deaths"].values[..., self._row(row)])

    def _row(self, row: int) -> int:
        if not isinstance(row, int | np.integer) or not 0 <= row < len(self):
            msg = f"row must be one of the {len(self)} rows of summary(), from 0, not {row!r}"
            raise UsageError(msg)
        return int(row)

    def ratios(self, source: int) -> Array:
        """Posterior draws of one reporting ratio (reported / true), of shape (chain, draw).

        Parameters
        ----------
        source : int
            The ratio, as numbered in `sources`.

        Returns
        -------
        ndarray of shape (chain, draw)
        """
        name = "ratio_total" if "ratio_total" in self._tree["posterior"] else "ratio_within"
        return np.asarray(self._tree["posterior"][name].values[..., source])

    def level(self, row: int = 0) -> str:
        """What sets the level of one estimate: ``data``, ``anchor``, ``prior`` or ``none``.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `summary`.

        Returns
        -------
        str
        """
        if not self._meta["has_level"]:
            return "none"
        stated = self._meta["rows"][row].get("level")
        if stated is not None:
            return str(stated)
        held = sum(
            weight["weight"]
            for weight, assumption in zip(
                self.identification(row).rows, self._meta["assumptions"], strict=True
            )
            if assumption["kind"] in ("anchor", "reference")
        )
        return "anchor" if held >= 0.5 else "prior"

    def modes(self, row: int = 0, prob: float = 0.95) -> Modes:
        """Modes of one estimate with their weights; empty where there is no headline.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `summary`.
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        tuple of dict
            ``weight``, ``median``, ``low``, ``high`` (people).
        """
        return find_modes(self.draws(row).ravel(), prob) if self._meta["has_level"] else ()

    def summary(self, prob: float = 0.95) -> pd.DataFrame:
        """Documented count and posterior of every cell.

        Parameters
        ----------
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            One row per cell and part, the total first: labels, ``documented``, ``median``,
            ``low``, ``high``, ``prob``, ``mean``, ``sd`` (people), ``p_below_documented``,
            ``level``. Numbers are missing where there is no headline, the mean where it is not
            known to 5 %, and ``p_below_documented`` for lists, whose people are all counted.
        """
        from casualty_est.result.tables import summary

        return summary(self, prob)

    def sources(self, prob: float = 0.95) -> pd.DataFrame:
        """Reliability of every source toward every cell it counts, prior beside posterior.

        Parameters
        ----------
        prob : float
            Level of the equal-tailed credible intervals.

        Returns
        -------
        pandas.DataFrame
            ``source``, ``role``, the target's labels, ``ratio`` with ``low`` and ``high``
            (reported / true, no unit), ``prior_median``, ``prior_low``, ``prior_high`` (95 %), and
            ``learned`` (posterior over prior sd of the log ratio; 1: the data said nothing).
        """
        from casualty_est.result.tables import sources

        return sources(self, prob)

    def identification(self, row: int = 0) -> Identification:
        """What sets the level of an estimate.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `summary`; the total by default.

        Returns
        -------
        Identification
            Signed weights with Monte Carlo errors, their sum, and the same in sentences.
        """
        from casualty_est.result.identification import identify

        return identify(self, self._row(row))

    def check(self) -> Check:
        """Convergence, claims that contradict the rest, and P(N < documented).

        Returns
        -------
        Check
        """
        from casualty_est.result.checks import check

        return check(self)

    def incidents(self) -> pd.DataFrame:
        """Posterior of every incident.

        Returns
        -------
        pandas.DataFrame
            ``incident``, ``median``, ``low``, ``high`` (people killed in it if it is real; 95 %
            interval), ``real`` (probability that it is real and by the perpetrator), ``prob``,
            ``count``. Where a row of the table stands for several incidents, one row per pattern.

        Raises
        ------
        UsageError
            If the evidence is no incident reports.
        """
        from casualty_est.result.tables import incidents

        return incidents(self)

    def gap(self) -> pd.DataFrame:
        """Why two sources' totals differ, incident by incident.

        The gap between what the anchor reports and what another source reports is split into
        incidents that one of them does not report, counting within incidents that both report, and
        incidents that are not real or not the perpetrator's: Shapley values, which sum to the gap
        in every draw.

        Returns
        -------
        pandas.DataFrame
            ``from``, ``to`` (sources), ``reported_from``, ``reported_to`` (deaths reported; of a
            range the middle), ``part``, and its ``mean``, ``median``, ``low``, ``high`` (deaths).
            Means sum to the gap.

        Raises
        ------
        UsageError
            If the evidence is no incident reports.
        """
        from casualty_est.result.tables import gap

        return gap(self)

    @property
    def has_path(self) -> bool:
        """Whether time was modelled, so that counts and ratios have paths."""
        from casualty_est.claims.paths import has_path

        return has_path(self)

    def path(self, prob: float = 0.95) -> pd.DataFrame:
        """Cumulative count of every cell to the end of every step of the grid.

        Parameters
        ----------
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            ``scope``, ``outcome``, ``group``, ``perpetrator``, ``date`` (ISO text, last day of the
            step), ``median``, ``low``, ``high`` (people, from the first day of the grid),
            ``documented_low`` (largest count documented to that date), ``prob``.

        Raises
        ------
        UsageError
            If time was not modelled, or there is no headline.
        """
        from casualty_est.claims.paths import path

        return path(self, prob)

    def ratio_paths(self, prob: float = 0.95) -> pd.DataFrame:
        """Reported over true to every date, drift and delay included, slow errors not.

        Parameters
        ----------
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            ``source``, the target's labels, ``date``, ``median``, ``low``, ``high``, ``prob``.

        Raises
        ------
        UsageError
            If time was not modelled, or there is no headline.
        """
        from casualty_est.claims.paths import ratio_paths

        return ratio_paths(self, prob)

    def still_to_be_admitted(self, prob: float = 0.95) -> pd.DataFrame:
        """What sources with a delay will still state of the deaths up to every date.

        Parameters
        ----------
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            ``source``, the target's labels, ``date``, ``admitted`` (as published by then),
            ``median``, ``low``, ``high`` (people still to be admitted), ``prob``; empty where no
            source has a delay.

        Raises
        ------
        UsageError
            If time was not modelled, or there is no headline.
        """
        from casualty_est.claims.paths import still_to_be_admitted

        return still_to_be_admitted(self, prob)

    @property
    def plot(self) -> Plots:
        """Pictures of this estimate, such as ``est.plot.total()``."""
        from casualty_est.plots import Plots

        return Plots(self)

    def report(self, path: str | os.PathLike[str], *, prob: float = 0.95) -> Path:
        """Write one self-contained HTML report.

        Parameters
        ----------
        path : path
            The file to write; an existing one is replaced only when the new one is whole.
        prob : float
            Level of the intervals.

        Returns
        -------
        Path
        """
        from casualty_est.report import write_report

        return write_report(self, path, prob=prob)

    def to_dict(self, prob: float = 0.95) -> dict[str, Any]:
        """The content of estimate.json: plain numbers or None, never NaN.

        Parameters
        ----------
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        dict
        """
        from casualty_est.result.files import to_dict

        return to_dict(self, prob)

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
        from casualty_est.result.files import save

        return save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Estimate:
        """Load a saved estimate; the model is not rebuilt, and no old file is refused.

        Parameters
        ----------
        path : path
            A file written by `save`.

        Returns
        -------
        Estimate

        Raises
        ------
        UsageError
            If the file is missing or was not written by casualty_est.
        """
        from casualty_est.result.files import load

        return cls(load(path))

    def headline(self, row: int = 0, prob: float = 0.95) -> str:
        """One estimate in one line: rounded median and interval, or why there is none.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `summary`.
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        str
        """
        numbers = row_numbers(self, row, prob)
        if numbers["median"] is None:
            return "no headline number: nothing sets the level"
        state = "" if self.converged else "NOT CONVERGED: "
        modes = self.modes(row, prob)
        # Between modes nothing lies: each is named with its weight, or there is one number.
        answers: list[Any] = list(modes) if len(modes) > 1 else [numbers]
        parts = [
            f"about {people(m['median'], m['low'], m['high'])} ({percent(prob)} credible interval "
            f"{people(m['low'], m['low'], m['high'])} to {people(m['high'], m['low'], m['high'])}"
            + (f"; weight {percent(round(m['weight'], 2))})" if len(modes) > 1 else ")")
            for m in answers
        ]
        return state + " or ".join(parts)

    def __repr__(self) -> str:
        from casualty_est.result.show import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from casualty_est.result.show import as_html

        return as_html(self)

    def __rich__(self) -> Any:
        from casualty_est.result.show import as_rich

        return as_rich(self)

    def ratio_text(self, source: int, prob: float = 0.95) -> str:
        """One reporting ratio in one line, rounded.

        Parameters
        ----------
        source : int
            The ratio, as numbered in `sources`.
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        str
        """
        ratio = ratio_numbers(self, source, prob)
        if ratio is None:
            return "not known: nothing sets the level"
        return f"{share(ratio['median'])} ({share(ratio['low'])} to {share(ratio['high'])})"
