"""What the analyst says of time in a claims model, read and said back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from casualty_est.claims.model.layout import anchor_label
from casualty_est.claims.model.timeline import OfSources, Timeline
from casualty_est.claims.schema import DatedAnchor, Slow, Windows
from casualty_est.claims.table.over_time import RESTATED, OverTime, rules
from casualty_est.claims.table.time_grid import STEPS
from casualty_est.errors import UsageError
from casualty_est.priors import Priors
from casualty_est.priors.time import read_delay, read_drift
from casualty_est.tables.checks import offered
from casualty_est.wording.language import Kept, stored

if TYPE_CHECKING:
    from casualty_est.claims.model.model import ClaimsModel

MERGED = ("repeat", "restated_step")


def read_sources(
    priors: Priors, delay: Mapping[str, Any] | None, drift: Mapping[str, float] | None
) -> OfSources:
    """Delays and drifts of sources: the constructor's over those of the priors."""
    for name, given in (("delay", delay), ("drift", drift)):
        if given is not None and not isinstance(given, Mapping):
            msg = f"{name} must be a mapping from source to value, not {given!r}"
            raise UsageError(msg)
    delays = {name: s.delay for name, s in priors.sources.items() if s.delay is not None}
    drifts = {name: s.drift for name, s in priors.sources.items() if s.drift is not None}
    for source, spec in (delay or {}).items():
        stated = read_delay(spec, f"delay of {source!r}")
        if stated is not None:
            delays[source] = stated
    for source, value in (drift or {}).items():
        sd = read_drift(value, f"drift of {source!r}")
        if sd is not None:
            drifts[source] = sd
    return OfSources(delays, drifts)


def asked_over_time(
    priors: Priors, grid: str | None, restated: str, sources: OfSources
) -> OverTime:
    """Gather what was said of time; any word of it makes time modelled."""
    for name, word, known in (("grid", grid, (None, *STEPS)), ("restated", restated, RESTATED)):
        if word not in known:
            hint = offered(str(word), [name for name in known if name])
            msg = f"{name}: {word!r} is unknown. {hint}"
            raise UsageError(msg)
    dated = [anchor for anchor in priors.anchors if anchor.end is not None]
    return OverTime(
        grid=grid,
        restated=restated,
        starts=tuple(anchor.start for anchor in dated if anchor.start is not None),
        ends=tuple(anchor.end for anchor in dated if anchor.end is not None),
        wanted=bool(grid or dated or sources.delay or sources.drift),
    )


def windows_note(model: ClaimsModel) -> Kept:
    """Say that time is modelled: on which grid, and what was merged by which rule."""
    said = windows(model)
    left = [
        stored("rule of time", "{count} left out as {code}", count=f"{count:,}", code=code)
        for code, count in said.left_out.items()
    ]
    merged = f" ({', '.join(left)})" if left else ""
    return stored(
        "rule of time",
        "windows differ or time is asked for, so time is modelled: {rules}; {claims} claims "
        "are used{merged}",
        rules="; ".join(said.rules),
        claims=f"{said.claims:,}",
        merged=merged,
    )


def windows(model: ClaimsModel) -> Windows:
    """Describe the timeline of a model for the result: grid, rules, cells, shared errors."""
    timeline = model.layout.timeline
    assert timeline is not None
    grid = timeline.grid
    codes = Counter(out.code for out in model.counted.left_out)
    return Windows(
        grid=grid.step,
        start=grid.start.isoformat(),
        end=grid.end.isoformat(),
        steps=grid.steps,
        claims=len(model.layout.claims),
        left_out={code: codes[code] for code in MERGED if codes[code]},
        rules=(*rules(grid, model.over_time), *_assumed(model, timeline)),
        delayed=tuple(source.source for source in timeline.delayed),
        drifting=tuple(model.time.drift),
        slow=tuple(_slow(model, timeline)),
        anchors=tuple(_anchors(model, timeline)),
    )


def _anchors(model: ClaimsModel, timeline: Timeline) -> list[DatedAnchor]:
    """Intervals from outside for a cell up to a day, with its labels."""
    dated = []
    for anchor in model.priors.anchors:
        if anchor.source is None:
            label = anchor_label(anchor.cell, model.layout.ratios.targets)
            start = (anchor.start or timeline.grid.start).isoformat()
            end = (anchor.end or timeline.grid.end).isoformat()
            numbers = (anchor.prior.median, *anchor.prior.interval(0.95))
            dated.append(DatedAnchor(anchor.name, *label, start, end, *numbers))
    return dated


def _assumed(model: ClaimsModel, timeline: Timeline) -> list[Kept]:
    """Assumptions on time, in sentences."""
    assumed = model.priors.over_time
    sentences = [
        stored(
            "rule of time",
            "the log of deaths per day walks at random, sd over the whole span about {sd}, "
            "{terms} Karhunen-Loeve terms",
            sd=f"{timeline.path_sd:.2g}",
            terms=len(timeline.basis),
        )
    ]
    if "slow" in timeline.wander.kinds:
        sentences.append(
            stored(
                "rule of time",
                "restated running totals of one source share a log error of sd {sd} with "
                "Gaussian correlation over {months} months",
                sd=f"{assumed.slow_sd:g}",
                months=f"{assumed.slow_months:g}",
            )
        )
    for delayed in timeline.delayed:
        sentences.append(
            stored(
                "rule of time",
                "{source} states deaths late: {delay}",
                source=delayed.source,
                delay=delayed.delay.describe(),
            )
        )
    for source, sd in model.time.drift.items():
        sentences.append(
            stored(
                "rule of time",
                "the log ratio of {source} drifts by sd {sd} a year",
                source=source,
                sd=f"{sd:g}",
            )
        )
    if timeline.short.any():
        places = {
            "number": f"{int(timeline.short.sum()):,}",
            "step": timeline.grid.step,
            "sd": f"{assumed.short_sd:g}",
        }
        if timeline.short_learned:
            text = stored(
                "rule of time",
                "{number} windows shorter than a {step} have an extra log sd, learned, starting "
                "from {sd}",
                **places,
            )
        else:
            text = stored(
                "rule of time",
                "{number} windows shorter than a {step} have an extra log sd, taken as {sd}",
                **places,
            )
        sentences.append(text)
    if any(cell.parent for cell in model.layout.grid.cells):
        sentences.append(
            stored("rule of time", "a subgroup is a share of its group that is constant over time")
        )
    return sentences


def _slow(model: ClaimsModel, timeline: Timeline) -> list[Slow]:
    """Slow errors by target: how many claims share one, and its terms."""
    terms: dict[int, list[int]] = {}
    wander = timeline.wander
    for i, (owner, kind) in enumerate(zip(wander.owners, wander.kinds, strict=True)):
        if kind == "slow":
            terms.setdefault(int(owner), []).append(i)
    names = model.layout.ratio_names
    return [
        Slow(names[owner], int((wander.load[:, mine] != 0).any(axis=1).sum()), len(mine))
        for owner, mine in terms.items()
    ]
