"""What a report says of a study."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from casualty_est.report import naming
from casualty_est.report.find_out import far_from, printed
from casualty_est.report.parts import Parts
from casualty_est.report.pictures import Wanted
from casualty_est.report.tables import Table, cases
from casualty_est.report.text import first_name
from casualty_est.result.refits import once
from casualty_est.study import sentences
from casualty_est.study.estimate import StudyEstimate
from casualty_est.study.model.ledger import meaning
from casualty_est.study.report import tables, text
from casualty_est.wording.again import told_again
from casualty_est.wording.language import N_, _, pgettext
from casualty_est.wording.phrases import listed
from casualty_est.wording.terms import kind_name

ASKED = {
    "without_each_kind": N_("refits", "If one kind were left out."),
    "powers": N_(
        "refits", "If a kind counted less or more: power 0 cuts it, power 1 counts it in full."
    ),
}


class StudyParts(Parts):
    """The parts of a report on a study."""

    package: ClassVar[str] = "casualty_est.study.report"
    template: ClassVar[str] = "study.html"
    sources_heading: ClassVar[str] = N_("heading", "What each source is worth")
    said_elsewhere = frozenset({"contradicts", "near", "ledger"})
    estimate: StudyEstimate

    def title(self) -> str:
        """What was counted, and where; kinds that contradict each other share it."""
        return first_name(self.estimate)

    def said(self) -> str:
        """What each kind of evidence answers alone."""
        return text.said(self.estimate)

    def no_total(self) -> str:
        """That the kinds contradict each other."""
        return text.contradict()

    def rests_briefly(self) -> str:
        """Which kinds set the level, in one sentence."""
        return text.rests_briefly(self.estimate)

    def rests_in_short(self) -> str:
        """The same where the paragraph is long already."""
        return text.rests_in_short(self.estimate)

    def identification(self) -> list[str]:
        """What sets the level, in sentences that are made anew, beside those of `rests_on`."""
        said = self.rests_on()
        return [one for one in self.estimate.identification(0).sentences if one not in said]

    def rests_on(self) -> list[str]:
        """The kinds that set the level, or how they contradict each other."""
        details = self.estimate.details
        if details.contradictions:
            return [sentences.contradiction(one) for one in details.contradictions]
        return list(sentences.rests_on(details)[:2])

    def documented(self) -> str:
        """The count of the kind whose cell the study has."""
        if self.estimate.details.contradictions:
            return pgettext("limitation", text.NO_ONE_COUNT)
        return super().documented()

    def sources(self) -> Table | None:
        """What each source is worth, given the joint count."""
        return tables.sources(self.estimate, self.prob)

    def refits(self) -> list[Table]:
        """The count without each kind, and under other powers."""
        kept = {name: self.estimate._records(name, 0, self.prob) for name in ASKED}
        return [
            cases(pgettext("refits", ASKED[name]), some, self.prob)
            for name, some in once(kept).items()
            if some
        ]

    def rivals(self) -> list[float]:
        """What a kind alone answers, or a source of one that is cut says, far from the answer."""
        details, movable = self.estimate.details, self.estimate._unknowns(0).movable
        moving = [one for one in details.kinds if one.moves and one.bound is None]
        numbers = [printed(one.here.median) for one in moving]
        # The answer of a kind that is cut is what was assumed of its sources; what they say is not.
        same = {one.label for one in details.kinds if not one.moves and one.bridge is None}
        numbers += [n for one in details.heard if one.label in same for n in one.deaths]
        return far_from(self.estimate, numbers) if movable else []

    def needed_note(self) -> str:
        """Which kinds bring nothing that could be moved: with theirs the way would be shorter."""
        return text.not_moved(self.estimate)

    def refits_missing(self) -> str:
        """Why there are none."""
        return text.NOTHING_TO_VARY

    def attribution(self) -> str:
        """Who is said to be responsible."""
        cell = self.estimate.meta.rows[0].cell
        if not naming.is_attributed(cell):
            return _("Attribution: none. Deaths are counted whoever caused them.")
        return _(
            "Attribution: alleged. The kinds count deaths attributed to {perpetrator}.",
            perpetrator=cell.perpetrator,
        )

    def said_by(self) -> Table:
        """Each kind, and what it answers alone."""
        return tables.in_a_line(self.estimate)

    def tenth_more(self, assumption: str, change: str, *, higher: bool) -> str:
        """What a tenth more in the answer of one kind would do."""
        if assumption not in [kind.label for kind in self.estimate.details.kinds]:
            return ""
        return text.tenth_more(assumption, change, higher=higher)

    def limitations(self) -> list[str]:
        """What no study can say."""
        kinds = sorted({kind.kind for kind in self.estimate.details.kinds})
        of_kinds = _(
            "The limits of its kinds ({kinds}) are those of each.",
            kinds=listed([kind_name(kind) for kind in kinds]),
        )
        return [*(pgettext("limitation", line) for line in text.LIMITATIONS), of_kinds]

    def checks(self) -> dict[str, Callable[[], bool]]:
        """Items of the checklist that a study meets in a way of its own."""
        return {
            "perpetrator_named": lambda: True,
            "refits_shown": lambda: True,
            "ratios_shown": lambda: bool(self.estimate.details.worth),
        }

    def pictures(self) -> dict[str, Wanted]:
        """Every kind over the joint answer, and the sources where they are known."""
        wanted = {"evidence": Wanted({"ci_prob": self.prob})}
        if self.estimate.details.worth:
            wanted["sources"] = Wanted({"ci_prob": self.prob})
        return wanted

    def more(self) -> dict[str, Any]:
        """The kinds, the ledger, bridges and contradictions."""
        details = self.estimate.details
        return {
            "kinds": tables.kinds(self.estimate, self.prob),
            "brought": tables.brought(self.estimate),
            "ledger": tables.ledger(self.estimate),
            "declared": [
                f"{one.source}: {_again(meaning(one.how, one.label, one.other))}"
                for one in details.declared
            ],
            "done": [
                f"{kind_name(k.label)}: {_again(said)}" for k in details.kinds for said in k.ledger
            ],
            "near": [_again(n.text) for n in self.estimate.warnings if n.code == "near"],
            "against": [sentences.contradiction(one) for one in details.contradictions],
            "conflict": tables.conflict(self.estimate),
            "independence": sentences.independence(details),
            "pooling": told_again(details.pooling, "prior"),
            "one_prior": told_again(details.prior, "prior"),
        }


def _again(text: str) -> str:
    """A note on who speaks twice."""
    return told_again(text, "note", "kind of evidence")


PARTS = StudyParts
