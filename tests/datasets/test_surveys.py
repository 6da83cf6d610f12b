"""Bundled surveys are as published."""

from __future__ import annotations

import pytest

from casualty_est import datasets

SURVEYS = ("gaza_survey", "kosovo_survey", "iraq_surveys")


@pytest.mark.parametrize("name", SURVEYS)
def test_surveys_are_read_without_a_warning_and_cited(name):
    table = datasets.survey(name)
    assert table.warnings == ()
    assert all("doi 10." in row.citation for row in table.rows)


def test_surveys_are_as_published():
    ends = {
        (row.source, row.group, row.outcome): (
            row.quantity.low,
            row.quantity.best,
            row.quantity.high,
        )
        for name in SURVEYS
        for row in datasets.survey(name).rows
    }
    assert ends == {
        ("Gaza Mortality Survey", "all", "killed"): (63_600, 75_200, 86_800),
        ("Gaza Mortality Survey", "women, children and the old", "killed"): (
            33_100,
            42_200,
            51_300,
        ),
        ("Gaza Mortality Survey", "all", "died without violence"): (12_300, 16_300, 20_200),
        ("Spiegel and Salama", "Kosovar Albanians", "killed"): (5_500, 12_000, 18_300),
        ("Burnham et al.", "all", "killed"): (426_369, 601_027, 793_663),
        ("Iraq Family Health Survey", "all", "killed"): (104_000, 151_000, 223_000),
    }
