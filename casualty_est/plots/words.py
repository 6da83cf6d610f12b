"""Text that fits: cleaned, measured, wrapped, and cut with an ellipsis where it must be."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from casualty_est.plots.style import LABEL
from casualty_est.wording.display import renamed
from casualty_est.wording.language import _, figure, ngettext
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    from casualty_est.result.schema import Meta

FEW = 4  # sources that the line under a picture names
_DPI = 100
_JOINERS = "\u200c\u200d"


def clean(text: object) -> str:
    """Make input safe to draw: one line, no control characters, no change of direction."""
    kept = ""
    for letter in renamed(str(text)):
        category = unicodedata.category(letter)
        if letter in _JOINERS or category[0] != "C":
            kept += letter
        elif category not in ("Cf", "Cs"):
            kept += " "
    return " ".join(kept.split())


@cache
def _renderer() -> RendererAgg:
    return RendererAgg(10, 10, _DPI)


def width_of(text: str, size: float = LABEL, weight: str = "normal") -> float:
    """Measure a line of text."""
    font = FontProperties(size=size, weight=weight)
    width, _, _ = _renderer().get_text_width_height_descent(text, font, ismath=False)
    return float(width) / _DPI


def wrap(
    text: object, width: float, size: float = LABEL, lines: int = 2, weight: str = "normal"
) -> list[str]:
    """Break text into lines that fit a width."""
    left = clean(text)
    done: list[str] = []
    while left:
        if width_of(left, size, weight) <= width:
            return [*done, left]
        if len(done) == lines - 1:
            end = _longest(left, width - width_of("…", size, weight), size, weight)
            return [*done, left[:end].rstrip() + "…"]
        end = _longest(left, width, size, weight)
        space = left.rfind(" ", 0, end + 1)
        end = space if space > 0 else end
        done.append(left[:end].rstrip())
        left = left[end:].lstrip()
    return done or [""]


def shorten(name: object, width: float, size: float = LABEL, lines: int = 3) -> list[str]:
    """Break a name into lines that fit; what is too long loses its middle, not its end.

    Long names of offices differ at their ends, and the role in brackets stands there.
    """
    text = clean(name)
    low, high = 0, len(text)
    lines_that_fit = _fits(text, width, size, lines)
    while not lines_that_fit and high - low > 1:
        middle = (low + high) // 2
        if _fits(_without_middle(text, middle), width, size, lines):
            low = middle
        else:
            high = middle
    return lines_that_fit or wrap(_without_middle(text, low), width, size, lines)


def _without_middle(text: str, kept: int) -> str:
    head = (kept + 1) // 2
    return f"{text[:head].rstrip()} … {text[len(text) - (kept - head) :].lstrip()}"


def _fits(text: str, width: float, size: float, lines: int) -> list[str]:
    """The lines of a text, or nothing if they are too many."""
    broken = wrap(text, width, size, lines + 1)
    return broken if len(broken) <= lines else []


def _longest(text: str, width: float, size: float, weight: str) -> int:
    """How many letters of `text` fit, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle], size, weight) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def credit_line(meta: Meta, made: str = "") -> str:
    """Say whose numbers a picture shows, and what estimated them; `made` is by whom and when."""
    names = list(dict.fromkeys(source.source for source in meta.sources))
    names = names or list(dict.fromkeys(claim.source for claim in meta.claims if claim.counted))
    version = meta.versions.get("casualty_est")
    by = f"casualty_est {version}" if version else "casualty_est"
    if made:
        by = _("{authors}, with {program}", authors=made, program=by)
    estimate = _("Estimate: {authors}.", authors=by)
    if not names:
        return estimate
    named = listed(names)
    if len(names) > FEW:
        named = _("{number} named in the report", number=figure(len(names)))
    sources = ngettext("Source: {sources}.", "Sources: {sources}.", len(names), sources=named)
    return f"{sources} {estimate}"
