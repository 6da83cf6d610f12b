"""What only the analyst can say of a report: title, authors, names; from code or TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date as Day
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from casualty_est.errors import UsageError
from casualty_est.tables.checks import offered
from casualty_est.tables.toml_file import read_toml
from casualty_est.wording.catalogue import ENGLISH, languages, translated
from casualty_est.wording.phrases import day

AUDIENCES = ("full", "public")
HALF = (
    "a full report would be half in English: the catalogue {code}.po translates {done:,} of "
    "{all:,} "
    'sentences. Translate the rest, or ask for the public report (audience="public", --audience '
    "public)"
)
TEXTS = ("title", "authors", "organisation", "date", "contact", "licence", "corrections")
ADDRESSES = ("url", "data")


@dataclass(frozen=True, slots=True)
class Said:
    """What the analyst says; everything may be left out.

    `names` are what labels of the table are called in print; `url` is where the report will be
    published, `data` where the table can be had; `date` is ISO text, `language` a code.
    """

    audience: Literal["full", "public"] = "full"
    language: str = ENGLISH
    title: str | None = None
    authors: str | None = None
    organisation: str | None = None
    date: str | None = None
    contact: str | None = None
    licence: str | None = None
    corrections: str | None = None
    url: str | None = None
    data: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    statements: Mapping[str, str] = field(default_factory=dict)
    comparisons: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        if self.audience not in AUDIENCES:
            _refuse("audience", f'must be "full" or "public", not {self.audience!r}')
        known_language(self.language)
        for key in (*TEXTS, *ADDRESSES):
            value = getattr(self, key)
            if value is not None and not isinstance(value, str):
                _refuse(key, f"must be a text, not {value!r:.100}")
        for key in ADDRESSES:
            value = getattr(self, key)
            if value and not _is_address(value):
                _refuse(key, f"must be an address that begins with https://, not {value!r:.100}")
        if self.date and not _is_day(self.date):
            _refuse("date", f"must be a day as 2026-11-30, not {self.date!r:.100}")
        for key in ("names", "statements"):
            _check_texts(key, getattr(self, key))

    def check_language(self) -> None:
        """Refuse a report that is not whole in its language."""
        if self.audience == "public" or self.language == ENGLISH:
            return
        done, every = translated(self.language)
        if done < every:
            raise UsageError(HALF.format(code=self.language, done=done, all=every))

    @property
    def day(self) -> str:
        """The date as people write it."""
        return day(self.date) if self.date else ""

    @property
    def who(self) -> str:
        """Authors and organisation."""
        return ", ".join(text for text in (self.authors, self.organisation) if text)

    @property
    def stated(self) -> dict[str, str]:
        """The statements, with the corrections policy among them."""
        corrections = {"corrections": self.corrections} if self.corrections else {}
        return {**corrections, **self.statements}

    @property
    def card(self) -> str | None:
        """Where the picture to share lies once the report is published with its figures."""
        return f"{self.url.rpartition('/')[0]}/figures/card-16x9.png" if self.url else None


def settled(about: str | Path | Mapping[str, Any] | None, given: Mapping[str, Any]) -> Said:
    """Join what a file or mapping says with what was said directly, which goes first."""
    known = [one.name for one in fields(Said)]
    content = dict(read_toml(about) if isinstance(about, str | Path) else about or {})
    direct = {key: value for key, value in given.items() if value is not None}
    for key in (*content, *direct):
        if key not in known:
            msg = f"about a report, {key!r} is unknown; {offered(str(key), known)}"
            raise UsageError(msg)
    for key in ("names", "statements"):
        for some in (content, direct):
            _check_texts(key, some.get(key, {}))
        direct[key] = {**content.get(key, {}), **direct.get(key, {})}
    if isinstance(content.get("date"), Day):  # TOML has days of its own
        content["date"] = content["date"].isoformat()
    joined = {**content, **direct}
    joined["comparisons"] = tuple(joined.get("comparisons", ()))
    return Said(**joined)


def _check_texts(key: str, value: Any) -> None:
    good = isinstance(value, Mapping) and all(
        isinstance(name, str) and name and isinstance(text, str) for name, text in value.items()
    )
    if not good:
        _refuse(key, f"must be texts by their names, not {value!r:.100}")


def known_language(code: str) -> None:
    """Refuse a language of which there is no catalogue."""
    if code not in languages():
        _refuse("language", f"must be one of {', '.join(languages())}, not {code!r}")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_day(text: str) -> bool:
    try:
        return Day.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _refuse(key: str, problem: str) -> None:
    msg = f"{key} {problem}"
    raise UsageError(msg)
