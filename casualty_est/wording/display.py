"""Names in print: labels of a table are replaced by what readers call them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, is_dataclass, replace
from typing import Any

from casualty_est.wording.language import sounding

_shown: ContextVar[Mapping[str, str] | None] = ContextVar("shown", default=None)
_QUOTED = re.compile("(“[^”]*”)")  # what somebody wrote stays as it was written
_START = re.compile(r"(?:^|[.!?:]\s+)$")


@contextmanager
def shown_as(names: Mapping[str, str]) -> Iterator[None]:
    """Call labels by their names in print for as long as this lasts."""
    token = _shown.set(dict(names))
    try:
        yield
    finally:
        _shown.reset(token)


def renamed(text: str) -> str:
    """Replace labels in a text, but not inside of quotations."""
    names = _shown.get()
    if not names:
        return text
    done = sorted({n for name in names.values() for n in (name, _capital(name))}, key=len)
    labels = sorted(names, key=len)
    # What was renamed before is matched first, and stays: a name may hold its label.
    either = [_any("done", done), f"(?P<the>[Tt]he )?{_any('label', labels)}"]
    label = re.compile(rf"(?<!\w)(?:{'|'.join(either)})(?!\w)")

    def put(match: re.Match[str]) -> str:
        if match["done"]:
            return match["done"]
        name = names[match["label"]]
        article = "" if name.lower().startswith("the ") else match["the"] or ""
        name = f"{article}{name}"
        start = _START.search(match.string[: match.start()])
        return _capital(name) if start else name

    pieces = _QUOTED.split(text)
    done_so = (piece if i % 2 else label.sub(put, piece) for i, piece in enumerate(pieces))
    return sounding("".join(done_so))


def _any(group: str, texts: list[str]) -> str:
    """A group that matches any of some texts, the longest first."""
    return f"(?P<{group}>{'|'.join(map(re.escape, reversed(texts)))})"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def all_renamed(value: Any, kept: tuple[type, ...] = ()) -> Any:
    """Replace labels in all texts of lists, mappings and records; records of `kept` stay."""
    if isinstance(value, str):
        return renamed(value)
    if isinstance(value, kept):
        return value
    if isinstance(value, list | tuple):
        return type(value)(all_renamed(one, kept) for one in value)
    if isinstance(value, dict):
        return {key: all_renamed(one, kept) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        new = {f.name: all_renamed(getattr(value, f.name), kept) for f in fields(value) if f.init}
        return replace(value, **new)
    return value
