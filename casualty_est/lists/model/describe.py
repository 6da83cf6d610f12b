"""A lists model in words: its table, its families and every prior with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.lists.families import Family
from casualty_est.wording.numbers import percent

if TYPE_CHECKING:
    from casualty_est.lists.model.model import ListModel

SHOWN = 6


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
    lines.append(f"  Number of people: p(N) proportional to 1 / N, {families[0].people}")
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
            lines.append(f"  {group.title}")
        lines += [f"    {f.title}: {f.prior}" for f in families if f.group == group]
    return lines
