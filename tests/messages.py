"""The sentences of reports, for translators: ``uv run python tests/messages.py es``.

Writes what code and templates say now into the catalogue of a language, `es.po`, and compiles it to
`es.mo`, which the package reads. Translations are kept, new sentences come with an empty
translation, and a language without a catalogue gets one.
"""

from __future__ import annotations

import sys
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import casualty_est

ROOT = Path(casualty_est.__file__).parent
CATALOGUES = ROOT / "wording" / "catalogues"
KEYWORDS = {
    "_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "N_": ((1, "c"), 2),
    "stored": ((1, "c"), 2),
}
METHODS = [
    ("**.py", "python"),
    ("**.html", "jinja2.ext:babel_extract"),
    ("report/checklist.toml", "tests.messages:of_checklist"),
    ("incidents/table/exports.toml", "tests.messages:of_exports"),
    ("wording/fixed.toml", "tests.messages:of_words"),
    ("**/kept.toml", "tests.messages:of_words"),
]
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}


def of_checklist(
    file: Any, *_: Any, **__: Any
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """What the reporting standards ask for, of the file that lists it."""
    for item in tomllib.loads(file.read().decode("utf-8"))["items"]:
        yield 0, "N_", ("checklist", item["text"]), []


def of_exports(
    file: Any, *_: Any, **__: Any
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """What is read of exports that are recognised, of the file that describes them."""
    for export in tomllib.loads(file.read().decode("utf-8")).values():
        if "said" in export:
            yield 0, "N_", ("note", export["said"]), []


def of_words(
    file: Any, *_: Any, **__: Any
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Words with a fixed meaning, by their context."""
    for context, words in tomllib.loads(file.read().decode("utf-8")).items():
        for word in words:
            yield 0, "N_", (context, word), []


def template() -> Catalog:
    """Every sentence of code and templates."""
    # What stands in a place may be an f-string: only the sentence is to be translated.
    warnings.filterwarnings("ignore", ".*Skipping f-string")
    catalog = Catalog(project="casualty_est", version=casualty_est.__version__, fuzzy=False)
    every = extract_from_dir(
        ROOT, METHODS, OPTIONS, KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )
    for file, _line, message, comments, context in every:
        where = (f"casualty_est/{Path(file).as_posix()}", None)
        catalog.add(message, None, [where], auto_comments=comments, context=context)
    return catalog


def read(code: str) -> Catalog:
    """The catalogue of a language; an empty one where there is none yet."""
    path = CATALOGUES / f"{code}.po"
    if not path.exists():
        return Catalog(code, project="casualty_est", version=casualty_est.__version__, fuzzy=False)
    with path.open(encoding="utf-8") as file:
        return read_po(file, code)


def texts(message: Message) -> list[str]:
    """The translations of a message: one, or one for each plural form."""
    string = message.string or ""
    return [string] if isinstance(string, str) else list(string)


def main(code: str) -> None:
    """Bring the catalogue of a language up to date."""
    catalog = read(code)
    made = catalog.creation_date
    catalog.update(template(), no_fuzzy_matching=True)
    catalog.creation_date = made
    catalog.obsolete.clear()
    catalog.fuzzy = False
    path = CATALOGUES / f"{code}.po"
    with path.open("wb") as file:
        write_po(file, catalog, width=100, sort_by_file=True, include_lineno=False)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, read(code))
    missing = [one for one in catalog if one.id and not all(texts(one))]
    print(f"{path}: {len(catalog)} sentences, {len(missing)} not translated")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
