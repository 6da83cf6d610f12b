"""Names of sources that hold several are asked about."""

from __future__ import annotations

import pandas as pd

from casualty_est import IncidentReports


def test_a_source_that_names_several_is_asked():
    rows = {"incident": ["S1", "S2"], "source": ["AFP; Reuters", "AFP"], "quantity": ["3", "4"]}
    table = IncidentReports(pd.DataFrame(rows))
    (text,) = [said for code, said in table.warnings if code == "several_sources"]
    assert text.startswith("'AFP; Reuters' names 2 and is taken as one source apart")
