"""Every file in the folder of bad files is told exactly what is wrong with it, and where."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from casualty_est.claims.table.claims import Claims
from casualty_est.errors import InputError

FOLDER = Path(__file__).parents[2] / "data" / "bad"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))


def test_every_bad_file_has_an_expectation():
    files = {path.name for path in FOLDER.iterdir()} - {"expected.toml"}
    assert files == set(EXPECTED)
    assert len(files) >= 20


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_file_is_told_all_its_problems(name):
    with pytest.raises(InputError) as caught:
        Claims.read(FOLDER / name)
    problems = [str(problem) for problem in caught.value.problems]
    expected = EXPECTED[name]["problems"]
    assert len(problems) == len(expected), problems
    for text, fragments in zip(problems, expected, strict=True):
        for fragment in fragments:
            assert fragment in text
        assert "\n" not in text
    count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}:"
    assert str(caught.value).splitlines()[0] == f"{name} has {count}"
