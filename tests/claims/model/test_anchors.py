"""Numbers from outside that cannot both be right are named before anything is computed."""

from __future__ import annotations

import pandas as pd
import pytest

import casualty_est as ce

ROWS = pd.DataFrame(
    [
        ("A", "monitor", "500", "X", "civilians"),
        ("B", "media", "600", "X", "civilians"),
        ("B", "media", "150", "X", "children"),
    ],
    columns=["source", "role", "quantity", "scope", "group"],
)
CELL = {"scope": "X", "group": "civilians"}


def noted(*anchors):
    model = ce.ClaimsModel(ROWS, priors={"anchors": list(anchors)})
    return [text for code, text in model.notes if code == "anchors_apart"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"median": 5, "sd": 0.1, **CELL}, {"median": 5_000_000_000, "sd": 0.1, **CELL}),
        ({"median": 500, "sd": 0.3, **CELL}, {"median": 5000, "sd": 0.3, **CELL}),
        ({"source": "A", "ratio": {"median": 0.5, "sd": 0.1}},
         {"source": "A", "ratio": {"median": 5, "sd": 0.1}}),
        ({"median": 5000, "sd": 0.1, **CELL, "group": "children"},
         {"median": 500, "sd": 0.1, **CELL}),
    ],
)  # fmt: skip
def test_anchors_that_contradict_each_other_are_refused(one, other):
    for pair in ((one, other), (other, one)):
        with pytest.raises(ce.UsageError, match=r"two anchors contradict each other: .* keep one"):
            noted(*pair)


def test_anchors_apart_are_noted_with_their_numbers():
    (text,) = noted({"median": 500, "sd": 0.3, **CELL}, {"median": 2500, "sd": 0.3, **CELL})
    assert "about 500 (278 to 900)" in text
    assert "about 2,500 (1,390 to 4,500)" in text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"interval": [400, 600], **CELL}, {"interval": [450, 700], **CELL}),
        ({"median": 50, "sd": 0.1, **CELL, "group": "children"},
         {"median": 5000, "sd": 0.1, **CELL}),
        ({"source": "A", "ratio": {"median": 0.5, "sd": 0.1}},
         {"median": 5000, "sd": 0.1, **CELL}),
    ],
)  # fmt: skip
def test_anchors_that_may_hold_together_pass(one, other):
    assert noted(one, other) == []
