"""What a family of distributions over capture histories brings, and what it gets for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from casualty_est.errors import UsageError
from casualty_est.lists.families.member import Array, Member, of_members
from casualty_est.lists.table.history import HistoryTable
from casualty_est.wording.language import N_, stored

if TYPE_CHECKING:
    import numpy as np

    from casualty_est.lists.families.in_pymc import Data

MOST_CELLS = 8  # lists up to which every history is written out
MOST_LISTS = 40
FLOOR = 0.10  # smallest mass of a group of families that the data do not rule out
WORDS = ("name", "title", "assumption", "prior")
# What a family brings beside words, by its engine; other engines know the posterior themselves.
BRINGS = {"averaged": ("members",), "drawn": ("posterior", "draw_prior")}


@dataclass(frozen=True, slots=True)
class Group:
    """Families that assume the same kind of dependence: they share one prior probability."""

    name: str  # its key in a result
    title: str  # what a table calls it
    in_words: str  # the same for a reader who never saw a model


@dataclass(frozen=True, slots=True)
class OpenRatio:
    """A prior of an odds ratio that no list can check: its median, and the sd of its log."""

    median: float
    sd: float
    normal: bool  # whether its log is Normal, so that it can be moved afterwards


@dataclass(frozen=True)
class Family:
    """One family of distributions over capture histories; its settings are its fields.

    It brings its words and what its engine asks of it: `members` that are averaged, a `posterior`
    that is drawn directly, or an engine of its own and `draw_prior`.
    """

    name: ClassVar[str]  # in calls
    title: ClassVar[str]  # in tables
    group: ClassVar[Group]  # its kind of dependence; a family that names none is a group of its own
    assumption: ClassVar[
        str
    ]  # what identifies the people on no list: a clause after "assumes that"
    prior: ClassVar[str]  # with its numbers, in one line
    least: ClassVar[int] = 3  # lists
    most: ClassVar[int] = MOST_LISTS
    # Why no more lists: a clause after "for".
    limit: ClassVar[str] = N_("note", "it writes out every history")
    engine: ClassVar[str] = "averaged"  # the module of `lists.inference` that fits it
    method: ClassVar[str] = "smc"  # what a result calls that: smc, exact or gibbs
    many_modes: ClassVar[bool] = False  # whether only tempering finds all modes of its members
    by_pair: ClassVar[bool] = False  # whether its members, that differ in one pair, curve alike
    # Of a family that is drawn directly: whether it has what no table says anything about.
    shared_by_strata: ClassVar[bool] = False
    not_in_pymc: ClassVar[str] = "none is written"

    def __init_subclass__(cls) -> None:
        needed = (*WORDS, *BRINGS.get(cls.engine, ("draw_prior",)))
        missing = [
            part for part in needed if getattr(cls, part, None) is getattr(Family, part, None)
        ]
        if missing:
            msg = f"the family {cls.__name__} must bring {', '.join(missing)}"
            raise UsageError(msg)
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
            return stored(
                "note",
                "needs at least {least} lists, not {number}",
                least=self.least,
                number=n_lists,
            )
        if n_lists > self.most:
            return stored(
                "note",
                "takes at most {most} lists, not {number}, for {limit}",
                most=self.most,
                number=n_lists,
                limit=self.limit,
            )
        return ""

    @property
    def open_ratio(self) -> OpenRatio | None:
        """The prior of the odds ratio of the unseen cell, where it is one of its own."""
        return None

    def check(self, lists: Sequence[str]) -> None:
        """Refuse settings that do not fit the lists of a table; most families have none."""

    def clause(self) -> str:
        """The assumption that identifies the people on no list, with what was set of it."""
        return self.assumption

    @property
    def alone(self) -> bool:
        """Whether it is averaged with no other family."""
        return self.engine != Family.engine

    def members(self, table: HistoryTable) -> Sequence[Member]:
        """Distributions that are averaged, equally probable before the data."""
        msg = f"{self.name} stands alone: it has no members that are averaged"
        raise UsageError(msg)

    def posterior(
        self,
        table: HistoryTable,
        draws: int,
        rng: np.random.Generator,
        common: np.random.Generator,
    ) -> tuple[Array, Array]:
        """Draw log shares of histories (draw, history), and log odds of being unlisted (draw,).

        What no table says anything about is drawn from `common`, the same in every stratum.
        """
        msg = f"{self.name} has no posterior that is drawn directly"
        raise UsageError(msg)

    def draw_prior(
        self, table: HistoryTable, draws: int, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw log odds of being unlisted (draw,), and shares that lists hold (draw, list)."""
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
