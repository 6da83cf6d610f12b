"""The built wheel, installed in an empty environment, does the main job."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UV = os.environ.get("UV", "uv")  # `uv run` says where it lies


def _run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=clean, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done


@pytest.mark.slow
def test_wheel_in_an_empty_environment_runs_the_demo(tmp_path):
    _run(UV, "build", "--wheel", "--out-dir", tmp_path, ROOT, cwd=tmp_path)
    (wheel,) = tmp_path.glob("casualty_est-*.whl")
    home = tmp_path / "environment"
    _run(UV, "venv", "--python", sys.executable, home, cwd=tmp_path)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    _run(UV, "pip", "install", "--python", python, wheel, cwd=tmp_path)
    command = python.with_name("casualty-est")
    done = _run(command, "demo", "--out", tmp_path / "out", cwd=tmp_path)
    assert "they agree" in done.stdout
    content = json.loads((tmp_path / "out" / "estimate.json").read_text("utf-8"))
    assert 6_100 < content["estimates"][0]["median"] < 6_500
    assert "<html" in (tmp_path / "out" / "report.html").read_text("utf-8")
    # Catalogues are read as they stand: nothing has compiled them.
    ask = (
        "from casualty_est.wording.language import _, speaking\n"
        "with speaking('es'): print(_('Where'))"
    )
    assert "Dónde" in _run(python, "-X", "utf8", "-c", ask, cwd=tmp_path).stdout
