"""Pictures of the report: each for wide and narrow screens, light and dark, inside the page."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from casualty_est.report.parts import Parts
    from casualty_est.report.said import Said
    from casualty_est.result.estimate import Estimate

SEVERAL = 4  # estimates from which on small multiples say more than a table


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture to draw: the options of the method that draws it."""

    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as data addresses, with the same said in words; sizes in dots of the screen."""

    light: str
    dark: str
    alt: str
    phone: str = ""
    phone_dark: str = ""
    width: int = 0
    height: int = 0


def wanted(parts: Parts) -> dict[str, Wanted]:
    """Every picture that an estimate can show, by the name of the method of ``est.plot``."""
    estimate, level = parts.estimate, {"ci_prob": parts.prob}
    if not estimate.meta.has_level:
        return {}
    every = {"total": Wanted(level), **parts.pictures()}
    if parts.shows_cases():
        every["cases"] = Wanted(level)
    if several(estimate) >= (SEVERAL if parts.has_answer() else 2):
        every["cells"] = Wanted(level)
    return every


def several(estimate: Estimate) -> int:
    """How many estimates stand for themselves."""
    from casualty_est.plots.cells import shown_rows

    return len(shown_rows(estimate))


def draw(parts: Parts, said: Said, only: tuple[str, ...] | None = None) -> dict[str, Picture]:
    """Draw what the estimate can show, or some of it."""
    every = wanted(parts)
    names = tuple(every) if only is None else tuple(name for name in only if name in every)
    return {name: _picture(parts, name, every[name], said) for name in names}


def line_below(parts: Parts, said: Said) -> str:
    """The line under a picture: whose numbers, whose estimate, of which day."""
    made = ", ".join(text for text in (said.organisation or said.authors, said.day) if text)
    return parts.estimate.plot._credit(made)


def identification(estimate: Estimate) -> dict[str, Wanted]:
    """The picture of what sets the level, where there are weights to draw."""
    return {"identification": Wanted()} if estimate.identification(0).rows else {}


def _picture(parts: Parts, name: str, one: Wanted, said: Said) -> Picture:
    credit = line_below(parts, said)
    return both(lambda **look: getattr(parts.estimate.plot, name)(**one.options, **look), credit)


def both(draw: Callable[..., Figure], credit: str | None = None) -> Picture:
    """A picture for wide and for narrow screens; the dark ones differ in their colours alone."""
    from casualty_est.plots.style import PHONE, WIDTH, dark_of, to_svg

    wide, narrow = (draw(figsize=(width, None), credit=credit) for width in (WIDTH, PHONE))
    light, phone = to_svg(wide), to_svg(narrow)
    width, height = (round(96 * float(inches)) for inches in wide.get_size_inches())
    files = (on_page(light), dark_of(light), on_page(phone), dark_of(phone))
    a, b, c, d = (address_of(file) for file in files)
    alt: str = wide.alt  # type: ignore[attr-defined]
    return Picture(a, b, alt, c, d, width, height)


def on_page(svg: bytes) -> bytes:
    """An image without its ground, which would be a box on the paper of the page."""
    return svg.replace(b"fill: #ffffff", b"fill: none", 1)


def address_of(svg: bytes) -> str:
    """Put an image into a data address."""
    return f"data:image/svg+xml;base64,{b64encode(svg).decode()}"
