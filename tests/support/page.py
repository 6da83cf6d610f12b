"""A page as a reader sees it: its tags, its attributes and its words."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import casualty_est as ce
from casualty_est.kinds import room
from casualty_est.report.page import render
from casualty_est.report.parts import Parts
from casualty_est.report.said import Said


def parts_of(estimate: ce.Estimate, prob: float = 0.95) -> Parts:
    """The parts of a report, as the kind of evidence says them."""
    parts: Parts = room(estimate.kind, "report").PARTS(estimate, prob)
    return parts


def page_of(estimate: ce.Estimate, prob: float = 0.95, said: Said | None = None) -> str:
    """The report of an estimate as one HTML page."""
    return render(parts_of(estimate, prob), said or Said())


class Page(HTMLParser):
    """Every tag, attribute and text of a page; what a browser does not show is no text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._hidden: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("style", "script"):
            self._hidden = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = None

    def handle_data(self, data: str) -> None:
        if self._hidden is None:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All text with single spaces, the ones that do not break among them."""
        return re.sub(r"\s+", " ", " ".join(self.texts)).replace("\u00a0", " ").strip()

    @property
    def names(self) -> set[str]:
        """Names of all tags."""
        return {tag for tag, _ in self.tags}

    def values(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]
