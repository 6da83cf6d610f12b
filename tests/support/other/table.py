"""Its table, of which there is none."""

from __future__ import annotations


def looks_like(header: frozenset[str]) -> bool:
    """No header is that of this kind."""
    return False
