"""Does the report hold what the reporting standards ask for? What is missing, it prints."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from casualty_est.errors import UsageError
from casualty_est.report.naming import is_attributed
from casualty_est.report.standards import PRIVACY, Checklist, Item
from casualty_est.tables.checks import nearest
from casualty_est.wording.language import N_, pgettext

if TYPE_CHECKING:
    from casualty_est.report.parts import Parts


HEADINGS = (
    N_("statement", "As of"),
    N_("statement", "Sources"),
    N_("statement", "Lists"),
    N_("statement", "Inclusion"),
    N_("statement", "Matching"),
    N_("statement", "Standard of proof"),
    N_("statement", "Validation"),
    N_("statement", "Earlier estimates"),
    N_("statement", "Limitations"),
    N_("statement", "Data access"),
    N_("statement", "Funding"),
)


def of(parts: Parts, given: Mapping[str, str]) -> Checklist:
    """The checklist of a report, with what its author is told and its readers are not."""
    lacking = parts.estimate.meta.has_level and not parts.refits()
    notes = (f"Other evidence: {parts.refits_missing()}",) if lacking else ()
    return Checklist(tuple(run(parts, given)), (*notes, PRIVACY))


def run(parts: Parts, given: Mapping[str, str]) -> list[Item]:
    """Check a report and what was stated for it against the list."""
    kind, checks, stated = parts.estimate.kind, _checks(parts), statements(given)
    items = []
    for entry in _entries():
        if kind not in entry.get("only", [kind]):
            continue
        key = entry.get("statement")
        met = key in stated if key else checks[entry["check"]]()
        mend = "" if met else entry.get(f"missing_{kind}", entry["missing"])
        items.append(Item(entry["text"], tuple(entry["standards"]), met, mend, key))
    return items


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


def _checks(parts: Parts) -> dict[str, Callable[[], bool]]:
    """What any kind of evidence can be asked, and what this kind is asked in a way of its own."""
    meta = parts.estimate.meta
    gauge = [item for item in meta.assumptions if item.kind in ("ratio", "reference")]
    return {
        "always": lambda: True,  # the template cannot leave it out
        "scope_named": lambda: all(row.cell.scope != "all" for row in meta.rows),
        "window_stated": lambda: all(row.cell.start and row.cell.end for row in meta.rows),
        "perpetrator_named": lambda: all(is_attributed(row.cell) for row in meta.rows),
        "ratios_shown": lambda: bool(meta.sources) and meta.has_level,
        "model_shown": lambda: bool(meta.model),
        "grounds_given": lambda: all(item.grounds for item in gauge),
        "level_known": lambda: meta.has_level,
        "converged": lambda: meta.diagnostics.converged,
        "refits_shown": lambda: bool(parts.refits()),
        "versions_shown": lambda: bool(meta.versions.get("casualty_est")),
        **parts.checks(),
    }


def stated_heading(key: str) -> str:
    """What stands over what the analyst stated."""
    return pgettext("statement", key.replace("_", " ").capitalize())
