"""What is assumed of a score before anybody looked at a record."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Prior(NamedTuple):
    """Normal priors of (a, b, c, d)."""

    mean: Array
    sd: Array

    def text(self) -> tuple[str, ...]:
        """One line for each."""
        names = ("level a", "slope b", "family c", "candidates d")
        rows = zip(names, self.mean, self.sd, strict=True)
        return tuple(
            f"{name}: normal, mean {mean:g}, sd {sd:g}" if sd else f"{name}: {mean:g}"
            for name, mean, sd in rows
        )


LABELLED = Prior(np.array([0.0, 1.0, 0.0, -1.0]), np.array([3.0, 0.5, 3.0, 1.0]))
# Whoever stated probabilities may have counted the other candidates already.
LABELLED_STATED = Prior(np.array([0.0, 1.0, 0.0, 0.0]), LABELLED.sd)
# Without labels: relatives share more fields than chance, and those count once.
UNLABELLED = Prior(np.array([0.0, 1.0, -2.0, 0.0]), np.array([0.7, 0.25, 2.0, 0.0]))
# Probabilities whose doubt is stated pair by pair are taken as they are.
STATED = Prior(np.array([0.0, 1.0, 0.0, 0.0]), np.zeros(4))


def labelled(*, stated: bool) -> Prior:
    """The prior where records were answered: of weights, or of stated probabilities."""
    return LABELLED_STATED if stated else LABELLED
