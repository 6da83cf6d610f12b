"""Names of columns and words of cells without case, spaces and signs."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# "Date (DD/MM/YYYY)" says how its days are written.
_FORMAT = re.compile(r"_(d{1,2}|m{1,3}|y{2,4})_?(d{1,2}|m{1,3})_?(d{1,2}|y{2,4})$")

_FOOTNOTE = re.compile(r"(?:\[(?:[0-9]{1,2}|[a-z]|note [0-9]{1,2})\])+$")


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return a name without case, spaces and signs: "Date (start)" is date_start."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    folded = _FOOTNOTE.sub("", folded) if folded.endswith("]") else folded
    bare = re.sub(r"\W+", "_", folded).strip("_")
    return _FORMAT.sub("", bare)


def order_in(name: str) -> str:
    """Return which of day, month and year comes first by the name of a column; empty if untold."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    match = _FORMAT.search(re.sub(r"\W+", "_", folded).strip("_"))
    first = match[1][0] if match else ""
    return {"d": "day", "m": "month"}.get(first, "")
