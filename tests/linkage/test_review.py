"""review.html in a browser: keys, right-to-left names, progress, and the file that it saves."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.linkage.review.choose import candidates_of, choose
from casualty_est.linkage.review.page import write
from casualty_est.linkage.scores.pairs import Pairs

pytest.importorskip("anyascii")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
RTL = "سلوى قمرالدين زرزوري"
SCRIPT = "</script><script>document.title='broken'</script><!--"


@pytest.fixture(scope="module")
def content():
    names = [RTL, "Zubayda Quorvatti", "Olha Marchenko"]
    a = pd.DataFrame({"id": ["1", "2", "3"], "name": names, "age": [31, 8, 40]})
    others = ["Salwa Qamar al-Din Zarzuri", "Zubaida Quorvati", f"{SCRIPT} Ольга Марченко"]
    b = pd.DataFrame({"id": ["7", "8", '9,"x'], "name": others, "age": [31, 8, 41]})
    return ce.Records({"hospital": a, "survey": b})._content


PAIRS = Pairs(
    np.array([0, 1, 2, 0]),
    np.array([3, 4, 5, 4]),
    np.array([8.0, 6.0, 5.0, 1.0]),
    np.zeros(4, dtype=bool),
    np.zeros(4, dtype=np.int64),
    (),
    True,
)


@pytest.fixture
def page(content, tmp_path):
    return write(tmp_path / "review.html", content, PAIRS, 6, 1)


def data(page):
    text = re.search(r'id="data">(.*?)</script>', page.read_text(encoding="utf-8"), re.S)[1]
    return json.loads(text)


def in_browser(page, script, tmp_path, profile="profile"):
    """Append a script to a copy of the page, and return what it leaves in the page."""
    copy = tmp_path / "driven.html"
    press = (
        "const press = key => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));"
    )
    ending = f"<script>{press}{script}</script></body>"
    copy.write_text(page.read_text(encoding="utf-8").replace("</body>", ending), encoding="utf-8")
    words = [
        *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000"),
        *(f"--user-data-dir={tmp_path / profile}", "--dump-dom", copy.as_uri()),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    return html.unescape(done.stdout)


def test_the_first_line_says_that_the_page_holds_names(page):
    first = page.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("<!-- THIS PAGE HOLDS NAMES.")
    assert "default-src 'none'" in page.read_text(encoding="utf-8")
    assert not re.search(r'(src|href)="', page.read_text(encoding="utf-8"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_but_the_owner_reads_the_page(page):
    assert page.stat().st_mode & 0o077 == 0
    assert [path.name for path in page.parent.iterdir()] == ["review.html"]


def test_no_cell_can_end_the_script(page):
    assert page.read_text(encoding="utf-8").count("</script>") == 2
    tasks = data(page)["tasks"]
    assert len(tasks) == 6
    assert any(SCRIPT in value for task in tasks for value in task["record"]["values"])


def test_half_of_the_records_tell_most_and_half_are_any():
    rng = np.random.default_rng(1)
    weight = np.concatenate([np.full(50, 40.0), rng.normal(5, 2, 50), np.full(50, -10.0)])
    ends = np.arange(150)
    flags = np.zeros(150, dtype=bool)
    pairs = Pairs(ends, ends + 150, weight, flags, flags.astype(np.int64), (), True)
    list_of = (np.arange(400) >= 150).astype(np.int64)
    chosen = choose(pairs, candidates_of(pairs), list_of, 60, 1)
    assert len(set(chosen)) == 60
    doubtful = [r for r in chosen if r < 300 and 50 <= r % 150 < 100]
    assert 30 <= len(doubtful) <= 45  # of 400 records a quarter is in doubt
    assert any(r >= 300 for r in chosen)  # and some that nothing resembles


def test_a_short_list_is_asked_about_as_often_as_a_long_one():
    nothing = np.zeros(0, dtype=np.int64)
    pairs = Pairs(nothing, nothing, np.zeros(0), nothing.astype(bool), nothing, (), True)
    list_of = np.repeat([0, 1, 2], [2000, 40, 5])
    chosen = choose(pairs, {}, list_of, 45, 1)
    assert np.bincount(list_of[list(chosen)]).tolist() == [20, 20, 5]  # all that the shortest has
    assert all(chosen.values())


@pytest.mark.thorough
@pytest.mark.skipif(BROWSER is None, reason="there is no chromium here")
def test_keys_choose_go_on_and_save(page, tmp_path):
    tasks = data(page)["tasks"]
    with_one = [t for t, task in enumerate(tasks) if task["candidates"]]
    keys = "".join(
        f"press('{'1' if t in with_one else '0'}'); press('Enter');" for t in range(len(tasks))
    )
    script = (
        "find('reviewer').value = 'R, 1'; find('reviewer').dispatchEvent(new Event('change'));"
        f"{keys} press('Backspace'); press('1'); press('f');"
        "document.body.dataset.rows = rows(); document.body.dataset.at = state.at;"
    )
    dom = in_browser(page, script, tmp_path)
    rows = re.search(r'data-rows="(.*?)" data-at="(\d)"', dom, re.S)
    assert rows[2] == "4"
    csv = tmp_path / "labels.csv"
    csv.write_text(rows[1], encoding="utf-8")
    read = pd.read_csv(csv, dtype=str, keep_default_na=False)
    assert set(read["reviewer"]) == {"R, 1"}
    assert set(read["record"]) == {task["record"]["id"] for task in tasks}
    fifth = read["record"] == tasks[4]["record"]["id"]
    assert read.loc[fifth, "found_outside"].tolist() == ["1"]
    assert set(read.loc[~fifth, "found_outside"]) == {""}  # nobody searched the lists
    drawn = {task["record"]["id"]: str(int(task["atRandom"])) for task in tasks}
    assert set(drawn.values()) == {"0", "1"}
    assert dict(zip(read["record"], read["at_random"], strict=True)) == drawn
    for t in with_one:
        if t != 4:
            chosen = read.loc[read["record"] == tasks[t]["record"]["id"], "candidate"].tolist()
            assert chosen == [tasks[t]["candidates"][0]["id"]]
    from casualty_est.linkage.answers import read_labels

    labels = read_labels(csv, [*"1237", "8", '9,"x'])
    assert len(labels.same) == 6


@pytest.mark.thorough
@pytest.mark.skipif(BROWSER is None, reason="there is no chromium here")
def test_nothing_found_counts_where_the_lists_were_searched(page, tmp_path):
    script = (
        "find('searched').click(); find('searched').focus(); press('0'); press('Enter');"
        "press('f'); document.body.dataset.rows = rows();"
    )
    dom = in_browser(page, script, tmp_path)
    lines = re.search(r'data-rows="(.*?)"', dom, re.S)[1].splitlines()[1:]
    assert [line.split(",")[2] for line in lines] == ["0", "1"]


@pytest.mark.thorough
@pytest.mark.skipif(BROWSER is None, reason="there is no chromium here")
def test_a_second_reviewer_begins_anew_and_the_file_has_the_answers_of_both(page, tmp_path):
    from casualty_est.linkage.answers import answers_of, read_labels

    sign = (
        "const sign = name => { find('reviewer').value = name;"
        " find('reviewer').dispatchEvent(new Event('change')); };"
    )
    script = sign + (
        "press('0'); press('Enter'); press('0'); sign('first');"
        "sign('second'); document.body.dataset.seen = JSON.stringify(["
        "Object.keys(state.answers).length, state.at, find('count').textContent]);"
        "press('f'); press('Enter'); press('0'); sign('first');"
        "document.body.dataset.back = state.at + '|' + Object.keys(state.answers).length;"
        "document.body.dataset.rows = rows();"
    )
    dom = in_browser(page, script, tmp_path)
    seen = json.loads(re.search(r'data-seen="(\[.*?\])" ', dom)[1])
    assert seen[:2] == [0, 0]
    assert seen[2].endswith("0 answered")
    assert 'data-back="1|2"' in dom
    rows = re.search(r'data-rows="(.*?)"', dom, re.S)[1]
    assert [line.split(",")[-1] for line in rows.splitlines()[1:]] == ["first"] * 2 + ["second"] * 2
    (tmp_path / "labels.csv").write_text(rows, encoding="utf-8")
    keys = [*"1237", "8", "x"]
    kept = pd.read_csv(tmp_path / "labels.csv", dtype=str, keep_default_na=False)
    kept["record"] = kept["record"].replace('9,"x', "x")
    answers = answers_of(read_labels(kept, keys), PAIRS, np.array([0, 0, 0, 1, 1, 1]))
    assert (answers.records, answers.twice, answers.disagreed) == (2, 2, 0)
    again = in_browser(page, "document.body.dataset.now = all.now;", tmp_path)
    assert 'data-now="first"' in again


@pytest.mark.thorough
@pytest.mark.skipif(BROWSER is None, reason="there is no chromium here")
def test_names_run_from_right_to_left_and_progress_is_kept_without_names(page, tmp_path):
    walk = "const seen = []; for (const _ of data.tasks) { seen.push(...styles()); go(1); }"
    styles = (
        "const styles = () => [...document.querySelectorAll('dd')].map(d =>"
        " [d.textContent, getComputedStyle(d).direction]);"
    )
    script = styles + walk + "document.body.dataset.seen = JSON.stringify(seen);"
    dom = in_browser(page, script, tmp_path)
    seen = dict(json.loads(re.search(r'data-seen="(\[\[.*?\]\])"', dom, re.S)[1]))
    assert seen[RTL] == "rtl"
    assert seen["Zubayda Quorvatti"] == "ltr"
    assert "broken" not in re.search(r"<title>(.*?)</title>", dom)[1]
    in_browser(page, "press('0'); press('Enter');", tmp_path, "kept")
    script = "document.body.dataset.kept = localStorage.getItem(data.store) + '|' + state.at;"
    dom = in_browser(page, script, tmp_path, "kept")
    kept, at = re.search(r'data-kept="(.*?)\|(\d)"', dom, re.S).groups()
    assert at == "1"
    assert json.loads(kept)["by"][""]["answers"]["0"]["none"] is True
    assert "Quorv" not in kept
