"""Sentences of the report that only incident reports have."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from casualty_est.errors import UsageError
from casualty_est.report.naming import missing, part_of, ratio, ratio_interval, whole
from casualty_est.result.tables import GAP_PARTS, gaps, of_incidents, source_numbers
from casualty_est.wording.numbers import percent
from casualty_est.wording.phrases import documented_text, listed, possessive

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate


def rests_on(estimate: Estimate, prob: float) -> list[str]:
    """What the number rests on, for the first paragraph."""
    details = of_incidents(estimate)
    return [*conceded(estimate, prob), scale(estimate), *_real(details), *_unlisted(estimate)]


def conceded(estimate: Estimate, prob: float) -> list[str]:
    """How much of all deaths the judging source states, where there is one and it is known."""
    judge = of_incidents(estimate)["judge"]
    if judge is None:
        return []
    names = [source["source"] for source in estimate.meta["sources"]]
    found = source_numbers(estimate, "completeness_reported", names.index(judge), prob)
    if found is None:
        return []
    return [
        f"The deaths that {judge} has stated or conceded are about {ratio(found['median'])} of "
        f"this estimate ({percent(prob)} credible interval "
        f"{ratio_interval(found['low'], found['high'])})."
    ]


def scale(estimate: Estimate) -> str:
    """Whose counts set the scale, and how sure that is taken to be."""
    anchor = of_incidents(estimate)["anchor"]
    if anchor is None:
        return "What sets its scale is not recorded in this file."
    middle, sd = anchor["median"], anchor["sd"]
    low, high = (middle * math.exp(k * 1.96 * sd) for k in (-1, 1))
    said = (
        f"It rests on the counts of {anchor['source']}: we assume that within an incident these "
        f"are {part_of(middle)} the true number, give or take (95 %: {ratio_interval(low, high)})"
    )
    if estimate.meta["settings"]["scale"] == "joint":
        return f"{said}, and let the reports themselves correct that."
    return f"{said}; no report can confirm or correct that."


def _real(details: dict[str, Any]) -> list[str]:
    if not details["grades"]:
        return []
    return [
        "How many of the incidents are real, and by the perpetrator, is assumed from how they are "
        "graded; no investigation on the ground has measured it."
    ]


def _unlisted(estimate: Estimate) -> list[str]:
    details = of_incidents(estimate)
    judge = details["judge"]
    match details["unlisted_from"]:
        case "overlap":
            if any(code == "no_overlap" for code, _ in estimate.warnings):
                return [
                    "No incident is held by two sources, so how many no source lists is what was "
                    "assumed beforehand, and no more."
                ]
            return [
                "Nobody has counted the incidents that no source lists: their number is inferred "
                "from how the sources' reports overlap."
            ]
        case "recall":
            own = next(r["self_reported"] for r in details["reports"] if r["source"] == judge)
            return [
                "Nobody has counted the incidents that no source lists: their number is inferred "
                f"from {own:,} incidents that {judge} reported itself, and from whether anybody "
                "else had reported them."
            ]
        case None:
            return []
        case _:
            return [
                "Deaths in incidents that no source lists are not in it: nothing here says how "
                "many there are."
            ]


def documented(estimate: Estimate, prob: float) -> str:
    """The documented count in a sentence of its own, and why the interval may reach below it."""
    found = estimate.meta["rows"][0]["documented"]
    if not found:
        return (
            "Documented, not estimated: no perpetrator, monitor, government or international "
            "source states a number of deaths for any of these incidents."
        )
    source = found["source"] or "several sources"
    said = (
        f"Documented, not estimated: {documented_text(found)}, the sum over all incidents, "
        f"whatever their grade, of the largest lower end that was published ({source})."
    )
    if not estimate.meta["has_level"] or estimate.summary(prob)["low"].iloc[0] >= found["low"]:
        return said
    details = of_incidents(estimate)
    unreal = "some incidents may not be real, or not by the perpetrator, and because "
    unreal *= bool(details["grades"] or details["judge"])
    return (
        f"{said} Our interval reaches below this count because {unreal}a published number may be "
        "too high."
    )


def of_sources(estimate: Estimate, prob: float) -> list[str]:
    """What the fit says of each source."""
    details = of_incidents(estimate)
    said = []
    rows = estimate.sources(prob).to_dict("records")
    for i, (source, row) in enumerate(zip(estimate.meta["sources"], rows, strict=True)):
        if missing(row["ratio"]):
            continue
        name = source["source"]
        within = f"{ratio(row['ratio'])} ({ratio_interval(row['low'], row['high'])})"
        if name == details["judge"]:
            text = f"Where {name} accepts an incident, it concedes about {within} of the deaths"
        else:
            text = f"Within an incident that it lists, {name} states about {within} of the deaths"
            anchor = details["anchor"] or {}
            if name == anchor.get("source") and anchor["learned"] is None:
                text += ", which is what was assumed of it"
        found = source_numbers(estimate, "completeness_listed", i, prob)
        if found is not None:
            verb = "accepts or reports" if name == details["judge"] else "lists"
            text += (
                f"; the incidents that it {verb} hold about {ratio(found['median'])} "
                f"({ratio_interval(found['low'], found['high'])}) of all deaths"
            )
        said.append(f"{text} ({percent(prob)} credible intervals).")
    return said


def why_they_differ(estimate: Estimate) -> list[str]:
    """The gaps between sources' totals in sentences, widest first."""
    judge = of_incidents(estimate)["judge"]
    said = []
    for found in sorted(gaps(estimate), key=lambda g: -abs(g["gap"])):
        first, last = found["sources"]
        one, two = found["reported"]
        head = (
            f"What {first} reports adds up to {one:,.0f} deaths (of a range the middle), what "
            f"{last} states to {two:,.0f}."
        )
        shares = {part: found[part]["mean"] / found["gap"] for part in GAP_PARTS if found["gap"]}
        if not shares or min(shares.values()) < 0:
            # Parts of opposite sign are no shares of a whole.
            said.append(f"{head} The table shows what the difference is made of.")
            continue
        names = {
            "missed_incidents": f"incidents that {last} does not report"
            if last != judge
            else f"incidents that {last} neither reports nor accepts",
            "counting_within": "other counts within the same incidents",
            "attribution": "incidents that, as we estimate, are not real or by somebody else",
        }
        order = sorted(shares, key=lambda part: -shares[part])
        parts = [f"{whole(shares[part])} is {names[part]}" for part in order]
        said.append(f"{head} Of this gap, {listed(parts)}.")
    return said


def what_if(estimate: Estimate) -> list[str]:
    """How wrong the scale would have to be for another source's own total to be right."""
    said = []
    for found in gaps(estimate):
        number = found["reported"][1]
        if number <= 0 or not estimate.meta["has_level"]:
            continue
        try:
            rows = estimate.tipping(number).to_dict("records")
        except UsageError:
            continue
        said += [row["sentence"] for row in rows]
    return said


def attribution(estimate: Estimate) -> str:
    """Whether responsibility is alleged or accepted, and by whom."""
    details = of_incidents(estimate)
    judge = details["judge"]
    named = estimate.meta["settings"].get("perpetrator")
    if judge is None:
        if not named:
            return "Attribution: as alleged by the sources, incident by incident."
        return f"Attribution: alleged by the sources. Nobody here accepts any of it for {named}."
    row = next(r for r in details["reports"] if r["source"] == judge)
    return (
        f"Attribution: {judge} accepts {row['accepted']:,} of these incidents and states "
        f"{row['low']:,.0f} deaths in them; it rejects {row['rejected']:,}. Beyond what it "
        "accepts, attribution is alleged, and graded by those who allege it."
    )


def limitations(estimate: Estimate) -> list[str]:
    """What an estimate from incident reports cannot know."""
    details = of_incidents(estimate)
    lines = [
        "All numbers stand on one scale, that of the anchor: if it counts too high within "
        "incidents, every number here is too high by as much.",
        "Reports of one incident are taken as matched without error. A strike reported under two "
        "names counts twice, two strikes under one name count once.",
        "Sources are taken as making their counts on their own. Where one copies another, they "
        "agree more than two witnesses would, and the interval is too narrow.",
    ]
    if details["grades"]:
        lines.append(
            "That a grade means a certain chance of being real is an assumption; section 3 says "
            "how much the estimate follows it."
        )
    if details["unlisted_from"] == "overlap":
        lines.append(
            "Incidents that no source could have seen are in no estimate: overlap speaks of those "
            "that had some chance to be listed."
        )
    if details["unlisted_from"] == "recall":
        own = possessive(str(details["judge"]))
        lines.append(
            f"The incidents that nobody lists are taken to be missed as often as {own} own reports "
            "were missed by others, at the same number of deaths; they may be missed more often."
        )
    return lines
