"""Sentences of the report that only incident reports have."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING

from casualty_est.report.naming import (
    counted_briefly,
    in_words,
    of_true,
    ratio,
    ratio_interval,
    whole,
)
from casualty_est.report.statements import MANY, says
from casualty_est.report.text import reaches_below
from casualty_est.result.spoken import OFFICIAL, PRESS
from casualty_est.tables.cells import UPHELD, Documented
from casualty_est.wording.again import told_again
from casualty_est.wording.language import _, figure, ngettext
from casualty_est.wording.numbers import percent, run
from casualty_est.wording.phrases import (
    clauses,
    documented_text,
    listed,
    possessive,
    with_source,
)
from casualty_est.wording.terms import grade_name

if TYPE_CHECKING:
    from casualty_est.incidents.estimate import IncidentEstimate
    from casualty_est.incidents.schema import Gap, Graded, Reported

NO_GRADE = "none"
_LOWER = ("weak", "contested", "discounted")

REFITS_MISSING = (
    "Not computed. A result loaded from a file has no model to fit again, and refits take "
    "a minute: call est.other_settings() and est.without_each_source() after fitting, "
    "before the report is written or saved."
)


def rests_on(estimate: IncidentEstimate, prob: float) -> list[str]:
    """What the number rests on, for the first paragraph."""
    return [*conceded(estimate, prob), scale(estimate), *_real(estimate), *_unlisted(estimate)]


def conceded(estimate: IncidentEstimate, prob: float) -> list[str]:
    """How much of all deaths the judging source states, where there is one and it is known."""
    judge = estimate.details.judge
    if judge is None:
        return []
    names = [source.source for source in estimate.meta.sources]
    reported = estimate._parameter("completeness_reported", names.index(judge), prob)
    if reported is None:
        return []
    return [
        _(
            "The deaths that {source} has stated or conceded are about {share} of this estimate "
            "({level} credible interval {interval}).",
            source=judge,
            share=ratio(reported.median),
            level=percent(prob),
            interval=ratio_interval(reported.low, reported.high),
        )
    ]


def scale(estimate: IncidentEstimate) -> str:
    """Whose counts set the scale, and how sure that is taken to be."""
    anchor = estimate.details.anchor
    low, high = (anchor.median * math.exp(k * 1.96 * anchor.sd) for k in (-1, 1))
    places = {
        "source": anchor.source,
        "part": of_true(anchor.median),
        "level": percent(0.95),
        "interval": ratio_interval(low, high),
    }
    if estimate.meta.settings["scale"] == "joint":
        return _(
            "It rests on the counts of {source}: we assume that within an incident these are "
            "{part} ({level} interval {interval}), and let the reports themselves correct that.",
            **places,
        )
    return _(
        "It rests on the counts of {source}: we assume that within an incident these are "
        "{part} ({level} interval {interval}); no report can confirm or correct that.",
        **places,
    )


def _real(estimate: IncidentEstimate) -> list[str]:
    if not estimate.details.grades:
        return []
    looked = estimate.details.investigated
    if looked and looked.reported:
        return [
            _(
                "How many of the incidents are real, and by the perpetrator, is taken from how "
                "they are graded and from {source}, which found deaths in {upheld} of {reported} "
                "reported incidents that it investigated.",
                source=looked.source,
                upheld=figure(looked.upheld),
                reported=figure(looked.reported),
            )
        ]
    return [
        _(
            "How many of the incidents are real, and by the perpetrator, is assumed from how they "
            "are graded; no investigation on the ground has measured it."
        )
    ]


def _unlisted(estimate: IncidentEstimate) -> list[str]:
    details, source = estimate.details, estimate.details.unlisted_from
    if source == "overlap" and any(note.code == "no_overlap" for note in estimate.warnings):
        return [
            _(
                "No incident is recorded by two sources, so how many no source lists is what was "
                "assumed beforehand, and no more."
            )
        ]
    if source not in ("overlap", "recall"):
        return [
            _(
                "Deaths in incidents that no source lists are not in it: nothing here says how "
                "many there are."
            )
        ]
    basis = _("how the sources' reports overlap")
    if details.investigated and details.investigated.frames:
        basis = _(
            "which of the sites that {source} drew the sources report",
            source=details.investigated.source,
        )
    if source == "recall":
        own = details.of_judge()
        basis = _(
            "{number} incidents that {source} reported itself, and from whether anybody else had "
            "reported them",
            number=figure(own.self_reported if own else 0),
            source=details.judge,
        )
    return [
        _(
            "Nobody has counted the incidents that no source lists: their number is inferred from "
            "{basis}.",
            basis=basis,
        )
    ]


def said(estimate: IncidentEstimate) -> str:
    """What each source lists: the party that concedes first, then what is documented."""
    details, row = estimate.details, estimate.meta.rows[0]
    incidents, what = sum(details.by_size.incidents), counted_briefly(row.cell)
    judge, documented = details.of_judge(), row.documented
    sentences = [_conceded(judge, incidents)] if judge else []
    own = [one for one in details.tallies if judge is None or one.source != judge.source]
    own.sort(key=lambda one: (one.role not in OFFICIAL, -one.low))
    listing = [one for one in own if one.with_number]
    if documented and documented.source:
        listing = [one for one in listing if one.source != documented.source]
        counted = _("{figure} {what}", figure=documented_text(documented), what=what)
        if not _upheld(estimate):
            place = _("them") if judge else _held(estimate, documented)
            counted = _("{figure} in {incidents}", figure=counted, incidents=place)
        elif judge:
            counted = _("{figure} in those it grades confirmed or fair", figure=counted)
        else:
            counted = _("{figure} in incidents it grades confirmed or fair", figure=counted)
        sentences.append(says("documented", documented.source, counted))
    elif listing:
        first = listing.pop(0)
        counted = _("{figure} {what}", figure=in_range(first), what=what)
        sentences.append(_stated(first, counted))
    if listing and len(sentences) < MANY:
        if len(listing) == 1:
            sentences.append(_stated(listing[0], _deaths(listing[0])))
        else:
            low, high = (f(listing, key=lambda one: one.low) for f in (min, max))
            sentences.append(
                _(
                    "the sums of {number} others run from {low} to {high}",
                    number=in_words(len(listing)),
                    low=with_source(figure(low.low), low.source),
                    high=with_source(figure(high.low), high.source),
                )
            )
    return clauses(sentences) if sentences else ""


def _conceded(judge: Reported, incidents: int) -> str:
    """How many incidents a party accepts, and how many deaths in them."""
    of = in_incidents(incidents)
    if not judge.accepted:
        return _("{source} accepted none of {incidents}", source=judge.source, incidents=of)
    return _(
        "{source} accepted {number} of {incidents} and acknowledged {deaths}",
        source=judge.source,
        number=figure(judge.accepted),
        incidents=of,
        deaths=_deaths(judge),
    )


def _stated(report: Reported, what: str) -> str:
    """What a source states, and in how many incidents."""
    held = in_incidents(report.incidents)
    told = _("{figure} in {incidents}", figure=what, incidents=held)
    return says(_verb(report), report.source, told)


def in_incidents(number: int) -> str:
    """How many incidents."""
    return ngettext("{number} incident", "{number} incidents", number, number=figure(number))


def _deaths(report: Reported) -> str:
    """The sum of what a source states."""
    one = 1 if report.low == report.high == 1 else 2
    return ngettext("{number} death", "{number} deaths", one, number=in_range(report))


def in_range(row: Reported | Graded) -> str:
    """The lowest and the highest sum that fits; one number where they are the same."""
    low, high = figure(row.low), figure(row.high)
    return low if low == high else run(low, high)


def _verb(report: Reported) -> str:
    if report.role == "perpetrator":
        return "acknowledged"
    return "reported" if report.role in PRESS else "stated"


def _upheld(estimate: IncidentEstimate) -> bool:
    """Whether some incidents are graded lower than what is documented."""
    return any(one.grade not in (*UPHELD, NO_GRADE) for one in estimate.details.grades)


def _held(estimate: IncidentEstimate, documented: Documented) -> str:
    held = next(one for one in estimate.details.reports if one.source == documented.source)
    return in_incidents(held.incidents)


def rests_briefly(estimate: IncidentEstimate) -> str:
    """What the number rests on, in one sentence of the first paragraph."""
    details, counts = estimate.details, _counts(estimate)
    if details.unlisted_from == "overlap" and details.investigated and details.investigated.frames:
        return _(
            "It rests on {counts}, and on how many of the sites that {sent} drew the other sources "
            "report.",
            counts=counts,
            sent=details.investigated.source,
        )
    if details.unlisted_from == "overlap":
        return _(
            "It rests on {counts}, and on what the overlap of sources tells us about incidents "
            "that nobody lists.",
            counts=counts,
        )
    if details.unlisted_from == "recall":
        return _(
            "It rests on {counts}, and on how many of {owner} own incidents the others missed.",
            counts=counts,
            owner=possessive(str(details.judge)),
        )
    if estimate.meta.settings["scale"] != "joint":
        return _(
            "It rests on {counts}, which no report can confirm; deaths in other incidents are not "
            "in it.",
            counts=counts,
        )
    return _("It rests on {counts}; deaths in other incidents are not in it.", counts=counts)


def rests_in_short(estimate: IncidentEstimate) -> str:
    """The same where the paragraph is long already."""
    if estimate.details.unlisted_from not in ("overlap", "recall"):
        return rests_briefly(estimate)
    return _(
        "It rests on {counts}, and on how we infer the incidents that nobody lists.",
        counts=_counts(estimate),
    )


def _counts(estimate: IncidentEstimate) -> str:
    """Whose counts set the scale, and whether grades say which incidents are real."""
    counts = _("{owner} counts", owner=possessive(estimate.details.anchor.source))
    return _("{counts} and grades", counts=counts) if estimate.details.grades else counts


def documented(estimate: IncidentEstimate, prob: float) -> str:
    """The documented count in a sentence of its own, and why the interval may reach below it."""
    sum_of, details = estimate.meta.rows[0].documented, estimate.details
    if not sum_of:
        return _("No source that records these deaths case by case states a number of them.")
    number = with_source(documented_text(sum_of), sum_of.source)
    lower = [grade_name(one.grade) for one in details.grades if one.grade in _LOWER]
    if not _upheld(estimate):
        said = _("Documented, not estimated: {number}.", number=number)
    elif lower:
        said = _(
            "Documented, not estimated: {number}, in incidents that it grades confirmed or fair; "
            "those graded {lower} are not in this sum.",
            number=number,
            lower=listed(lower),
        )
    else:
        said = _(
            "Documented, not estimated: {number}, in incidents that it grades confirmed or fair.",
            number=number,
        )
    if not reaches_below(estimate, sum_of.low, prob):
        return said
    if details.grades or details.judge:
        below = _(
            "Our interval begins below this count because some incidents may not be real, or not "
            "by the perpetrator, and because a published number may be too high."
        )
    else:
        below = _(
            "Our interval begins below this count because a published number may be too high."
        )
    return f"{said} {below}"


def why_they_differ(estimate: IncidentEstimate) -> list[str]:
    """The gaps between sources' totals in sentences, widest first."""
    details = estimate.details
    denying = {row.source for row in details.denials}
    return [_why(between, details.judge, denying) for between in details.widest_gaps]


def _why(between: Gap, judge: str | None, denying: Collection[str]) -> str:
    first, last = between.sources
    one, two = between.reported
    head = _(
        "{first} reports add up to {one} deaths (midpoints of ranges), {last} numbers to {two}.",
        first=possessive(first),
        one=figure(one),
        last=possessive(last),
        two=figure(two),
    )
    shares = {name: part.mean / between.gap for name, part in between.parts.items() if between.gap}
    if not shares or min(shares.values()) < 0:
        # Parts of opposite sign are no shares of a whole.
        return f"{head} " + _("The table shows what the difference is made of.")
    missed = _("incidents that {source} does not report", source=last)
    if last == judge:
        missed = _("incidents that {source} neither reports nor accepts", source=last)
    if last in denying:
        missed = _(
            "incidents that {source} does not report, or in which it says that nobody died",
            source=last,
        )
    names = {
        "missed_incidents": missed,
        "counting_within": _("other counts within the same incidents"),
        "attribution": _("incidents that we estimate did not happen or were by somebody else"),
    }
    order = sorted(shares, key=lambda name: -shares[name])
    parts = [_("{share} are {what}", share=whole(shares[name]), what=names[name]) for name in order]
    return f"{head} " + _("Of this gap, {parts}.", parts=listed(parts))


def what_if(estimate: IncidentEstimate) -> list[str]:
    """How wrong the scale would have to be for another source's own total to be right."""
    if not estimate.meta.has_level or estimate.meta.settings["scale"] != "cut":
        return []  # without a level there is nothing to tip; a joint scale has no one lever
    numbers = [between.reported[1] for between in estimate.details.gaps if between.reported[1] > 0]
    sentences = [said for number in numbers for said in estimate.tipping(number)["sentence"]]
    return [told_again(sentence, "tip") for sentence in sentences]


def attribution(estimate: IncidentEstimate) -> str:
    """Whether responsibility is alleged or accepted, and by whom."""
    details = estimate.details
    named = estimate.meta.settings.get("perpetrator")
    row = details.of_judge()
    if row is None:
        if not named:
            return _("Attribution: as alleged by the sources, incident by incident.")
        return _(
            "Attribution: alleged by the sources. Nobody here accepts any of it for {perpetrator}.",
            perpetrator=named,
        )
    return _(
        "Attribution: {source} accepts {accepted} of these incidents and states {deaths} deaths in "
        "them; it rejects {rejected}. Beyond what it accepts, attribution is alleged, and graded "
        "by those who allege it.",
        source=row.source,
        accepted=figure(row.accepted),
        deaths=figure(row.low),
        rejected=figure(row.rejected),
    )


def limitations(estimate: IncidentEstimate) -> list[str]:
    """What an estimate from incident reports cannot know."""
    details = estimate.details
    lines = [
        _(
            "All numbers have one scale, that of the anchor: if it counts too high within "
            "incidents, every number here is too high by as much."
        ),
        _(
            "Reports of one incident are taken as matched without error. A strike reported under "
            "two names counts twice, two strikes under one name count once."
        ),
        _(
            "We assume that sources count independently of each other. Where one copies another, "
            "they agree more than two witnesses would, and the interval is too narrow."
        ),
    ]
    if details.denials:
        lines.append(
            _(
                "Where a source says that nobody died and no other speaks of the incident, whether "
                "somebody did is inferred from the other incidents."
            )
        )
    if details.investigated:
        lines.append(
            _(
                "Where {source} found deaths we take the incident as real and by the perpetrator, "
                "and where it drew sites we take every site of its list as drawn with the stated "
                "probability, whatever had happened there.",
                source=details.investigated.source,
            )
        )
    if details.grades:
        lines.append(
            _(
                "That a grade means a certain chance of being real is an assumption; section 3 "
                "says how much the estimate follows it."
            )
        )
    if details.unlisted_from == "overlap":
        lines.append(
            _(
                "Incidents that no source could have seen are in no estimate: the overlap "
                "tells us only about those that had some chance of being listed."
            )
        )
    if details.unlisted_from == "recall":
        own = possessive(str(details.judge))
        lines.append(
            _(
                "The incidents that nobody lists are taken to be missed as often as {own} own "
                "reports were missed by others, at the same number of deaths; they may be missed "
                "more often.",
                own=own,
            )
        )
    return lines


def anchor_tenth_more(source: str, change: str, *, higher: bool) -> str:
    """What it would do if the source that sets the scale counted a tenth more."""
    if higher:
        return _(
            "If {source} counted a tenth more of the deaths in an incident than we assume, the "
            "estimate would be about {change} higher.",
            source=source,
            change=change,
        )
    return _(
        "If {source} counted a tenth more of the deaths in an incident than we assume, the "
        "estimate would be about {change} lower.",
        source=source,
        change=change,
    )


def tenth_more(grade: str, change: str, *, higher: bool) -> str:
    """What it would do if a tenth more of the incidents of one grade were real."""
    told = {"grade": grade_name(grade), "change": change}
    if higher:
        return _(
            "If a tenth more of the incidents graded {grade} were real and by the perpetrator than "
            "we assume, the estimate would be about {change} higher.",
            **told,
        )
    return _(
        "If a tenth more of the incidents graded {grade} were real and by the perpetrator than we "
        "assume, the estimate would be about {change} lower.",
        **told,
    )
