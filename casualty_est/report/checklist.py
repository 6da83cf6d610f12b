"""Does the report hold what the reporting standards ask for? What is missing, it prints."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from casualty_est.report.tables import linked, refits

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the standards ask of a report.

    Parameters
    ----------
    text : str
        What is asked for.
    standards : tuple of str
        Who asks for it.
    met : bool
        Whether the report holds it.
    mend : str
        If it does not: what the analyst does about it.
    key : str or None
        Where only the analyst can say it: the key of the statement.
    """

    text: str
    standards: tuple[str, ...]
    met: bool
    mend: str
    key: str | None = None


def run(estimate: Estimate, prob: float = 0.95) -> list[Item]:
    """Check a report against the list."""
    given = statements(estimate)
    found = []
    for entry in _entries():
        if estimate.kind not in entry.get("only", [estimate.kind]):
            continue
        key = entry.get("statement")
        met = key in given if key else CHECKS[entry["check"]](estimate, prob)
        mend = "" if met else entry.get(f"missing_{estimate.kind}", entry["missing"])
        found.append(Item(entry["text"], tuple(entry["standards"]), met, mend, key))
    return found


def statements(estimate: Estimate) -> dict[str, str]:
    """Return what the analyst stated for the report, by key; blanks do not count."""
    given = estimate.meta["details"].get("statements", {})
    keys = [entry["statement"] for entry in _entries() if "statement" in entry]
    return {key: str(given[key]).strip() for key in keys if str(given.get(key, "")).strip()}


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    source = files("casualty_est.report").joinpath("checklist.toml")
    return tuple(tomllib.loads(source.read_text(encoding="utf-8"))["items"])


def _cells(estimate: Estimate) -> list[dict[str, Any]]:
    return [row["cell"] for row in estimate.meta["rows"]]


def _counted(estimate: Estimate) -> list[dict[str, Any]]:
    return [claim for claim in estimate.meta.get("claims", []) if claim["counted"]]


def _every_claim(key: str) -> Callable[[Estimate, float], bool]:
    def every(estimate: Estimate, prob: float) -> bool:
        found = _counted(estimate)
        return bool(found) and all(claim[key] for claim in found)

    return every


def _roles(estimate: Estimate, prob: float) -> bool:
    if estimate.kind == "incidents":
        return all(source["role"] for source in estimate.meta["sources"])
    return _every_claim("role")(estimate, prob)


def _refits(estimate: Estimate, prob: float) -> bool:
    if estimate.kind == "incidents":
        return f"choices:0:{prob:g}" in estimate.meta["details"].get("refits", {})
    return bool(refits(estimate, prob))


def _links(estimate: Estimate, prob: float) -> bool:
    found = _counted(estimate)
    return bool(found) and all(any(part.href for part in linked(c["citation"])) for c in found)


def _grounds(estimate: Estimate, prob: float) -> bool:
    return all(
        item["grounds"]
        for item in estimate.meta["assumptions"]
        if item["kind"] in ("ratio", "reference")
    )


def _as_of(estimate: Estimate, prob: float) -> bool:
    return bool(estimate.meta["settings"].get("as_of")) or CHECKS["dates_given"](estimate, prob)


def _ratios(estimate: Estimate, prob: float) -> bool:
    return bool(estimate.meta["sources"]) and bool(estimate.meta["has_level"])


CHECKS: dict[str, Callable[[Estimate, float], bool]] = {
    "always": lambda estimate, prob: True,  # the template cannot leave it out
    "scope_named": lambda estimate, prob: all(c["scope"] != "all" for c in _cells(estimate)),
    "window_stated": lambda estimate, prob: all(c["start"] and c["end"] for c in _cells(estimate)),
    "perpetrator_named": lambda estimate, prob: all(
        c["perpetrator"] not in ("any", "") for c in _cells(estimate)
    ),
    "as_of_known": _as_of,
    "roles_given": _roles,
    "dates_given": _every_claim("reported"),
    "citations_given": _every_claim("citation"),
    "links_given": _links,
    "ratios_shown": _ratios,
    "model_shown": lambda estimate, prob: bool(estimate.meta.get("model")),
    "grounds_given": _grounds,
    "level_known": lambda estimate, prob: bool(estimate.meta["has_level"]),
    "converged": lambda estimate, prob: estimate.converged,
    "dial_shown": lambda estimate, prob: bool(estimate.meta["details"].get("dial")),
    "refits_shown": _refits,
    "versions_shown": lambda estimate, prob: bool(estimate.meta["versions"].get("casualty_est")),
}
