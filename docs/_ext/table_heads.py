"""Empty heads of tables become cells, which a screen reader passes over."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def without_empty_heads(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: object
) -> None:
    """Dataframes leave the corner above their index empty."""
    if "body" in context:
        context["body"] = context["body"].replace("<th></th>", "<td></td>")


def setup(app: Sphinx) -> dict[str, bool]:
    """Change each page before it is written."""
    app.connect("html-page-context", without_empty_heads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
