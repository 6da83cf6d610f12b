"""Run the slow tests one part at a time; calling again goes on where it stopped.

Run as ``python tests/slow.py [--folder DIR] [--only TEXT] [--jobs N] [-- OPTIONS OF PYTEST]``. A
part is the slow tests of one file, which share what they fit, in a process of its own. Every
finished part adds one line to ``parts.jsonl`` in the folder: its name, whether it passed, and its
seconds. Parts that passed are skipped the next time; a failed part is run again. Calibrations keep
every finished simulation in the same folder. With ``--jobs 2`` two parts run side by side, and the
benchmarks, which need a quiet machine, one by one after all others. The table at the end says how
long each part took; exits 1 where one failed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PYTEST = (sys.executable, "-m", "pytest", "-n", "0", "-m", "slow")


def parts_of(only: str) -> list[str]:
    """Name every file that has slow tests."""
    found = subprocess.run(
        [*PYTEST, "--collect-only", "-q"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if found.returncode:
        sys.exit(found.stdout + found.stderr)
    files = [line.split("::")[0] for line in found.stdout.splitlines() if "::" in line]
    return [name for name in dict.fromkeys(files) if only in name]


def read(file: Path) -> dict[str, dict[str, Any]]:
    """Finished parts by name, the last run of each; half a line from a crash is no part."""
    found = {}
    for line in file.read_text("utf-8").splitlines() if file.exists() else []:
        try:
            part = json.loads(line)
        except ValueError:
            continue
        found[part["part"]] = part
    return found


def run(name: str, folder: Path, options: Sequence[str]) -> dict[str, Any]:
    """Run one part, its output kept beside the parts."""
    log = folder / f"{name.replace('/', '.')}.log"
    environment = {**os.environ, "SBC_PARTS": str(folder / "simulations")}
    start = time.monotonic()
    with log.open("w", encoding="utf-8") as out:
        done = subprocess.run(
            [*PYTEST, "--durations=0", *options, name], cwd=ROOT, env=environment, stdout=out,
            stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    seconds = round(time.monotonic() - start, 1)
    return {"part": name, "passed": done.returncode == 0, "seconds": seconds, "log": log.name}


def run_all(
    names: Sequence[str], folder: Path, options: Sequence[str], jobs: int
) -> Iterator[dict[str, Any]]:
    """Run parts side by side, benchmarks alone at the end; give each as it finishes."""
    together = [name for name in names if "benchmarks/" not in name]
    with ThreadPoolExecutor(jobs) as pool:
        for part in as_completed([pool.submit(run, name, folder, options) for name in together]):
            yield part.result()
    for name in names:
        if name not in together:
            yield run(name, folder, options)


def line_of(part: dict[str, Any]) -> str:
    """One line of the table."""
    said = "passed" if part["passed"] else f"FAILED, see {part['log']}"
    return f"{part['seconds']:10,.1f} s  {part['part']}  {said}"


def main() -> int:
    """Run what is missing and print the table."""
    parser = argparse.ArgumentParser(description="Run the slow tests in parts.")
    parser.add_argument("--folder", type=Path, default=ROOT / ".slow", help="for finished parts")
    parser.add_argument("--only", default="", help="parts whose name holds this text")
    parser.add_argument("--jobs", type=int, default=1, help="parts that run side by side")
    parser.add_argument("options", nargs="*", help="options of pytest, after --")
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "parts.jsonl"
    names, finished = parts_of(asked.only), read(file)
    missing = [name for name in names if not finished.get(name, {}).get("passed")]
    for part in run_all(missing, folder, asked.options, asked.jobs):
        finished[part["part"]] = part
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(part) + "\n")
        print(line_of(part), flush=True)  # noqa: T201
    table = [finished[name] for name in names]
    failed = sum(not part["passed"] for part in table)
    print("\n".join(["", "All parts:", *map(line_of, table)]))  # noqa: T201
    print(  # noqa: T201
        f"{sum(part['seconds'] for part in table):10,.1f} s  {len(table)} parts, {failed} failed"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
