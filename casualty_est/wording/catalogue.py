"""Catalogues of translated sentences: read from the files that translators write.

A catalogue is one text file, ``catalogues/es.po``. It is read as it stands, so that it needs no
build step in a wheel, in a fresh clone or while it is being translated.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterable, Iterator
from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO

from casualty_est.errors import CasualtyEstError

ENGLISH = "en"
_MAGIC, _HEAD = 0x950412DE, 7 * 4  # of a compiled catalogue, which the standard library reads
_CONTEXT, _PLURAL = "\x04", "\x00"
Entry = dict[str, str]  # by keyword; the forms of a plural by "msgstr[0]" and so on
_KEYWORDS = ("msgctxt", "msgid_plural", "msgid", "msgstr")


def languages() -> tuple[str, ...]:
    """Codes of the languages that reports can be written in, English first."""
    names = (entry.name for entry in files(__package__).joinpath("catalogues").iterdir())
    return (ENGLISH, *sorted(name.removesuffix(".po") for name in names if name.endswith(".po")))


@cache
def catalogue(code: str) -> GNUTranslations:
    """The catalogue of a language."""
    path = files(__package__).joinpath("catalogues", f"{code}.po")
    return read(path.read_text(encoding="utf-8"), f"{code}.po")


def read(text: str, name: str) -> GNUTranslations:
    """Read the text of a catalogue."""
    return GNUTranslations(BytesIO(_compiled(_translated(_entries(text, name)))))


def _entries(text: str, name: str) -> Iterator[Entry]:
    """The entries of a catalogue, in their order; those marked fuzzy are not yet translated."""
    entry: Entry = {}
    key, guessed, guess_follows = "", False, False
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if line.startswith("#,") and "fuzzy" in line:
            guess_follows = True
        if not line or line.startswith("#"):
            continue
        word, quoted = _divided(line)
        if word is None or not quoted.startswith('"') or (not word and not key):
            msg = f"{name}, line {number}: {line[:60]!r} is no line of a catalogue"
            raise CasualtyEstError(msg)
        begins = word in ("msgctxt", "msgid") and key.startswith("msgstr")
        if begins or (not entry and word):
            if entry and not guessed:
                yield entry
            entry, guessed, guess_follows = {}, guess_follows, False
        if word:
            key = word
            entry[key] = ""
        try:
            entry[key] += ast.literal_eval(quoted)
        except (SyntaxError, ValueError):
            msg = f"{name}, line {number}: a text needs a quotation mark at both ends"
            raise CasualtyEstError(msg) from None
    if entry and not guessed:
        yield entry


def _divided(line: str) -> tuple[str | None, str]:
    """The keyword of a line, empty where the line goes on; None where there is no such keyword."""
    if line.startswith('"'):
        return "", line
    word, _, quoted = line.partition(" ")
    known = word in _KEYWORDS or (word.startswith("msgstr[") and word[7:-1].isdecimal())
    return (word, quoted.strip()) if known else (None, line)


def _translated(entries: Iterable[Entry]) -> dict[str, str]:
    """Messages as a compiled catalogue has them: by context and text, plurals joined."""
    messages: dict[str, str] = {}
    for entry in entries:
        forms = [text for key, text in entry.items() if key.startswith("msgstr")]
        if not all(forms):
            continue  # not translated yet: English stands in
        identity = entry.get("msgid", "")
        if "msgctxt" in entry:
            identity = f"{entry['msgctxt']}{_CONTEXT}{identity}"
        if "msgid_plural" in entry:
            identity += _PLURAL + entry["msgid_plural"]
        messages[identity] = _PLURAL.join(forms)
    return messages


def _compiled(messages: dict[str, str]) -> bytes:
    """The same in the form of a .mo file: two tables of places, and the texts."""
    pairs = sorted((key.encode(), text.encode()) for key, text in messages.items())
    at = _HEAD + 16 * len(pairs)
    tables, texts = [], b""
    for column in (0, 1):
        table: list[int] = []
        for pair in pairs:
            table += [len(pair[column]), at + len(texts)]
            texts += pair[column] + b"\0"
        tables.append(struct.pack(f"<{len(table)}I", *table))
    first, second = _HEAD, _HEAD + 8 * len(pairs)
    head = struct.pack("<7I", _MAGIC, 0, len(pairs), first, second, 0, 0)
    return head + b"".join(tables) + texts
