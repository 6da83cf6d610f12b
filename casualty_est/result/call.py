"""What every fit asks of its caller, and writes down of its surroundings."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from importlib import metadata

from casualty_est.errors import UsageError


def check_counts(**counts: int) -> None:
    """Refuse a number of draws or chains that is no whole number above 0."""
    for name, value in counts.items():
        if not isinstance(value, int) or value < 1:
            msg = f"{name} must be a whole number of at least 1, not {value!r}"
            raise UsageError(msg)


def settle_seed(seed: int | None) -> int:
    """Return the seed, drawn where none was given."""
    seed = secrets.randbelow(2**31) if seed is None else seed
    if not isinstance(seed, int) or seed < 0:
        msg = f"seed must be a whole number of at least 0, not {seed!r}"
        raise UsageError(msg)
    return seed


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Versions of the packages that are installed."""
    installed = {}
    for name in packages:
        try:
            installed[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return installed
