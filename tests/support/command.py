"""The command as a user calls it, run in this process."""

from __future__ import annotations

import sys

import pytest

from casualty_est.cli import main as cli


def run(capsys, *words):
    """Return the exit code, standard output and standard error."""
    with pytest.MonkeyPatch.context() as here:
        here.setattr(sys, "argv", ["casualty-est", *map(str, words)])
        here.delenv("COLUMNS", raising=False)  # tables as wide as in a file, on whatever screen
        with pytest.raises(SystemExit) as end:
            cli.main()
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def run_flat(capsys, *words):
    """The same, with standard output as one line: where it was wrapped does not matter."""
    code, out, err = run(capsys, *words)
    return code, " ".join(out.split()), err
