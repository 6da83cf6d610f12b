"""Bundled studies of lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.cli.run import Study

if TYPE_CHECKING:
    from casualty_est.lists.model.model import ListModel
    from casualty_est.lists.table.histories import CaptureHistories


def _kosovo(histories: CaptureHistories) -> ListModel:
    from casualty_est.lists.model.model import ListModel

    cell = {"scope": "Kosovo", "start": "1999-03-20", "end": "1999-06-22"}
    return ListModel(histories, cell=cell)


DEMOS = {
    "kosovo": Study(
        "People killed in Kosovo, March to June 1999: 4,400 of them on four lists",
        "kosovo",
        _kosovo,
        statements={
            "earlier_estimates": (
                "From the same lists Ball et al. (2002) estimated 10,356 killings (95% confidence "
                "interval 9,002 to 12,122). The near-census that followed, the Kosovo Memory "
                "Book, lists 10,401 people for the same window (Krueger and Ball 2014)."
            ),
            "lists": (
                "Exhumations by international teams on behalf of the International Criminal "
                "Tribunal for the former Yugoslavia; interviews by the American Bar Association's "
                "Central and East European Law Initiative (ABA/CEELI) and its partners, by the "
                "OSCE, and by Human Rights Watch; described in Ball et al. (2002)."
            ),
            "validation": (
                "The near-census of 10,401 people can be compared with the interval above; it was "
                "not used for it."
            ),
            "matching": (
                "Records were matched by the authors of the 2002 report. The table "
                "does not say how often the matching erred."
            ),
            "data_access": "The table is bundled with casualty_est: datasets.load('kosovo').",
        },
        beside=(
            "Published from the same lists (Ball et al. 2002): 10,356, 95% confidence interval "
            "9,002 to 12,122.",
            "Near-census of the same window, not used here (Kosovo Memory Book; Krueger and Ball "
            "2014): 10,401.",
        ),
    )
}
