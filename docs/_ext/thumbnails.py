"""Pictures get a text for those who cannot see them, and a gallery gets its thumbnails."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx


def picture_of(section: nodes.section) -> nodes.image | None:
    """The first picture of a section."""
    return next(iter(section.findall(nodes.image)), None)


def small(section: nodes.section) -> nodes.container | None:
    """The picture and title of a section, as a link to it."""
    picture, title = picture_of(section), section.next_node(nodes.title)
    if picture is None or title is None:
        return None
    copy = picture.deepcopy()
    copy["alt"], copy["classes"] = title.astext(), []
    target = section["ids"][0]
    link = nodes.reference("", "", copy, refid=target, internal=True)
    words = nodes.paragraph(
        "", "", nodes.reference("", title.astext(), refid=target, internal=True)
    )
    return nodes.container("", link, words, classes=["thumbnail"])


def name_pictures(page: nodes.document) -> None:
    """Give each picture without a text the title of its section: better than a file name."""
    for picture in page.findall(nodes.image):
        section = picture.parent
        while section is not None and not isinstance(section, nodes.section):
            section = section.parent
        title = section.next_node(nodes.title) if section is not None else None
        if not picture.get("alt") and title is not None:
            picture["alt"] = title.astext()


def room_to_scroll(page: nodes.document) -> None:
    """Put a picture of a cell that has no narrow form into a box, which a telephone scrolls."""
    for picture in list(page.findall(nodes.image)):
        if of_a_cell(picture) and not picture["classes"]:
            box = nodes.container("", classes=["output", "picture"])
            picture.parent.replace(picture, box)
            box.append(picture)


def of_a_cell(picture: nodes.image) -> bool:
    """Whether a cell made a picture; other forms of the same output may stand between them."""
    above = picture.parent
    while above is not None and "cell_output" not in above.get("classes", ()):
        above = above.parent
    return above is not None


def fill(_app: Sphinx, page: nodes.document) -> None:
    """Fill the container of class ``thumbnails``, if a page has one."""
    name_pictures(page)
    room_to_scroll(page)
    grids = [box for box in page.findall(nodes.container) if "thumbnails" in box["classes"]]
    if not grids:
        return
    sections = [
        part
        for part in page.findall(nodes.section)
        if not any(isinstance(child, nodes.section) for child in part.children)
    ]
    boxes = [box for box in map(small, sections) if box is not None]
    grids[0].clear()
    grids[0].extend(boxes)


def setup(app: Sphinx) -> dict[str, bool]:
    """Work after the pictures of a page have been collected."""
    app.connect("doctree-read", fill, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
