"""Pictures of the report: each twice, for light and dark screens, inside the page itself."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from casualty_est.wording.numbers import ends, middle, percent
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from casualty_est.report.parts import Parts
    from casualty_est.result.estimate import Estimate

SAID = 12  # claims that the words beside a picture repeat


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture to draw: what it shows, in words, and the options of the method that draws it."""

    alt: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as data addresses, with the same said in words."""

    light: str
    dark: str
    alt: str


def draw(parts: Parts) -> dict[str, Picture]:
    """Draw what the estimate can show, by the name of the method of ``est.plot``."""
    estimate, level = parts.estimate, {"ci_prob": parts.prob}
    if not estimate.meta.has_level:
        return {}
    wanted = {"total": Wanted(_total_alt(estimate, parts.prob), level), **parts.pictures()}
    if parts.shows_cases():
        alt = "Estimate with its interval for each case of the tables above."
        wanted["cases"] = Wanted(alt, level)
    pictures = {}
    for name, one in wanted.items():
        light, dark = (_data(estimate, name, dark=dark, **one.options) for dark in (False, True))
        pictures[name] = Picture(light, dark, one.alt)
    return pictures


def identification(estimate: Estimate) -> dict[str, Wanted]:
    """The picture of what sets the level, where there are weights to draw."""
    alt = "Bars: the weight of each assumption; the numbers stand in the table above."
    return {"identification": Wanted(alt)} if estimate.identification(0).rows else {}


def _data(estimate: Estimate, name: str, **options: Any) -> str:
    return address_of(getattr(estimate.plot, name)(**options))


def address_of(figure: Figure) -> str:
    """Put a figure into a data address."""
    from casualty_est.plots.style import to_svg

    return f"data:image/svg+xml;base64,{b64encode(to_svg(figure)).decode()}"


def _total_alt(estimate: Estimate, prob: float) -> str:
    modes = estimate.modes(0, prob)
    parts = [f"{middle(mode)} ({percent(prob)} interval {ends(mode)})" for mode in modes]
    own = [claim for claim in estimate.meta.claims if claim.counted and claim.estimate == 0]
    said = [f"{claim.source}: {claim.text}" for claim in own]
    if len(said) > SAID:
        said = [*said[:SAID], f"and {len(said) - SAID:,} more"]
    beside = f" Beside it, what the sources state: {'; '.join(said)}." if said else ""
    return f"The estimate on a logarithmic scale: about {listed(parts, 'or')}.{beside}"
