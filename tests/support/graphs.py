"""PyTensor graphs in Python, as they are written: compiling takes longer than a few calls."""

from __future__ import annotations

from typing import Any


def as_written() -> Any:
    """A mode that neither rewrites nor compiles."""
    from pytensor.compile.mode import Mode

    return Mode(linker="py", optimizer=None)
