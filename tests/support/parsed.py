"""The package's modules, parsed once for all tests that look at code."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import casualty_est

ROOT = Path(casualty_est.__file__).parent


@cache
def parsed() -> dict[Path, ast.Module]:
    """Return the syntax tree of every module."""
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.py"))}


@cache
def calls() -> tuple[tuple[Path, ast.Call], ...]:
    """Return every call in the package, and the module in which it stands."""
    return tuple(
        (path, node)
        for path, tree in parsed().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    )
