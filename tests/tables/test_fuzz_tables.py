"""Files made of pieces: a table or an error of the package, and no other exception."""

from __future__ import annotations

import json
import random
from contextlib import suppress

import pytest

from casualty_est.claims.table.claims import Claims
from casualty_est.errors import CasualtyEstError
from casualty_est.incidents.table.reports import IncidentReports

HEADS = (
    "source|quantity|role|scope|start|end|reported|outcome|group|perpetrator|hedge|derived_from|"
    "quotes|alias_of|citation|independent|incident|date|verdict|grade|count|self_reported|Deaths|"
    "killed|injured|low|high|best|prob|Type|id|event_id_cnty|event_date|event_type|fatalities|"
    "type_of_violence|side_a|side_b|date_start|country|strike_id|min_civil_killed|"
    "max_civil_killed|IBC code|weather||source"
)
PIECES = (
    "A|B|TOTAL|471|100-300|about 5|dozens|none|unknown|None||45 (12 children)|5 wounded|8,000|"
    "monitor|Government|intelligence|2023-10-18|18/10/2023|04/05/2023|2023|0000-00-00|9999-99-99|"
    "10000-01-01|45216|Oct 2023|soon|1022-01-01|killed|wounded|Civilians|X+Y|+|A;B|;|\u202e|\x07|"
    "\u200b|\U0001f480|-1|1e9|99999999999999|0.5|95%|0.\u00b2|inf|nan|1|0|yes|accepted|fair|=2+3|"
    "\"|'"
)
NAMES, CELLS = HEADS.split("|"), PIECES.split("|")
SIGNS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-32", "latin-1", "koi8-r")
ENDS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".xlsx", ".xls", ".parquet")


def cell(rng, name):
    if name in ("source", "incident"):
        return rng.choice("ABCDEFG")
    if name == "quantity":
        return rng.choice(("471", "100-300", "about 5", "dozens", "unknown", rng.choice(CELLS)))
    return rng.choice(("", "", "", rng.choice(CELLS)))


def content(rng):
    names = rng.sample(NAMES, rng.randint(0, 5))
    if rng.random() < 0.8:
        names = list(dict.fromkeys(["source", "quantity", *names]))
    if rng.random() < 0.4:
        names = ["incident", *(name for name in names if name != "incident")]
    rows = [[cell(rng, name) for name in names] for _ in range(rng.randint(0, 4))]
    if rng.random() < 0.25:
        text = json.dumps([dict(zip(names, row, strict=True)) for row in rows])
    else:
        sign = rng.choice(SIGNS)
        text = "\n".join(sign.join(row) for row in [names, *rows])
    data = text.encode(rng.choice(ENCODINGS), errors="replace")
    for _ in range(rng.choice((0, 0, 0, 1, 5))):
        at = rng.randrange(len(data) + 1)
        data = data[:at] + bytes([rng.randrange(256)]) + data[at + rng.randint(0, 3) :]
    return data


def fuzz(folder, size, seed):
    rng = random.Random(seed)
    read = 0
    for _ in range(size):
        path = folder / f"t{rng.choice(ENDS[:5] * 4 + ENDS)}"
        path.write_bytes(content(rng))
        for kind in (Claims, IncidentReports):
            with suppress(CasualtyEstError):
                read += len(kind.read(path)) > 0
    return read


def test_a_table_or_an_error_of_the_package(tmp_path):
    assert fuzz(tmp_path, 400, 1) > 10  # a fuzz of which nothing is read would show nothing


@pytest.mark.slow
def test_a_table_or_an_error_of_the_package_for_long(tmp_path):
    assert fuzz(tmp_path, 20_000, 2) > 500
