"""Bundled studies of incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.cli.run import Study

if TYPE_CHECKING:
    from casualty_est.incidents.model.model import IncidentModel
    from casualty_est.incidents.table.reports import IncidentReports


def _syria(reports: IncidentReports) -> IncidentModel:
    from casualty_est.incidents.model.model import IncidentModel

    cell = {"start": "2014-09-23", "end": "2022-12-31"}
    return IncidentModel(reports, anchor="Airwars", cell=cell)


DEMOS = {
    "syria": Study(
        "Civilians killed by the US-led Coalition in Syria: 2,044 strikes and its verdicts",
        "coalition_syria_patterns",
        _syria,
        names={"Coalition": "the US-led Coalition"},
        statements={
            "matching": (
                "Airwars matched the Coalition's assessments to its own incidents. How often that "
                "erred is not known. Six incidents that the Coalition called duplicates, and the "
                "second entry of one that stood twice, are left out."
            ),
            "limitations": (
                "The table holds patterns of three incidents or more, made from the public archive "
                "of Airwars: numbers within a pattern are means. Airwars often set the lower end "
                "of a range to the number that the Coalition had conceded, after the fact."
            ),
            "data_access": (
                "The table is bundled with casualty_est: "
                "datasets.incidents('coalition_syria_patterns')."
            ),
        },
        beside=(
            "The sums as published, over the same incidents: Airwars 9,301 to 15,566 deaths of all "
            "grades, the Coalition 674 conceded.",
        ),
    )
}
