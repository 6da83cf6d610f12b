"""One assumption that a reader of the page moves: answers on a grid, made with the report.

The page interpolates between them as `Lever.at` does, so what it shows was computed here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from casualty_est.report.tables import Table, rounded
from casualty_est.result.schema import Span
from casualty_est.result.show import interval_title
from casualty_est.wording.display import all_renamed
from casualty_est.wording.language import _, pgettext, separated
from casualty_est.wording.numbers import ends, middle, per_cent, percent, run

if TYPE_CHECKING:
    from casualty_est.report.parts import Parts

STEPS = 100  # positions of the slider, evenly over the log of the value
SHOWN = 7  # values of the table that stands on the page without a script


@dataclass(frozen=True, slots=True)
class Lever:
    """The answer under some values of one assumption.

    `sentence` has ``{value}`` where the value stands; `share` says whether that is a share, printed
    as per cent; `now` is what the report assumes; the tuples have one entry per value, in rising
    order, people in the last three; `note` is what else a reader should know of the answer.
    """

    label: str
    sentence: str
    share: bool
    now: float
    values: tuple[float, ...]
    medians: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    note: str = ""

    def at(self, value: float) -> Span:
        """The answer under a value, straight between its neighbours on log scales."""
        inside = min(max(value, self.values[0]), self.values[-1])
        right = min(max(bisect_right(self.values, inside), 1), len(self.values) - 1)
        left = right - 1
        a, b = math.log(self.values[left]), math.log(self.values[right])
        part = (math.log(inside) - a) / (b - a)

        def between(numbers: Sequence[float]) -> float:
            low, high = (math.log(max(numbers[i], 0.5)) for i in (left, right))
            return math.exp(low + part * (high - low))

        return Span(between(self.medians), between(self.lows), between(self.highs))

    def shown(self, value: float) -> str:
        """A value in print."""
        return per_cent(f"{100 * value:.0f}") if self.share else separated(f"{value:.2g}")

    def said(self, value: float, prob: float) -> str:
        """The answer in a sentence; the script of the page makes the same."""
        span = self.at(value)
        return answered().format(
            condition=self.sentence.format(value=self.shown(value)),
            about=middle(span),
            level=percent(prob),
            interval=ends(span),
        )


def answered() -> str:
    """The answer in a sentence, with its places open: the script of the page fills them too."""
    return _(
        "{condition}, the estimate would be about {about}, with a {level} credible interval of "
        "{interval}."
    )


def _words() -> dict[str, str]:
    """What the script says beside, in the language of the page."""
    return {
        "answer": answered(),
        "spoken": pgettext("position of a slider", "{value}: about {about}, {interval}"),
        "interval": run("{low}", "{high}"),
        "few": _("fewer than 1"),
        "percent": per_cent("{number}"),
        "thousands": separated(","),
        "decimal": separated("."),
    }


def section(parts: Parts) -> dict[str, object] | None:
    """What the template needs: the numbers for the script, and a table for who has none."""
    several = len(parts.estimate) == 0 or len(parts.estimate.modes(0, parts.prob)) > 1
    lever: Lever | None = None if several else all_renamed(parts.lever())
    if lever is None:
        return None
    first, last = (math.log(lever.values[i]) for i in (0, -1))
    now = min(max(lever.now, lever.values[0]), lever.values[-1])
    start = round(STEPS * (math.log(now) - first) / (last - first))
    step = (len(lever.values) - 1) / (SHOWN - 1)
    chosen = sorted({round(i * step) for i in range(SHOWN)})
    values = [lever.values[i] for i in chosen]
    rows = tuple((lever.shown(value), *rounded(lever.at(value))) for value in values)
    head = (_("Assumed"), _("Estimated (median)"), interval_title(parts.prob))
    numbers = {
        "sentence": lever.sentence,
        "words": _words(),
        "share": lever.share,
        "level": percent(parts.prob),
        "start": start,  # where the slider says exactly what the report assumes
        "now": now,
        "values": lever.values,
        "medians": [float(f"{x:.6g}") for x in lever.medians],
        "lows": [float(f"{x:.6g}") for x in lever.lows],
        "highs": [float(f"{x:.6g}") for x in lever.highs],
    }
    return {
        "label": lever.label,
        "numbers": json.dumps(numbers),
        "steps": STEPS,
        "start": start,
        "said": lever.said(now, parts.prob),
        "note": lever.note,
        "table": Table(
            _("{label}: the estimate under other values.", label=lever.label), head, rows
        ),
        "script": script(),
        "source": f"; script-src '{hash_of(script())}'",
    }


@cache
def script() -> str:
    """The script of the page."""
    source = files("casualty_est.report").joinpath("templates/lever.js")
    return source.read_text(encoding="utf-8").strip()


def hash_of(text: str) -> str:
    """What a content security policy calls a script by: no other one may run."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
