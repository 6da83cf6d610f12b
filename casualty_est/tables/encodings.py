"""Which encoding a text file has that is not UTF-8: by the words that it would hold."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files

from casualty_est.errors import InputError, Problem
from casualty_est.tables.plain import plain
from casualty_est.tables.table import at_lines
from casualty_est.wording.language import Kept, stored

NAMES = {
    "cp1252": "Windows-1252", "cp1251": "Windows-1251", "cp1256": "Windows-1256",
    "cp1254": "Windows-1254", "cp1250": "Windows-1250", "cp1255": "Windows-1255",
    "cp1253": "Windows-1253", "koi8_r": "KOI8-R", "koi8_u": "KOI8-U", "iso8859_5": "ISO 8859-5",
    "iso8859_6": "ISO 8859-6", "cp866": "DOS 866", "mac_cyrillic": "Mac Cyrillic",
    "gb18030": "GB 18030", "big5": "Big5",
}  # fmt: skip
# Only by a header that nothing else explains.
_RARE = frozenset({"cp866", "iso8859_5", "iso8859_6", "mac_cyrillic"})
_SURE, _APART, _MESS = 0.3, 0.1, 0.1  # coherence, its lead over the next, and mess at most
_HEAD = 200_000  # bytes that a detector reads
_SHOWN = 3
_ODD = 0.2  # share of words that may be strange: names of products, slips
_INNER_CAPITAL = re.compile(
    r"[a-z\u00df-\u00f6\u00f8-\u00ff\u0430-\u045f\u03ac-\u03ce]"
    r"[A-Z\u00c0-\u00d6\u00d8-\u00de\u0400-\u042f\u0391-\u03ab]"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_ACCENTED = re.compile(r"[^\W\d_a-zA-Z]")
_ALL_ACCENTED = re.compile(r"(?<!\w)(?:(?![a-zA-Z\d_])\w){3,}(?!\w)")
_LONG = re.compile(r"[^\W\d_]{4,}")
_TWO_BYTES = re.compile(rb"[\xc2-\xdf][\x80-\xbf]")
_REASON = "the file is not UTF-8"


def read_as(data: bytes, line: int, name: str) -> tuple[str, Kept]:
    """Return the text of a file and how it was read, or ask where its words fit several encodings.

    line: the first that is not UTF-8.
    """
    texts = _decoded(data)
    if found := _by_header(texts):
        return texts[found], _said(found, texts[found], line)
    western = texts.get("cp1252", "")
    if western and not _looks_strange(western):
        if _TWO_BYTES.search(data):
            reason = f"{_REASON}, and parts of it are: save it again as UTF-8 text"
            raise InputError([Problem(reason, line)], name)
        return western, _said("cp1252", western, line)
    texts = {
        one: text for one, text in texts.items() if one not in _RARE and _is_plausible(text[:_HEAD])
    }
    found, others = _detected(data, texts)
    if found:
        return texts[found], _said(found, texts[found], line)
    reason = f"{_REASON}: save it again as UTF-8 text"
    shown = {_example(texts[one]): NAMES[one] for one in others if _example(texts[one])}
    if shown:
        words = " or ".join(f"{word!r} ({encoding})" for word, encoding in shown.items())
        fits = "its words fit several encodings" if len(shown) > 1 else "its words may be"
        reason = f"{_REASON}, and {fits}, {words}: save it as UTF-8 text".replace("be,", "be")
    raise InputError([Problem(reason, line)], name)


def _decoded(data: bytes) -> dict[str, str]:
    texts = {}
    for encoding in NAMES if b"\0" not in data else ():
        try:
            texts[encoding] = data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return texts


def _is_plausible(text: str) -> bool:
    """Whether hardly a word has a capital behind a small letter, or letters of two scripts."""
    words = [word for word in _WORD.findall(text) if _ACCENTED.search(word)]
    odd = sum(1 for word in words if _INNER_CAPITAL.search(word) or _is_mixed(word))
    return odd <= _ODD * len(words)


def _is_mixed(word: str) -> bool:
    return len({unicodedata.name(letter, "").split(" ")[0] for letter in word}) > 1


def _said(encoding: str, text: str, line: int) -> Kept:
    shown, named = _example(text), NAMES[encoding]
    if not shown:
        return stored("note", "the file is not UTF-8: it is read as {encoding}", encoding=named)
    return stored(
        "note",
        "the file is not UTF-8: it is read as {encoding}, as in {text} ({where})",
        encoding=named,
        text=repr(shown),
        where=at_lines("line", [line]),
    )


def _example(text: str) -> str:
    """The first word of a text that plain ASCII does not hold."""
    return next((word for word in _WORD.findall(text) if _ACCENTED.search(word)), "")


def _looks_strange(text: str) -> bool:
    """Whether words are mostly of accented letters, as no Western language writes them."""
    words = [word for word in _LONG.findall(text) if _ACCENTED.search(word)]
    return any(2 * len(_ACCENTED.findall(word)) > len(word) for word in words) or bool(
        _ALL_ACCENTED.search(text)
    )


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Names of columns in letters beyond ASCII."""
    lists = tomllib.loads((files("casualty_est.tables") / "names.toml").read_text(encoding="utf-8"))
    names = (text for kind in ("claims", "incidents", "numbers") for text in lists[kind].values())
    words = {word for text in names for word in text.split()}
    return frozenset(word for word in words if not word.isascii())


def _by_header(texts: dict[str, str]) -> str:
    """Return the encoding in which the header holds known names of columns, if one does."""
    counts: dict[str, int] = {}
    for encoding, text in texts.items():
        header = next((line for line in text.splitlines() if line.strip()), "")
        cells = {plain(cell) for cell in re.split(r"[,;|\t]", header.replace('"', ""))}
        counts[encoding] = len(cells & _known())
    most = max(counts.values(), default=0)
    best = [encoding for encoding, count in counts.items() if count == most and most]
    return best[0] if len({texts[encoding] for encoding in best}) == 1 else ""


def _detected(data: bytes, texts: dict[str, str]) -> tuple[str, list[str]]:
    """Return the encoding that a detector is sure of, and those that it finds possible."""
    from charset_normalizer import from_bytes

    if not texts:
        return "", []
    matches = from_bytes(data[:_HEAD], cp_isolation=list(texts))
    best: dict[str, tuple[float, float, str]] = {}
    for match in matches:
        text = texts.get(match.encoding, "")
        if text and text not in best:
            best[text] = (match.coherence, match.chaos, match.encoding)
    ranked = sorted(best.values(), key=lambda one: one[1] - one[0])
    others = sorted((one[2] for one in ranked), key=list(NAMES).index)[:_SHOWN]
    if not ranked:
        return "", others
    coherence, mess, encoding = ranked[0]
    lead = coherence - max((one[0] for one in ranked[1:]), default=0.0)
    apart = lead >= _APART and coherence >= _SURE
    alone = len(ranked) == 1 and coherence >= _APART
    return encoding if mess <= _MESS and (apart or alone) else "", others
