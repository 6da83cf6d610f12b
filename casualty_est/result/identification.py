"""What sets the level of an estimate: weights of assumptions, and the same in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from casualty_est.result.schema import Cell, Weight, frame_of, plain
from casualty_est.wording.numbers import portion


@dataclass(frozen=True, slots=True)
class Identification:
    """What the level of one estimate rests on.

    Parameters
    ----------
    cell : Cell
        The estimate.
    kind : {"gauge", "elasticity", "families"}
        What the weights are.
    rows : tuple of Weight
        Per assumption: ``assumption``, ``weight`` (signed), ``mcse``, and ``learned``: posterior sd
        over prior sd of a ratio, 1 where the data said nothing about it (None where it does not
        apply).
    sentences : tuple of str
        The same in words.
    sum_mcse : float
        Monte Carlo standard error of the sum; 0 where the weights are exact.
    converged : bool
        Whether the fit converged; if not, no weight means anything.
    """

    cell: Cell
    kind: str
    rows: tuple[Weight, ...]
    sentences: tuple[str, ...]
    sum_mcse: float = 0.0
    converged: bool = True

    @property
    def sum(self) -> float | None:
        """Sum of the weights: 1 up to Monte Carlo error under the gauge; None elsewhere."""
        if self.kind != "gauge":
            return None
        return float(sum(row.weight for row in self.rows))

    def to_frame(self) -> Any:
        """Table of the rows, as a pandas DataFrame."""
        return frame_of(self.rows, Weight)

    def to_dict(self) -> dict[str, Any]:
        """The block ``identification`` of estimate.json."""
        keys = ("assumption", "weight", "mcse")
        return {
            "cell": plain(self.cell),
            "kind": self.kind,
            "rows": [{key: getattr(row, key) for key in keys} for row in self.rows],
            "sum": self.sum,
            "sentences": list(self.sentences),
        }

    @property
    def _warning(self) -> tuple[str, ...]:
        return () if self.converged else ("NOT CONVERGED: do not use these weights.",)

    @property
    def _total(self) -> str:
        if self.sum is None:
            return ""
        error = f" (Monte Carlo error {self.sum_mcse:.2g})" if self.sum_mcse else ""
        return f"sum {self.sum:+.3f}{error or ': exact'}"

    def __repr__(self) -> str:
        lines = list(self._warning)
        if not self.rows:
            return "\n".join([*lines, *self.sentences])
        width = max(len(row.assumption) for row in self.rows)
        if self.kind == "families":
            width = max(width, len("kind of dependence"))
            lines.append(f"{'kind of dependence':{width}}  weight")
            lines += [f"{r.assumption:{width}}  {portion(r.weight)}" for r in self.rows]
            return "\n".join([*lines, "", *self.sentences])
        rest = "    mcse  posterior sd / prior sd" if self.kind == "gauge" else "    mcse"
        lines.append(f"{'assumption':{width}}  weight{rest}")
        for row in self.rows:
            learned = "" if row.learned is None else f"{row.learned:.2f}"
            error = " exact" if row.mcse == 0 else f"{row.mcse:6.3f}" if row.mcse else ""
            line = f"{row.assumption:{width}}  {row.weight:+6.3f}  {error}  {learned}"
            lines.append(line.rstrip())
        return "\n".join([*lines, self._total, "", *self.sentences])

    def _repr_html_(self) -> str:
        lines = [*self._warning, self._total, *self.sentences]
        told = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
        if not self.rows:
            return told
        # What does not apply to this kind of evidence has no column.
        table = self.to_frame().dropna(axis=1, how="all")
        table = table.rename(columns={"learned": "posterior sd / prior sd"})
        if self.kind == "families":
            table["weight"] = table["weight"].map(portion)
        shown = table.to_html(index=False, border=0, na_rep="", float_format="{:.3f}".format)
        return str(shown) + told
