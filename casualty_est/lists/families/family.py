"""What a family of distributions over capture histories brings, and what it gets for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from casualty_est.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

    from casualty_est.lists.families.in_pymc import Data
    from casualty_est.lists.families.member import Array, Member
    from casualty_est.lists.inference.answer import Answer
    from casualty_est.lists.inference.plan import Plan
    from casualty_est.lists.table.history import HistoryTable
    from casualty_est.result.progress import Report

MOST_CELLS = 8  # lists up to which every history is written out
MOST_LISTS = 20
FLOOR = 0.10  # smallest mass of a group of families that the data do not rule out
ASSUMED = "It rests on one assumption, which no list can check: {}."


@dataclass(frozen=True, slots=True)
class Group:
    """Families that assume the same kind of dependence: they share one prior probability.

    Parameters
    ----------
    name : str
        Its key in a result.
    title : str
        What a table calls it.
    in_words : str
        The same for a reader who never saw a model.
    """

    name: str
    title: str
    in_words: str


@dataclass(frozen=True)
class Family:
    """One family of distributions over capture histories; its settings are its fields.

    A family that is averaged brings `members`; one that stands alone brings `solve`.

    Attributes
    ----------
    name, title : str
        Its name in calls, and in tables.
    group : Group
        Its kind of dependence; a family that names none is a group of its own.
    assumption : str
        What identifies the number of people on no list, as a clause after "assumes that".
    prior : str
        The prior with its numbers, in one line.
    least, most : int
        Numbers of lists it can be fitted to.
    limit : str
        Why it takes no more lists, as a clause after "for".
    alone : bool
        Whether it is averaged with no other family.
    method : {"smc", "exact", "gibbs"}
        How it is computed.
    many_modes : bool
        Whether its members have several modes, so that only tempering finds them all.
    by_pair : bool
        Whether its members differ in one pair of lists only, and so are curved alike.
    not_in_pymc : str
        Why it has no PyMC model.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    group: ClassVar[Group]
    assumption: ClassVar[str]
    prior: ClassVar[str]
    least: ClassVar[int] = 3
    most: ClassVar[int] = MOST_LISTS
    limit: ClassVar[str] = "it writes out every history"
    alone: ClassVar[bool] = False
    method: ClassVar[str] = "smc"
    many_modes: ClassVar[bool] = False
    by_pair: ClassVar[bool] = False
    not_in_pymc: ClassVar[str] = "none is written"

    def __init_subclass__(cls) -> None:
        if not hasattr(cls, "group"):
            cls.group = Group(cls.name, cls.title, cls.title)

    @property
    def options(self) -> dict[str, Any]:
        """Its settings by name, as plain values."""
        return asdict(self)

    @property
    def people(self) -> str:
        """Which numbers of people are allowed, in words."""
        return "without an upper limit"

    def refusal(self, n_lists: int) -> str:
        """Why it cannot be fitted to so many lists; empty where it can."""
        if n_lists < self.least:
            return f"needs at least {self.least} lists, not {n_lists}"
        if n_lists > self.most:
            return f"takes at most {self.most} lists, not {n_lists}, for {self.limit}"
        return ""

    def report_sentence(self) -> str:
        """What identifies the people on no list, for a reader with one minute."""
        return ASSUMED.format(self.assumption)

    def members(self, table: HistoryTable) -> Sequence[Member]:
        """Distributions that are averaged, equally probable before the data."""
        raise NotImplementedError

    def solve(
        self,
        table: HistoryTable,
        plan: Plan,
        seed: np.random.SeedSequence,
        report: Report | None = None,
    ) -> Answer:
        """Fit one table: unless it stands alone, together with all families of the plan."""
        from casualty_est.lists.inference import averaged

        return averaged.solve(table, plan, seed, report)

    def draw_prior(
        self, table: HistoryTable, draws: int, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw from the prior.

        Returns (draw,): Log odds of being on no list.
        Returns (draw, list): Share of all people that each list holds.
        """
        from casualty_est.lists.inference.prior import of_members

        return of_members(self.members(table), draws, rng)

    def pymc(self, data: Data) -> None:
        """Write it into the open PyMC model."""
        msg = f"{self.name} has no PyMC model: {self.not_in_pymc}"
        raise UsageError(msg)


def in_range(name: str, value: float, low: float, high: float) -> None:
    """Check a setting that is a number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        msg = f"{name} must be a number from {low:g} to {high:g}, not {value!r}"
        raise UsageError(msg)
