"""Deaths of a sample looked up on lists: the empty cell of the lists is observed.

The number of sampled deaths on a list is beta-binomial round its completeness, with the variance
that the design effect of the clusters gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy import special

from casualty_est.arrays import Array
from casualty_est.errors import UsageError
from casualty_est.result.labels import cell_of
from casualty_est.result.schema import Cell, Side
from casualty_est.surveys.model.design import RHO_TEXT, effect, rho_nodes
from casualty_est.surveys.model.options import CELL, Options, number
from casualty_est.surveys.table.matched import Matched
from casualty_est.surveys.table.survey import Survey
from casualty_est.tables.checks import is_number, offered
from casualty_est.wording.language import N_, Noted, stored
from casualty_est.wording.numbers import several
from casualty_est.wording.phrases import cell_text

ANY = "any"
KNOWN = {"listed", "missed_links", "cell"}
PRIOR = (0.5, 0.5)  # Jeffreys; its quantiles stand in `inference.matched`
# Where a list holds none of the sampled deaths, or all, the answer is a bound. With every share
# alike it is the classical one (3 over the number of deaths); Jeffreys' prior would be bolder.
ALIKE = (1.0, 1.0)
LOOSE, TIGHT = 0.05, 1e7  # limits of the concentration of the beta-binomial
MOST_MISSED = 0.9
UNLIKELY = 0.01  # probability below which so many links cannot have been found
FEW = 5  # sampled deaths on a list, below which another prior moves the number by a tenth


@dataclass(frozen=True, eq=False)
class MatchedLayout:
    """Counts of sampled deaths by list, how many people one list holds, and the dials.

    `counts` has for each list, and last for `any`, the sampled deaths that it holds; `deaths` is
    the number of those that were looked up on all.
    """

    matched: Matched
    cell: Cell
    listed: tuple[str, int]
    missed_links: float
    counts: tuple[int, ...]
    deaths: int
    deffs: Array
    weights: Array
    engine: ClassVar[str] = "matched"

    @classmethod
    def of(cls, survey: Survey, options: Options) -> MatchedLayout:
        """The layout of a table."""
        options.only(survey.form, KNOWN)
        held = survey.matched
        assert held is not None
        whole = held.whole
        if not len(whole):
            msg = "no death was looked up on every list: fill the blanks of at least one row"
            raise UsageError(msg)
        rho, weights = rho_nodes()
        counts = (*whole.on.sum(axis=0).astype(int).tolist(), int(whole.on_any.sum()))
        listed = _listed(held, options.listed)
        _as_many_as_in_the_sample(held, listed)
        layout = cls(
            held,
            cell_of(options.cell, CELL),
            listed,
            number("missed_links", options.missed_links, 0.0, 0.0, MOST_MISSED),
            counts,
            len(whole),
            effect(whole.cluster_size, rho),
            weights,
        )
        layout._more_than_can_be_found()
        return layout

    def _more_than_can_be_found(self) -> None:
        """Refuse missed links that leave no room for those that were found."""
        if self.possible(self.missed_links):
            return
        most = max(self.counts)
        msg = (
            f"missed_links of {self.missed_links:g} leaves at most {1 - self.missed_links:.0%} of "
            f"deaths to be found on a list, and {most:,} of {self.deaths:,} were found: correct it"
        )
        raise UsageError(msg)

    def possible(self, missed: float) -> bool:
        """Whether as many deaths may have been found where a matching missed this share."""
        deff = float(self.weights @ self.deffs)
        found, deaths = max(self.counts) / deff, self.deaths / deff
        # The upper tail of a binomial, of as many deaths as are effective.
        tail = special.betainc(max(found, 1e-9), deaths - found + 1, 1 - missed)
        return not missed or bool(tail >= UNLIKELY)

    @property
    def names(self) -> tuple[str, ...]:
        """The lists, and `any` where there are several."""
        return (*self.matched.lists, ANY) if len(self.matched.lists) > 1 else self.matched.lists

    @property
    def at(self) -> int:
        """The place of the list from whose size the total follows."""
        return self.names.index(self.listed[0]) if self.listed[0] in self.names else 0

    @property
    def settings(self) -> dict[str, Any]:
        """What was set."""
        return {"listed": dict([self.listed]), "missed_links": self.missed_links}

    def prior(self, at: int) -> tuple[float, float]:
        """Of the completeness of a list: parameters of a Beta."""
        return ALIKE if self.side(at) else PRIOR

    def side(self, at: int) -> Side | None:
        """On which side alone the sample bounds the number that would follow from a list."""
        return side_of(self.counts[at], self.deaths)

    @property
    def few(self) -> bool:
        """Whether so few sampled deaths are on the list, or off it, that its prior counts."""
        held = self.counts[self.at]
        return 0 < min(held, self.deaths - held) < FEW

    @property
    def notes(self) -> tuple[Noted, ...]:
        """Where the answer is a bound, or rough."""
        held, name = self.counts[self.at], self.listed[0]
        where = N_("identification", "at least one list") if name == ANY else name
        if self.side(self.at) == "lower":
            text = stored(
                "note",
                "no death of the sample is on {list}: the number is a lower bound. For an estimate "
                "look up more deaths, or give the size of a list that has some of them (listed)",
                list=where,
            )
            return (("lower_bound", text),)
        if self.side(self.at) == "upper":
            text = stored(
                "note",
                "every death of the sample is on {list}: the number is an upper bound",
                list=where,
            )
            return (("upper_bound", text),)
        if 0 < held < FEW:
            text = stored(
                "note",
                "only {held} of {deaths} deaths in the sample are on {list}: the number is rough, "
                "and its upper end follows what was assumed about the list as well",
                held=f"{held:,}",
                deaths=f"{self.deaths:,}",
                list=where,
            )
            return (("few_found", text),)
        return ()

    def lines(self) -> list[str]:
        """The model in words."""
        size = self.matched.whole.cluster_size
        name, people = self.listed
        lines = [
            f"Survey model: {several(self.deaths, 'death')} looked up on "
            f"{several(len(self.matched.lists), 'list')}",
            f"  {cell_text(self.cell)}",
            *(
                f"  {name}: {n:,} of {self.deaths:,}"
                for name, n in zip(self.names, self.counts, strict=False)
            ),
            f"  people on {'any list' if name == ANY else name}: {people:,}",
            "",
            "Priors",
            *self._priors(),
            f"  design effect of {size:.1f} deaths a cluster: {RHO_TEXT}",
        ]
        missed = f"{self.missed_links:g}" if self.missed_links else "none"
        return [*lines, f"  links that the matching missed: {missed}"]

    def _priors(self) -> list[str]:
        """Completeness of the lists, those with the same prior together."""
        groups: dict[tuple[float, float], list[str]] = {}
        for j, name in enumerate(self.names):
            groups.setdefault(self.prior(j), []).append(name)
        if len(groups) == 1:
            [prior] = groups
            return ["  completeness of each list: Beta({:g}, {:g})".format(*prior)]
        return [
            "  completeness of {}: Beta({:g}, {:g})".format(", ".join(names), *prior)
            for prior, names in groups.items()
        ]


def side_of(held: int, deaths: int) -> Side | None:
    """On which side alone a sample bounds a count, of whose list it found so many deaths."""
    return "lower" if not held else "upper" if held == deaths else None


def _listed(held: Matched, given: Any) -> tuple[str, int]:
    """The list whose size is known, and its size."""
    names = (*held.lists, ANY)
    if isinstance(given, Mapping) and len(given) > 1:
        msg = f"listed takes the size of one list, or of all together, not of {', '.join(given)}"
        raise UsageError(msg)
    if given is None or (isinstance(given, Mapping) and not given):
        msg = (
            "matched deaths say how complete a list is; give how many people one list holds, or "
            'all lists together: listed={"any": 4400} (--listed any=4400)'
        )
        raise UsageError(msg)
    if not isinstance(given, Mapping):
        msg = (
            'listed takes how many people a list holds, as listed={"any": 4400}, and '
            f"{type(given).__name__} came"
        )
        raise UsageError(msg)
    [(name, size)] = given.items()
    if name not in names:
        msg = f"listed: {name!r} is not a list of the table. {offered(name, names)}"
        raise UsageError(msg)
    text = (f"{size:.0f}" if is_number(size) and size == int(size) else str(size)).replace(",", "")
    if not text.isdigit() or not int(text):
        msg = f"listed: people on {name} must be a whole number above 0, not {size!r}"
        raise UsageError(msg)
    return name, int(text)


def _as_many_as_in_the_sample(held: Matched, listed: tuple[str, int]) -> None:
    """Refuse a list that is smaller than the number of sampled deaths on it."""
    name, people = listed
    on = held.on_any if name == ANY else held.on[:, held.lists.index(name)]
    seen = int((on == 1).sum())
    if seen > people:
        of = "the lists" if name == ANY else name
        msg = (
            f"{several(seen, 'death')} of the sample {'is' if seen == 1 else 'are'} on {of}, which "
            f"cannot hold only {people:,} people: correct listed (--listed)"
        )
        raise UsageError(msg)


def log_likelihood(share: Array, held: int, deaths: int, deff: float) -> Array:
    """Log probability of so many sampled deaths on a list of this completeness, up to a constant.

    Beta-binomial with the variance of a binomial times `deff`.
    """
    share = np.asarray(share)
    loose = (deaths - deff) / (deff - 1) if deff > 1 else TIGHT
    kappa = min(max(loose, LOOSE), TIGHT)
    if kappa >= TIGHT:
        return np.asarray(special.xlogy(held, share) + special.xlogy(deaths - held, 1 - share))
    a, b = kappa * share, kappa * (1 - share)
    return np.asarray(special.betaln(a + held, b + deaths - held) - special.betaln(a, b))
