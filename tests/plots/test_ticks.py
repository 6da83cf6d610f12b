"""Ticks of an axis with room for two labels at its far ends only."""

from casualty_est.plots.scales import log_ticks


def test_a_short_axis_has_two_ticks_where_two_fit():
    """A phone shows two surveys beside each other; one tick says nothing about the scale."""
    ticks = log_ticks(80_000, 1_000_000, 1.6, 0.03)
    assert len(ticks) == 2
    assert ticks[1] / ticks[0] > 3
