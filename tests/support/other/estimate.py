"""Its result: weights and sentences as given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

from pydantic.dataclasses import dataclass

from casualty_est.result.estimate import Estimate
from casualty_est.result.identification import Identification
from casualty_est.result.schema import CHECKED, Case, Rests

RESTS = Rests("none", (), ("This evidence does not say what sets its level.",))


@dataclass(config=CHECKED)
class OtherDetails:
    """What sets the level, and what was fitted again."""

    identification: Rests = RESTS
    refits: dict[str, tuple[Case, ...]] = field(default_factory=dict)


class OtherEstimate(Estimate):
    """A result of other evidence."""

    details: OtherDetails
    details_type: ClassVar[type[Any]] = OtherDetails

    def _identify(self, row: int) -> Identification:
        found = self.details.identification
        return Identification(self.meta.rows[row].cell, found.kind, found.rows, found.sentences)

    def _refits(self) -> Mapping[str, Any]:
        return {"without_each_source": lambda *_: ()}


ESTIMATE = OtherEstimate
