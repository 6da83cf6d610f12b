"""Reading the analyst's table: names and nested tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.tables.checks import offered


def known(names: Iterable[str], valid: Iterable[str], where: str) -> None:
    """Refuse names that are not valid, and offer the nearest."""
    valid = list(valid)
    for name in names:
        if name not in valid:
            msg = f"{where}: {name!r} is unknown. {offered(name, valid)}"
            raise UsageError(msg)


def mapping(value: Any, where: str) -> dict[str, Any]:
    """Read a table; None is an empty one."""
    value = {} if value is None else value
    if not isinstance(value, Mapping):
        msg = f"{where} must be a table, not {value!r}"
        raise UsageError(msg)
    return dict(value)
