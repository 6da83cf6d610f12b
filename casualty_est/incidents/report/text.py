"""Sentences of the report that only incident reports have."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING

from casualty_est.incidents.table.summary import number_of
from casualty_est.report.naming import (
    counted_briefly,
    in_words,
    part_of,
    ratio,
    ratio_interval,
    whole,
)
from casualty_est.report.statements import MANY, says
from casualty_est.report.text import reaches_below
from casualty_est.result.spoken import OFFICIAL, PRESS
from casualty_est.tables.cells import UPHELD, Documented
from casualty_est.wording.language import _, figure, ngettext
from casualty_est.wording.numbers import people, percent, run
from casualty_est.wording.phrases import (
    clauses,
    documented_text,
    listed,
    possessive,
    with_source,
)

if TYPE_CHECKING:
    from casualty_est.incidents.estimate import IncidentEstimate
    from casualty_est.incidents.schema import Gap, Reported
    from casualty_est.result.schema import Span

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
        f"The deaths that {judge} has stated or conceded are about {ratio(reported.median)} of "
        f"this estimate ({percent(prob)} credible interval "
        f"{ratio_interval(reported.low, reported.high)})."
    ]


def scale(estimate: IncidentEstimate) -> str:
    """Whose counts set the scale, and how sure that is taken to be."""
    anchor = estimate.details.anchor
    low, high = (anchor.median * math.exp(k * 1.96 * anchor.sd) for k in (-1, 1))
    said = (
        f"It rests on the counts of {anchor.source}: we assume that within an incident these "
        f"are {part_of(anchor.median)} the true number, give or take (95%: "
        f"{ratio_interval(low, high)})"
    )
    if estimate.meta.settings["scale"] == "joint":
        return f"{said}, and let the reports themselves correct that."
    return f"{said}; no report can confirm or correct that."


def _real(estimate: IncidentEstimate) -> list[str]:
    if not estimate.details.grades:
        return []
    looked = estimate.details.investigated
    if looked and looked.reported:
        some = f"{looked.upheld:,} of {looked.reported:,}"
        return [
            "How many of the incidents are real, and by the perpetrator, is taken from how they "
            f"are graded and from {looked.source}, which found deaths in {some} reported incidents "
            "that it investigated."
        ]
    return [
        "How many of the incidents are real, and by the perpetrator, is assumed from how they are "
        "graded; no investigation on the ground has measured it."
    ]


def _unlisted(estimate: IncidentEstimate) -> list[str]:
    details, source = estimate.details, estimate.details.unlisted_from
    if source == "overlap" and any(note.code == "no_overlap" for note in estimate.warnings):
        return [
            "No incident is held by two sources, so how many no source lists is what was assumed "
            "beforehand, and no more."
        ]
    if source not in ("overlap", "recall"):
        return [
            "Deaths in incidents that no source lists are not in it: nothing here says how many "
            "there are."
        ]
    basis = "how the sources' reports overlap"
    if details.investigated and details.investigated.frames:
        basis = f"which of the sites that {details.investigated.source} drew the sources report"
    if source == "recall":
        own = details.of_judge()
        basis = (
            f"{own.self_reported if own else 0:,} incidents that {details.judge} reported itself, "
            "and from whether anybody else had reported them"
        )
    uncounted = "Nobody has counted the incidents that no source lists: their number is inferred"
    return [f"{uncounted} from {basis}."]


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
        counted = _("{figure} {what}", figure=_sum(first), what=what)
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
    of = _incidents(incidents)
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
    held = _incidents(report.incidents)
    told = _("{figure} in {incidents}", figure=what, incidents=held)
    return says(_verb(report), report.source, told)


def _incidents(number: int) -> str:
    return ngettext("{number} incident", "{number} incidents", number, number=figure(number))


def _deaths(report: Reported) -> str:
    """The sum of what a source states."""
    one = 1 if report.low == report.high == 1 else 2
    return ngettext("{number} death", "{number} deaths", one, number=_sum(report))


def _sum(report: Reported) -> str:
    low, high = figure(report.low), figure(report.high)
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
    return _incidents(held.incidents)


def rests_briefly(estimate: IncidentEstimate) -> str:
    """What the number rests on, in one sentence of the first paragraph."""
    details = estimate.details
    counts = _("{owner} counts", owner=possessive(details.anchor.source))
    if details.grades:
        counts = _("{counts} and grades", counts=counts)
    if details.unlisted_from == "overlap" and details.investigated and details.investigated.frames:
        return _(
            "It rests on {counts}, and on how many of the sites that {sent} drew the other sources "
            "report.",
            counts=counts,
            sent=details.investigated.source,
        )
    if details.unlisted_from == "overlap":
        return _(
            "It rests on {counts}, and on what the overlap of sources tells of incidents that "
            "nobody lists.",
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


def documented(estimate: IncidentEstimate, prob: float) -> str:
    """The documented count in a sentence of its own, and why the interval may reach below it."""
    sum_of, details = estimate.meta.rows[0].documented, estimate.details
    if not sum_of:
        return "No source that records these deaths case by case states a number of them."
    said = f"Documented, not estimated: {documented_text(sum_of)} ({sum_of.source})"
    if _upheld(estimate):
        lower = listed([one.grade for one in details.grades if one.grade in _LOWER])
        said += ", in incidents that it grades confirmed or fair"
        said += f"; those graded {lower} are not in this sum" * bool(lower)
    said += "."
    if not reaches_below(estimate, sum_of.low, prob):
        return said
    unreal = "some incidents may not be real, or not by the perpetrator, and because "
    unreal *= bool(details.grades or details.judge)
    return (
        f"{said} Our interval begins below this count because {unreal}a published number may be "
        "too high."
    )


def of_sources(estimate: IncidentEstimate, prob: float) -> list[str]:
    """What the fit says of each source."""
    details = estimate.details
    said = []
    for i, source in enumerate(estimate.meta.sources):
        counts = estimate._parameter("ratio_within", i, prob)
        if counts is None:
            continue
        name = source.source
        within = f"{ratio(counts.median)} ({ratio_interval(counts.low, counts.high)})"
        if name == details.judge:
            text = f"where {name} accepts an incident, it concedes about {within} of the deaths"
        else:
            text = f"within an incident that it lists, {name} states about {within} of the deaths"
            if name == details.anchor.source and details.anchor.learned is None:
                text += ", as we assumed"
        holds = estimate._parameter("completeness_listed", i, prob)
        if holds is not None:
            verb = "accepts or reports" if name == details.judge else "lists"
            text += (
                f"; the incidents that it {verb} account for about {ratio(holds.median)} "
                f"({ratio_interval(holds.low, holds.high)}) of all deaths"
            )
        said.append(f"If our estimate is right, {text} ({percent(prob)} credible intervals).")
    return [*said, *denials(estimate, prob), *investigated(estimate)]


def investigated(estimate: IncidentEstimate) -> list[str]:
    """What an investigation of sites found, and what that says of all sites of its frame."""
    looked = estimate.details.investigated
    if looked is None:
        return []
    said = []
    if looked.reported:
        where = f"{looked.upheld:,} of {number_of(looked.reported, 'incident')}"
        said.append(f"{looked.source} found deaths in {where} that others report and it checked.")
    if looked.unreported:
        where = number_of(looked.unreported, "more site")
        said.append(f"At {where} it found deaths that nobody else reports.")
    for drawn in looked.frames[:1]:
        share = f"{whole(drawn.share.median)} (95% credible interval {_ends(drawn.share)})"
        said.append(
            f"Of {drawn.frame:,.0f} sites it drew {drawn.sites:,} and found deaths at "
            f"{drawn.with_deaths:,}. It would find them at {share} of all these sites."
        )
        if estimate.meta.has_level:
            died = drawn.deaths
            low, middle, high = (
                people(x, died.low, died.high) for x in (died.low, died.median, died.high)
            )
            said.append(f"We estimate that {middle} people ({low} to {high}) died at them.")
    if looked.elsewhere is not None:
        said.append(
            f"The sites lie in {in_words(len(looked.frames) - 1)} areas. In another area like "
            f"these the share may be anything from {whole(looked.elsewhere.low)} to "
            f"{whole(looked.elsewhere.high)}."
        )
    return said


def _ends(span: Span) -> str:
    return f"{whole(span.low)} to {whole(span.high)}"


def denials(estimate: IncidentEstimate, prob: float) -> list[str]:
    """How often a source says that nobody died, where it says so of any incident."""
    names, said = [source.source for source in estimate.meta.sources], []
    for row in estimate.details.denials:
        denial = estimate._parameter("denial", names.index(row.source), prob)
        if denial is None:
            continue
        against = f"in {row.contradicted:,} of these another source states deaths"
        if not row.contradicted:
            against = "no other source states deaths in any of these"
        said.append(
            f"{row.source} says of {number_of(row.said, 'incident')} that nobody died; {against}. "
            f"If our estimate is right, it says so of {whole(denial.median)} of incidents, "
            f"whatever happened ({percent(prob)} credible interval {whole(denial.low)} to "
            f"{whole(denial.high)}; beforehand we assumed {whole(row.prior.low)} to "
            f"{whole(row.prior.high)})."
        )
    return said


def why_they_differ(estimate: IncidentEstimate) -> list[str]:
    """The gaps between sources' totals in sentences, widest first."""
    details = estimate.details
    denying = {row.source for row in details.denials}
    return [_why(between, details.judge, denying) for between in details.widest_gaps]


def _why(between: Gap, judge: str | None, denying: Collection[str]) -> str:
    first, last = between.sources
    one, two = between.reported
    head = (
        f"What {first} reports adds up to {one:,.0f} deaths (of a range the middle), what "
        f"{last} states to {two:,.0f}."
    )
    shares = {name: part.mean / between.gap for name, part in between.parts.items() if between.gap}
    if not shares or min(shares.values()) < 0:
        # Parts of opposite sign are no shares of a whole.
        return f"{head} The table shows what the difference is made of."
    missed = "neither reports nor accepts" if last == judge else "does not report"
    if last in denying:
        missed = "does not report, or in which it says that nobody died"
    names = {
        "missed_incidents": f"incidents that {last} {missed}",
        "counting_within": "other counts within the same incidents",
        "attribution": "incidents that, as we estimate, are not real or by somebody else",
    }
    order = sorted(shares, key=lambda name: -shares[name])
    parts = [f"{whole(shares[name])} is {names[name]}" for name in order]
    return f"{head} Of this gap, {listed(parts)}."


def what_if(estimate: IncidentEstimate) -> list[str]:
    """How wrong the scale would have to be for another source's own total to be right."""
    if not estimate.meta.has_level or estimate.meta.settings["scale"] != "cut":
        return []  # without a level there is nothing to tip; a joint scale has no one lever
    numbers = [between.reported[1] for between in estimate.details.gaps if between.reported[1] > 0]
    return [said for number in numbers for said in estimate.tipping(number)["sentence"]]


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
        "All numbers stand on one scale, that of the anchor: if it counts too high within "
        "incidents, every number here is too high by as much.",
        "Reports of one incident are taken as matched without error. A strike reported under two "
        "names counts twice, two strikes under one name count once.",
        "Sources are taken as making their counts on their own. Where one copies another, they "
        "agree more than two witnesses would, and the interval is too narrow.",
    ]
    if details.denials:
        lines.append(
            "Where a source says that nobody died and no other speaks of the incident, whether "
            "somebody did is inferred from the other incidents."
        )
    if details.investigated:
        lines.append(
            f"Where {details.investigated.source} found deaths we take the incident as real and by "
            "the perpetrator, and where it drew sites we take every site of its list as drawn with "
            "the stated probability, whatever had happened there."
        )
    if details.grades:
        lines.append(
            "That a grade means a certain chance of being real is an assumption; section 3 says "
            "how much the estimate follows it."
        )
    if details.unlisted_from == "overlap":
        lines.append(
            "Incidents that no source could have seen are in no estimate: overlap speaks of those "
            "that had some chance to be listed."
        )
    if details.unlisted_from == "recall":
        own = possessive(str(details.judge))
        lines.append(
            f"The incidents that nobody lists are taken to be missed as often as {own} own reports "
            "were missed by others, at the same number of deaths; they may be missed more often."
        )
    return lines
