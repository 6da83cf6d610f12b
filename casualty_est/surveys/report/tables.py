"""Tables of the report that only surveys have."""

from __future__ import annotations

from collections.abc import Iterable

from casualty_est.report.naming import spanned
from casualty_est.report.tables import Table, linked
from casualty_est.result.schema import Case, Side, Span
from casualty_est.result.show import interval_title
from casualty_est.result.tables import Bound, Parameter
from casualty_est.surveys.estimate import SurveyEstimate
from casualty_est.wording.again import told_again
from casualty_est.wording.hedged import on_page
from casualty_est.wording.language import _, figure, ngettext, pgettext, spoken
from casualty_est.wording.numbers import (
    at_least,
    at_most,
    ends,
    middle,
    percent,
    run,
    share,
    with_ends,
)
from casualty_est.wording.phrases import capitalised, refit_name


def sources(estimate: SurveyEstimate, prob: float) -> Table | None:
    """What each study says alone, beside its weight and its bias; or how complete lists are."""
    if not estimate.meta.sources:
        return None
    rows = estimate._source_rows(prob)
    if estimate.details.form == "matched":
        lines = [
            (one.source, *_completeness(estimate._share(i, prob)))
            for i, one in enumerate(estimate.meta.sources)
        ]
        head = (_("List"), _("Completeness"), interval_title(prob))
        return Table(_("Share of all deaths that each list names."), head, tuple(lines))
    studies = [
        (
            study.source,
            _text(study.text),
            _("an upper bound") if study.bounds else f"{middle(study.alone)} ({ends(study.alone)})",
            figure(study.weight, 2),
            spanned(Span(row["bias"], row["low"], row["high"]), share),
        )
        for study, row in zip(estimate.details.studies, rows, strict=True)
    ]
    titles = (
        _("Study"),
        _("As published"),
        _("Alone and without bias (95%)"),
        _("Weight"),
        _("Factor of its bias"),
    )
    return Table(_("What each study says about its count."), titles, tuple(studies), wide=True)


def bounds(caption: str, records: Iterable[Case], prob: float, side: Side) -> Table:
    """The bound in each of some cases, where the estimate is a bound and no more."""
    upper, level = side == "upper", percent(prob)
    rows = tuple(
        (capitalised(refit_name(case.case)), at_most(case.high) if upper else at_least(case.low))
        for case in records
    )
    title = _("Lower bound, with {level} probability", level=level)
    if upper:
        title = _("Upper bound, with {level} probability", level=level)
    return Table(caption, (_("Case"), title), rows)


def _completeness(share: Parameter | Bound) -> tuple[str, str]:
    """Median and interval of a completeness, or the bound on it."""
    if isinstance(share, Bound):
        return pgettext("median", "none"), share.of_share
    return _share(share.median), _shares(share.low, share.high)


def _share(value: float) -> str:
    return percent(round(value, 3))


def _shares(low: float, high: float) -> str:
    return run(_share(low), _share(high))


def _text(published: str) -> str:
    """A number as published; in another language its hedge is said in that."""
    return published if spoken().english else on_page(published)


def designs(estimate: SurveyEstimate) -> Table | None:
    """How each study was made, as published."""
    studies = estimate.details.studies
    if not studies:
        return None
    lines = tuple(
        (
            study.source,
            _text(study.text),
            _number(study.clusters),
            _number(study.households),
            _number(study.deaths),
            told_again(study.reading, "reading"),
            linked(study.citation) if study.citation else pgettext("citation", "none given"),
        )
        for study in studies
    )
    head = (
        _("Study"),
        _("Estimate"),
        _("Clusters"),
        _("Households"),
        _("Deaths in sample"),
        _("Read as"),
        _("Citation"),
    )
    return Table(_("The studies, as published."), head, lines, wide=True)


def _number(value: int | None) -> str:
    return _("not stated") if value is None else figure(value)


def sample(estimate: SurveyEstimate) -> Table | None:
    """What was sampled, and what was learned of it."""
    held = estimate.details.sample
    if held is None:
        return None
    counted = {
        _("Clusters"): held.clusters,
        _("Households"): held.households,
        _("Members at the start, the dead included"): held.members,
        _("Deaths"): held.deaths,
        _("Missing"): held.missing,
        _("Imprisoned"): held.imprisoned,
        _("Deaths on no list"): held.on_none,
        **{_people_on(name): count for name, count in held.listed.items()},
    }
    lines = [(name, figure(count)) for name, count in counted.items() if count is not None]
    if held.population is not None:
        lines.append((_("People whom the sample represents"), figure(held.population)))
    if held.deff is not None:
        lines.append((_("Design effect"), spanned(held.deff, share)))
    lines += [
        (told_again(name, "sample"), spanned(one, share)) for name, one in held.parameters.items()
    ]
    if held.weighted is not None:
        beside = held.weighted
        told = _(
            "{number}; design effect {deff}",
            number=with_ends(Span(beside.estimate, beside.low, beside.high)),
            deff=figure(beside.deff, 1),
        )
        lines.append((_("By weights alone, for comparison"), told))
    caption = _("The sample, and what the model makes of it.")
    return Table(caption, ("", ""), tuple(lines), stack=False)


def _people_on(name: str) -> str:
    where = told_again(name, "identification")
    return _("People on {list}", list=where)


def extinct(estimate: SurveyEstimate) -> Table | None:
    """Households by number of deaths: as sampled, and as the model expects."""
    held = estimate.details.sample
    if held is None or held.extinct is None:
        return None
    gone = held.extinct
    lines = tuple(
        (size, _share(seen), _share(meant))
        for size, seen, meant in zip(_sizes(), gone.observed, gone.expected, strict=True)
    )
    caption = _("Households with any death, by how many: does the clustering of deaths fit?")
    return Table(caption, ("", _("In the sample"), _("As the model expects")), lines)


def _sizes() -> tuple[str, ...]:
    one = _("1 death")
    some = [
        ngettext("{number} death", "{number} deaths", number, number=number) for number in (2, 3)
    ]
    return (one, *some, pgettext("deaths", "4 or more"))
