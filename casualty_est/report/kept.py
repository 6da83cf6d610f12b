"""Texts that estimates keep in English, as templates: those of tables and of the roles.

They are composed where a table is read. `told_again` finds them in the catalogue and says them in
the language of the page; what is in none of these templates is quoted in English.
"""

from __future__ import annotations

from casualty_est.wording.language import N_

PLACES = (
    N_("note", "{number} more"),
    N_("note", "line {line}"),
    N_("note", "lines {lines}"),
    N_("note", "row {line}"),
    N_("note", "rows {lines}"),
    N_("note", "record {line}"),
    N_("note", "records {lines}"),
    N_("note", "{places} and {number} more"),
    N_("note", "1 row"),
    N_("note", "{number} rows"),
)
OF_INCIDENTS = (
    N_("note", "1 incident"),
    N_("note", "{number} incidents"),
    N_("note", "scope not given for {incidents}: taken as all"),
    N_("note", "date not given for {incidents}: the year is not known"),
    N_("note", "grade not given for {incidents}: ungraded"),
    N_("note", "perpetrator not given for {incidents}: nobody is suspected"),
    N_("note", "count not given: every incident counts once"),
    N_("note", "{source} has no role"),
    N_("note", "{number} more sources have no role"),
    N_(
        "note",
        "1 row has the verdict rejected and deaths above zero: both are kept as they stand",
    ),
    N_(
        "note",
        "{number} rows have the verdict rejected and deaths above zero: both are kept as they "
        "stand",
    ),
    N_("note", "no row has a number, so the table says nothing of the total"),
)
OF_SURVEYS = (
    N_("note", "the level of the interval is not stated: 95% is assumed ({sources})"),
    N_("note", "{source} has an interval of its own, so its design effect is not used"),
    N_("note", "{number} deaths were not looked up on every list, and are left out"),
    N_("note", "the table has no column psu: the deaths are taken as drawn one by one"),
    N_("note", "all weights are equal: they change nothing"),
)
OF_LISTS = (
    N_("note", "no person is on two lists: only the priors say how many are on none"),
    N_("note", "no person is on two lists in {stratum}: only the priors say how many are on none"),
    N_("note", "list {list} lies inside list {other}: it may have been copied"),
    N_("note", "list {list} lies inside list {other} in {stratum}: it may have been copied"),
    N_("note", "strata are fitted one by one: {why}"),
    N_("note", "{family}: left out, needs at least {least} lists, not {number}"),
    N_(
        "note",
        "list {list} is left out: every one of its {number} people is on another list too, as if "
        "it had been copied or sampled from them, and so it says nothing about the people on no "
        "list (copies='keep' if you know that it was made independently)",
    ),
    N_(
        "note",
        "list {list} shares nobody with any other list: only the priors say how many people like "
        "its people are on no list",
    ),
    N_(
        "note",
        "lists {lists} share nobody with any other list: only the priors say how many people like "
        "their people are on no list",
    ),
    N_(
        "note",
        "two lists cannot say whether they depend on each other: {assumption}, and nothing in the "
        "data can check it (odds_ratio sets it)",
    ),
    N_("member of a family", "pair {list} with {other}"),
    N_("member of a family", "{number} classes"),
    N_("member of a family", "{number} classes, own scale {scale}"),
    N_("member of a family", "scale {scale}"),
    N_("member of a family", "{number} groups"),
    N_("member of a family", "independent"),
)
OF_TABLES = (
    N_("note", "{column} not given in {rows}: taken as {default}"),
    N_("note", "basis not given in {rows}: taken as {default}"),
    N_("note", "list ({roles})"),
    N_("note", "statement ({roles})"),
    N_("note", "estimate ({roles})"),
    N_("note", "no row has a count, so the table says nothing of the total"),
    N_("note", "1 unknown column is not used: {columns}"),
    N_("note", "{number} unknown columns are not used: {columns}"),
    N_("note", "{names} are taken as different sources: use one spelling if they are one"),
    N_("note", "{names} are taken as different scopes: use one spelling if they are one"),
    N_("note", "{names} are taken as different groups: use one spelling if they are one"),
    N_("note", "{names} are taken as different perpetrators: use one spelling if they are one"),
    N_("note", "{names} are taken as different lists: use one spelling if they are one"),
    N_("note", "the file is read as {encoding}"),
    N_("note", "the table is drawn with bars, as in Markdown"),
    N_("note", "dates in {column} are read: {said}"),
    N_("note", "columns are read by their meaning: {said}"),
    N_("note", "sheet {sheet} is read"),
    N_("note", "sheet {sheet} is read, and not {others}"),
)
GROUNDS = (
    N_("grounds", "deaths conceded per accepted incident, 0.46 to 0.95 of the monitor's range"),
    N_("grounds", "Airwars, archive of the Coalition in Syria, assessments by the Coalition"),
    N_("grounds", "US-led Coalition in Syria, 2014-2022"),
    N_("grounds", "by the analyst's declaration, a list of nearly everybody"),
    N_("grounds", "by the analyst's declaration, right to within 10%"),
    N_("grounds", "none: little is assumed of a source without a role"),
)
