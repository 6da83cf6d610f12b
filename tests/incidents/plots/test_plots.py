"""Pictures of estimates from incident reports: what is drawn, and what is refused."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.incidents.plots.breakdown import curves_of, gap_to, part_name, steps_of
from casualty_est.incidents.report.tables import gap as gap_table
from casualty_est.plots.style import PHONE, to_png
from casualty_est.result.schema import Case
from tests.support.incident_tables import FEW
from tests.support.pictures import check_nothing_upright_crosses


@pytest.fixture(scope="module")
def listed():
    import pandas as pd

    rng = np.random.default_rng(1)
    rows = [
        (str(i), source, role, str(int(n)))
        for i, n in enumerate(rng.lognormal(1.5, 1, 40).round() + 1)
        for source, role in (("A$1$", "monitor"), ("B", "media"), ("C <b>", None))
        if rng.random() < 0.5
    ]
    frame = pd.DataFrame(rows, columns=["incident", "source", "role", "quantity"])
    est = ce.IncidentModel(frame, anchor="A$1$").fit(**FEW)
    # Refits are tested where they are made; here only the names in them matter.
    cases = tuple(
        Case(f"without {name}", 300.0, 200.0, 500.0, 0.95, converged=True)
        for name in ("A$1$", "C <b>")
    )
    for name in ("other_settings", "without_each_source"):
        est.details.refits[f"{name}:0:0.95"] = cases
    return est


@pytest.mark.thorough
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["gap", "inclusion", "mentions", "total", "sources", "cases"])
def test_every_picture_is_drawn(strikes, listed, name, dark):
    for est in (strikes, listed):
        if name == "cases":
            est.other_settings()
        assert to_png(getattr(est.plot, name)(dark=dark)).startswith(b"\x89PNG")


@pytest.mark.thorough
def test_steps_lead_from_one_total_to_the_other(strikes, listed):
    for est in (strikes, listed):
        assert est.details.gaps
        for between in est.details.gaps:
            steps = steps_of(between, est.details.judge)
            assert steps[0].end == between.reported[0]
            assert steps[-1].end == between.reported[1]
            assert steps[-2].end == pytest.approx(between.reported[1], abs=1e-6)
            for one, following in pairwise(steps[:-1]):
                assert following.start == one.end
            assert sum(part.mean for part in between.parts.values()) == pytest.approx(between.gap)


@pytest.mark.thorough
def test_the_ties_of_steps_make_way_for_names(strikes):
    figure = strikes.plot.gap(figsize=(PHONE, None))
    for text in [text for text in figure.texts if text.get_text() == "NOT CONVERGED"]:
        text.remove()  # a few draws; it stands across everything
    check_nothing_upright_crosses(figure)


def test_a_step_is_named_by_what_the_source_does():
    assert part_name("missed_incidents", "B", "B").endswith("neither reports nor accepts")
    assert "B does not report" in part_name("missed_incidents", "B", None)


def test_the_widest_gap_is_drawn_unless_another_is_asked_for(listed):
    known = listed.details.widest_gaps
    assert {between.sources[1] for between in known} == {"B", "C <b>"}
    assert abs(known[0].gap) > abs(known[1].gap)
    assert gap_to(known, None) is known[0]
    assert gap_to(known, "B").sources == ("A$1$", "B")
    with pytest.raises(ce.UsageError, match="not 'D'"):
        listed.plot.gap(source="D")


def test_the_picture_of_a_gap_prints_what_its_table_prints(listed):
    for between in listed.details.widest_gaps:
        steps = steps_of(between, listed.details.judge)[1:-1]
        drawn = [re.match(r"[^ ]*", step.detail)[0].lstrip("+\N{MINUS SIGN}") for step in steps]
        printed = [row[1].lstrip("\N{MINUS SIGN}") for row in gap_table(between, None).rows]
        assert drawn == printed
        # The steps lead from one total to the other, as printed.
        signed = [float(row[1].replace("\N{MINUS SIGN}", "-").replace(",", "")) for row in
                  gap_table(between, None).rows]  # fmt: skip
        assert sum(signed) == pytest.approx(round(between.gap))


def test_curves_are_of_sources_whose_inclusion_is_estimated(strikes, listed):
    assert {name for name, _, _ in curves_of(listed, 0.95)} == {"A$1$", "B", "C <b>"}
    # One lister without a recall check: only the verdicts speak of size.
    assert [name for name, _, _ in curves_of(strikes, 0.95)] == ["Coalition"]


def test_who_reports_what_is_as_in_the_table(listed):
    sizes = listed.details.by_size
    table = listed.details.reports
    assert np.sum(sizes.mentioned, axis=1).tolist() == [row.incidents for row in table]
    assert sum(sizes.incidents) >= max(row.incidents for row in table)
