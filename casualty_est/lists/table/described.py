"""What a table of capture histories prints of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.wording.numbers import several

if TYPE_CHECKING:
    from casualty_est.lists.table.histories import CaptureHistories


def size_of(table: CaptureHistories) -> str:
    """People, lists, strata and covariates of a table, with its name."""
    strata = f", {several(len(table), 'stratum', 'strata')}" if table.by else ""
    strata += f" by {', '.join(table.by)}" if table.by else ""
    strata += f", with {', '.join(table.covariates)}" if table.covariates else ""
    named = f" ({table.name})" if table.name else ""
    people = several(table.people, "person", "people")
    return f"{people} on {len(table.lists)} lists{strata}{named}"


def lines_of(table: CaptureHistories) -> list[str]:
    """A line for each list."""
    return [
        f"{row['list']}: {several(row['people'], 'person', 'people')}, "
        f"{row['only_here']:,} on no other list"
        for row in table.summary().to_dict("records")
    ]
