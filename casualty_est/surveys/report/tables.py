"""Tables of the report that only surveys have."""

from __future__ import annotations

from casualty_est.report.tables import Table, linked
from casualty_est.result.schema import Span
from casualty_est.result.show import interval_title
from casualty_est.surveys.estimate import SurveyEstimate
from casualty_est.wording.numbers import ends, middle, percent, share, with_ends

NONE = "not stated"
SIZES = ("1 death", "2 deaths", "3 deaths", "4 or more")


def sources(estimate: SurveyEstimate, prob: float) -> Table | None:
    """What each study says alone, beside its weight and its bias; or how complete lists are."""
    if not estimate.meta.sources:
        return None
    rows = estimate._source_rows(prob)
    if estimate.details.form == "matched":
        lines = [
            (str(row["source"]), _share(row["completeness"]), _shares(row["low"], row["high"]))
            for row in rows
        ]
        head = ("List", "Completeness", interval_title(prob))
        return Table("Share of all deaths that each list holds.", head, tuple(lines))
    studies = [
        (
            study.source,
            study.text,
            f"{middle(study.alone)} ({ends(study.alone)})",
            f"{study.weight:.2f}",
            f"{share(row['bias'])} ({share(row['low'])} to {share(row['high'])})",
        )
        for study, row in zip(estimate.details.studies, rows, strict=True)
    ]
    titles = (
        "Study",
        "As published",
        "Alone, median (95% interval)",
        "Weight",
        "Factor of its bias",
    )
    return Table("What each study says of its count.", titles, tuple(studies), wide=True)


def _share(value: float) -> str:
    return percent(round(value, 3))


def _shares(low: float, high: float) -> str:
    return f"{_share(low)} to {_share(high)}"


def designs(estimate: SurveyEstimate) -> Table | None:
    """How each study was made, as published."""
    studies = estimate.details.studies
    if not studies:
        return None
    lines = tuple(
        (
            study.source,
            study.text,
            _number(study.clusters),
            _number(study.households),
            _number(study.deaths),
            study.reading,
            linked(study.citation) if study.citation else "none given",
        )
        for study in studies
    )
    head = (
        "Study",
        "Estimate",
        "Clusters",
        "Households",
        "Deaths in sample",
        "Read as",
        "Citation",
    )
    return Table("The studies, as published.", head, lines, wide=True)


def _number(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"


def sample(estimate: SurveyEstimate) -> Table | None:
    """What was sampled, and what was learned of it."""
    held = estimate.details.sample
    if held is None:
        return None
    counted = {
        "Clusters": held.clusters,
        "Households": held.households,
        "Members at the start, the dead included": held.members,
        "Deaths": held.deaths,
        "Missing": held.missing,
        "Imprisoned": held.imprisoned,
        "Deaths on no list": held.on_none,
        **{f"People on {name}": count for name, count in held.listed.items()},
    }
    lines = [(name, f"{count:,}") for name, count in counted.items() if count is not None]
    if held.population is not None:
        lines.append(("People for whom the sample stands", f"{held.population:,.0f}"))
    if held.deff is not None:
        lines.append(("Design effect", _spread(held.deff)))
    lines += [(name, _spread(one)) for name, one in held.parameters.items()]
    if held.weighted is not None:
        beside = held.weighted
        told = with_ends(Span(beside.estimate, beside.low, beside.high))
        lines.append(
            ("By weights alone, for comparison", f"{told}; design effect {beside.deff:.1f}")
        )
    return Table("The sample, and what the model makes of it.", ("", ""), tuple(lines), stack=False)


def _spread(span: Span) -> str:
    return f"{share(span.median)} ({share(span.low)} to {share(span.high)})"


def extinct(estimate: SurveyEstimate) -> Table | None:
    """Households by number of deaths: as sampled, and as the model expects."""
    held = estimate.details.sample
    if held is None or held.extinct is None:
        return None
    gone = held.extinct
    lines = tuple(
        (size, _share(seen), _share(meant))
        for size, seen, meant in zip(SIZES, gone.observed, gone.expected, strict=True)
    )
    caption = "Households with any death, by how many: does the clustering of deaths fit?"
    return Table(caption, ("", "In the sample", "As the model expects"), lines)
