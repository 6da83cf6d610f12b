"""The forms of a table of surveys, known by their columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from casualty_est.surveys.table.names import columns_of
from casualty_est.tables.plain import plain

ESTIMATE, HOUSEHOLDS, MATCHED = "estimate", "households", "matched"
# In each form, the columns that it needs; one of these sets is enough.
NEEDED = {
    HOUSEHOLDS: (("psu", "members", "deaths"),),
    MATCHED: (("death",),),
    ESTIMATE: (("source", "estimate"), ("source", "deaths", "members", "population")),
}
FORMS_SAID = (
    "published estimates have the columns source and estimate (or source, deaths, members and "
    "population); households, a row for each, have psu, members and deaths; deaths looked up on "
    "lists have death and one 0/1 column for each list"
)
RATE = (
    "a rate or a share is no number of people: multiply it, and the ends of its interval, by the "
    "people and the time that it is about, as 5.5 per 1,000 a year x 26,000,000 people x 3.3 years "
    "= 471,900"
)
_RATES = frozenset(
    {"rate", "cdr", "u5dr", "cmr", "mortality", "prevalence", "percent", "percentage"}
)


def form_of(header: Collection[str]) -> str | None:
    """Which form a header has; None where it has none."""
    return next((form for form in NEEDED if not min(_lacking(header, form), key=len)), None)


def _lacking(header: Collection[str], form: str) -> Iterator[list[str]]:
    known = columns_of(header, form)
    if form == HOUSEHOLDS and "deaths" not in known and columns_of(header, "cause"):
        known = {**known, "deaths": ""}
    for needed in NEEDED[form]:
        yield [column for column in needed if column not in known]


def why_none(header: Collection[str]) -> str:
    """What a table lacks that is in none of the forms."""
    if any(_RATES & set(plain(name).split("_")) for name in header):
        return RATE
    for form, what in ((HOUSEHOLDS, "households"), (ESTIMATE, "published estimates")):
        for needed, lacks in zip(NEEDED[form], _lacking(header, form), strict=True):
            if len(lacks) == 1 < len(needed):
                return f"for {what} it lacks {' and '.join(lacks)}; {FORMS_SAID}"
    return FORMS_SAID
