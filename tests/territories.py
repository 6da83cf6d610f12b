"""Countries of the record in other languages, from Unicode CLDR: ``python tests/territories.py``.

Writes `casualty_est/priors/territories.toml`, from which a label such as "Irak" is known to mean
the Iraq of the record. Babel carries the names; the package does not need it.
"""

from __future__ import annotations

from pathlib import Path

from babel import Locale

import casualty_est
from casualty_est import datasets
from casualty_est.priors.conflicts import folded, words_in

FILE = Path(casualty_est.__file__).parent / "priors" / "territories.toml"
LANGUAGES = ("ar", "de", "es", "fa", "fr", "it", "nl", "pl", "pt", "ru", "tr", "uk", "zh")
HEAD = (
    "# Countries of the record in other languages, from Unicode CLDR by way of Babel.\n"
    "# Licence: territories-LICENSE.txt. Written by tests/territories.py; places.toml is by hand.\n"
)
# Three letters are too few to tell a name from another word: Portuguese Ira, and the IRA.
SHORTEST = 4


def text() -> str:
    """The file for the record of today."""
    english = Locale("en").territories
    lines = []
    for code, name in sorted(english.items(), key=lambda item: item[1]):
        plain = name.split(" (")[0].replace(" & ", " and ")
        if code.isdigit() or not _in_record(plain):
            continue
        others = sorted({name for tongue in LANGUAGES for name in _names(tongue, code, plain)})
        if others:
            lines.append(f'"{plain}" = [{", ".join(f"{other!r}" for other in others)}]')
    return HEAD + "\n".join(lines).replace("'", '"') + "\n"


def _in_record(name: str) -> bool:
    known = set().union(*(words_in(f"{row.conflict} {row.place}") for row in datasets.record()))
    words = words_in(name)
    return bool(words) and words <= known


def _names(language: str, code: str, english: str) -> list[str]:
    """The name in a language, unless it is the English one but for accents."""
    name = Locale(language).territories[code].split(" (")[0]
    latin = name.isascii() or all(letter < "Ā" for letter in name)
    if folded(name) == folded(english) or (latin and len(folded(name)) < SHORTEST):
        return []
    return [name]


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
