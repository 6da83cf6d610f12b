"""The terminal that a command talks to: it may close the pipe, or ask to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

# What a shell gives a command that Ctrl-C or a closed pipe ended.
INTERRUPTED, BROKEN_PIPE = 130, 141


def console_for(quiet: bool) -> Console:
    """Return the console that a command prints to."""
    from rich.console import Console

    class Outlasting(Console):
        """A console whose reader may leave: the fit goes on, for its files and its code."""

        def on_broken_pipe(self) -> None:
            self.quiet = True
            discard_output()

    # A file or a pipe gets whole lines, and tables as wide as COLUMNS; a terminal knows its own.
    said = os.environ.get("COLUMNS", "")
    width = None if sys.stdout.isatty() else int(said) if said.isdecimal() and int(said) else 110
    return Outlasting(quiet=quiet, width=width, highlight=False, soft_wrap=not sys.stdout.isatty())


def discard_output() -> None:
    """Send what is still printed nowhere, so that closing the pipe's end raises no more."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


class Stop:
    """Whether the user asked to stop, and which files were whole by then."""

    def __init__(self) -> None:
        self.asked = False
        self.written: list[str] = []
        self.parts: Path | None = None  # where finished parts of a long fit are kept

    def ask(self, _signal: int, _frame: FrameType | None) -> NoReturn:
        """Take the signal of Ctrl-C."""
        self.asked = True
        raise KeyboardInterrupt

    def check(self) -> None:
        """Stop here if the user asked to."""
        if self.asked:
            raise KeyboardInterrupt

    def end(self) -> NoReturn:
        """Say what was written, and leave."""
        done = f"{', '.join(self.written)} written, " if self.written else ""
        rest = "nothing else was" if self.written else "nothing was"
        kept = self._kept()
        typer.echo(f"casualty-est: interrupted; {done}{rest} written over{kept}", err=True)
        raise SystemExit(INTERRUPTED) from None

    def _kept(self) -> str:
        """What a second run of the same command need not compute again."""
        parts = self.parts
        number = sum(1 for _ in parts.glob("*.npz")) if parts is not None else 0
        if parts is None or not number:
            return ""
        what = "part is" if number == 1 else "parts are"
        return f"; {number} finished {what} kept in {parts.name}: the same command goes on there"

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C while the command runs; only the main thread can."""
        self.asked, self.written, self.parts = False, [], None
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        old = signal.signal(signal.SIGINT, self.ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, old)


STOP = Stop()
