"""The section of a report that says how sure the matching is, for whoever never heard of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from casualty_est.kinds import room
from casualty_est.linkage.into_lists import at_thresholds, of_blocking, share_of
from casualty_est.report import naming
from casualty_est.report.pictures import Picture, both
from casualty_est.report.tables import Table
from casualty_est.report.text import sentence_again
from casualty_est.result.schema import Span
from casualty_est.wording.again import names_again
from casualty_est.wording.hedged import on_page
from casualty_est.wording.language import N_, _, figure, pgettext, spoken
from casualty_est.wording.numbers import percent, with_ends
from casualty_est.wording.phrases import capitalised, listed

if TYPE_CHECKING:
    from casualty_est.linkage.linkage import Linkage

NOT_CALIBRATED = N_(
    "matching",
    "Nobody has checked by eye which records are one person: the matching rests on the scores "
    "alone, and this number may lie farther off than its interval says.",
)
MATCHED = N_(
    "limitation",
    "The interval covers the doubt about which records are one person only as far as the scores "
    "of the matching are right. Everybody on a list is taken as one of the dead that are counted "
    "here.",
)
GIVEN_SCORES = N_(
    "matching",
    "The matching takes the scores that were given at their word: nobody answered records here to "
    "check what they are worth, and this number may lie farther off than its interval says.",
)
ALIKE = N_(
    "matching",
    "The lists have records, and several records can be of one person. Names are spelled in many "
    "ways, dates are missing, and relatives who died together share most of what is written of "
    "them. So nobody can be sure which records are one person. Instead of one answer, this report "
    "takes many that agree with the records, the likelier ones more often, and carries each "
    "through to the estimate.",
)


def parts_of(linkage: Linkage, estimate: Any, prob: float) -> Any:
    """The parts of a report on lists that were matched here."""
    of_lists: Any = room("lists", "report").PARTS

    class LinkedParts(of_lists):  # type: ignore[misc]
        """The parts of a report on lists that were matched here."""

        package = "casualty_est.linkage.report"
        template = "linkage.html"

        def rests_on(self) -> list[str]:
            sentences: list[str] = super().rests_on()
            return sentences if linkage.calibrated else [_not_calibrated(linkage), *sentences]

        def said(self) -> str:
            return said(linkage, estimate, prob)

        def rests_briefly(self) -> str:
            if linkage.calibrated:
                brief: str = super().rests_briefly()
                return brief
            return _unchecked(linkage)

        def rests_in_short(self) -> str:
            if linkage.calibrated:
                brief: str = super().rests_in_short()
                return brief
            return self.rests_briefly()

        def documented(self) -> str:
            return documented(linkage)

        def limitations(self) -> list[str]:
            return [*super().limitations()[:-1], pgettext("limitation", MATCHED)]

        def estimates(self) -> Table:
            return _estimates(super().estimates(), estimate)

        def more(self) -> dict[str, Any]:
            return {**super().more(), "matching": matching(linkage, estimate, prob)}

    return LinkedParts(estimate, prob)


def _unchecked(linkage: Linkage) -> str:
    if linkage.settings.get("pairs") == "given":
        return _(
            "Nobody has checked what the given scores of the matching are worth, nor can lists "
            "show whom all of them missed."
        )
    return _(
        "Nobody has checked by eye which records are of one person, nor can lists show whom all of "
        "them missed."
    )


def _not_calibrated(linkage: Linkage) -> str:
    given = linkage.settings.get("pairs") == "given"
    return pgettext("matching", GIVEN_SCORES if given else NOT_CALIBRATED)


def said(linkage: Linkage, estimate: Any, prob: float = 0.95) -> str:
    """The records on the lists, which are counted, in the first paragraph."""
    return _(
        "{number} lists have {records} records of {what}, which we match to {people} people.",
        number=capitalised(naming.in_words(len(linkage.lists))),
        records=figure(sum(linkage.records)),
        what=naming.counted_briefly(estimate.meta.rows[0].cell),
        people=linkage.people_in_words(prob),
    )


def documented(linkage: Linkage) -> str:
    """The records, which are counted, and the people, who are not."""
    sizes = zip(linkage.lists, linkage.records, strict=True)
    parts = [_("{number} on {list}", number=figure(size), list=name) for name, size in sizes]
    return _(
        "Documented, not estimated: {records} records, of which {parts}. How many people these "
        "describe depends on the matching.",
        records=figure(sum(linkage.records)),
        parts=listed(parts),
    )


def _estimates(table: Table, estimate: Any) -> Table:
    """The people on some list as what they are here: no count."""
    totals = [row.documented for row in estimate.meta.rows if row.documented is not None]
    texts = [_by_matching(known.matched) for known in totals]
    rows = tuple((row[0], text, *row[2:]) for row, text in zip(table.rows, texts, strict=True))
    head = (table.head[0], _("On some list (by the matching)"), *table.head[2:])
    return replace(table, head=head, rows=rows)


def _by_matching(text: str) -> str:
    return text if spoken().english else on_page(text)


def matching(linkage: Linkage, estimate: Any, prob: float) -> dict[str, Any]:
    """Sentences and tables of the section."""
    people = linkage.people_in_words(prob)
    share = share_of(estimate)
    sentences = [
        _(
            "The {records} records describe {people} people.",
            records=figure(sum(linkage.records)),
            people=people,
        )
    ]
    if share is not None:
        sentences.append(
            _(
                "The doubt about the matching causes {share} of the uncertainty of the estimate "
                "(of its variance, on a logarithmic scale).",
                share=percent(round(share, 2)),
            )
        )
    if not linkage.calibrated:
        sentences.append(_not_calibrated(linkage))
    notes = [note.text for note in linkage.warnings if note.code in ("labels", "missed")]
    sentences += [
        note[:1].upper() + note[1:] + "." if spoken().english else sentence_again(note)
        for note in notes
    ]
    thresholds = {one.threshold: one.people for one in estimate.details.thresholds}
    if_missed = {one.share: one.people for one in estimate.details.if_missed}
    return {
        "alike": pgettext("matching", ALIKE),
        "sentences": sentences,
        "overlaps": _overlaps(linkage, prob),
        "picture": _picture(linkage, estimate, prob),
        "thresholds": [
            *of_blocking(linkage, if_missed, pgettext),
            *at_thresholds(thresholds, pgettext),
        ],
    }


def _picture(linkage: Linkage, estimate: Any, prob: float) -> Picture:
    """The same as a picture."""
    return both(lambda **look: linkage.plot(estimate, ci_prob=prob, **look))


def _overlaps(linkage: Linkage, prob: float) -> Table:
    frame = linkage.overlaps(prob)
    cuts = list(linkage.thresholds)
    rows = tuple(
        (
            names_again(str(row["lists"])),
            with_ends(Span(row["median"], row["low"], row["high"])),
            *(figure(row[f"threshold {cut:g}"]) for cut in cuts),
        )
        for row in frame.to_dict("records")
    )
    head = (
        _("On exactly"),
        _("People"),
        *(_("If pairs above {level} were joined", level=percent(cut)) for cut in cuts),
    )
    caption = _(
        "How many people are on exactly which lists (median and {level} interval), and what "
        "thresholds would say.",
        level=percent(prob),
    )
    return Table(caption, head, rows, wide=True)
