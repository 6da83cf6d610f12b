"""Pictures of the report: each twice, for light and dark screens, inside the page itself."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from casualty_est.report import naming
from casualty_est.result.tables import found_for, gaps, has_completeness, inclusion_numbers
from casualty_est.wording.numbers import people, percent
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate

TIME = ("path", "ratio_paths")
PANELS = 30  # ratios with a panel each; of more the table of sources says the same
SAID = 12  # claims that the words beside a picture repeat


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as data addresses, with the same said in words."""

    light: str
    dark: str
    alt: str


def draw(estimate: Estimate, prob: float, *, refits: bool) -> dict[str, Picture]:
    """Draw what the estimate can show."""
    if not estimate.meta["has_level"]:
        return {}
    wanted = {"total": _total_alt(estimate, prob)}
    if "ratio_total" in estimate.idata["posterior"] and estimate.meta["sources"]:
        wanted["sources"] = "Reporting ratio of each source. " + _sources_alt(estimate)
        if len(estimate.meta["sources"]) <= PANELS:
            wanted["priors"] = (
                "For each source, what was assumed of its reporting ratio beside what "
                "the data made of it; the numbers stand in the table above."
            )
    if has_completeness(estimate):
        wanted |= _of_lists(estimate)
    elif estimate.kind == "incidents":
        wanted |= _of_incidents(estimate)
    elif estimate.identification(0).rows:
        wanted["identification"] = (
            "Bars: the weight of each assumption; the numbers stand in the table above."
        )
    if estimate.has_path:
        wanted |= _over_time(estimate, prob)
    if refits:
        wanted["cases"] = "Estimate with its interval for each case of the tables above."
    if has_completeness(estimate):
        wanted["sources"] = (
            "Share of all people on each list; the numbers stand in the table above."
        )
    levels = {key: {"prob": prob} for key in ("total", "sources", "cases", "inclusion", *TIME)}
    pictures = {}
    for name, alt in wanted.items():
        light, dark = (
            _data(estimate, name, dark=dark, **levels.get(name, {})) for dark in (False, True)
        )
        pictures[name] = Picture(light, dark, alt)
    return pictures


def _over_time(estimate: Estimate, prob: float) -> dict[str, str]:
    from casualty_est.claims.plots.path_data import of_cell, row_of

    cell = estimate.meta["rows"][row_of(estimate, None)]["cell"]
    last = of_cell(estimate.path(prob), cell).iloc[-1]
    low, median, high = (float(last[name]) for name in ("low", "median", "high"))
    wanted = {
        "path": (
            f"The running total rises to about {people(median, low, high)} ({percent(prob)} "
            f"interval {people(low, low, high)} to {people(high, low, high)}) on "
            f"{naming.day(str(last['date']))}; marks show the running totals that sources "
            "published. The numbers stand in the table."
        )
    }
    windows = estimate.meta["details"]["windows"]
    if windows["delayed"] or windows["drifting"]:
        wanted["ratio_paths"] = (
            "For each source the part of all deaths up to a day that it had reported by then; the "
            "numbers stand in the table above."
        )
    return wanted


def _of_lists(estimate: Estimate) -> dict[str, str]:
    found = found_for(estimate, 0)
    wanted = {}
    if len(found["groups"]) > 1:
        wanted["families"] = (
            "The answer of each kind of dependence between lists beside its weight; the numbers "
            "stand in the table above."
        )
    if found["dial"]:
        wanted["dial"] = (
            "The number of people rises with the odds ratio of the unseen cell; the numbers stand "
            "in the table above."
        )
    if found.get("overlaps"):
        wanted["overlaps"] = (
            "How many people stand on exactly which lists; the numbers stand in the table of "
            "section 7."
        )
    return wanted


def _of_incidents(estimate: Estimate) -> dict[str, str]:
    wanted = {
        "sources": "What each source counts within an incident; the numbers stand in the table.",
        "identification": (
            "Bars: how the estimate follows each assumption; the numbers stand in the table above."
        ),
        "mentions": (
            "For each size of incident the part that each source mentions; sums stand in the "
            "table above."
        ),
    }
    if gaps(estimate):
        wanted["gap"] = (
            "A waterfall from one source's total to the other's; its steps stand in the table."
        )
    if any(inclusion_numbers(estimate, i, 0.95) for i in range(len(estimate.meta["sources"]))):
        wanted["inclusion"] = (
            "The probability that a source holds an incident rises with its deaths; the numbers "
            "stand in the table."
        )
    return wanted


def _data(estimate: Estimate, name: str, **options: Any) -> str:
    from casualty_est.plots import to_svg

    figure = getattr(estimate.plot, name)(**options)
    return f"data:image/svg+xml;base64,{b64encode(to_svg(figure)).decode()}"


def _total_alt(estimate: Estimate, prob: float) -> str:
    modes = estimate.modes(0, prob)
    parts = [
        f"{people(mode['median'], mode['low'], mode['high'])} ({percent(prob)} interval "
        f"{people(mode['low'], mode['low'], mode['high'])} to "
        f"{people(mode['high'], mode['low'], mode['high'])})"
        for mode in modes
    ]
    said = [
        f"{claim['source']}: {claim['text']}"
        for claim in estimate.meta.get("claims", [])
        if claim["counted"] and claim["estimate"] == 0
    ]
    if len(said) > SAID:
        said = [*said[:SAID], f"and {len(said) - SAID:,} more"]
    beside = f" Beside it, what the sources state: {'; '.join(said)}." if said else ""
    return f"The estimate on a logarithmic scale: about {listed(parts, 'or')}.{beside}"


def _sources_alt(estimate: Estimate) -> str:
    parts = [
        f"{naming.ratio_owner(source)} {naming.ratio(numbers['ratio'])}"
        for source, numbers in zip(
            estimate.meta["sources"], estimate.sources().to_dict("records"), strict=True
        )
    ]
    return f"{'; '.join(parts)}."
