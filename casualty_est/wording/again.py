"""Texts that an estimate keeps, in English, said again in the language of a page.

`stored` composes such a text from a template; the catalogue lists the templates of a context. A
text is known by the template that it matches whole, and what stands in its places is said again in
turn. What nobody knows is None, or stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce

from casualty_est.wording.language import N_, pgettext, renumbered, separated, spoken

NAMES = (  # places that hold several
    *("names", "sources", "lists", "pairs", "parts", "kinds", "groups", "levels"),
)
LABELS = ("group", "outcome", "scope", "perpetrator")  # places, and contexts, of a cell's labels
READ = "readings"  # a place that holds columns or words, and as what they were read
OWNER = "owner"  # a place that holds whose something is
STEPS, _NEXT = "steps", re.compile(r"; (?=\(\d+\) )")  # of advice, numbered
CELLS, BETWEEN = "cells", "; and of "
_NUMBER = r"\d[\d,.]*%?"
_DAYS = re.compile(r"(\d{4}-\d\d-\d\d|open) to (\d{4}-\d\d-\d\d|open)")
_ENDS = re.compile(rf"({_NUMBER}) to ({_NUMBER})")
_WITH_ENDS = re.compile(rf"({_NUMBER}) \(({_NUMBER}) to ({_NUMBER})\)")
_STEP = re.compile(r"(\(\d+\)) (.+)", re.DOTALL)  # of advice
_AS = re.compile(r"(?<=') as ([^',]+)")
AS = N_("read as", "as")
OPEN = N_("days", "open")


def told_again(text: str, *contexts: str) -> str:
    """A text that an estimate keeps, in the language in force; as it is where nobody knows it."""
    told = known(text, *contexts)
    return text if told is None else told


def known(text: str, *contexts: str, ended: bool = False) -> str | None:
    """The same; None where nobody knows it.

    ended: whether the text is a sentence with its end, which is none of its last place.
    """
    if spoken().english:
        return text
    told = _whole(text, contexts, ended=ended)
    if told is None and "; " in text:
        parts = [_whole(part, contexts) for part in text.split("; ")]
        told = "; ".join(part for part in parts if part is not None) if None not in parts else None
    return told


def parts_again(text: str, *contexts: str) -> str:
    """What stands in a place: each of its parts as far as it is known, the others as they are."""
    if spoken().english:
        return text
    if step := _STEP.fullmatch(text):
        return f"{step[1]} {parts_again(step[2], *contexts)}"
    told = _whole(text, contexts)
    if told is not None:
        return told
    for between in ("; ", ", "):
        if between in text:
            return between.join(parts_again(part, *contexts) for part in text.split(between))
    return text


def names_again(text: str, *contexts: str) -> str:
    """Several names or parts, joined as the language in force joins them."""
    if spoken().english:
        return text
    for word in ("and", "or"):
        head, _word, last = text.rpartition(f" {word} ")
        if head:
            first = [parts_again(part, *contexts) for part in head.split(", ")]
            return listed([*first, parts_again(last, *contexts)], word)
    return parts_again(text, *contexts)


def _whole(text: str, contexts: tuple[str, ...], *, ended: bool = False) -> str | None:
    """A text as a whole: a number, an interval, or what some template says."""
    if not re.search("[A-Za-z]{2}", text):
        return renumbered(text.removesuffix("%")) + "%" * text.endswith("%")
    if told := _interval(text):
        return told
    for context in contexts:
        for pattern, template in spoken().kept(context):
            if ended and not template.endswith("."):
                continue
            if match := pattern.fullmatch(text):
                places = {
                    name: _place(name, part, contexts) for name, part in match.groupdict().items()
                }
                return pgettext(context, template, **places)
    return None


def _place(name: str, text: str, contexts: tuple[str, ...]) -> str:
    """What stands in a place of some name."""
    if name == OWNER:
        return pgettext("owner", "{name}'s", name=text.removesuffix("'s").removesuffix("'"))
    if name == STEPS:
        return "; ".join(parts_again(step, *contexts) for step in _NEXT.split(text))
    if name == READ:
        return _AS.sub(_read_as, text)
    if name == CELLS:
        cells = [parts_again(cell, *contexts) for cell in text.split(BETWEEN)]
        return listed(cells)
    if name in LABELS:
        return parts_again(text, name, *contexts)
    return names_again(text, *contexts) if name in NAMES else _each(text, *contexts)


def _read_as(match: re.Match[str]) -> str:
    return f" {pgettext('read as', AS)} {told_again(match[1], 'read as')}"


def _each(text: str, *contexts: str) -> str:
    """What stands in a place: one text, or several with a semicolon between."""
    return "; ".join(parts_again(part, *contexts) for part in text.split("; "))


def _interval(text: str) -> str | None:
    """From one number or day to another."""
    if days := _DAYS.fullmatch(text):
        first, last = (pgettext("days", OPEN) if day == OPEN else day for day in days.groups())
        return pgettext("days", "{first} to {last}", first=first, last=last)
    if ends := _ENDS.fullmatch(text):
        low, high = map(separated, ends.groups())
        return pgettext("interval", "{low} to {high}", low=low, high=high)
    if number := _WITH_ENDS.fullmatch(text):
        middle, low, high = map(separated, number.groups())
        interval = pgettext("interval", "{low} to {high}", low=low, high=high)
        return f"{middle} ({interval})"
    return None


def listed(names: Sequence[str], word: str = "and") -> str:
    """Join names as a sentence does, with "and" or with "or"."""
    if len(names) < 2:
        return "".join(names)
    *others, last = names
    first = reduce(lambda a, b: pgettext("list", "{first}, {next}", first=a, next=b), others)
    if word == "or":
        return pgettext("list", "{first} or {last}", first=first, last=last)
    return pgettext("list", "{first} and {last}", first=first, last=last)
