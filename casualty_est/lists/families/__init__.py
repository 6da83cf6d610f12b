"""The families of the lists model: one file each, and one line each in this registry."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.lists.families.classes import Classes
from casualty_est.lists.families.covariates import Covariates
from casualty_est.lists.families.decomposable import Decomposable
from casualty_est.lists.families.dirichlet_process import DirichletProcess
from casualty_est.lists.families.family import Family
from casualty_est.lists.families.independence import Independence
from casualty_est.lists.families.no_highest_order import NoHighestOrder
from casualty_est.lists.families.odds_ratio import OddsRatio
from casualty_est.lists.families.pairs import Pairs
from casualty_est.lists.families.ridge import Ridge
from casualty_est.lists.families.visibility import Visibility
from casualty_est.lists.families.visibility_pair import VisibilityPair
from casualty_est.tables.checks import nearest
from casualty_est.wording.language import Kept, pgettext, stored

__all__ = [
    "Classes",
    "Covariates",
    "Decomposable",
    "DirichletProcess",
    "Family",
    "Independence",
    "NoHighestOrder",
    "OddsRatio",
    "Pairs",
    "Ridge",
    "Visibility",
    "VisibilityPair",
]

AUTO = "auto"
Kinds = tuple[type[Family], ...]
# Both kinds of unequal visibility and both signs of dependence: what calibration asks for.
AVERAGED: Kinds = (Independence, Pairs, Ridge, Visibility, VisibilityPair, Classes)
ALONE: Kinds = (OddsRatio, NoHighestOrder, Decomposable, DirichletProcess, Covariates)
FAMILIES: dict[str, type[Family]] = {family.name: family for family in (*AVERAGED, *ALONE)}

Choice = str | Family | Sequence[str | Family]

_WITH_SETTINGS = re.compile(r"([^()]*)\((.*)\)", re.DOTALL)
_COMMA = re.compile(r",(?![^()]*\))")  # outside brackets


def as_families(choice: Choice) -> tuple[Family, ...] | None:
    """Families of a call, each checked by itself; None for those that are averaged by default."""
    if choice == AUTO:
        return None
    if isinstance(choice, str) or not isinstance(choice, Iterable):
        choice = (choice,)
    chosen = tuple(f if isinstance(f, Family) else _named(f) for f in choice)
    if not chosen or len({f.name for f in chosen}) < len(chosen):
        msg = f"families must name at least one family, each once, not {choice!r}"
        raise UsageError(msg)
    return chosen


def for_lists(
    chosen: tuple[Family, ...] | None, n_lists: int, of_two: OddsRatio | None = None
) -> tuple[tuple[Family, ...], list[Kept]]:
    """Families for a number of lists, of two lists one with its setting; notes on the rest."""
    if chosen is None:
        return _averaged(n_lists, of_two or OddsRatio())
    for family in chosen:
        if refusal := family.refusal(n_lists):
            msg = f"{family.name} {refusal}"
            raise UsageError(msg)
        if len(chosen) > 1 and family.alone:
            msg = f"{family.name} stands alone: it is not averaged with other families"
            raise UsageError(msg)
    return chosen, []


def with_options(choice: str | Sequence[str], **options: Any) -> Choice:
    """Give options to the one family of a choice by name; those that are None are left out."""
    given = {key: value for key, value in options.items() if value is not None}
    names = (choice,) if isinstance(choice, str) else tuple(choice)
    for key in given:
        owners = [f.name for f in FAMILIES.values() if key in {part.name for part in fields(f)}]
        if len(names) != 1 or names[0] not in owners:
            named = " or ".join(map(repr, owners))
            msg = f"{key} belongs to families={named}, and {names!r} was asked"
            raise UsageError(msg)
    return FAMILIES[names[0]](**given) if given else choice


def recalled(name: str, options: Mapping[str, Any]) -> Family | None:
    """The family of a result, with its options by name of family; None if it is not known here."""
    return FAMILIES[name](**options.get(name, {})) if name in FAMILIES else None


def family_title(name: str) -> str:
    """What a table calls a family of a result."""
    return pgettext("family", FAMILIES[name].title) if name in FAMILIES else name


def group_title(name: str) -> str:
    """What a table calls a group of families of a result."""
    titles = (f.group.title for f in FAMILIES.values() if f.group.name == name)
    return pgettext("family", next(titles, name))


def group_in_words(name: str) -> str:
    """The same for a reader who never saw a model."""
    words = (f.group.in_words for f in FAMILIES.values() if f.group.name == name)
    return pgettext("family", next(words, name))


def names_in(text: str) -> tuple[str, ...]:
    """Names of families between commas, each with its settings in brackets if it has any."""
    return tuple(name.strip() for name in _COMMA.split(text))


def _with_settings(name: str, inside: str) -> Family:
    """A family as it is written in a call, such as ``dirichlet-process(classes=20)``."""
    kind = type(_named(name))
    known = [part.name for part in fields(kind)]
    try:
        call = ast.parse(f"_({inside})", mode="eval").body
        assert isinstance(call, ast.Call)
        assert not call.args
        settings = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
    except (AssertionError, SyntaxError, ValueError):
        msg = f"{name}({inside}): write settings as in dirichlet-process(classes=20, shape=1)"
        raise UsageError(msg) from None
    for key in settings:
        if key not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            msg = f"{name} has no setting {key!r}{nearest(key, known)}: {has}"
            raise UsageError(msg)
    return kind(**settings)


def _named(name: Any) -> Family:
    if isinstance(name, str) and (parts := _WITH_SETTINGS.fullmatch(name.strip())):
        return _with_settings(parts[1].strip(), parts[2])
    if isinstance(name, str) and name in FAMILIES:
        return FAMILIES[name]()
    near = nearest(name, FAMILIES) if isinstance(name, str) else ""
    msg = f"there is no family {name!r}{near}. Use one of: {', '.join((AUTO, *FAMILIES))}"
    raise UsageError(msg)


def _averaged(n_lists: int, of_two: OddsRatio) -> tuple[tuple[Family, ...], list[Kept]]:
    if n_lists == 2:
        text = stored(
            "note",
            "two lists cannot say whether they depend on each other: {assumption}, and nothing in "
            "the data can check it (odds_ratio sets it)",
            assumption=of_two.stated(),
        )
        return (of_two,), [text]
    every = [family() for family in AVERAGED]
    chosen = tuple(f for f in every if not f.refusal(n_lists))
    return chosen, [
        stored("note", "{family}: left out, {why}", family=f.title, why=f.refusal(n_lists))
        for f in every
        if f not in chosen
    ]
