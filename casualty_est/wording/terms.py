"""Words of tables with a fixed meaning, for the catalogues: what somebody wrote is no such word."""

from __future__ import annotations

from casualty_est.wording.again import parts_again
from casualty_est.wording.language import fixed, pgettext


def named(context: str, label: str) -> str:
    """What a label is called on the page; one that is no fixed word stays as it was written."""
    return pgettext(context, label) if label in fixed(context) else label


def part_name(part: str) -> str:
    """What a part of a count is called on the page."""
    return named("part of a count", part)


def stratum_name(column: str, value: str) -> str:
    """What a stratum is called: by its column and its value, as the table has them."""
    if column == "kind":
        return pgettext("stratum", "kind {label}", label=kind_name(value))
    if column == "study":
        return pgettext("stratum", "study {label}", label=value)
    return f"{column} {value or pgettext('stratum', '(blank)')}"


def said_label(label: str) -> str:
    """What a group, or what happened to it, is called where it stands alone."""
    return pgettext("outcome", label) if label in fixed("outcome") else group_name(label)


def role_name(role: str) -> str:
    """What a role is called on the page."""
    return named("role", role.replace("_", " "))


def kind_name(label: str) -> str:
    """What a kind of evidence is called on the page: a label of the analyst's stays as it is."""
    return named("kind of evidence", label)


def with_article(label: str) -> str:
    """What a kind of evidence is called in a sentence that is kept, in English."""
    return f"the {label}" if f"the {label}" in fixed("kind of evidence") else label


def the_kind(label: str) -> str:
    """What a kind of evidence is called in a sentence of the page."""
    return named("kind of evidence", with_article(label))


def grade_name(label: str) -> str:
    """What a grade of incidents is called on the page."""
    return named("grade", label)


def group_name(label: str) -> str:
    """What a group is called on the page: a label that is no common word stays as it is."""
    return named("group", label)


def assumption_name(name: str) -> str:
    """What an assumption is called on the page."""
    return parts_again(name, "assumption", "grade", "kind of evidence", "group", "outcome", "role")
