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
    spec = importlib.util.spec_from_file_location(
        "table_templates", DOCS / "_ext" / "table_templates.py"
    )
    templates = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(templates)
    templates.write_templates(tmp_path)
    code, _, err = run(capsys, "check", kind, str(tmp_path / f"{kind}.csv"))
    assert (code, err) == (0, "")
    assert (tmp_path / f"{kind}.xlsx").is_file()


def test_formulas_do_not_begin_with_an_exponent():
    """The renderer of the pages has nothing to put it on, and stops."""
    for page in sorted(DOCS.rglob("*.md")):
        text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"\$\s*[\^_]", text), page.name
