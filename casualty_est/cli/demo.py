"""A bundled study, end to end: what `casualty-est demo` runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from casualty_est import datasets
from casualty_est.kinds import KINDS, room

if TYPE_CHECKING:
    from casualty_est.cli.run import Run
    from casualty_est.result.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Study:
    """A bundled study.

    statements: What the report says that no computation can: see the checklist of reports.
    beside: Published answers to the same question, shown beside this one and never used.
    """

    title: str
    dataset: str
    build: Callable[[Any], Any]
    statements: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    after: Callable[[Any, Run], None] | None = None


def studies() -> dict[str, Study]:
    """Return the studies of every kind by name."""
    return {name: study for kind in KINDS for name, study in room(kind, "demos").DEMOS.items()}


def run_study(study: Study, run: Run) -> Estimate:
    """Fit a bundled study."""
    model = study.build(datasets.load(study.dataset))
    run.console.print(study.title, markup=False, style="bold")
    estimate: Estimate = run.fit(model)
    if study.after:
        study.after(estimate, run)
    return estimate
