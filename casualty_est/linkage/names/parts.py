"""The parts of a name, by position: given, father, grandfather, family."""

from __future__ import annotations

from collections.abc import Sequence

PARTS = ("given", "father", "grandfather", "family")


def split(words: Sequence[str]) -> dict[str, str]:
    """Name the parts of a name; what is missing in the middle is missing, and nothing is shifted.

    >>> split(("ahmad", "khalil", "masri"))["grandfather"]
    ''
    """
    parts = dict.fromkeys(PARTS, "")
    if words:
        parts["given"] = words[0]
    if len(words) > 1:
        parts["family"] = words[-1]
    for name, word in zip(("father", "grandfather"), words[1:-1], strict=False):
        parts[name] = word
    return parts
