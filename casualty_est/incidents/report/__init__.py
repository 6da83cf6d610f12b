"""What a report says of incidents."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from casualty_est.incidents.report import tables, text, witnesses
from casualty_est.incidents.schema import GRADED
from casualty_est.report import text as any_text
from casualty_est.report.find_out import far_from
from casualty_est.report.lever import Lever
from casualty_est.report.naming import has_total
from casualty_est.report.parts import Parts
from casualty_est.report.pictures import Wanted
from casualty_est.report.tables import Table, refits
from casualty_est.result.posterior import interval_ends
from casualty_est.wording.language import N_, _, pgettext

if TYPE_CHECKING:
    from casualty_est.incidents.estimate import IncidentEstimate

SCALES, SCALE_POINTS = (0.6, 1.5), 10  # of the anchor, over the true number
ANCHOR = "scale: ratio of "  # what the assumption on it is called, before its name
QUESTIONS = {
    "each_source_alone": N_("refits", "If only one source were used, all assumptions unchanged."),
    "without_each_source": N_("refits", "If one source were left out."),
}


class IncidentParts(Parts):
    """The parts of a report on incidents."""

    package: ClassVar[str] = "casualty_est.incidents.report"
    template: ClassVar[str] = "incidents.html"
    estimate: IncidentEstimate

    def title(self) -> str:
        """What, where and attributed to whom."""
        name = any_text.first_name(self.estimate)
        return _("{title}, in listed incidents", title=name) if self._listed_only() else name

    def has_answer(self) -> bool:
        """Without a total, the deaths in listed incidents answer."""
        return True

    def split(self) -> list[str]:
        """Deaths in incidents that some source lists, and in those that none does."""
        return any_text.listed_parts(self.estimate, self.prob, incidents=True)

    def said(self) -> str:
        """What the party concerned concedes, then what others list."""
        return text.said(self.estimate)

    def estimated(self, what: str) -> str:
        """Whether our estimate is of all incidents, or of those that some source lists."""
        if self._listed_only():
            return _("For the incidents that these sources list we estimate {what}", what=what)
        return super().estimated(what)

    def rests_briefly(self) -> str:
        """Whose counts set the scale, and what else nobody has measured."""
        return text.rests_briefly(self.estimate)

    def rests_in_short(self) -> str:
        """The same where the paragraph is long already."""
        return text.rests_in_short(self.estimate)

    def rests_on(self) -> list[str]:
        """Whose counts set the scale, what grades are taken for, where the unlisted come from."""
        said = text.rests_on(self.estimate, self.prob)
        return [*said, *any_text.assumed_unbiased(self.estimate)]

    def documented(self) -> str:
        """The documented sum, in a sentence of its own."""
        return text.documented(self.estimate, self.prob)

    def estimates(self) -> Table:
        """Documented sum beside estimate, with the listed and the unlisted part."""
        return tables.estimates(self.estimate, self.prob)

    def sources(self) -> Table:
        """What each source counts within an incident, and what it holds."""
        return tables.sources(self.estimate, self.prob)

    def source_sentences(self) -> list[str]:
        """The same in sentences."""
        return witnesses.of_sources(self.estimate, self.prob)

    def refits(self) -> list[Table]:
        """Other settings, and other evidence, where these were computed: they take a minute."""
        settings = tables.other_settings(self.estimate, self.prob)
        return [*([settings] if settings else []), *self._other_evidence()]

    def shows_cases(self) -> bool:
        """Drawn where other evidence was fitted."""
        return bool(self._other_evidence())

    def refits_missing(self) -> str:
        """Why there are none."""
        return text.REFITS_MISSING

    def what_if(self) -> list[str]:
        """What if another source's own total were right?"""
        return text.what_if(self.estimate)

    def attribution(self) -> str:
        """Whether responsibility is alleged or accepted, and by whom."""
        return text.attribution(self.estimate)

    def rivals(self) -> list[float]:
        """What sources report in all, where it is far from the estimate.

        Of a source that grades its incidents what it documents: nobody states the sum of all
        grades, those among them that it discounts.
        """
        documented = self.estimate.meta.rows[0].documented
        own = {documented.source: documented.low} if documented else {}
        tallies = [report for report in self.estimate.details.tallies if report.with_number]
        return far_from(self.estimate, (own.get(one.source, one.low) for one in tallies))

    def tenth_more(self, assumption: str, change: str, *, higher: bool) -> str:
        """What it would do if the anchor counted more, or more incidents of a grade were real."""
        if (source := assumption.removeprefix(ANCHOR)) != assumption:
            return text.anchor_tenth_more(source, change, higher=higher)
        for one in self.estimate.details.grades:
            if assumption == GRADED.format(one.grade):
                return text.tenth_more(one.grade, change, higher=higher)
        return ""

    def said_by(self) -> Table:
        """Each source, its incidents, and the deaths that it reports in them."""
        return tables.in_a_line(self.estimate) or super().said_by()

    def lever(self) -> Lever | None:
        """What the anchor counts within an incident, where the data may not change it."""
        estimate = self.estimate
        if not estimate.meta.has_level or estimate.meta.settings.get("scale") != "cut":
            return None
        anchor, prob = estimate.details.anchor, interval_ends(self.prob)
        low, median, high = (float(x) for x in np.quantile(estimate.draws(0), prob))
        # The data do not touch the scale: all counts are divided by what the anchor is taken for.
        values = tuple(float(x) for x in np.geomspace(*SCALES, SCALE_POINTS))
        return Lever(
            label=_("What {source} counts of the deaths within an incident", source=anchor.source),
            sentence=_(
                "If we assumed that {source} counts {value} of the deaths in an incident",
                source=anchor.source,
                value="{value}",
            ),
            share=True,
            now=anchor.median,
            values=values,
            medians=tuple(median * anchor.median / x for x in values),
            lows=tuple(low * anchor.median / x for x in values),
            highs=tuple(high * anchor.median / x for x in values),
        )

    def limitations(self) -> list[str]:
        """What incident reports cannot say, and what no figures can."""
        return [*text.limitations(self.estimate), *super().limitations()]

    def checks(self) -> dict[str, Callable[[], bool]]:
        """Every source has a role; other settings were tried."""
        return {
            "roles_given": lambda: all(source.role for source in self.estimate.meta.sources),
            "refits_shown": lambda: tables.other_settings(self.estimate, self.prob) is not None,
        }

    def pictures(self) -> dict[str, Wanted]:
        """Sources, elasticities, who reports what, the gap, inclusion by size."""
        wanted = {
            "sources": Wanted({"ci_prob": self.prob}),
            "identification": Wanted(),
            "mentions": Wanted(),
        }
        if self.estimate.details.gaps:
            wanted["gap"] = Wanted()
        if tables.inclusion(self.estimate, self.prob) is not None:
            wanted["inclusion"] = Wanted({"ci_prob": self.prob})
        return wanted

    def more(self) -> dict[str, Any]:
        """Judge, grades, gaps, inclusion and reports, for the template of incidents."""
        details = self.estimate.details
        return {
            "judge": details.judge,
            "graded": bool(details.grades),
            "denied": bool(details.denials),
            "why": text.why_they_differ(self.estimate),
            "gaps": [tables.gap(between, details.judge) for between in details.widest_gaps],
            "inclusion": tables.inclusion(self.estimate, self.prob),
            "reports": tables.data(self.estimate),
        }

    def _listed_only(self) -> bool:
        return not has_total(self.estimate)

    def _other_evidence(self) -> list[Table]:
        asked = {name: pgettext("refits", text) for name, text in QUESTIONS.items()}
        return refits(self.estimate, self.prob, asked, unasked=False)


PARTS = IncidentParts
