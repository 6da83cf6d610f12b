"""Names in a column beside the axes, spread so that none lies on another, tied to their marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from casualty_est.plots.page import Line, write_down
from casualty_est.plots.style import Picture

TIE = 0.3  # inches between the axes and the names
SPILL = 0.25  # inches by which the column may be longer than the axes


@dataclass(frozen=True, slots=True)
class Name:
    """A text in the right column, and the height of what it names."""

    lines: tuple[Line, ...]
    day: float
    value: float
    colour: str
    sign: str = "▬"  # what stands before it where it is not tied to its mark

    @property
    def height(self) -> float:
        """Inches."""
        return sum(line.height for line in self.lines) + 0.05


def write_names(
    figure: Picture, axes: Any, names: Sequence[Name], box: tuple[float, float, float, float]
) -> None:
    """Write the names beside the axes."""
    left, top, room, body = box
    low, high = axes.get_ylim()
    start, end = axes.get_xlim()
    wanted = [
        body * (1 - math.log(min(max(name.value, low), high) / low) / math.log(high / low))
        for name in names
    ]
    middles = spread(wanted, [name.height for name in names], body + SPILL)
    for name, at, middle in zip(names, wanted, middles, strict=True):
        write_down(figure, name.lines, top + middle - name.height / 2, left + room + TIE)
        mark = min(left + room * (name.day - start) / (end - start) + 0.07, left + room)
        line = [(mark, at), (left + room + 0.06, middle), (left + room + TIE - 0.04, middle)]
        width, height = map(float, figure.get_size_inches())
        across, down = [x / width for x, _ in line], [1 - (top + y) / height for _, y in line]
        figure.add_artist(Line2D(across, down, color=name.colour, lw=0.6, alpha=0.55))


def spread(wanted: Sequence[float], heights: Sequence[float], room: float) -> list[float]:
    """Move texts along a column so that none lies on another, each as little as it takes."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    # Blocks of texts that touch move together, to the mean of where their members want to be.
    blocks: list[tuple[list[int], float]] = []
    for i in order:
        members, start = [i], wanted[i] - heights[i] / 2
        start = min(max(start, 0.0), max(room - heights[i], 0.0))
        while blocks and blocks[-1][1] + sum(heights[k] for k in blocks[-1][0]) - 1e-9 > start:
            members = [*blocks.pop()[0], *members]
            start = _start(members, wanted, heights, room)
        blocks.append((members, start))
    middles = [0.0] * len(wanted)
    for members, start in blocks:
        for i in members:
            middles[i] = start + heights[i] / 2
            start += heights[i]
    return middles


def _start(
    members: Sequence[int], wanted: Sequence[float], heights: Sequence[float], room: float
) -> float:
    offsets = np.cumsum([0.0, *(heights[i] for i in members[:-1])])
    ideal = [
        wanted[i] - heights[i] / 2 - offset for i, offset in zip(members, offsets, strict=True)
    ]
    total = sum(heights[i] for i in members)
    return float(min(max(float(np.mean(ideal)), 0.0), max(room - total, 0.0)))
