"""Does the report hold what the reporting standards ask for? What is missing, it prints."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from casualty_est.errors import UsageError
from casualty_est.report.naming import is_attributed
from casualty_est.tables.checks import nearest

if TYPE_CHECKING:
    from casualty_est.report.parts import Parts


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the standards ask of a report."""

    text: str
    standards: tuple[str, ...]
    met: bool
    mend: str
    key: str | None = None


def run(parts: Parts, given: Mapping[str, str]) -> list[Item]:
    """Check a report and what was stated for it against the list."""
    kind, own, stated = parts.estimate.kind, parts.checks(), statements(given)
    items = []
    for entry in _entries():
        if kind not in entry.get("only", [kind]):
            continue
        key = entry.get("statement")
        met = key in stated if key else _holds(entry["check"], parts, own)
        mend = "" if met else entry.get(f"missing_{kind}", entry["missing"])
        items.append(Item(entry["text"], tuple(entry["standards"]), met, mend, key))
    return items


def _holds(check: str, parts: Parts, own: Mapping[str, Callable[[], bool]]) -> bool:
    return own[check]() if check in own else CHECKS[check](parts)


def statements(given: Mapping[str, str]) -> dict[str, str]:
    """What the analyst stated, in the order of the list; blanks do not count."""
    keys = list(dict.fromkeys(entry["statement"] for entry in _entries() if "statement" in entry))
    for key in given:
        if key not in keys:
            hint = nearest(key, keys) if isinstance(key, str) else ""
            msg = f"statements has {key!r}{hint}; its keys are {', '.join(sorted(keys))}"
            raise UsageError(msg)
    return {key: str(given[key]).strip() for key in keys if str(given.get(key, "")).strip()}


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    source = files("casualty_est.report").joinpath("checklist.toml")
    return tuple(tomllib.loads(source.read_text(encoding="utf-8"))["items"])


def _scope(parts: Parts) -> bool:
    return all(row.cell.scope != "all" for row in parts.estimate.meta.rows)


def _window(parts: Parts) -> bool:
    return all(row.cell.start and row.cell.end for row in parts.estimate.meta.rows)


def _perpetrator(parts: Parts) -> bool:
    return all(is_attributed(row.cell) for row in parts.estimate.meta.rows)


def _grounds(parts: Parts) -> bool:
    return all(
        item.grounds
        for item in parts.estimate.meta.assumptions
        if item.kind in ("ratio", "reference")
    )


def _ratios(parts: Parts) -> bool:
    return bool(parts.estimate.meta.sources) and parts.estimate.meta.has_level


def _model(parts: Parts) -> bool:
    return bool(parts.estimate.meta.model)


def _level(parts: Parts) -> bool:
    return parts.estimate.meta.has_level


def _converged(parts: Parts) -> bool:
    return parts.estimate.converged


def _versions(parts: Parts) -> bool:
    return bool(parts.estimate.meta.versions.get("casualty_est"))


# What any kind of evidence can be asked; a wing adds its own in `Parts.checks`.
CHECKS: dict[str, Callable[[Parts], bool]] = {
    "always": lambda parts: True,  # the template cannot leave it out
    "scope_named": _scope,
    "window_stated": _window,
    "perpetrator_named": _perpetrator,
    "ratios_shown": _ratios,
    "model_shown": _model,
    "grounds_given": _grounds,
    "level_known": _level,
    "converged": _converged,
    "refits_shown": lambda parts: bool(parts.refits()),
    "versions_shown": _versions,
}
