"""What only `pip install casualty_est[linkage]` brings, asked for at the moment it is needed."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from casualty_est.errors import UsageError


def extra(name: str) -> ModuleType:
    """Load a library of the extra, or say how to install it."""
    try:
        return import_module(name)
    except ImportError:
        msg = f"linkage needs {name}: pip install 'casualty_est[linkage]'"
        raise UsageError(msg) from None
