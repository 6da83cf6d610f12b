"""What the frame of the report asks of an estimate; each kind of evidence answers for itself.

A wing subclasses `Parts`, overrides what it says otherwise, and may bring a child template that
fills the blocks of ``report.html``; what only its template needs comes from `more`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from casualty_est.report import find_out, lede, pictures, public, tables, text
from casualty_est.report.find_out import FindOut
from casualty_est.report.naming import has_total
from casualty_est.report.tables import Table
from casualty_est.wording.language import N_, _, pgettext

if TYPE_CHECKING:
    from casualty_est.report.lever import Lever
    from casualty_est.report.pictures import Wanted
    from casualty_est.report.said import Said
    from casualty_est.report.standards import Checklist
    from casualty_est.result.estimate import Estimate


class Parts:
    """The parts of a report, for any kind of evidence."""

    estimate: Estimate
    package: ClassVar[str] = "casualty_est.report"  # where its templates lie
    template: ClassVar[str] = "report.html"
    sources_heading: ClassVar[str] = N_("heading", "How reliable is each source?")
    said_elsewhere: frozenset[str] = frozenset()  # codes of notes that a part repeats

    def __init__(self, estimate: Estimate, prob: float) -> None:
        self.estimate = estimate
        self.prob = prob

    # How it is published --------------------------------------------------------------------

    def write(self, path: str | os.PathLike[str], said: Said) -> Path:
        """Write the report; see `Estimate.report`."""
        from casualty_est.report import publish

        return publish.report(self, path, said)

    def write_figures(self, folder: str | os.PathLike[str], said: Said) -> list[Path]:
        """Write the pictures; see `Estimate.figures`."""
        from casualty_est.report import publish

        return publish.figures(self, folder, said)

    def write_tables(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write the tables; see `Estimate.tables`."""
        from casualty_est.report import publish

        return publish.tables(self, folder)

    def checklist(self, stated: Mapping[str, str]) -> Checklist:
        """Check the report; see `Estimate.checklist`."""
        from casualty_est.report import checklist

        return checklist.of(self, stated)

    # What it says ---------------------------------------------------------------------------

    def quote(self, title: str | None, authors: str | None) -> str:
        """The first paragraph, and how to cite it; see `Estimate.quote`."""
        return lede.quote(self, title, authors)

    def alone(self) -> str:
        """The answer in one sentence that needs no other."""
        return lede.alone(self)

    def title(self) -> str:
        """What, where and attributed to whom."""
        return text.title(self.estimate)

    def has_answer(self) -> bool:
        """Whether the first estimate answers it: a total, or what stands for one."""
        return has_total(self.estimate)

    def no_headline(self) -> list[str]:
        """What the first paragraph says where nothing sets the level."""
        return [lede.no_number()]

    def said(self) -> str:
        """What the sources said, the official number first; empty where nobody states one."""
        return lede.said_of_claims(self.estimate)

    def estimated(self, what: str) -> str:
        """The clause with our estimate."""
        return _("We estimate {what}", what=what)

    def answer(self) -> list[str]:
        """Our estimate once, with its interval."""
        return lede.answer(self, counted=not self.said())

    def beside_answer(self) -> list[str]:
        """What must not be left out where our estimate is quoted."""
        return []

    def no_total(self) -> str:
        """What the first paragraph says where there are several estimates and no total."""
        return lede.no_total(self.estimate)

    def rests_briefly(self) -> str:
        """What the estimate rests on, in one sentence."""
        return text.rests_briefly(self.estimate)

    def details(self) -> list[str]:
        """What follows the first paragraph further down: parts, time, what a number would need."""
        return [*text.needed(self.estimate), *self.split(), *self.over_time()]

    def split(self) -> list[str]:
        """The total split into what some source lists and what none does, where that is known."""
        return text.listed_parts(self.estimate, self.prob)

    def over_time(self) -> list[str]:
        """What the first paragraph says of time."""
        return []

    def rests_in_short(self) -> str:
        """The same where the paragraph is long already."""
        return self.rests_briefly()

    def rests_on(self) -> list[str]:
        """What sets the level of the first estimate, in the words of the first paragraph."""
        return text.rests_on(self.estimate)

    def documented(self) -> str:
        """The documented count, in a sentence of its own."""
        return text.documented(self.estimate, self.prob)

    def estimates(self) -> Table:
        """Documented count beside estimate, one line per cell and part."""
        return tables.estimates(self.estimate, self.prob)

    def below_documented(self) -> list[str]:
        """How likely the true number lies below a documented count."""
        return text.below_documented(self.estimate)

    def sources(self) -> Table | None:
        """The sources, prior beside posterior."""
        return None

    def source_sentences(self) -> list[str]:
        """The same in sentences."""
        return []

    def refits(self) -> list[Table]:
        """The estimate under other evidence or other assumptions, as far as it was computed."""
        asked = {"without_each_source": _("If one source were left out.")}
        return tables.refits(self.estimate, self.prob, asked, unasked=False)

    def shows_cases(self) -> bool:
        """Whether these are drawn too."""
        return bool(self.refits())

    def refits_missing(self) -> str:
        """Why there are none, and how to have them: said to the author, not in the report."""
        return text.REFITS_MISSING

    def what_if(self) -> list[str]:
        """What if another number were right?"""
        return []

    def rivals(self) -> list[float]:
        """Numbers that others state, of which the report asks what would make them right."""
        return []

    def needed_note(self) -> str:
        """What else is to be known of the distances to those numbers."""
        return ""

    def lever(self) -> Lever | None:
        """The assumption that a reader of the page may move; None where no grid is at hand."""
        return None

    def find_out(self) -> FindOut | None:
        """What to find out next, and what would have to be true for other numbers."""
        if not self.estimate.meta.has_level or not self.has_answer():
            return None
        return find_out.part(self.estimate, self.rivals(), self.prob)

    def tenth_more(self, assumption: str, change: str, *, higher: bool) -> str:
        """What a tenth more of what moves the answer would do, where it is not an assumption."""
        return ""

    def said_by(self) -> Table:
        """Each source in a line, for the short report."""
        return public.sources(self)

    def attribution(self) -> str:
        """Whether responsibility is alleged or accepted, and by whom."""
        return text.attribution(self.estimate)

    def limitations(self) -> list[str]:
        """What this evidence cannot say."""
        return [pgettext("limitation", line) for line in text.LIMITATIONS]

    def checks(self) -> dict[str, Callable[[], bool]]:
        """Items of the checklist that this evidence meets in a way of its own."""
        return {}

    def pictures(self) -> dict[str, Wanted]:
        """Pictures beside the total and the cases, by the name of the method of ``est.plot``."""
        return pictures.identification(self.estimate)

    def more(self) -> dict[str, Any]:
        """What only the template of this evidence needs."""
        return {}

    def identification(self) -> list[str]:
        """What sets the level, in sentences."""
        sentences = self.estimate.identification(0).sentences
        return [text.sentence_again(one) for one in sentences]

    def weights(self) -> Table | None:
        """What the level rests on, signed."""
        return tables.weights(self.estimate)
