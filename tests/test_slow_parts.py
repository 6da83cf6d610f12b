"""The slow tests in parts: what failed is said, and run again the next time."""

from __future__ import annotations

import json
import sys

import pytest

from tests import slow

GOOD, BAD = "tests/test_good.py", "tests/folder/test_bad.py"
PART = (
    "import pathlib, sys\n"
    "mended, *_, name = sys.argv[1:]\n"
    "print('ran', name)\n"
    "sys.exit('bad' in name and not pathlib.Path(mended).exists())\n"
)


@pytest.fixture
def mended(tmp_path, monkeypatch):
    """Two parts in the place of pytest, one of which fails until this file is there."""
    file = tmp_path / "mended"
    monkeypatch.setattr(slow, "PYTEST", (sys.executable, "-c", PART, str(file)))
    monkeypatch.setattr(slow, "parts_of", lambda _: [GOOD, BAD])
    monkeypatch.setattr(sys, "argv", ["slow.py", "--folder", str(tmp_path / "parts")])
    return file


def test_a_part_that_failed_is_named_and_run_again(mended, capsys):
    folder = mended.parent / "parts"
    finished = folder / "parts.jsonl"

    def ran():
        return [json.loads(line)["part"] for line in finished.read_text("utf-8").splitlines()]

    assert slow.main() == 1
    out = capsys.readouterr().out
    assert f"{BAD}  FAILED, see tests.folder.test_bad.py.log" in out
    assert f"{GOOD}  passed" in out
    assert "2 parts, 1 failed" in out
    assert (folder / "tests.folder.test_bad.py.log").read_text("utf-8") == f"ran {BAD}\n"
    assert ran() == [GOOD, BAD]
    mended.touch()
    assert slow.main() == 0
    assert "2 parts, 0 failed" in capsys.readouterr().out
    assert ran() == [GOOD, BAD, BAD]
    assert slow.main() == 0
    assert ran() == [GOOD, BAD, BAD]


def test_half_a_line_from_a_crash_is_no_part(mended, capsys):
    mended.touch()
    finished = mended.parent / "parts" / "parts.jsonl"
    finished.parent.mkdir()
    finished.write_text(f'{{"part": "{GOOD}", "pas\n', "utf-8")
    assert slow.main() == 0
    assert "2 parts, 0 failed" in capsys.readouterr().out
    assert finished.read_text("utf-8").count('"passed": true') == 2


def test_two_parts_run_side_by_side_and_benchmarks_after_them(tmp_path, monkeypatch):
    # A part waits for the other one's file; a benchmark asks that both have ended.
    program = (
        "import pathlib, sys, time\n"
        "folder, *_, name = sys.argv[1:]\n"
        "folder, own = pathlib.Path(folder), pathlib.Path(name).stem\n"
        "if 'benchmarks/' in name:\n"
        "    sys.exit(len(list(folder.glob('*.ended'))) != 2)\n"
        "(folder / own).touch()\n"
        "while not all((folder / other).exists() for other in ('test_one', 'test_two')):\n"
        "    time.sleep(0.01)\n"
        "(folder / f'{own}.ended').touch()\n"
    )
    names = ["tests/benchmarks/test_speed.py", "tests/test_one.py", "tests/test_two.py"]
    monkeypatch.setattr(slow, "PYTEST", (sys.executable, "-c", program, str(tmp_path)))
    monkeypatch.setattr(slow, "parts_of", lambda _: names)
    folder = str(tmp_path / "parts")
    monkeypatch.setattr(sys, "argv", ["slow.py", "--folder", folder, "--jobs", "2"])
    assert slow.main() == 0
    kept = (tmp_path / "parts" / "parts.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["passed"] for line in kept] == [True, True, True]
    assert json.loads(kept[-1])["part"] == names[0]
