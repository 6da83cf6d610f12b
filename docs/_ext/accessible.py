"""What a screen reader needs of the pages, and the tools that make them leave out."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

INSTEAD = {
    ' aria-label="Toggle hidden content"': "",  # the summary of a folded cell says what it does
    "<th></th>": "<td></td>",  # dataframes leave the corner above their index empty
    '<th class="head"><p></p></th>': '<td class="head"></td>',  # and tables of pages theirs
    ' role="doc-biblioentry"': "",  # deprecated, and not for what docutils gives it to
    '<div role="list" class="citation-list">': '<div class="citation-list">',
}


def mend(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: object) -> None:
    """Change the body of a page before it is written."""
    for given, wanted in INSTEAD.items():
        if "body" in context:
            context["body"] = context["body"].replace(given, wanted)


def setup(app: Sphinx) -> dict[str, bool]:
    """Change each page before it is written."""
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
