"""Numbers as sources wrote them, in words of the page: "at least 6,047" in another language.

A text is taken apart by known templates and put together again from their translations, and only
where the numbers in it are those that were read from it. Everything else stays a quotation.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache

from casualty_est.wording.language import N_, Language, fixed, pgettext, separated, spoken

HEDGES, VAGUE, NUMBERS = fixed("hedge"), fixed("vague number"), fixed("number word")
SCALES = {
    N_("scale", "{number} thousand"): 1e3,
    N_("scale", "{number} million"): 1e6,
    N_("scale", "{number} billion"): 1e9,
}
_DIGITS = re.compile(r"\d[\d,]*(\.\d+)?")


def hedged(text: str, numbers: Collection[float] | None = None) -> str | None:
    """The same number with the same hedge in the language in force; None where it is not known.

    numbers: what was read from the text, which must come back; None where nobody has to check.
    """
    plain = " ".join(text.replace("\u2013", "-").split())
    for template, places in _readings(plain):
        printed = {name: _number(name, value, numbers) for name, value in places.items()}
        if None not in printed.values():
            return pgettext("hedge", template, **printed)
    return None


def on_page(text: str, numbers: Collection[float] | None = None) -> str:
    """The same; what is not known stands in quotation marks."""
    told = hedged(text, numbers)
    if told is not None:
        return told
    return text if _said_so(text, spoken()) else f"“{text}”"


def _readings(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for template in HEDGES:
        if match := _pattern(template).fullmatch(text):
            yield template, match.groupdict()


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """What a template matches, with a number or a vague word in each place."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^()]+?)", re.escape(template)), re.I)


def _number(name: str, text: str, numbers: Collection[float] | None) -> str | None:
    """One number as it is printed; None where it is no number, or not the one that was read."""
    if text.lower() in VAGUE:
        return pgettext("vague number", text.lower())
    if text.lower() in NUMBERS[1:]:
        return pgettext("number word", text.lower())
    digits, _space, scale = text.partition(" ")
    if not _DIGITS.fullmatch(digits):
        return None
    value, unit = float(digits.replace(",", "")), 1.0
    template = f"{{number}} {scale.lower()}"
    if scale:
        unit = SCALES.get(template, 0.0)
        if not unit:
            return None
    if name != "level" and numbers is not None:
        # "More than 500" was read as 501 and more.
        near = (abs(value * unit - known) <= 1 for known in numbers)
        if not any(near):
            return None
    if scale:
        return pgettext("scale", template, number=separated(digits))
    return separated(f"{value:,.0f}" if value.is_integer() else digits)


@cache
def _said_so(text: str, language: Language) -> bool:
    """Whether a text is hedged in the words of the page already: its table is in that language."""
    for template in HEDGES:
        own = re.escape(pgettext("hedge", template))
        if re.fullmatch(re.sub(r"\\{\w+\\}", r"[\\d.,  ]+", own), text, re.I):
            return True
    return text.lower() in {pgettext("vague number", word) for word in VAGUE}
