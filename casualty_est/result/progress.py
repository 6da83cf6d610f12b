"""Progress on standard error, only where somebody can see it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[str, float | None], None]


@contextmanager
def progress_bar(show: bool | None) -> Iterator[Report]:
    """Show a bar with a changing message."""
    if not (sys.stderr.isatty() if show is None else show):
        yield lambda message, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def report(message: str, share: float | None) -> None:
            total = None if share is None else 1.0
            bar.update(task, description=message, total=total, completed=share or 0.0)

        yield report
