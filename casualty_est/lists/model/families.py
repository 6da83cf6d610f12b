"""The families by name: what each assumes, its group, and how many lists it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from casualty_est.errors import UsageError
from casualty_est.lists.model import classes, dirichlet_process, loglinear, visibility
from casualty_est.lists.model.member import Member
from casualty_est.lists.table.history import HistoryTable
from casualty_est.tables.checks import nearest

MOST_CELLS = 8  # lists up to which every history is written out
MOST_GRAPHS = 7  # lists whose chordal graphs can be gone through one by one
MOST_LISTS = 20
METHODS = {
    "importance": "smc",
    "smc": "smc",
    "cells": "exact",
    "graphs": "exact",
    "gibbs": "gibbs",
}
FLOOR = 0.10  # smallest mass of a group of families that the data do not rule out


@dataclass(frozen=True, slots=True)
class Family:
    """One family of distributions over capture histories.

    Parameters
    ----------
    key : str
        Its name in calls.
    title : str
        Its name in tables.
    group : str
        ``pairs`` (log-linear), ``visibility`` or ``classes``; families of a group assume the same
        kind of dependence. Families that stand alone are a group of their own.
    engine : {"importance", "smc", "cells", "graphs", "gibbs"}
        How it is computed.
    assumption : str
        What identifies the number of people on no list, as a clause after "assumes that".
    least, most : int
        Numbers of lists it can be fitted to.
    limit : str
        Why it takes no more lists, as a clause after "for".
    members : callable, optional
        Makes its members from a table; None for families whose engine knows them, which stand
        alone.
    """

    key: str
    title: str
    group: str
    engine: str
    assumption: str
    least: int = 3
    most: int = MOST_LISTS
    limit: str = "it writes out every history"
    members: Callable[[HistoryTable], Sequence[Member]] | None = None

    @property
    def method(self) -> str:
        """The method that computes it: ``smc``, ``exact`` or ``gibbs``."""
        return METHODS[self.engine]


FAMILIES = {
    family.key: family
    for family in (
        Family(
            "independence",
            "independent lists",
            "pairs",
            "importance",
            "every person has the same chance to be on a list, whichever other lists hold him or "
            "her",
            least=2,
            members=loglinear.independence,
        ),
        Family(
            "pairs",
            "one dependent pair",
            "pairs",
            "importance",
            "at most one pair of lists shares people more or less often than chance",
            members=loglinear.pairs,
        ),
        Family(
            "ridge",
            "all pairs, shrunk",
            "pairs",
            "importance",
            "lists depend on each other only in pairs, and most pairs weakly",
            most=MOST_CELLS,
            members=loglinear.ridge,
        ),
        Family(
            "visibility",
            "visibility",
            "visibility",
            "importance",
            "some people are easier to see than others, for every list alike, along a normal scale",
            members=visibility.visibility,
        ),
        Family(
            "visibility-pair",
            "visibility and a pair",
            "visibility",
            "importance",
            "some people are easier to see than others, along a normal scale, and one pair of "
            "lists depends beyond that",
            members=visibility.visibility_pair,
        ),
        Family(
            "classes",
            "latent classes",
            "classes",
            "smc",
            f"the population falls into at most {classes.CLASSES} groups, inside which lists are "
            "independent",
            members=classes.classes,
        ),
        Family(
            "no-highest-order",
            "no highest-order interaction",
            "no-highest-order",
            "cells",
            "the odds ratio that ties the unseen cell to the seen ones has a stated value",
            least=2,
            most=MOST_CELLS,
        ),
        Family(
            "decomposable",
            "decomposable graphs",
            "decomposable",
            "graphs",
            "some lists depend on each other and all others are independent given those, in a way "
            "that a chordal graph can draw",
            most=MOST_GRAPHS,
            limit="eight lists have thirty million graphs",
        ),
        Family(
            "dirichlet-process",
            "Dirichlet process of classes",
            "dirichlet-process",
            "gibbs",
            "the population falls into groups, as many as the lists ask for and at most "
            f"{dirichlet_process.CLASSES}, inside which lists are independent",
            least=2,
        ),
    )
}

# Both kinds of unequal visibility and both signs of dependence: what calibration asks for.
AVERAGED = ("independence", "pairs", "ridge", "visibility", "visibility-pair", "classes")
GROUPS = {
    "pairs": "lists that depend in pairs",
    "visibility": "unequal visibility",
    "classes": "latent classes",
}


def choose(families: str | Sequence[str], n_lists: int) -> tuple[tuple[Family, ...], list[str]]:
    """Choose the families for a number of lists."""
    if families == "auto":
        return _auto(n_lists)
    names = (families,) if isinstance(families, str) else tuple(families)
    for name in names:
        if name not in FAMILIES:
            valid = ", ".join(("auto", *FAMILIES))
            msg = f"there is no family {name!r}{nearest(name, FAMILIES)}; valid are {valid}"
            raise UsageError(msg)
    if not names or len(set(names)) < len(names):
        msg = f"families must name at least one family, each once, not {families!r}"
        raise UsageError(msg)
    chosen = tuple(FAMILIES[name] for name in names)
    for family in chosen:
        if not family.least <= n_lists <= family.most:
            msg = f"{family.key} {_range(family, n_lists)}"
            raise UsageError(msg)
        if len(chosen) > 1 and family.members is None:
            msg = f"{family.key} stands alone: it is not averaged with other families"
            raise UsageError(msg)
    return chosen, []


def _auto(n_lists: int) -> tuple[tuple[Family, ...], list[str]]:
    every = [FAMILIES[name] for name in AVERAGED]
    chosen = tuple(f for f in every if f.least <= n_lists <= f.most)
    if n_lists == 2:
        return chosen, [
            "two lists cannot say whether they depend on each other: the answer assumes that they "
            "do not, and nothing in the data can check it"
        ]
    return chosen, [f"{f.title}: left out, {_range(f, n_lists)}" for f in every if f not in chosen]


def _range(family: Family, n_lists: int) -> str:
    if n_lists < family.least:
        return f"needs at least {family.least} lists, not {n_lists}"
    return f"takes at most {family.most} lists, not {n_lists}, for {family.limit}"


def group_title(group: str) -> str:
    """What a table calls a group of families."""
    return GROUPS.get(group) or FAMILIES[group].title
