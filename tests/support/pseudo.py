"""A language that nobody speaks: every letter of a sentence from the catalogues is Cyrillic.

Whatever Latin letter is left on a page came past the catalogues: from the table, or by mistake.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from gettext import NullTranslations
from html import unescape
from typing import Any

import casualty_est as ce
from casualty_est.report.page import _render
from casualty_est.report.parts import Parts
from casualty_est.report.said import Said
from casualty_est.wording.language import Language, fixed, language, speaking
from tests.support.page import Page

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_OTHER = "абцдефгхийклмнопярстувжшьуз"
_LETTERS = str.maketrans(_LATIN + _LATIN.upper(), _OTHER[:26] + _OTHER[:26].upper())
SHOWN = ("alt", "aria-label", "data-label")  # attributes that somebody reads or hears
ABOUT = ("description", "og:title", "og:description", "og:image:alt")


def pseudo(message: str) -> str:
    """A message in letters of its own, with its places as they are."""
    parts = re.split(r"(\{\w+\})", message)
    return "".join(part if i % 2 else part.translate(_LETTERS) for i, part in enumerate(parts))


class Sentences(NullTranslations):
    """Translates whatever it is asked for, and knows the templates that the Spanish knows."""

    @property
    def _catalog(self) -> Any:
        return language("es").sentences._catalog  # type: ignore[attr-defined]

    def gettext(self, message: str) -> str:
        return pseudo(message)

    def pgettext(self, context: str, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)


@contextmanager
def speaking_pseudo() -> Iterator[None]:
    """Write in that language for as long as this lasts."""
    with speaking(Language("pseudo", Sentences())):
        yield


def pseudo_page(parts: Parts, audience: Any = "public", **about: str) -> str:
    """A page in that language."""
    with speaking_pseudo():
        return _render(parts, Said(audience=audience, date="2026-11-30", **about))


def without_code(page: str) -> str:
    """A full page without what stays as the program prints it: its model, settings, formulas."""
    page = re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)
    page = re.sub(r"<(var|sub|sup)>.*?</\1>", "", page, flags=re.DOTALL)
    start = page.index('<th scope="row">seed</th>')
    return page[:start] + page[page.index("</table>", start) :]


def texts_of(page: str) -> list[str]:
    """Everything on a page that somebody reads or hears, the letters in its pictures too."""
    parsed = Page(page)
    texts = list(parsed.texts)
    for tag, attrs in parsed.tags:
        texts += [attrs[name] or "" for name in SHOWN if name in attrs]
        if tag == "meta" and (attrs.get("name") or attrs.get("property")) in ABOUT:
            texts.append(attrs["content"] or "")
        for name in ("src", "srcset"):
            kind, _, data = (attrs.get(name) or "").partition(";base64,")
            if kind == "data:image/svg+xml":
                texts += texts_in(b64decode(data).decode())
    return texts


def texts_in(svg: str) -> list[str]:
    """What is written in a picture."""
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


def inputs_of(estimate: ce.Estimate, *more: str) -> set[str]:
    """Words that come from the table: names of sources, places and parties, and citations.

    Numbers with their hedges are none of them: "at least" is said in the language of the page.
    """
    details: Any = getattr(estimate, "details", None)
    meta, texts = estimate.meta, [*more, "casualty_est", *estimate.meta.versions.values()]
    labels = [row.cell for row in meta.rows] + list(meta.claims)
    for one in labels:
        texts += [one.scope, one.perpetrator]
        texts += [] if one.group in (*fixed("group"), "all") else [one.group]
    for claim in meta.claims:
        texts += [claim.source, claim.citation or ""]
    texts += [source.source for source in meta.sources]
    texts += [report.source for report in getattr(details, "reports", ())]
    texts += [getattr(getattr(details, "anchor", None), "source", "")]
    for row in meta.rows:
        # The columns of strata are the table's, but for those that code makes.
        texts += [f"{key} {value}" for key, value in row.strata.items() if key != "kind"]
        counts = (row.documented, row.in_parts)
        texts += [count.source for count in counts if count and count.source]
    return {word for text in texts for word in latin(text)}


def latin(text: str) -> list[str]:
    """Words in Latin letters."""
    return re.findall(r"[A-Za-zÀ-ɏ]+", text)


def left_over(estimate: ce.Estimate, texts: Iterable[str], *more: str) -> set[str]:
    """Words of a page that came neither from the catalogues nor from the table."""
    known = inputs_of(estimate, *more)
    published = {f"“{claim.text}”" for claim in estimate.meta.claims}
    found = set()
    for text in texts:
        for quotation in published:
            text = text.replace(quotation, "")
        found |= set(latin(text)) - known
    return found
