"""Fixed words of texts that estimates keep in English, which the catalogue has to know.

A text is written once, as a template, where it is composed (`stored`); here are the words that
come into its places from elsewhere: names of members, grounds from a file, readings of columns.
"""

from __future__ import annotations

from casualty_est.wording.language import N_

OF_LISTS = (
    N_("member of a family", "pair {list} with {other}"),
    N_("member of a family", "{number} classes"),
    N_("member of a family", "{number} classes, own scale {scale}"),
    N_("member of a family", "scale {scale}"),
    N_("member of a family", "visibility, spread {spread}"),
    N_("member of a family", "{number} groups"),
    N_("member of a family", "independent"),
)
GROUNDS = (
    N_("grounds", "deaths conceded per accepted incident, 0.46 to 0.95 of the monitor's range"),
    N_("grounds", "Airwars, archive of the Coalition in Syria, assessments by the Coalition"),
    N_("grounds", "US-led Coalition in Syria, 2014-2022"),
    N_("grounds", "by the analyst's declaration, a list of nearly everybody"),
    N_("grounds", "by the analyst's declaration, right to within 10%"),
    N_("grounds", "none: little is assumed of a source without a role"),
)
COLUMNS_READ = (
    N_("read as", "a part of quantity"),
    N_("read as", "the interval of estimate"),
    N_("read as", "a row for each outcome"),
)
