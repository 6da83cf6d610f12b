"""What a report says of claims."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from casualty_est.claims.plots.path_data import windows_of
from casualty_est.claims.refits.refits import MANY_SOURCES
from casualty_est.claims.report import tables, text, timeline, what_if
from casualty_est.quantity import hedges
from casualty_est.report.parts import Parts
from casualty_est.report.pictures import Wanted, identification
from casualty_est.report.tables import Table
from casualty_est.report.text import attribution
from casualty_est.wording.again import told_again
from casualty_est.wording.language import _

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate
    from casualty_est.report.lever import Lever

PANELS = 30  # ratios with a panel each; of more the table of sources says the same


class ClaimsParts(Parts):
    """The parts of a report on claims."""

    package: ClassVar[str] = "casualty_est.claims.report"
    template: ClassVar[str] = "claims.html"
    estimate: ClaimsEstimate

    def __init__(self, estimate: ClaimsEstimate, prob: float) -> None:
        super().__init__(estimate, prob)
        if estimate.has_path:
            self.said_elsewhere = timeline.SAID_THERE

    def over_time(self) -> list[str]:
        """To which day the number runs, and on what it rests there."""
        return timeline.lede(self.estimate)

    def identification(self) -> list[str]:
        """What sets the level, in sentences that are made anew."""
        return list(self.estimate.identification(0).sentences)

    def beside_answer(self) -> list[str]:
        """That the estimate lies between numbers that contradict each other."""
        return text.torn(self.estimate)

    def rests_on(self) -> list[str]:
        """On which assumptions the level rests, or on which number from outside."""
        return text.rests_on(self.estimate)

    def rests_briefly(self) -> str:
        """The same in one sentence of the first paragraph."""
        return text.rests_briefly(self.estimate)

    def rests_in_short(self) -> str:
        """The same where the paragraph is long already."""
        return text.rests_in_short(self.estimate)

    def sources(self) -> Table:
        """Reporting ratio of every source."""
        return tables.sources(self.estimate, self.prob)

    def source_sentences(self) -> list[str]:
        """The same in sentences; none without a level."""
        many = len({one.source for one in self.estimate.meta.sources}) > MANY_SOURCES
        if many or not self.estimate.meta.has_level:
            return []
        numbers = self.estimate.sources(self.prob).itertuples()
        meta = self.estimate.meta
        left_out = meta.settings.get("left_out", ())
        return text.of_sources(meta.sources, numbers, self.prob, left_out, meta.claims)

    def refits(self) -> list[Table]:
        """Each source alone, each left out, the whole record; made unasked where that is cheap."""
        return tables.refits(self.estimate, self.prob)

    def shows_cases(self) -> bool:
        """Whether these are drawn too: a picture of refits that were not made would make them."""
        kept = self.estimate.details.refits
        made = (f"{name}:0:{self.prob:g}" in kept for name in self.estimate.plot._groups)
        return super().shows_cases() and all(made)

    def refits_missing(self) -> str:
        """Why there are none."""
        return (
            "Not computed. A result loaded from a file has no model to fit again, and of a sampled "
            "model only as many are fitted unasked as take a third of the time of the fit: call "
            "est.each_source_alone(), est.without_each_source(), est.counted_once(), "
            "est.conflict_left_in() and est.tipping(n) after fitting, before the report is written "
            "or saved."
        )

    def what_if(self) -> list[str]:
        """What would have to hold for the numbers that disagree to be right."""
        return what_if.what_if(self.estimate)

    def rivals(self) -> list[float]:
        """Numbers that disagree with the estimate, and the count that was documented."""
        numbers = [rival.number for rival in what_if.rivals(self.estimate)]
        published = self.estimate.meta.rows[0].documented
        return sorted({*numbers, *([float(published.low)] if published else [])})

    def lever(self) -> Lever | None:
        """What the source that sets the level reports, where a refit takes a moment."""
        from casualty_est.kinds import room

        made: Lever | None = room("claims", "refits.lever").lever(self.estimate, self.prob)
        return made

    def attribution(self) -> str:
        """Whether responsibility is alleged or accepted, and what perpetrators state."""
        return attribution(self.estimate, text.statements(self.estimate))

    def limitations(self) -> list[str]:
        """What totals cannot say."""
        return [
            _(
                "Totals cannot tell deaths that a source missed from deaths that it counted twice "
                "or wrongly: a reporting ratio is both together."
            ),
            _(
                "What we assume about a role was learned from cases in which a better figure came "
                "later: famous disputes, and places with access. It may not fit a quiet conflict."
            ),
            *super().limitations(),
        ]

    def checks(self) -> dict[str, Callable[[], bool]]:
        """Items of the checklist that the table of claims meets."""
        return text.checks(self.estimate)

    def pictures(self) -> dict[str, Wanted]:
        """Ratios, priors, weights, and paths over time."""
        estimate, level = self.estimate, {"ci_prob": self.prob}
        wanted = {}
        if estimate.meta.sources:
            wanted["sources"] = Wanted(level)
            if len(estimate.meta.sources) <= PANELS:
                wanted["priors"] = Wanted()
        wanted |= identification(estimate)
        if estimate.has_path:
            wanted["path"] = Wanted(level)
            windows = windows_of(estimate)
            if windows.delayed or windows.drifting:
                wanted["ratio_paths"] = Wanted(level)
        return wanted

    def more(self) -> dict[str, Any]:
        """Time, the same model sampled, and the readings of hedges."""
        agreement = self.estimate.details.agreement
        return {
            "timeline": timeline.section(self.estimate, self.prob),
            "agreement": "" if agreement is None else told_again(agreement.text, "agreement"),
            "hedges": hedges,
        }


PARTS = ClaimsParts
