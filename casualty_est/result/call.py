"""What every fit asks of its caller, shows meanwhile, and writes down of its surroundings."""

from __future__ import annotations

import secrets
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.tables.checks import is_whole

Report = Callable[[str, float | None], None]

_lock = threading.Lock()
_blas: dict[str, Any] = {"inside": 0, "limit": None}


def check_counts(**counts: int) -> list[int]:
    """Numbers of draws or chains as Python has them; refuse one not whole or not above 0."""
    for name, value in counts.items():
        if not is_whole(value) or value < 1:
            msg = f"{name} must be a whole number of at least 1, not {value!r}"
            raise UsageError(msg)
    return [int(value) for value in counts.values()]


def settle_seed(seed: int | None) -> int:
    """Return the seed, drawn where none was given."""
    seed = secrets.randbelow(2**31) if seed is None else seed
    if not is_whole(seed) or seed < 0:
        msg = f"seed must be a whole number of at least 0, not {seed!r}"
        raise UsageError(msg)
    return int(seed)


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Versions of the packages that are installed."""
    named = {name: _version(name) for name in packages}
    return {name: version for name, version in named.items() if version is not None}


@cache
def _version(package: str) -> str | None:
    """Version of one package, whose files are parsed once: some 10 ms."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit linear algebra to one thread; fits in several threads may overlap.

    Matrices here are small and many: threads of the linear algebra library wait for each other
    longer than they compute, all the more where several fits share the cores.
    """
    from threadpoolctl import ThreadpoolController

    with _lock:
        if not _blas["inside"]:
            _blas["limit"] = ThreadpoolController().limit(limits=1, user_api="blas")
        _blas["inside"] += 1
    try:
        yield
    finally:
        with _lock:
            _blas["inside"] -= 1
            # The limit is one of the whole process: the last to leave lifts it.
            if not _blas["inside"]:
                _blas["limit"].restore_original_limits()


@contextmanager
def progress_bar(show: bool | None) -> Iterator[Report]:
    """Show a bar with a changing message on standard error, only where somebody can see it."""
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
