"""Sentences of the report that only claims have."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from casualty_est.claims.schema import target_of
from casualty_est.priors.record import BY_DECLARATION, Level
from casualty_est.priors.roles import NO_ROLE
from casualty_est.priors.worth import place_in_record
from casualty_est.report import text
from casualty_est.report.naming import (
    PERCENT_UP_TO,
    of_true,
    part_of,
    ratio,
    ratio_interval,
    whole,
)
from casualty_est.report.tables import linked
from casualty_est.result.schema import Assumption, ClaimRow, SourceRow
from casualty_est.tables.cells import Given
from casualty_est.wording.hedged import on_page
from casualty_est.wording.language import _, ngettext, spoken
from casualty_est.wording.numbers import percent, share
from casualty_est.wording.phrases import capitalised, listed, with_source
from casualty_est.wording.terms import assumption_name, role_name

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate

MENTION = 0.05  # smallest part of the level that the first paragraph names
ALIKE = 0.7  # part of the largest weight from which a second source is named beside the first
TOGETHER = 2  # from as many more of them no one is named
SILENT = 0.9  # posterior over prior sd of a log ratio above which the data hardly narrowed it
LOOSE = 10.0  # upper over lower end of a prior above which the first paragraph gives both
STILL = 0.2  # prior sds by which its median may move for the data to have said nothing
FEW_STATEMENTS = 5  # a place among fewer says nothing
FEW_TARGETS = 2  # a source with more ratios than this gets one text for all of them


def rests_on(estimate: ClaimsEstimate) -> list[str]:
    """What sets the level of the first estimate, for the part on what the answer rests on."""
    sentences = text.rests_on(estimate)
    match estimate.level(0):
        case "prior":
            sentences = [
                _(
                    "No overlap between sources and no independent count fixes this level: it "
                    "follows "
                    "from what we assume about how much of the truth each source reports. Other "
                    "assumptions give other numbers."
                )
            ]
        case "anchor":
            sentences = [
                _(
                    "Its level was given from outside by the analyst ({outside}); if that is "
                    "wrong, this number is wrong with it.",
                    outside=listed(_outside(estimate)),
                )
            ]
    return [*sentences, *text.assumed_unbiased(estimate)]


def rests_briefly(estimate: ClaimsEstimate) -> str:
    """The same in one sentence of the first paragraph."""
    if estimate.torn_between(0) is not None:
        return _("One of the two is wrong, or they count different deaths.")
    if estimate.meta.settings.get("assume_unbiased"):
        return _(
            "This assumes, and nothing here can show, that sources without a role are right on "
            "average."
        )
    if estimate.level(0) == "anchor":
        return _from_outside(estimate)
    assumed = _assumption(estimate)
    if len({claim.source for claim in estimate.meta.claims if claim.counted}) == 1:
        return _(
            "One source cannot show what it missed; the estimate depends above all on "
            "{assumption}.",
            assumption=assumed,
        )
    return _(
        "These figures cannot show what all sources missed; the estimate depends above all on "
        "{assumption}.",
        assumption=assumed,
    )


def rests_in_short(estimate: ClaimsEstimate) -> str:
    """The same where the paragraph is long already."""
    if estimate.torn_between(0) is not None:
        return rests_briefly(estimate)
    if estimate.meta.settings.get("assume_unbiased"):
        return _("This assumes that sources without roles are right on average.")
    if estimate.level(0) == "anchor":
        return rests_briefly(estimate)
    return _(
        "It depends above all on what we assume about how much of the truth each source reports."
    )


def torn(estimate: ClaimsEstimate) -> list[str]:
    """That two numbers contradict each other and the estimate fits neither, where it does."""
    pair = estimate.torn_between(0)
    if pair is None:
        return []
    above, below = pair
    quoted = [f"“{one.text}”" if spoken().english else on_page(one.text) for one in (above, below)]
    return [
        _(
            "{source} ({number}) and {other} ({less}) contradict each other; the estimate lies "
            "between them and fits neither.",
            source=above.source,
            number=quoted[0],
            other=below.source,
            less=quoted[1],
        )
    ]


def _from_outside(estimate: ClaimsEstimate) -> str:
    """Who gave the level, by the name of a source where it is one, and what follows."""
    named = [item.source for item in estimate.meta.assumptions if item.kind == "reference"]
    names = [name for name in named if name]
    if not names:
        return _("The analyst gave its level from outside; if that is wrong, this number is too.")
    return _(
        "Its level is taken from {sources}; if that is wrong, this number is too.",
        sources=listed(names),
    )


def _outside(estimate: ClaimsEstimate) -> list[str]:
    """What gives a level from outside, by name."""
    return [
        _("the reference source {source}", source=owner_name(item))
        if item.kind == "reference"
        else assumption_name(item.name)
        for item in estimate.meta.assumptions
        if item.kind in ("anchor", "reference")
    ]


def _assumption(estimate: ClaimsEstimate) -> str:
    """The assumption on which most rests, where the draws know which it is."""
    names = leading(estimate)
    if not names:
        return _("what we assume about how much of the truth each source reports")
    if len(names) > 1:
        return _(
            "what we assume about how much of the truth {sources} report", sources=listed(names)
        )
    priors = {
        (of_true(prior.median), ratio_interval(prior.low, prior.high), prior.high / prior.low)
        for source in estimate.meta.sources
        if source.source == names[0] and (prior := source.prior)
    }
    if len({share for share, *_ in priors}) != 1:
        return _("what we assume about how much of the truth {source} reports", source=names[0])
    share, interval, wide = max(priors, key=lambda one: one[2])
    if wide < LOOSE:
        return _("our assumption that {source} reports about {share}", source=names[0], share=share)
    return _(
        "our assumption that {source} reports about {share} ({interval})",
        source=names[0],
        share=share,
        interval=interval,
    )


def leading(estimate: ClaimsEstimate) -> list[str]:
    """The source on whose assumed ratio most rests, or two that weigh about as much.

    Empty where the draws do not know which, or none weighs much.
    """
    rows = estimate.identification(0).rows
    weights: dict[str, float] = {}
    errors: dict[str, float] = {}
    for row, item in zip(rows, estimate.meta.assumptions, strict=True) if rows else ():
        if (name := item.source) is not None:
            weights[name] = weights.get(name, 0.0) + row.weight
            errors[name] = math.hypot(errors.get(name, 0.0), row.mcse or 0.0)
    order = sorted(weights, key=lambda name: -weights[name])
    if not order or weights[order[0]] < MENTION:
        return []
    first, *others = order
    for name in others[:1]:
        if weights[first] - weights[name] < 2 * math.hypot(errors[first], errors[name]):
            return []
    alike = [name for name in others if weights[name] > ALIKE * weights[first]]
    return [first, *alike] if len(alike) < TOGETHER else []


def statements(estimate: ClaimsEstimate) -> list[ClaimRow]:
    """Numbers that perpetrators state; of running totals that were restated the last."""
    said = text.perpetrators_say(estimate)
    if not estimate.has_path:
        return said
    said = sorted(said, key=lambda claim: claim.end or claim.reported or "9")
    return list({(claim.source, target_of(claim)): claim for claim in said}.values())


def checks(estimate: ClaimsEstimate) -> dict[str, Callable[[], bool]]:
    """Items of the checklist that only claims meet."""
    counted = [claim for claim in estimate.meta.claims if claim.counted]

    def every(test: Callable[[ClaimRow], object]) -> Callable[[], bool]:
        return lambda: bool(counted) and all(map(test, counted))

    dated = every(lambda claim: claim.reported)
    return {
        "as_of_known": lambda: bool(estimate.meta.settings.get("as_of")) or dated(),
        "roles_given": every(lambda claim: claim.role),
        "dates_given": dated,
        "citations_given": every(lambda claim: claim.citation),
        "links_given": every(lambda claim: any(one.href for one in linked(claim.citation or ""))),
    }


# About each source; one with many targets gets one text for all of them -----------------------

# A source, and its row of `ClaimsEstimate.sources`: ratio, low, high, learned.
Pair = tuple[SourceRow, Any]


def of_sources(
    sources: Sequence[SourceRow],
    numbers: Iterable[Any],
    prob: float,
    left_out: Sequence[str] = (),
    claims: Sequence[ClaimRow] = (),
) -> list[str]:
    """What the fit says of each source, what was assumed before, and its place in the record.

    left_out: conflicts of the record that nothing was learned from; claims: what was said, by
    which the largest total of a source with many is known.
    """
    by_name: dict[str, list[Pair]] = {}
    for source, row in zip(sources, numbers, strict=True):
        by_name.setdefault(source.source, []).append((source, row))
    texts = []
    for name, pairs in by_name.items():
        if len(pairs) > FEW_TARGETS:
            texts.append(_of_many(name, pairs) + _largest_in_record(pairs, left_out, claims))
        else:
            texts += [_of_one(*pair, prob) + _in_record(*pair, left_out) for pair in pairs]
    return [capitalised(words) for words in texts]


def _of_one(source: SourceRow, row: Any, prob: float) -> str:
    name, prior = owner_name(source), source.prior
    if prior is not None and _silent([(source, row)]):
        return _(
            "We assume that {source} reports {part} ({level} interval {interval}). The data hardly "
            "changed that: it is an assumption, not a finding.",
            source=name,
            part=_of_true(source, prior.median),
            level=percent(0.95),
            interval=ratio_interval(prior.low, prior.high),
        )
    said = _(
        "If our estimate is right, {source} reported {part} ({level} credible interval "
        "{interval}).",
        source=name,
        part=_of_true(source, row.ratio),
        level=percent(prob),
        interval=ratio_interval(row.low, row.high),
    )
    return f"{said} {_assumed([source])} {_learned([(source, row)])}"


def owner_name(one: SourceRow | Assumption) -> str:
    """Whose ratio it is, with what tells it from the source's others; else its own name."""
    if spoken().english or not one.source or not one.apart:
        return one.owner
    return with_source(one.source, assumption_name(", ".join(one.apart)))


def _of_true(source: SourceRow, ratio: float) -> str:
    if source.level == "incident":
        return _("{share} in a single incident", share=of_true(ratio))
    return of_true(ratio)


def _in_record(source: SourceRow, row: Any, left_out: Sequence[str]) -> str:
    """Where the ratio lies among those of its role in the record."""
    if source.prior_given != Given.ROLE or source.role in BY_DECLARATION:
        return ""
    level: Level = "incident" if source.level == "incident" else "total"
    larger, rows = place_in_record(source.role or NO_ROLE, row.ratio, left_out, level)
    if rows < FEW_STATEMENTS:
        return ""
    places = {"rows": rows, "number": larger, "role": role_name(source.role or "")}
    if level == "incident" and not larger:
        told = _(
            "None of the {rows} statements on single incidents in the record of past sources with "
            "the role {role} names a larger part of the deaths.",
            **places,
        )
    elif level == "incident":
        told = ngettext(
            "Of {rows} statements on single incidents in the record of past sources with the role "
            "{role}, {number} names a larger part of the deaths.",
            "Of {rows} statements on single incidents in the record of past sources with the role "
            "{role}, {number} name a larger part of the deaths.",
            larger,
            **places,
        )
    elif not larger:
        told = _(
            "None of the {rows} totals in the record of past sources with the role {role} names a "
            "larger part of the deaths.",
            **places,
        )
    else:
        told = ngettext(
            "Of {rows} totals in the record of past sources with the role {role}, {number} names a "
            "larger part of the deaths.",
            "Of {rows} totals in the record of past sources with the role {role}, {number} name a "
            "larger part of the deaths.",
            larger,
            **places,
        )
    return f" {told}"


def _largest_in_record(
    pairs: Sequence[Pair], left_out: Sequence[str], claims: Sequence[ClaimRow]
) -> str:
    """The place in the record of the total in which a source names most deaths."""
    most: dict[str, float] = {}
    for claim in claims:
        numbers = [n for n in (claim.best, claim.low, claim.high) if n is not None]
        if claim.counted and claim.target and numbers:
            most[claim.target] = max(most.get(claim.target, 0), numbers[0])
    totals = [pair for pair in pairs if pair[0].level == "total" and pair[0].name in most]
    if not totals:
        return ""
    source, row = max(totals, key=lambda pair: most[pair[0].name])
    place = _in_record(source, row, left_out)
    if not place:
        return ""
    largest = _(
        "The largest total is that of {source}, which reported {part}.",
        source=owner_name(source),
        part=_of_true(source, row.ratio),
    )
    return f" {largest}{place}"


def _of_many(name: str, pairs: Sequence[Pair]) -> str:
    sources = [source for source, _ in pairs]
    if _silent(pairs):
        return _(
            "We assume that {source} reports {parts} of the true numbers. The data hardly "
            "changed that: it is an assumption, not a finding.",
            source=name,
            parts=listed(_priors(sources), "or"),
        )
    medians = [float(row.ratio) for source, row in pairs]
    least, most = min(medians), max(medians)
    if ratio(least) == ratio(most):
        said = _(
            "If our estimates are right, {source} reported {part} the true numbers; the table "
            "gives each.",
            source=name,
            part=part_of(most),
        )
    else:
        said = _(
            "If our estimates are right, {source} reported between {least} and {part} the true "
            "numbers; the table gives each.",
            source=name,
            least=share(least) if most >= PERCENT_UP_TO else ratio(least),
            part=part_of(most),
        )
    return f"{said} {_assumed(sources)} {_learned(pairs)}"


def _silent(pairs: Sequence[Pair]) -> bool:
    """Whether the data neither narrowed nor moved what was assumed."""
    known = all(source.prior is not None for source, _ in pairs)
    left = min(float(row.learned) for _, row in pairs)
    return known and left >= SILENT and all(_moved(*pair) < STILL for pair in pairs)


def _priors(sources: Sequence[SourceRow]) -> list[str]:
    """What was assumed of sources, each prior once."""
    texts = (
        _(
            "{ratio} ({level} interval {interval})",
            ratio=ratio(prior.median),
            level=percent(0.95),
            interval=ratio_interval(prior.low, prior.high),
        )
        for source in sources
        if (prior := source.prior)
    )
    return list(dict.fromkeys(texts))


def _assumed(sources: Sequence[SourceRow]) -> str:
    return _("Before the data we assumed {parts}.", parts=listed(_priors(sources), "or"))


def _learned(pairs: Sequence[Pair]) -> str:
    """Say how much the data narrowed a ratio, and not that they were silent where they moved it."""
    left = [float(row.learned) for _, row in pairs]
    if min(left) >= SILENT:
        return _("The data hardly narrowed that, but they moved it.")
    least, most = whole(min(left)), whole(max(left))
    if least == most:
        return _("The data narrowed our uncertainty about it to {part} of what it was.", part=most)
    return _(
        "The data narrowed our uncertainty about it to between {least} and {most} of what it was.",
        least=least,
        most=most,
    )


def _moved(source: SourceRow, row: Any) -> float:
    """How far the median of a log ratio moved, in standard deviations of its prior."""
    if source.prior is None or not source.prior_log_sd:
        return 0.0
    return float(abs(math.log(row.ratio / source.prior.median)) / source.prior_log_sd)
