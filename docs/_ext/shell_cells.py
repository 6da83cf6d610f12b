"""`%%bash` cells that print once, when the command has ended, and without colours.

The notebook's own version hands output on in pieces, which end up in the middle of lines.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

HOME = "/home/you"
COLOURS = ("FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE")


def bash(line: str, cell: str) -> None:
    """Run a cell in bash; an error of the last command is an error of the page."""
    plain = {key: value for key, value in os.environ.items() if key not in COLOURS}
    finished = subprocess.run(
        ["bash", "-c", cell],
        check=False,
        env=plain,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    sys.stdout.write(finished.stdout.replace(os.getcwd(), HOME))  # not where these pages are made
    if finished.returncode:
        msg = f"the shell ended with exit code {finished.returncode}"
        raise RuntimeError(msg)


def load_ipython_extension(shell: Any) -> None:
    """Replace the magic; called by ``%load_ext shell_cells``."""
    shell.register_magic_function(bash, "cell")
