"""What is assumed of a score before anybody looked at a record."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Prior(NamedTuple):
    """Normal priors of (a, b, c)."""

    mean: Array
    sd: Array

    def text(self) -> tuple[str, ...]:
        """One line for each."""
        names = ("level a", "slope b", "family c")
        rows = zip(names, self.mean, self.sd, strict=True)
        return tuple(f"{name}: normal, mean {mean:g}, sd {sd:g}" for name, mean, sd in rows)


LABELLED = Prior(np.array([0.0, 1.0, 0.0]), np.array([3.0, 0.5, 3.0]))
# Without labels: relatives share more fields than chance, and those count once.
UNLABELLED = Prior(np.array([0.0, 1.0, -2.0]), np.array([0.7, 0.25, 2.0]))
# Probabilities whose doubt is stated pair by pair are taken as they are.
STATED = Prior(np.array([0.0, 1.0, 0.0]), np.zeros(3))
