"""A lists model in words: its table, its families and every prior with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.lists.model import classes, dirichlet_process, loglinear, visibility
from casualty_est.lists.model.families import Family, group_title
from casualty_est.lists.model.member import LIST_MEAN, LIST_SD
from casualty_est.wording.numbers import percent

if TYPE_CHECKING:
    from casualty_est.lists.model.model import ListModel

SHOWN = 6

_LISTS = f"log odds of each list ~ N({LIST_MEAN:g}, {LIST_SD:g})"
_LOADINGS = (
    f"loading of each list exp(l + {visibility.SPREAD:g} z), "
    f"l ~ N({visibility.LOADING_MEAN:g}, {visibility.LOADING_SD:g}), z ~ N(0, 1)"
)
PRIORS = {
    "independence": _LISTS,
    "pairs": f"{_LISTS}; interaction of one pair ~ N(0, {loglinear.SINGLE_SD:g}), every pair alike",
    "ridge": (
        f"{_LISTS}; interaction of every pair ~ N(0, scale), scale "
        f"{', '.join(f'{s:g}' for s in loglinear.SCALES)} with equal weight"
    ),
    "visibility": f"{_LISTS}; {_LOADINGS}",
    "visibility-pair": f"{_LISTS}; {_LOADINGS}; interaction ~ N(0, {visibility.PAIR_SD:g})",
    "classes": (
        f"{classes.CLASSES} classes, shares ~ Dirichlet(1); log odds {LIST_MEAN:g} + list + class "
        f"+ own, sds {classes.LISTS_SD:g}, {classes.CLASSES_SD:g} and "
        f"{' or '.join(f'{sd:g}' for sd in classes.OWN_SDS)} with equal weight"
    ),
    "no-highest-order": "shares of the seen histories ~ Dirichlet(1 / number of histories)",
    "decomposable": (
        "every chordal graph alike; chances of the histories of lists that are tied "
        "~ Dirichlet(1 / number of their histories)"
    ),
    "dirichlet-process": (
        f"{dirichlet_process.CLASSES} classes, shares by breaking a stick with parts ~ Beta(1, "
        f"alpha), alpha ~ Gamma({dirichlet_process.SHAPE:g}, {dirichlet_process.RATE:g}); chance "
        "of each list to hold a member of a class ~ Beta(1, 1)"
    ),
}


def describe(model: ListModel) -> list[str]:
    """Lines that say what the model is."""
    histories = model.histories
    lines = [f"Lists model: {histories.people:,} people on {len(histories.lists)} lists"]
    if len(model.replicates) > 1:
        lines.append(f"  the first of {len(model.replicates)} replicates, mixed draw by draw")
    if histories.by:
        lines.append(f"  {len(histories):,} strata by {', '.join(histories.by)}, each by itself")
    lines += [
        f"  {row['list']}: {row['people']:,} people, {row['only_here']:,} on no other list"
        for row in histories.summary().to_dict("records")
    ]
    families, _ = model.families_for(histories.pooled())
    lines += ["", "Families, and their priors", *_families(families)]
    limit = ", from 1 to 10 times the listed people beyond them" if model.reference else ""
    lines.append(
        f"  Number of people: p(N) proportional to 1 / N{limit or ', without an upper limit'}"
    )
    if len({family.group for family in families}) > 1:
        lines.append(
            f"  Average: equal prior for each group, weight by evidence; a group that the data do "
            f"not rule out keeps at least {percent(model.floor)}"
        )
    lines += ["", model.assumption]
    notes = [f"Note: {text}." for _, text in model.notes]
    return (
        lines + notes[:SHOWN] + ([f"and {len(notes) - SHOWN} more notes"] if notes[SHOWN:] else [])
    )


def _families(families: tuple[Family, ...]) -> list[str]:
    lines = []
    for group in dict.fromkeys(family.group for family in families):
        if len(families) > 1:
            lines.append(f"  {group_title(group)}")
        lines += [f"    {f.title}: {PRIORS[f.key]}" for f in families if f.group == group]
    return lines
