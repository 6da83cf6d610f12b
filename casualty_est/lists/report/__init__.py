"""What a report says of lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from casualty_est.lists.estimate import ListEstimate
from casualty_est.lists.report import tables, text
from casualty_est.lists.report.dial import dial, not_known
from casualty_est.report.find_out import far_from, printed
from casualty_est.report.lever import Lever
from casualty_est.report.parts import Parts
from casualty_est.report.pictures import Wanted
from casualty_est.report.tables import MANY_REFITS, Table
from casualty_est.result.tables import row_numbers
from casualty_est.wording.again import told_again
from casualty_est.wording.language import N_, _, pgettext, separated
from casualty_est.wording.numbers import ends, middle, percent, run

CURVE = 0.95  # level of the intervals of the dial
WITHOUT = N_(
    "refits", "If one list were left out: people who are on no other vanish from the data."
)


class ListParts(Parts):
    """The parts of a report on lists."""

    package: ClassVar[str] = "casualty_est.lists.report"
    template: ClassVar[str] = "lists.html"
    sources_heading: ClassVar[str] = N_("heading", "How complete is each list?")
    estimate: ListEstimate

    def documented(self) -> str:
        """The people on the lists, in a sentence of their own."""
        count = self.estimate.meta.rows[0].documented
        assert count is not None
        if count.high is not None:
            return _(
                "Documented, not estimated: {number} people on at least one list, as the "
                "replicates have it.",
                number=run(separated(f"{count.low:,}"), separated(f"{count.high:,}")),
            )
        number = separated(f"{count.low:,}")
        return _("Documented, not estimated: {number} people on at least one list.", number=number)

    def no_headline(self) -> list[str]:
        """Why the lists do not say how many people they miss."""
        return [text.no_number(self.estimate)]

    def said(self) -> str:
        """How many people the lists name."""
        return text.said(self.estimate)

    def estimated(self, what: str) -> str:
        """The clause with our estimate."""
        return _("From how the lists overlap we estimate {what}", what=what)

    def answer(self) -> list[str]:
        """How many are on no list, and how many that makes in all."""
        return [*text.answer(self), *text.left_out(self.estimate)]

    def rests_briefly(self) -> str:
        """The one assumption that no list can check."""
        return text.rests_briefly(self.estimate)

    def rests_in_short(self) -> str:
        """The same where the paragraph is long already."""
        return text.rests_in_short(self.estimate)

    def details(self) -> list[str]:
        """What is to be said of single lists, and what a number would need."""
        return [*text.facts(self.estimate), *text.needed(self.estimate), *self.split()]

    def split(self) -> list[str]:
        """How many of them are on no list."""
        at = next(i for i, row in enumerate(self.estimate.meta.rows) if row.part == "unlisted")
        modes = self.estimate.modes(at, self.prob)
        if len(modes) != 1:
            return []
        numbers = row_numbers(self.estimate, at, self.prob)
        assert numbers is not None
        return [
            _(
                "Of all these people, about {number} are on no list ({level} credible interval "
                "{interval}).",
                number=middle(numbers),
                level=percent(self.prob),
                interval=ends(numbers),
            )
        ]

    def rests_on(self) -> list[str]:
        """The one assumption that no list can check."""
        return text.rests_on(self.estimate)

    def estimates(self) -> Table:
        """People on some list, in all, and on none."""
        return tables.estimates(self.estimate, self.prob)

    def below_documented(self) -> list[str]:
        """Everybody on a list is counted: below that number nothing can lie."""
        return []

    def sources(self) -> Table:
        """How complete each list is."""
        return tables.sources(self.estimate, self.prob)

    def refits(self) -> list[Table]:
        """The estimate without each list, made unasked where that is cheap."""
        meta = self.estimate.meta
        # With covariates each takes as long as the fit itself.
        many = 2 * len(meta.sources) > MANY_REFITS or bool(meta.settings.get("covariates"))
        unasked = not many or meta.diagnostics.method == "exact"
        cases = self.estimate._records("without_each_source", 0, self.prob, unasked=unasked)
        return (
            [tables.without_lists(pgettext("refits", WITHOUT), cases, self.prob)] if cases else []
        )

    def refits_missing(self) -> str:
        """Why there are none."""
        return text.refits_missing(self.estimate)

    def said_by(self) -> Table:
        """Each list, and how many people are on it."""
        kept = tables.data(self.estimate)
        if not kept:
            return super().said_by()
        return replace(kept[0], caption=_("The lists."))

    def lever(self) -> Lever | None:
        """The odds ratio that no list can set."""
        dial = self.estimate.shown().found.dial if self.estimate.meta.has_level else None
        if dial is None or round(self.prob, 6) != CURVE or self.estimate.shown().whole:
            return None
        medians, lows, highs = (
            tuple(float(getattr(point, end)) for point in dial.curve)
            for end in ("median", "low", "high")
        )
        return Lever(
            label=_("The odds ratio that ties the people on no list to the others"),
            sentence=_("If that odds ratio were known to be {value}"),
            share=False,
            now=float(dial.implied.median),
            values=tuple(float(point.ratio) for point in dial.curve),
            medians=medians,
            lows=lows,
            highs=highs,
            note=not_known(self.estimate, self.prob),
        )

    def rivals(self) -> list[float]:
        """What other kinds of dependence would answer; of two lists, what independence would."""
        shown = self.estimate.shown()
        if shown.whole is not None:
            return []
        found, people = shown.found, shown.found.people
        numbers = [group.median for group in found.groups if group.mass > 0]
        if len(found.lists) == 2 and found.dial is not None:
            numbers = [point.median for point in found.dial.curve if point.ratio == 1.0]
        return far_from(self.estimate, [printed(n) for n in numbers if n > people])

    def limitations(self) -> list[str]:
        """What lists cannot say."""
        return [pgettext("limitation", line) for line in text.LIMITATIONS]

    def checks(self) -> dict[str, Callable[[], bool]]:
        """Items of the checklist that only lists meet."""
        return {"dial_shown": lambda: self.estimate.details.found.dial is not None}

    def pictures(self) -> dict[str, Wanted]:
        """Completeness, kinds of dependence, the dial, the overlaps."""
        fit, level = self.estimate.shown().found, {"ci_prob": self.prob}
        known = self.estimate.meta.has_level
        every: tuple[tuple[str, bool, dict[str, float]], ...] = (
            ("families", known and len(fit.groups) > 1, {}),
            ("dial", known and fit.dial is not None, {}),
            ("overlaps", bool(fit.overlaps), {}),
            ("sources", known, level),
            ("covariates", known and bool(fit.covariates), {}),
        )
        return {name: Wanted(how) for name, there, how in every if there}

    def more(self) -> dict[str, Any]:
        """Dial, kinds of dependence, strata and checks, for the template of lists."""
        estimate, fit = self.estimate, self.estimate.details.found
        known = tables.known_populations(estimate, self.prob)
        return {
            "tables": tables.tables(estimate),
            "said": [told_again(s, "graphs") for s in estimate.shown().found.sentences or ()],
            "holdings": tables.data(estimate),
            "fit_checks": tables.checks(estimate),
            "known": known[0] if known else None,
            "known_text": text.known_populations(self.prob, *known[1:]) if known else "",
            "assumption": text.assumption(estimate),
            "agreement": text.agreement(estimate),
            "floor": text.floor(estimate),
            "dial": dial(estimate),
            "without_strata": text.without_strata(estimate),
            "one_replicate": text.one_replicate(estimate),
            "covariates": text.covariates(estimate),
            # Numbers of classes have no floor.
            "averaged": len(fit.families) > 1 and not fit.covariates,
        }


PARTS = ListParts
