"""Linkage: the posterior over partitions as counts, without any record."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.kinds import room
from casualty_est.result.call import check_counts
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import Note, Span
from casualty_est.wording.language import N_
from casualty_est.wording.numbers import percent, with_ends

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from casualty_est.plots import Look

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
__all__ = ["Linkage"]

BLANK = "unknown"  # a stratum that no record of a person says


@dataclass(frozen=True, eq=False, repr=False)
class Linkage:
    """How many people are on which lists, draw by draw of the matching.

    It contains counts and no records: nothing leads back to a name. `LinkageModel.fit` returns it.

    Parameters
    ----------
    lists : tuple of str
        The lists.
    by : tuple of str
        Columns of the strata.
    strata : tuple of tuple of str
        Labels of each stratum.
    tables : ndarray of int, shape (chain, draw, stratum, history)
        People; a history is the sum of 2^k over the lists k they are on.
    theta : ndarray of shape (chain, draw, 4)
        Calibration: level, slope, family, candidates.
    missed : ndarray of shape (chain, draw)
        Share of the links that no blocking rule could see.
    records : tuple of int
        Records of each list.
    thresholds : mapping of float to ndarray of shape (stratum, history)
        People if every pair above a probability were one person, as a warning.
    if_missed : mapping of float to ndarray of shape (stratum, history)
        People if blocking had missed no link, and if it had missed as large a share of them as the
        upper end of its 95% interval; empty where every pair was compared.
    diagnostics : mapping of str to float
        ``rhat`` of people by history between chains, the largest.
    settings : mapping
        What the model and the fit were told.
    warnings : tuple of Note
        What was assumed or went wrong.
    """

    lists: tuple[str, ...]
    by: tuple[str, ...]
    strata: tuple[tuple[str, ...], ...]
    tables: Ints
    theta: Array
    missed: Array
    records: tuple[int, ...]
    thresholds: Mapping[float, Ints]
    if_missed: Mapping[float, Ints]
    diagnostics: Mapping[str, float]
    settings: Mapping[str, Any]
    warnings: tuple[Note, ...]

    @property
    def converged(self) -> bool:
        """Whether two chains from opposite starts agree."""
        return not any(note.code == "not_converged" for note in self.warnings)

    @property
    def calibrated(self) -> bool:
        """Whether answers of a reviewer went in."""
        return not any(note.code == "not_calibrated" for note in self.warnings)

    @property
    def doubt_of_scores(self) -> str:
        """What a matching that nobody calibrated rests on; nothing where answers went in."""
        if self.calibrated:
            return ""
        return GIVEN if self.settings.get("pairs") == "given" else UNCALIBRATED

    @property
    def whole(self) -> Ints:
        """People by history in all strata, of shape (draw, history)."""
        table: Ints = self.tables.sum(axis=2).reshape(-1, self.tables.shape[-1])
        return table

    @property
    def people(self) -> Ints:
        """Draws of the number of people on some list, of shape (draw,)."""
        number: Ints = self.whole.sum(axis=1)
        return number

    def overlaps(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """How many people are on exactly which lists.

        Parameters
        ----------
        ci_prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            ``lists``, ``median``, ``low``, ``high``, ``prob`` (people), and ``threshold 0.5`` and
            the like: the number if every pair above that probability were one person.
        """
        import pandas as pd

        names = [""] + [self._history(x) for x in range(1, self.whole.shape[1])]
        ends = np.quantile(self.whole, interval_ends(ci_prob), axis=0)
        cut = {f"threshold {p:g}": table.sum(axis=0) for p, table in self.thresholds.items()}
        rows = [
            {
                "lists": names[x],
                "median": float(ends[1, x]),
                "low": float(ends[0, x]),
                "high": float(ends[2, x]),
                "prob": ci_prob,
                **{name: int(values[x]) for name, values in cut.items()},
            }
            for x in range(1, self.whole.shape[1])
        ]
        return pd.DataFrame(rows)

    def _history(self, x: int) -> str:
        return " and ".join(name for k, name in enumerate(self.lists) if (x >> k) & 1)

    def histories(self, draws: int = 40) -> list[Any]:
        """Tables of capture histories for `ListModel`, one for each of some draws.

        The draws are spread evenly over the posterior, in the order of what they say of the number
        of people, so that a few of them have its width; the first is the one in the middle.

        Parameters
        ----------
        draws : int
            How many tables.

        Returns
        -------
        list of CaptureHistories

        Raises
        ------
        UsageError
            If there are not so many draws.

        Examples
        --------
        >>> import pandas as pd
        >>> import casualty_est as ce
        >>> people = pd.DataFrame({"id": ["1", "2", "3"], "list": ["A", "B", "B"]})
        >>> pairs = pd.DataFrame({"record_a": ["1"], "record_b": ["2"], "probability": [0.9]})
        >>> link = ce.LinkageModel.from_scores(people, pairs).fit(seed=1, draws=100)
        >>> len(link.histories(draws=10))
        10
        """
        return self._histories(draws, np.full(len(self.whole), 1.0 / len(self.whole)))

    def _histories(self, draws: int, weights: Array) -> list[Any]:
        """Tables of draws that weigh differently, spread evenly over the weight."""
        (draws,) = check_counts(draws=draws)
        if draws > len(self.whole):
            msg = f"there are {len(self.whole):,} draws of the matching, fewer than {draws:,}"
            raise UsageError(msg)
        order = np.argsort(size_by_pairs(self.whole, len(self.lists)), kind="stable")
        edges = np.cumsum(weights[order])
        points = (np.arange(draws) + 0.5) / draws * edges[-1]
        chosen = order[np.minimum(np.searchsorted(edges, points), len(order) - 1)]
        # Some answers are told of the first table alone: it is that in the middle.
        chosen = np.roll(chosen, -(draws // 2))
        flat = self.tables.reshape(-1, *self.tables.shape[2:])
        return [self._table(flat[d], f"draw {n + 1} of the matching") for n, d in enumerate(chosen)]

    def _table(self, table: Ints, name: str) -> Any:
        """One table of capture histories."""
        import pandas as pd

        rows = []
        for s, labels in enumerate(self.strata):
            for x in np.flatnonzero(table[s]):
                on = {name: int(x >> k) & 1 for k, name in enumerate(self.lists)}
                rows.append({**dict(zip(self.by, labels, strict=True)), **on, "count": table[s, x]})
        histories = room("lists", "table.histories").CaptureHistories
        return histories(pd.DataFrame(rows), lists=self.lists, by=self.by, name=name)

    def estimate(self, matchings: int = 40, *, joint: bool = False, **fit: Any) -> Any:
        """Estimate how many people there are, with the uncertainty of the matching inside.

        Parameters
        ----------
        matchings : int
            How many draws of the matching go in.
        joint : bool
            Weigh each draw of the matching by how probable the families find its overlaps, as if
            matching and population were fitted in one step. A note says how many draws are left;
            below 80% the two steps assume different things, and more draws are wanted. Only without
            strata, and where every pair was compared.
        **fit : object
            ``families``, ``floor`` and ``cell`` of `ListModel`; the rest goes to its `fit`.

        Returns
        -------
        ListEstimate
            Its identification has a row "linkage", the share of the variance of the answer that
            comes from the matching, and says what thresholds would have answered.

        Raises
        ------
        UsageError, InputError
            As `ListModel`.
        """
        from casualty_est.linkage.into_lists import estimate

        return estimate(self, matchings, fit, joint=joint)

    def plot(self, estimate: Any = None, *, ci_prob: float = 0.95, **look: Unpack[Look]) -> Figure:
        """Draw how many people are on exactly which lists, beside what thresholds would give.

        Parameters
        ----------
        estimate : ListEstimate, optional
            What `estimate` returned: the picture then shows the share of its variance that the
            matching causes.
        ci_prob : float
            Level of the intervals.
        **look
            How it looks, as in `Plots.total`.

        Returns
        -------
        matplotlib.figure.Figure
            People on a log axis.

        Raises
        ------
        UsageError
            If `ci_prob` does not lie between 0 and 1.
        """
        from casualty_est.linkage.plots import draw

        return draw(self, estimate, ci_prob, **look)

    def report(
        self, estimate: Any, path: str | os.PathLike[str], *, ci_prob: float = 0.95, **said: Any
    ) -> Path:
        """Write the report of an estimate, with a section "How sure is the matching?".

        Parameters
        ----------
        estimate : ListEstimate
            What `estimate` returned.
        path : path
            The file to write; an existing one is replaced only when the new one is whole.
        ci_prob : float
            Level of the intervals.
        **said : object
            ``audience``, ``about`` and what else `Estimate.report` takes.

        Returns
        -------
        Path

        Raises
        ------
        UsageError
            As `Estimate.report`.
        """
        from casualty_est.report.publish import report
        from casualty_est.result.publishing import settled_today

        settled = settled_today(said.pop("about", None), said)
        return report(self._report_parts(estimate, ci_prob), path, settled)

    def _report_parts(self, estimate: Any, prob: float) -> Any:
        """What a report says of an estimate, and of the matching."""
        from casualty_est.linkage.report import parts_of

        return parts_of(self, estimate, prob)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save as netCDF: counts, calibration and settings, and nothing of any record.

        Parameters
        ----------
        path : path
            The file; an existing one is replaced only when the new one is whole.

        Returns
        -------
        Path
        """
        from casualty_est.linkage.files import save

        return save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Linkage:
        """Load a saved linkage.

        Parameters
        ----------
        path : path
            A file written by `save`.

        Returns
        -------
        Linkage

        Raises
        ------
        UsageError
            If the file is missing, damaged or of something else.
        """
        from casualty_est.linkage.files import load

        return load(path)

    def people_in_words(self, ci_prob: float = 0.95) -> str:
        """Write the number of people on some list as every text prints it.

        Parameters
        ----------
        ci_prob : float
            Probability of the interval.

        Returns
        -------
        str
            Median and interval, such as ``3,296 (3,266 to 3,327)``.
        """
        low, median, high = np.quantile(self.people, interval_ends(ci_prob))
        return with_ends(Span(float(median), float(low), float(high)))

    def __repr__(self) -> str:
        """Write how many people there are, how sure that is, and what was assumed."""
        lines = [self.doubt_of_scores] if not self.calibrated else []
        lines.append(
            f"Linkage: {sum(self.records):,} records describe {self.people_in_words()} people"
        )
        for one, two in combinations(range(len(self.lists)), 2):
            both = [x for x in range(self.whole.shape[1]) if (x >> one) & 1 and (x >> two) & 1]
            low, median, high = np.quantile(self.whole[:, both].sum(axis=1), interval_ends(0.95))
            shared = with_ends(Span(float(median), float(low), float(high)))
            lines.append(f"  {self.lists[one]} and {self.lists[two]}: {shared} people on both")
        if self.missed.max() > 0:
            low, median, high = np.quantile(self.missed, interval_ends(0.95))
            ends = f"{percent(round(float(low), 3))} to {percent(round(float(high), 3))}"
            said = percent(round(float(median), 3))
            lines.append(f"  links that no blocking rule could see: {said} ({ends})")
        said_above = {"not_calibrated"}
        lines += [f"Note: {n.text}." for n in self.warnings if n.code not in said_above]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


UNCALIBRATED = N_(
    "note",
    "The matching is not calibrated: nobody looked at any record, and the scores are taken nearly "
    "as they are. Answer 100 records on the page that review() writes.",
)
GIVEN = N_(
    "note",
    "The matching is not calibrated: the scores are taken at their word, and no answered records "
    "say what they are worth.",
)


def size_by_pairs(tables: Ints, lists: int) -> Array:
    """Log number of people, of shape (draw,), as the overlaps of pairs of lists put it together."""
    held = (np.arange(tables.shape[1])[:, None] >> np.arange(lists)) & 1
    sizes = tables @ held
    logs = [
        np.log((sizes[:, a] + 1.0) * (sizes[:, b] + 1.0) / (tables @ (held[:, a] & held[:, b]) + 1))
        for a, b in combinations(range(lists), 2)
    ]
    mean: Array = np.mean(logs, axis=0)
    return mean
