"""Sentences on each source of incident reports: as a witness, its denials, an investigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.incidents.report.text import in_incidents
from casualty_est.report.naming import in_words, ratio, ratio_interval, whole
from casualty_est.wording.language import _, figure, ngettext
from casualty_est.wording.numbers import people, percent, run
from casualty_est.wording.phrases import clauses_of

if TYPE_CHECKING:
    from casualty_est.incidents.estimate import IncidentEstimate
    from casualty_est.incidents.schema import Drawn
    from casualty_est.result.schema import Span
    from casualty_est.result.tables import Parameter


def of_sources(estimate: IncidentEstimate, prob: float) -> list[str]:
    """What the fit says of each source."""
    said = []
    for i, _source in enumerate(estimate.meta.sources):
        counts = estimate._parameter("ratio_within", i, prob)
        if counts is None:
            continue
        said.append(_of_one(estimate, i, counts, prob))
    return [*said, *denials(estimate, prob), *investigated(estimate)]


def _of_one(estimate: IncidentEstimate, i: int, counts: Parameter, prob: float) -> str:
    """What the fit says of one source: within an incident, and of all incidents."""
    details, source = estimate.details, estimate.meta.sources[i].source
    judges = source == details.judge
    within = f"{ratio(counts.median)} ({ratio_interval(counts.low, counts.high)})"
    places = {"source": source, "within": within}
    if judges:
        text = _(
            "where {source} accepts an incident, it concedes about {within} of the deaths", **places
        )
    elif source == details.anchor.source and details.anchor.learned is None:
        text = _(
            "within an incident that it lists, {source} states about {within} of the deaths, as we "
            "assumed",
            **places,
        )
    else:
        text = _(
            "within an incident that it lists, {source} states about {within} of the deaths",
            **places,
        )
    holds = estimate._parameter("completeness_listed", i, prob)
    if holds is not None:
        share = {"share": ratio(holds.median), "interval": ratio_interval(holds.low, holds.high)}
        held = _(
            "the incidents that it lists account for about {share} ({interval}) of all deaths",
            **share,
        )
        if judges:
            held = _(
                "the incidents that it accepts or reports account for about {share} ({interval}) "
                "of all deaths",
                **share,
            )
        text = clauses_of([text, held])
    return _(
        "If our estimate is right, {text} ({level} credible intervals).",
        text=text,
        level=percent(prob),
    )


def investigated(estimate: IncidentEstimate) -> list[str]:
    """What an investigation of sites found, and what that says of all sites of its frame."""
    looked = estimate.details.investigated
    if looked is None:
        return []
    said = []
    if looked.reported:
        said.append(
            _(
                "{source} found deaths in {upheld} of {incidents} that others report and it "
                "checked.",
                source=looked.source,
                upheld=figure(looked.upheld),
                incidents=in_incidents(looked.reported),
            )
        )
    if looked.unreported:
        said.append(
            ngettext(
                "At {number} more site it found deaths that nobody else reports.",
                "At {number} more sites it found deaths that nobody else reports.",
                looked.unreported,
                number=figure(looked.unreported),
            )
        )
    said += [_of_frame(drawn) for drawn in looked.frames[:1]]
    if estimate.meta.has_level:
        said += [_died(drawn.deaths) for drawn in looked.frames[:1]]
    if looked.elsewhere is not None:
        said.append(
            _(
                "The sites lie in {number} areas. In another area like these the share may be "
                "anything from {low} to {high}.",
                number=in_words(len(looked.frames) - 1),
                low=whole(looked.elsewhere.low),
                high=whole(looked.elsewhere.high),
            )
        )
    return said


def _of_frame(drawn: Drawn) -> str:
    """What was drawn of all sites, and what that says of them."""
    return _(
        "Of {frame} sites it drew {sites} and found deaths at {found}. It would find them at "
        "{share} ({level} credible interval {interval}) of all these sites.",
        frame=figure(drawn.frame),
        sites=figure(drawn.sites),
        found=figure(drawn.with_deaths),
        share=whole(drawn.share.median),
        level=percent(0.95),
        interval=run(whole(drawn.share.low), whole(drawn.share.high)),
    )


def _died(died: Span) -> str:
    low, middle, high = (people(x, died.low, died.high) for x in (died.low, died.median, died.high))
    return _(
        "We estimate that {number} people ({interval}) died at them.",
        number=middle,
        interval=run(low, high),
    )


def denials(estimate: IncidentEstimate, prob: float) -> list[str]:
    """How often a source says that nobody died, where it says so of any incident."""
    names, said = [source.source for source in estimate.meta.sources], []
    for row in estimate.details.denials:
        denial = estimate._parameter("denial", names.index(row.source), prob)
        if denial is None:
            continue
        against = ngettext(
            "in {number} of these another source states deaths",
            "in {number} of these another source states deaths",
            row.contradicted,
            number=figure(row.contradicted),
        )
        if not row.contradicted:
            against = _("no other source states deaths in any of these")
        said.append(
            _(
                "{source} says of {incidents} that nobody died; {against}. If our estimate is "
                "right, it says so of {share} of incidents, whatever happened ({level} credible "
                "interval {interval}; beforehand we assumed {assumed}).",
                source=row.source,
                incidents=in_incidents(row.said),
                against=against,
                share=whole(denial.median),
                level=percent(prob),
                interval=run(whole(denial.low), whole(denial.high)),
                assumed=run(whole(row.prior.low), whole(row.prior.high)),
            )
        )
    return said
