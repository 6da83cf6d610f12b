"""Catalogues of translated sentences.

Translators write ``catalogues/es.po``; ``catalogues/es.mo`` is the same in the form that the
standard library reads, compiled by Babel.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations
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
