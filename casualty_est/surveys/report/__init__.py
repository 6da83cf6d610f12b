"""What a report says of surveys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from casualty_est.report.find_out import FindOut, far_from
from casualty_est.report.parts import Parts
from casualty_est.report.pictures import Wanted
from casualty_est.report.pictures import identification as weights_picture
from casualty_est.report.tables import Table, cases
from casualty_est.report.text import first_name, sentence_again
from casualty_est.result.refits import level_for
from casualty_est.surveys.estimate import SurveyEstimate
from casualty_est.surveys.report import tables, text
from casualty_est.wording.language import N_, _, pgettext, separated

ASKED = {
    "without_each_source": N_("refits", "If one study were left out."),
    "dials": N_("refits", "If what no survey can check were otherwise."),
}


class SurveyParts(Parts):
    """The parts of a report on surveys."""

    package: ClassVar[str] = "casualty_est.surveys.report"
    template: ClassVar[str] = "surveys.html"
    sources_heading: ClassVar[str] = N_("heading", "How good is the sample?")
    said_elsewhere = frozenset({"contradicts"})
    estimate: SurveyEstimate

    def title(self) -> str:
        """What was counted, and where; contradicting studies share it."""
        rows = {row.cell for row in self.estimate.meta.rows}
        return first_name(self.estimate) if len(rows) == 1 else super().title()

    def said(self) -> str:
        """What was published, or what the sample holds."""
        return text.said(self.estimate) or super().said()

    def no_total(self) -> str:
        """That the studies contradict each other, where that is the reason."""
        return text.contradict() if self.estimate.details.contradictions else super().no_total()

    def rests_briefly(self) -> str:
        """What the number stands on, in one sentence."""
        return text.rests_briefly(self.estimate)

    def rests_on(self) -> list[str]:
        """What sets the level."""
        return text.rests_on(self.estimate)

    def documented(self) -> str:
        """A survey documents nothing; lists on which its deaths were looked up do."""
        counted = self.estimate.meta.rows[0].documented
        if counted is None:
            return pgettext("limitation", text.DOCUMENTED)
        number = separated(f"{counted.low:,}")
        if not counted.source:
            return _(
                "Documented, not estimated: {number} people on at least one list.", number=number
            )
        return _(
            "Documented, not estimated: {number} people on {list}.",
            number=number,
            list=counted.source,
        )

    def below_documented(self) -> list[str]:
        """Everybody on a list is counted: below that number nothing can lie."""
        return []

    def sources(self) -> Table | None:
        """What each study says alone, or how complete each list is."""
        return tables.sources(self.estimate, self.prob)

    def refits(self) -> list[Table]:
        """The estimate without each study, and under other values of the dials."""
        bounded = self.estimate._bounded(0)
        prob = level_for(bounded, self.prob)
        kept = {name: self.estimate._records(name, 0, prob) for name in ASKED}
        alone = self.estimate.meta.rows[0].strata.get("study")
        of = " " + _("Of {study} alone.", study=alone) if alone else ""
        asked = {pgettext("refits", ASKED[name]) + of: some for name, some in kept.items() if some}
        if bounded:
            return [
                tables.bounds(caption, some, self.prob, bounded) for caption, some in asked.items()
            ]
        return [cases(caption, some, self.prob) for caption, some in asked.items()]

    def identification(self) -> list[str]:
        """What sets the level, beyond `rests_on`; who contradicts whom stands by the sample."""
        told = {one.text for one in self.estimate.details.contradictions}
        sentences = self.estimate.identification(0).sentences
        if not self.estimate.meta.has_total:  # each of several has a level of its own
            sentences = sentences[1:]
        every = [sentence_again(one) for one in sentences if one.rstrip(".") not in told]
        before = self.rests_on() if self.estimate.converged and self.has_answer() else []
        return [one for one in every if one not in before]

    def refits_missing(self) -> str:
        """Why there are none."""
        return (
            "Not computed. A result loaded from a file has no model to fit again: call est.dials() "
            "after fitting, before the report is written or saved."
        )

    def attribution(self) -> str:
        """Households say who killed; nobody checks."""
        return text.attribution(self.estimate)

    def rivals(self) -> list[float]:
        """What studies say alone, where it is far from the estimate."""
        studies = self.estimate.details.studies
        if self.estimate._bounded(0):
            return []
        return far_from(self.estimate, [one.alone.median for one in studies if one.row == 0])

    def find_out(self) -> FindOut | None:
        """What to find out next; of a bound nothing is foreseen."""
        return None if self.estimate._bounded(0) else super().find_out()

    def limitations(self) -> list[str]:
        """What no survey can say."""
        return [pgettext("limitation", line) for line in text.LIMITATIONS]

    def checks(self) -> dict[str, Callable[[], bool]]:
        """Items of the checklist that surveys meet in a way of their own."""
        return {"perpetrator_named": lambda: True}

    def pictures(self) -> dict[str, Wanted]:
        """Weights of studies where there are several, completeness of lists."""
        several = len(self.estimate.identification(0).rows) > 1
        wanted = weights_picture(self.estimate) if several else {}
        if self.estimate.details.form == "matched":
            wanted["sources"] = Wanted({"ci_prob": self.prob})
        return wanted

    def more(self) -> dict[str, Any]:
        """Design of the sample, contradictions, and what was published."""
        details = self.estimate.details
        return {
            "form": details.form,
            "designs": tables.designs(self.estimate),
            "contradictions": [
                sentence_again(c.text).removesuffix(".") for c in details.contradictions
            ],
            "facts_of_design": text.of_designs(self.estimate),
            "sample": tables.sample(self.estimate),
            "extinct": tables.extinct(self.estimate),
            "extinct_said": text.extinct(self.estimate),
            "bias_sd": self.estimate.meta.settings.get("bias_sd"),
        }

    def weights(self) -> Table | None:
        """Weights of the studies; one alone has all of it, and needs no table."""
        several = len(self.estimate.identification(0).rows) > 1
        return super().weights() if several else None


PARTS = SurveyParts
