"""The picture of what studies would leave of the interval."""

from __future__ import annotations

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.studies import audit, survey
from tests.support.pictures import check_places, joined


@pytest.mark.thorough
@pytest.mark.parametrize("dark", [False, True])
def test_texts_have_their_places(coalition, dark):
    figure = coalition.plot.worth([audit("Airwars", 50), survey(30)], dark=dark)
    check_places(figure)
    assert "check known deaths against Airwars" in " ".join(joined(figure).split())
    assert "household survey" in joined(figure)


@pytest.mark.thorough
def test_lines_are_the_numbers_of_the_table(coalition):
    figure = coalition.plot.worth([audit("Airwars", [25, 100]), survey(50)], cost={"audit": 1})
    rows = coalition.worth([audit("Airwars", [25, 100]), survey(50)], cost={"audit": 1}).rows
    lines = [line for line in figure.axes[0].lines if line.get_marker() not in ("None", None, "")]
    drawn = {
        (round(float(x), 6), round(float(y), 6))
        for line in lines
        for x, y in np.array([line.get_xdata(), line.get_ydata()]).T[line.get_markevery()]
    }
    assert drawn == {(round(row.work, 6), round(row.width_after, 6)) for row in rows}
    for line in lines:
        assert len(line.get_xdata()) >= 6


def test_what_cannot_be_drawn(coalition):
    with pytest.raises(ce.UsageError, match="no source 'Nobody'"):
        coalition.plot.worth(audit("Nobody", 50))
