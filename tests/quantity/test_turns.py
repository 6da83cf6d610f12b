"""A turn of phrase that is passed over in a text would have changed nothing there."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from casualty_est.quantity.languages import NAMES, folded, language

DATA = Path(__file__).parents[1] / "data"
TEXTS = {
    folded(row["text"])
    for path in sorted(DATA.glob("notations*.csv"))
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
}


@pytest.mark.parametrize("name", NAMES)
def test_a_turn_that_changes_a_text_has_a_word_of_it(name):
    known = language(name)
    size = 3 if known.spaced else 2
    changed = 0
    for text in TEXTS:
        starts = {text[i : i + size] for i in range(len(text))}
        for pattern, english, needed in known.turns:
            if pattern.sub(english, text) != text:
                changed += 1
                assert not needed or needed & starts, pattern.pattern
    assert changed > 20
