"""Sentences of the report that only incident reports have."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING

from casualty_est.incidents.table.summary import number_of
from casualty_est.report.naming import part_of, ratio, ratio_interval, whole
from casualty_est.report.text import reaches_below
from casualty_est.wording.numbers import percent
from casualty_est.wording.phrases import documented_text, listed, possessive

if TYPE_CHECKING:
    from casualty_est.incidents.estimate import IncidentEstimate
    from casualty_est.incidents.schema import Gap

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
    if source == "recall":
        own = details.of_judge()
        basis = (
            f"{own.self_reported if own else 0:,} incidents that {details.judge} reported itself, "
            "and from whether anybody else had reported them"
        )
    uncounted = "Nobody has counted the incidents that no source lists: their number is inferred"
    return [f"{uncounted} from {basis}."]


def documented(estimate: IncidentEstimate, prob: float) -> str:
    """The documented count in a sentence of its own, and why the interval may reach below it."""
    sum_of = estimate.meta.rows[0].documented
    if not sum_of:
        return (
            "Documented, not estimated: no perpetrator, monitor, government or international "
            "source states a number of deaths for any of these incidents."
        )
    source = sum_of.source or "several sources"
    said = (
        f"Documented, not estimated: {documented_text(sum_of)}, the sum over all incidents, "
        f"but the discounted, of the largest lower end that was published ({source})."
    )
    if not reaches_below(estimate, sum_of.low, prob):
        return said
    details = estimate.details
    unreal = "some incidents may not be real, or not by the perpetrator, and because "
    unreal *= bool(details.grades or details.judge)
    return (
        f"{said} Our interval reaches below this count because {unreal}a published number may be "
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
            text = f"Where {name} accepts an incident, it concedes about {within} of the deaths"
        else:
            text = f"Within an incident that it lists, {name} states about {within} of the deaths"
            if name == details.anchor.source and details.anchor.learned is None:
                text += ", which is what was assumed of it"
        holds = estimate._parameter("completeness_listed", i, prob)
        if holds is not None:
            verb = "accepts or reports" if name == details.judge else "lists"
            text += (
                f"; the incidents that it {verb} hold about {ratio(holds.median)} "
                f"({ratio_interval(holds.low, holds.high)}) of all deaths"
            )
        said.append(f"{text} ({percent(prob)} credible intervals).")
    return said + denials(estimate, prob)


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
            f"The share of incidents of which it says so, whatever happened, is "
            f"{whole(denial.median)} ({percent(prob)} credible interval {whole(denial.low)} to "
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
            return "Attribution: as alleged by the sources, incident by incident."
        return f"Attribution: alleged by the sources. Nobody here accepts any of it for {named}."
    return (
        f"Attribution: {row.source} accepts {row.accepted:,} of these incidents and states "
        f"{row.low:,.0f} deaths in them; it rejects {row.rejected:,}. Beyond what it "
        "accepts, attribution is alleged, and graded by those who allege it."
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
