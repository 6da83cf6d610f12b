"""The documentation: nothing public is missing from its pages, and its templates can be read."""

from __future__ import annotations

import importlib.util
import inspect
import re
from pathlib import Path

import pytest

import casualty_est
from tests.support.command import run

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "api").glob("*.md")}
CLASSES = [
    name
    for name in casualty_est.__all__
    if name[0].isupper() and inspect.isclass(getattr(casualty_est, name))
]


def extension(name):
    """Import an extension of the pages."""
    spec = importlib.util.spec_from_file_location(name, DOCS / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", CLASSES)
def test_every_public_class_has_a_place(name):
    places = [page for page, text in PAGES.items() if f":: casualty_est.{name}\n" in text]
    assert len(places) == 1
    assert f"casualty_est.{name}`" in PAGES["index.md"] or name.endswith("Error")


@pytest.mark.parametrize(
    ("page", "name"),
    [("estimate.md", "casualty_est.Estimate"), ("plots.md", "casualty_est.plots.Plots")],
)
def test_what_is_taken_off_a_list_stands_below(page, name):
    (left_out,) = re.findall(r":exclude-members: (.*)", PAGES[page])
    below = re.findall(rf"auto(?:method|property):: {name}\.(\w+)", PAGES[page])
    assert sorted(left_out.split(", ")) == sorted(below)


@pytest.mark.parametrize("kind", ["claims", "incidents", "lists", "survey"])
def test_templates_to_download_pass_the_check(kind, tmp_path, capsys):
    templates = extension("table_templates")
    templates.write_templates(tmp_path)
    code, _, err = run(capsys, "check", kind, str(tmp_path / f"{kind}.csv"))
    assert (code, err) == (0, "")
    assert (tmp_path / f"{kind}.xlsx").is_file()


def test_formulas_do_not_begin_with_an_exponent():
    """The renderer of the pages has nothing to put it on, and stops."""
    for page in sorted(DOCS.rglob("*.md")):
        text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"\$\s*[\^_]", text), page.name


def test_no_cell_is_an_iframe_alone():
    """The notebook would warn on the page, with the path of its own file."""
    for page in sorted(DOCS.rglob("*.md")):
        assert not re.search(r"HTML\(f?[\"']+<iframe", page.read_text(encoding="utf-8")), page.name


def test_pages_do_not_name_the_folder_they_were_made_in(tmp_path, monkeypatch, capsys):
    shell = extension("shell_cells")
    monkeypatch.chdir(tmp_path)
    shell.bash("", "echo Open file://$PWD/report.html")
    assert capsys.readouterr().out == "Open file:///home/you/report.html\n"


def test_what_tools_leave_out_is_put_in():
    pytest.importorskip("sphinx")
    accessible = extension("accessible")
    context = {"body": '<tr><th class="head"><p>form</p></th><th class="head"><p></p></th></tr>'}
    accessible.mend(None, "", "", context, None)
    assert context["body"] == '<tr><th class="head"><p>form</p></th><td class="head"></td></tr>'


def test_a_picture_of_a_cell_can_be_scrolled():
    pytest.importorskip("sphinx")
    from docutils import nodes
    from docutils.utils import new_document

    bundle = nodes.container("", nodes.image())
    page = new_document("page")
    page += [
        nodes.container("", bundle, classes=["cell_output"]),
        nodes.container("", nodes.image(classes=["on-screen"]), classes=["cell_output"]),
        nodes.image(),
    ]
    extension("thumbnails").room_to_scroll(page)
    (box,) = bundle.children
    assert box["classes"] == ["output", "picture"]
    assert isinstance(box.children[0], nodes.image)
    assert isinstance(page.children[1].children[0], nodes.image)
    assert isinstance(page.children[2], nodes.image)
