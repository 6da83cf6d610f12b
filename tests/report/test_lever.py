"""The assumption that a reader of the page moves: numbers against refits, script, policy."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.report.lever import STEPS, Lever, hash_of, script, section
from casualty_est.report.said import Said
from tests.support.former import former_model
from tests.support.page import Page, page_of, parts_of

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def lever(coalition: ce.Estimate) -> Lever:
    made = parts_of(coalition).lever()
    assert made is not None
    return made


@pytest.fixture
def page(coalition: ce.Estimate, no_pictures: None) -> str:
    return page_of(coalition, said=Said(names={"Airwars": 'the group "Airwars"'}))


@pytest.mark.thorough
@pytest.mark.parametrize("completeness", [0.25, 0.4, 0.7])
def test_the_page_answers_as_a_refit_does(lever: Lever, completeness: float) -> None:
    """The analyst writes another completeness of monitors into the priors, and fits again."""
    monitor = {"completeness": {"median": completeness, "sd": 0.8}}
    claims = ce.datasets.load("coalition")
    model = former_model(claims, priors={"roles": {"monitor": monitor}})
    refit = model.fit(seed=2, draws=20_000)
    (assumed,) = [one for one in refit.meta.assumptions if one.name == "ratio of Airwars"]
    answer = lever.at(assumed.median)
    row = refit.summary().iloc[0]
    for name in ("median", "low", "high"):
        assert getattr(answer, name) == pytest.approx(row[name], rel=0.03), name


def test_where_it_stands_it_says_what_the_report_says(coalition: ce.Estimate, lever: Lever) -> None:
    row = coalition.summary().iloc[0]
    answer = lever.at(lever.now)
    for name in ("median", "low", "high"):
        assert getattr(answer, name) == pytest.approx(row[name], rel=0.03)
    assert lever.at(0.01) == lever.at(0.2)
    assert lever.at(lever.values[3]).median == pytest.approx(lever.medians[3])


@pytest.mark.thorough
def test_only_this_script_may_run(page: str) -> None:
    policy = next(attrs["content"] or "" for _, attrs in Page(page).tags if "http-equiv" in attrs)
    inside = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert inside == [script()]
    assert f"script-src '{hash_of(inside[0])}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2]
    for word in ("fetch(", "XMLHttpRequest", "eval", "innerHTML", "import("):
        assert word not in script()


@pytest.mark.thorough
def test_the_page_is_complete_without_it(page: str, lever: Lever) -> None:
    parsed = Page(page)
    (box,) = [attrs for _, attrs in parsed.tags if attrs.get("id") == "lever"]
    assert "hidden" in box
    numbers = json.loads(box["data-numbers"] or "")
    assert numbers["sentence"].startswith('If our best guess were that the group "Airwars" reports')
    assert "the estimate under other values" in parsed.text
    assert "only the middle of what we assume about the group" in parsed.text
    assert numbers["now"] == lever.now  # and not the value of the step that is nearest to it
    assert len(numbers["values"]) == len(numbers["medians"]) == len(lever.values)
    (slider,) = [attrs for tag, attrs in parsed.tags if tag == "input"]
    assert slider["type"] == "range"
    assert slider["max"] == str(STEPS)
    labels = [attrs["for"] for tag, attrs in parsed.tags if tag == "label"]
    assert labels == [slider["id"]]


def test_a_best_guess_that_moves_is_not_taken_for_the_truth(lever: Lever) -> None:
    """Under 20% the estimate is far from five times the count, as the guess is loose."""
    assert lever.said(0.2, 0.95).startswith("If our best guess were that Airwars reports 20% of")
    assert lever.note.startswith("Each value is only the middle of what we assume about Airwars")


def test_without_a_grid_there_is_no_script(two_modes: ce.Estimate) -> None:
    assert section(parts_of(two_modes)) is None


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no browser on the PATH")
@pytest.mark.parametrize("step", [0, 37, 100, None])
def test_a_browser_says_what_python_says(
    page: str, lever: Lever, tmp_path: Path, step: int | None
) -> None:
    path = tmp_path / "report.html"
    moved = page if step is None else re.sub(r'(max="100" value=)"\d+"', rf'\1"{step}"', page)
    path.write_text(moved, encoding="utf-8")
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += [f"--user-data-dir={tmp_path}/profile", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=170, check=True)
    (said,) = re.findall(r"<output[^>]*>(.*?)</output>", done.stdout)
    low, high = np.log([lever.values[0], lever.values[-1]])
    value = lever.now if step is None else float(np.exp(low + step / STEPS * (high - low)))
    expected = lever.said(value, 0.95).replace("Airwars", 'the group "Airwars"')
    assert unescape(said) == expected
    assert 'id="lever" class="lever" hidden' not in done.stdout
