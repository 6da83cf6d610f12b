"""The forms of hedge: one file each, and the registry that names them."""

from __future__ import annotations

from casualty_est.errors import QuantityError
from casualty_est.quantity.hedges.about import About
from casualty_est.quantity.hedges.at_least import AtLeast
from casualty_est.quantity.hedges.at_most import AtMost
from casualty_est.quantity.hedges.between import Between
from casualty_est.quantity.hedges.estimate import Estimate
from casualty_est.quantity.hedges.exact import Exact
from casualty_est.quantity.hedges.hedge import Hedge
from casualty_est.quantity.hedges.unknown import Unknown
from casualty_est.quantity.hedges.vague import Vague

FORMS: dict[str, Hedge] = {
    "exact": Exact(),
    "about": About(),
    "at_least": AtLeast(),
    "at_most": AtMost(),
    "between": Between(),
    "estimate": Estimate(),
    "vague": Vague(),
    "unknown": Unknown(),
}


def named(form: str) -> Hedge:
    """Return the form of this name, as a quantity or a saved claim carries it."""
    if form not in FORMS:
        msg = f"{form!r} is not a form of hedge; the forms are {', '.join(FORMS)}"
        raise QuantityError(msg)
    return FORMS[form]
