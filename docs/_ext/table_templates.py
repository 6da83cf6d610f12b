"""Tables that readers download and fill: a spreadsheet and a text file for each kind."""

from __future__ import annotations

import csv
from pathlib import Path

from casualty_est.cli.template import spec_of, workbook

KINDS = ("claims", "incidents", "lists", "survey")


def write_templates(folder: Path) -> None:
    """Write a spreadsheet and a CSV file with one invented row for each kind of table."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        spec = spec_of(kind)
        workbook(kind, spec).save(folder / f"{kind}.xlsx")
        with (folder / f"{kind}.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(spec["columns"])
            rows.writerow([column["example"] for column in spec["columns"].values()])
