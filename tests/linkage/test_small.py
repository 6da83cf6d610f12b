"""Strata of few people: none is kept, printed or left to be found from the total."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.linkage.small import MERGED, groups_of, summed
from tests.support.command import run_flat as run


def grouped(counts, fewest=5, columns=2):
    """Groups of strata whose people are the same in every draw."""
    strata = list(counts)
    people = np.tile(list(counts.values()), (50, 1))
    groups = groups_of(people, people.any(axis=0), strata, fewest)
    assert sorted(at for group in groups for at in group.members) == sorted(
        at for at, number in enumerate(counts.values()) if number
    )
    table = summed(people, groups, axis=1)[0]
    return {group.labels: int(number) for group, number in zip(groups, table, strict=True)}


def test_the_last_column_is_merged_within_the_columns_before_it():
    counts = {("a", "x"): 20, ("a", "y"): 3, ("a", "z"): 4, ("b", "x"): 9, ("b", "y"): 6}
    assert grouped(counts) == {("a", "x"): 20, ("a", MERGED): 7, ("b", "x"): 9, ("b", "y"): 6}


def test_what_is_too_small_within_one_value_is_merged_across_values():
    counts = {("a", "x"): 20, ("a", "y"): 2, ("b", "x"): 9, ("b", "y"): 4}
    assert grouped(counts) == {("a", "x"): 20, ("b", "x"): 9, (MERGED, MERGED): 6}


def test_one_small_stratum_takes_the_next_with_it_or_the_total_would_tell():
    assert grouped({("x",): 30, ("y",): 12, ("z",): 1}) == {("x",): 30, (MERGED,): 13}
    assert grouped({("x",): 1, ("y",): 2, ("z",): 0}) == {(MERGED,): 3}
    counts = {("a", "x"): 30, ("a", "y"): 6, ("b", "x"): 1}
    assert grouped(counts) == {("a", "x"): 30, (MERGED, MERGED): 7}


def test_asked_for_all_strata_are_kept():
    assert grouped({("x",): 30, ("y",): 1}, fewest=1) == {("x",): 30, ("y",): 1}


def test_a_stratum_is_small_where_few_people_may_be_in_it():
    """The median is 6, but one draw in ten says 4: an end of the interval would say so."""
    people = np.column_stack(
        [np.full(100, 50), np.where(np.arange(100) < 10, 4, 6), np.full(100, 9)]
    )
    groups = groups_of(people, people.any(axis=0), [("x",), ("y",), ("z",)], 5)
    assert [group.labels for group in groups] == [("x",), (MERGED,)]


@pytest.mark.parametrize("seed", range(20))
def test_no_group_is_small_and_nobody_is_lost(seed):
    rng = np.random.default_rng(seed)
    counts = {
        (a, b, c): int(rng.poisson(rng.gamma(0.5, 6.0))) for a in "ab" for b in "vwx" for c in "123"
    }
    shown = grouped(counts)
    assert sum(shown.values()) == sum(counts.values())
    assert min(shown.values()) >= 5 or len(shown) == 1
    assert {k: n for k, n in shown.items() if MERGED not in k}.items() <= counts.items()


@pytest.fixture
def scored(tmp_path):
    """Two lists of 120 people, sure links, and a place of 2 people and one of 3."""
    places = ["Port"] * 60 + ["Hill"] * 55 + ["Weir"] * 3 + ["Quay"] * 2
    records = pd.DataFrame(
        {
            "id": [f"{name}{i}" for name in "AB" for i in range(120)],
            "list": ["A"] * 120 + ["B"] * 120,
            "place": places * 2,
        }
    )
    ends = [i for i in range(120) if i % 3]
    pairs = pd.DataFrame(
        {
            "record_a": [f"A{i}" for i in ends],
            "record_b": [f"B{i}" for i in ends],
            "probability": 0.9999,
        }
    )
    return ce.LinkageModel.from_scores(records, pairs, unique_in=("A", "B"), by="place")


@pytest.mark.thorough
def test_no_output_names_or_counts_a_small_stratum(scored, tmp_path, no_pictures):
    linked = scored.fit(seed=1, draws=200)
    assert [labels for (labels,) in linked.strata] == ["Hill", "Port", MERGED]
    assert linked.tables.sum(axis=-1).min(axis=(0, 1))[-1] >= 5
    note = next(note.text for note in linked.warnings if note.code == "small_strata")
    assert note.startswith("2 strata are merged")
    est = linked.estimate(8, families="independence", seed=1, draws=200, progress_bar=False)
    linked.save(tmp_path / "linkage.nc")
    est.save(tmp_path / "est.nc")
    linked.report(est, tmp_path / "report.html")
    est.tables(tmp_path / "tables")
    from casualty_est.result.files import write_json

    write_json(est, tmp_path / "est.json", 0.95)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 4
    for path in written:
        text = path.read_bytes().decode("latin-1")
        assert "Weir" not in text, path.name
        assert "Quay" not in text, path.name
    assert "2 strata are merged" in (tmp_path / "est.json").read_text(encoding="utf-8")
    people = (60, 55, 5)
    for labels, number in zip(("Port", "Hill", MERGED), people, strict=True):
        row = est.summary()
        here = row[(row["place"] == labels) & (row["part"] == "total")]
        assert here["median"].iloc[0] >= number


def test_asked_otherwise_every_stratum_is_shown_and_said_to_be(scored):
    linked = scored.fit(seed=1, draws=200, smallest_stratum=1)
    assert {labels for (labels,) in linked.strata} == {"Port", "Hill", "Weir", "Quay"}
    note = next(note.text for note in linked.warnings if note.code == "small_strata")
    assert "are shown, as asked" in note


@pytest.mark.parametrize("fewest", [0, -1, 2.5, "5", True])
def test_a_smallest_stratum_that_cannot_be(scored, fewest):
    with pytest.raises(UsageError, match="a whole number of people from 1 on"):
        scored.fit(seed=1, draws=100, smallest_stratum=fewest)


def test_the_command_refuses_it_before_any_work(tmp_path, capsys):
    for name in "ab":
        text = f"id,name,age,place\n{name}1,Zubayda Quorvatti,{ord(name)},Port\n"
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    pytest.importorskip("anyascii")
    words = ["link", tmp_path / "a.csv", tmp_path / "b.csv", "--smallest-stratum", "0"]
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "from 1 on, not 0" in err
