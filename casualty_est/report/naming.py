"""Names of cells, and numbers as the report prints them: what its sentences are made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from casualty_est.wording.language import _, pgettext
from casualty_est.wording.numbers import Ends, per_cent, run, share, two_digits
from casualty_est.wording.phrases import (
    Labelled,
    Windowed,
    capitalised,
    day,
    in_places,
    in_window,
    in_words,
    listed,
    who_what,
)
from casualty_est.wording.terms import group_name, stratum_name

__all__ = ["day", "in_words"]

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate
    from casualty_est.result.schema import ClaimRow

PERCENT_UP_TO = 10  # ratios: beyond, "1,300%" would be misread
FEW_PLACES = 3  # more scopes than this are counted in a sentence and listed after it


def window(cell: Windowed) -> str:
    """Name the window of a cell; empty where it is open at both ends."""
    return in_window("", cell).strip()


def is_attributed(cell: Labelled) -> bool:
    """Whether only deaths attributed to somebody are counted."""
    return cell.perpetrator not in ("any", "")


def group(cell: Labelled) -> str:
    """Name whom a cell counts."""
    return _("people") if cell.group == "all" else group_name(cell.group)


def outcome(cell: Labelled) -> str:
    """Name what happened to them."""
    return "killed or injured" if cell.outcome == "casualties" else cell.outcome


def counted(cell: Windowed) -> str:
    """Name what is counted: who, what, where, when, attributed to whom."""
    return _attributed(in_window(_where(who_what(cell), cell, listed_below=True), cell), cell)


def counted_whenever(cell: Labelled) -> str:
    """The same without the window."""
    return _attributed(_where(who_what(cell), cell, listed_below=True), cell)


def counted_there(cell: Windowed) -> str:
    """The same with the window, where no list of places follows."""
    return _attributed(in_window(_where(who_what(cell), cell), cell), cell)


def counted_somewhere(cell: Labelled) -> str:
    """Who, what and where."""
    return _where(who_what(cell), cell)


def counted_briefly(cell: Windowed) -> str:
    """The same in a sentence that should be short: many places are counted, not listed."""
    what = in_window(_where(who_what(cell), cell), cell)
    if not is_attributed(cell):
        return what
    return _("{what} (attributed to {perpetrator})", what=what, perpetrator=cell.perpetrator)


def happened(cell: Windowed) -> str:
    """Say that nobody died: who, where and when, attributed to whom."""
    none = {
        "killed": _("no {group} were killed", group=group(cell)),
        "injured": _("no {group} were injured", group=group(cell)),
        "casualties": _("no {group} were killed or injured", group=group(cell)),
        "lost": _("no {group} were lost", group=group(cell)),
    }
    said = none.get(cell.outcome, f"no {group(cell)} were {outcome(cell)}")
    what = in_window(_where(said, cell), cell)
    if not is_attributed(cell):
        return what
    return _(
        "{what} (in actions attributed to {perpetrator})", what=what, perpetrator=cell.perpetrator
    )


def _where(what: str, cell: Labelled, *, listed_below: bool = False) -> str:
    """Name the places of a cell, or count them where they are many."""
    if cell.scope == "all":
        return what
    parts = cell.scope.split("+")
    if len(parts) <= FEW_PLACES:
        return in_places(what, parts)
    number = in_words(len(parts))
    if listed_below:
        return _("{what} in {number} places (listed below)", what=what, number=number)
    return in_places(what, number)


def _attributed(what: str, cell: Labelled) -> str:
    """Say to whom the deaths are attributed; nothing where everybody's are counted."""
    if not is_attributed(cell):
        return what
    return _(
        "{what} in actions attributed to {perpetrator}", what=what, perpetrator=cell.perpetrator
    )


def has_total(estimate: Estimate) -> bool:
    """Whether the first estimate is a total, or the only number there is."""
    return estimate.meta.has_total and len(estimate) > 0


def row_name(estimate: Estimate, i: int, *, whole: bool = False) -> str:
    """Name an estimate in a table by what sets it apart from the others.

    whole: leave out that it is the listed part, where all are.
    """
    rows, row = estimate.meta.rows, estimate.meta.rows[i]
    cell = row.cell
    parts = [group(cell)]
    if len({r.cell.outcome for r in rows}) > 1:
        parts[0] = who_what(cell)
    if len({r.cell.scope for r in rows}) > 1:
        scope = cell.scope.split("+")
        many = len(scope) > FEW_PLACES
        number = in_words(len(scope))
        parts.append(_("all {number} places", number=number) if many else listed(scope))
    if len({r.cell.perpetrator for r in rows}) > 1 and is_attributed(cell):
        parts.append(_("attributed to {perpetrator}", perpetrator=cell.perpetrator))
    parts += [stratum_name(key, value) for key, value in row.strata.items()]
    name = ", ".join(parts)
    if row.part == "listed" and not whole:
        name = _("{name}, listed part", name=name)
    elif row.part == "unlisted":
        name = _("{name}, unlisted part", name=name)
    elif row.part not in ("total", "listed"):
        name += f", {row.part} part"
    elif i == 0 and has_total(estimate) and len(rows) > 1:
        name = _("Total: {name}", name=name)
    return capitalised(name)


def whole(weight: float) -> str:
    """Print a share in whole per cent, as one quotes it."""
    if weight >= 0.01:
        return per_cent(f"{round(100 * weight)}")
    return _("under {share}", share=per_cent("1"))


def ratio(value: float) -> str:
    """Print a reporting ratio as a part or a multiple of the true number."""
    if value < PERCENT_UP_TO:
        return per_cent(f"{float(f'{100 * value:.2g}'):g}")
    return _("{number} times", number=share(value))


def part_of(value: float) -> str:
    """Print a reporting ratio as it stands before "the true number"."""
    if value < PERCENT_UP_TO:
        return pgettext("before the true number", "{share} of", share=ratio(value))
    return ratio(value)


def of_true(value: float) -> str:
    """The same with "the true number" after it."""
    if value < PERCENT_UP_TO:
        return _("{share} of the true number", share=ratio(value))
    return _("{number} times the true number", number=share(value))


def spanned(one: Ends, form: Callable[[float], str]) -> str:
    """A median and in brackets its interval, each number in one form."""
    return f"{form(one.median)} ({run(form(one.low), form(one.high))})"


def ratio_interval(low: float, high: float) -> str:
    """Print an interval of reporting ratios, both ends as parts or both as multiples."""
    if high < PERCENT_UP_TO:
        return run(two_digits(low), two_digits(high))
    return _("{number} times", number=run(share(low), share(high)))


def missing(value: Any) -> bool:
    """Whether a number of a table is absent."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def stated(claim: ClaimRow) -> float | None:
    """The one number of a claim that others would quote."""
    numbers = (claim.best, claim.low, claim.high)
    return next((float(number) for number in numbers if number is not None), None)
