"""How one table of capture histories is fitted, whichever engine does it."""

from __future__ import annotations

from dataclasses import dataclass

from casualty_est.lists.families.family import FLOOR, Family

FEWEST_RUNS = 4  # fewer say nothing of their Monte Carlo error
SOME = 1000  # draws for which all histories are written out


@dataclass(frozen=True, slots=True)
class Plan:
    """How one table is fitted."""

    families: tuple[Family, ...]
    draws: int = 4000
    runs: int = 4
    floor: float = FLOOR
    method: str = "auto"
