"""What the tests assert, as tables for the page on validation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from html import escape
from pathlib import Path

NAMES = "Airwars Bonferroni Coalition Dirichlet Kosovo March Netherlands NUTS Russian Ukrainian"
TESTS = Path(__file__).resolve().parents[2] / "tests"


def checks(file: str) -> Iterator[tuple[ast.FunctionDef, str]]:
    """Every test of a file, and "slow", "thorough" or nothing."""
    text = (TESTS / file).read_text(encoding="utf-8")
    whole = "pytestmark = pytest.mark.slow" in text
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            marks = " ".join(ast.unparse(mark) for mark in node.decorator_list)
            slow = whole or "mark.slow" in marks
            yield node, "slow" if slow else "thorough" if "mark.thorough" in marks else ""


def asserted(test: ast.FunctionDef) -> list[str]:
    """The conditions of a test, as its source has them."""
    lines = []
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            lines.append(ast.unparse(node.test))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("np.testing."):
            lines.append(ast.unparse(node))
    return lines


def in_words(test: ast.FunctionDef) -> str:
    """The name of a test as a sentence."""
    capital = {name.lower(): name for name in NAMES.split()}
    words = test.name.removeprefix("test_").split("_")
    text = " ".join(capital.get(word, word) for word in words)
    return escape(text[0].upper() + text[1:])


def table(file: str, *, conditions: bool = False) -> str:
    """One line for each test: what must be true, and if asked for how it is asserted."""
    rows = []
    for test, how in checks(file):
        cells = [in_words(test), how]
        if conditions:
            lines = "<br>".join(f"<code>{escape(line)}</code>" for line in asserted(test))
            cells.insert(1, lines)
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    heads = ["what must be true", *(["as the test says it"] if conditions else []), ""]
    head = "".join(f"<th scope='col'>{name}</th>" if name else "<td></td>" for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def command(file: str) -> str:
    """How to run one file, slow and thorough tests included."""
    extra = ' -m "slow or not slow"' if any(how for _, how in checks(file)) else ""
    return f"uv run pytest -n 0 tests/{file}{extra}"
