"""Words of tables with a fixed meaning, for the catalogues: what somebody wrote is no such word."""

from __future__ import annotations

from casualty_est.wording.again import parts_again
from casualty_est.wording.language import N_, pgettext

ROLES = (
    N_("role", "perpetrator"),
    N_("role", "party"),
    N_("role", "adversary"),
    N_("role", "accuser"),
    N_("role", "monitor"),
    N_("role", "merged list"),
    N_("role", "government"),
    N_("role", "registry"),
    N_("role", "register"),
    N_("role", "first count"),
    N_("role", "gov estimate"),
    N_("role", "media"),
    N_("role", "event data"),
    N_("role", "international"),
    N_("role", "int estimate"),
    N_("role", "third state"),
    N_("role", "survey"),
    N_("role", "reference"),
)
# Groups as most tables name them; any other label stays as it was written.
GROUPS = (
    N_("group", "civilians"),
    N_("group", "children"),
    N_("group", "women"),
    N_("group", "men"),
    N_("group", "elderly"),
    N_("group", "combatants"),
    N_("group", "soldiers"),
    N_("group", "journalists"),
)
KINDS = (
    N_("kind of evidence", "claims"),
    N_("kind of evidence", "incidents"),
    N_("kind of evidence", "lists"),
    N_("kind of evidence", "survey"),
    N_("kind of evidence", "surveys"),
)
KINDS_IN_SENTENCES = (
    N_("kind of evidence", "the claims"),
    N_("kind of evidence", "the incidents"),
    N_("kind of evidence", "the lists"),
    N_("kind of evidence", "the survey"),
    N_("kind of evidence", "the surveys"),
)
GRADES = (
    N_("grade", "confirmed"),
    N_("grade", "fair"),
    N_("grade", "weak"),
    N_("grade", "contested"),
    N_("grade", "discounted"),
    N_("grade", "none"),
)


OUTCOMES = (
    N_("outcome", "killed"),
    N_("outcome", "injured"),
    N_("outcome", "casualties"),
    N_("outcome", "lost"),
)
PARTS = (
    N_("part of a count", "listed"),
    N_("part of a count", "unlisted"),
)


def part_name(part: str) -> str:
    """What a part of a count is called on the page."""
    return pgettext("part of a count", part) if part in PARTS else part


def stratum_name(column: str, value: str) -> str:
    """What a stratum is called: by its column and its value, as the table has them."""
    if column == "kind":
        return pgettext("stratum", "kind {label}", label=kind_name(value))
    if column == "study":
        return pgettext("stratum", "study {label}", label=value)
    return f"{column} {value}"


def said_label(label: str) -> str:
    """What a group, or what happened to it, is called where it stands alone."""
    return pgettext("outcome", label) if label in OUTCOMES else group_name(label)


def role_name(role: str) -> str:
    """What a role is called on the page."""
    name = role.replace("_", " ")
    return pgettext("role", name) if name in ROLES else name


def kind_name(label: str) -> str:
    """What a kind of evidence is called on the page: a label of the analyst's stays as it is."""
    return pgettext("kind of evidence", label) if label in KINDS else label


def with_article(label: str) -> str:
    """What a kind of evidence is called in a sentence that is kept, in English."""
    return f"the {label}" if label in KINDS else label


def the_kind(label: str) -> str:
    """What a kind of evidence is called in a sentence of the page."""
    return pgettext("kind of evidence", with_article(label)) if label in KINDS else label


def grade_name(label: str) -> str:
    """What a grade of incidents is called on the page."""
    return pgettext("grade", label) if label in GRADES else label


def group_name(label: str) -> str:
    """What a group is called on the page: a label that is no common word stays as it is."""
    return pgettext("group", label) if label in GROUPS else label


def assumption_name(name: str) -> str:
    """What an assumption is called on the page."""
    return parts_again(name, "assumption", "grade", "kind of evidence", "group", "outcome", "role")
