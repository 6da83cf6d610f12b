"""Cells of the shell and of files, shown as a reader would type them: without notebook magics."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

LANGUAGES = {"csv": "text", "json": "json", "toml": "toml"}


def show_plainly(_app: Sphinx, page: nodes.document) -> None:
    """Take ``%%bash`` and ``%%writefile NAME`` off the cells; the name goes above them."""
    for block in list(page.findall(nodes.literal_block)):
        first, _, rest = block.astext().partition("\n")
        magic, _, name = first.strip().partition(" ")
        if magic not in ("%%bash", "%%writefile"):
            continue
        block.clear()
        block.append(nodes.Text(rest))
        block.rawsource = rest
        block["language"] = LANGUAGES.get(name.rpartition(".")[2], "text") if name else "bash"
        if name:
            label = nodes.paragraph("", "", nodes.literal(name, name), classes=["file-name"])
            block.parent.insert(block.parent.index(block), label)
            _drop_output(block)


def _drop_output(block: nodes.literal_block) -> None:
    """Remove the note that a file was written; a reader saves it by hand."""
    cell = block.parent.parent
    for part in list(cell.children):
        if isinstance(part, nodes.container) and "cell_output" in part.get("classes", ()):
            cell.remove(part)


def setup(app: Sphinx) -> dict[str, bool]:
    """Change each page once it has been read."""
    app.connect("doctree-read", show_plainly)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
