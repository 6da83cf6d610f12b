"""Catalogues of translated sentences.

Translators write ``catalogues/es.po``; ``catalogues/es.mo`` is the same in the form that the
standard library reads, compiled by Babel.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

ENGLISH = "en"


def languages() -> tuple[str, ...]:
    """Codes of the languages that reports can be written in, English first."""
    names = (entry.name for entry in files(__package__).joinpath("catalogues").iterdir())
    return (ENGLISH, *sorted(name.removesuffix(".mo") for name in names if name.endswith(".mo")))


@cache
def catalogue(code: str) -> GNUTranslations:
    """The catalogue of a language."""
    with files(__package__).joinpath("catalogues", f"{code}.mo").open("rb") as file:
        return GNUTranslations(file)


def messages(sentences: NullTranslations, context: str) -> Iterator[str]:
    """The English texts of one context in a catalogue."""
    start = f"{context}\x04"
    for key in getattr(sentences, "_catalog", ()):  # the standard library offers no other way
        if isinstance(key, str) and key.startswith(start):
            yield key.removeprefix(start)


def translated(code: str) -> tuple[int, int]:
    """How many sentences a catalogue translates, and how many the fullest one does."""
    each = {one: len(getattr(catalogue(one), "_catalog", ())) for one in languages()[1:]}
    return each[code], max(each.values())
