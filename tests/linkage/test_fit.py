"""From scored pairs to people by lists: what a fit says, keeps and refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import InputError, UsageError
from casualty_est.linkage.fitting import split_rhat
from casualty_est.linkage.into_lists import between_matchings
from casualty_est.linkage.linkage import Linkage
from casualty_est.linkage.partition.tabulate import majority
from casualty_est.linkage.scores import blocking
from casualty_est.linkage.scores.learn import Session, learn


def tables(links=40, doubt=10):
    """Two lists of 100 people, of whom some are surely on both and some with a chance of a half."""
    records = pd.DataFrame(
        {
            "id": [f"{name}{i}" for name in "AB" for i in range(100)],
            "list": ["A"] * 100 + ["B"] * 100,
        }
    )
    chance = [0.999] * links + [0.5] * doubt
    ends = range(links + doubt)
    pairs = pd.DataFrame(
        {
            "record_a": [f"A{i}" for i in ends],
            "record_b": [f"B{i}" for i in ends],
            "probability": chance,
        }
    )
    return records, pairs


@pytest.fixture(scope="module")
def linked():
    records, pairs = tables()
    records["sex"] = ["f", "m"] * 100
    model = ce.LinkageModel.from_scores(records, pairs, unique_in=("A", "B"), by="sex")
    return model.fit(seed=1, draws=400)


@pytest.mark.thorough
def test_probabilities_come_back_where_nothing_competes(linked):
    both = linked.whole[:, 3]
    assert both.mean() == pytest.approx(45, abs=2)
    assert both.std() > 1  # ten coins, and the level of the scores is not known either
    assert (linked.people == 200 - both).all()
    assert linked.converged
    assert not linked.calibrated
    assert "not calibrated" in repr(linked).splitlines()[0]


@pytest.mark.thorough
def test_strata_are_those_of_the_records(linked):
    assert linked.strata == (("f",), ("m",))
    assert (linked.tables.sum(axis=(2, 3)).ravel() == linked.people).all()
    table = linked.histories(draws=3)[0]
    assert table.by == ("sex",)
    assert [stratum.name for stratum in table.strata] == ["sex f", "sex m"]


@pytest.mark.thorough
def test_histories_are_spread_over_the_posterior(linked):
    tables_of = linked.histories(draws=20)
    assert tables_of[0].people == pytest.approx(np.median(linked.people), abs=1)
    people = sorted(table.people for table in tables_of)
    low, high = np.quantile(linked.people, [0.1, 0.9])
    assert people[0] <= low
    assert people[-1] >= high
    with pytest.raises(UsageError, match="there are 400 draws"):
        linked.histories(draws=401)


@pytest.mark.thorough
def test_overlaps(linked):
    frame = linked.overlaps()
    assert frame["lists"].tolist() == ["A", "B", "A and B"]
    assert frame["threshold 0.9"].tolist() == [60, 60, 40]
    assert (frame["low"] <= frame["median"]).all()


@pytest.mark.thorough
def test_what_is_saved_is_loaded(linked, tmp_path):
    path = linked.save(tmp_path / "linkage.nc")
    again = ce.Linkage.load(path)
    assert repr(again) == repr(linked)
    np.testing.assert_array_equal(again.tables, linked.tables)
    assert b"A17" not in path.read_bytes()  # no id either
    (tmp_path / "x.nc").write_bytes(b"nothing")
    with pytest.raises(UsageError, match=r"was not written by Linkage\.save"):
        ce.Linkage.load(tmp_path / "x.nc")
    with pytest.raises(UsageError, match="there is no file"):
        ce.Linkage.load(tmp_path / "y.nc")
    replace(linked, theta=linked.theta[..., :3]).save(tmp_path / "z.nc")
    with pytest.raises(UsageError, match="its calibration has another shape"):
        ce.Linkage.load(tmp_path / "z.nc")


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_draws():
    records, pairs = tables()
    model = ce.LinkageModel.from_scores(records, pairs)
    one, two, other = (model.fit(seed=seed, draws=20, burn=20) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.tables, two.tables)
    assert (one.tables != other.tables).any()


@pytest.mark.thorough
def test_an_estimate_has_a_row_of_the_matching(linked):
    est = linked.estimate(8, families="independence", seed=1, draws=200, chains=2)
    rests = est.identification()
    share = {row.assumption: row.weight for row in rests.rows}["linkage (share of the variance)"]
    assert 0 < share < 1
    said = " ".join(rests.sentences)
    assert "The matching of records causes" in said
    assert "at a probability of 50%" in said
    assert "not calibrated" in repr(est)
    assert "by the matching" in repr(est)
    json = est.to_dict()
    assert json["identification"]["rows"][-1]["assumption"].startswith("linkage")
    assert json["settings"]["linkage"]["labelled records"] == 0


@pytest.mark.thorough
def test_the_share_of_the_matching_is_what_was_put_in():
    """Forty matchings of a hundred draws each: sd .12 between them, .3 within."""
    rng = np.random.default_rng(3)
    shares = []
    for _ in range(200):
        draws = rng.normal(0, 0.12, (40, 1)) + rng.normal(0, 0.3, (40, 100))
        shares.append(between_matchings(np.median(draws, axis=1), draws.ravel()))
    assert np.mean(shares) == pytest.approx(0.12**2 / (0.12**2 + 0.3**2), abs=0.01)
    alike = rng.normal(0, 0.3, (40, 100))
    assert between_matchings(np.median(alike, axis=1), alike.ravel()) < 0.03
    assert between_matchings(np.zeros(4), np.zeros(40)) == 0.0


@pytest.mark.thorough
def test_a_report_of_another_level_has_one_interval_of_the_people(linked, tmp_path, no_pictures):
    est = linked.estimate(4, families="independence", seed=1, draws=100, chains=2)
    page = linked.report(est, tmp_path / "r.html", ci_prob=0.5).read_text(encoding="utf-8")
    assert page.count(f"match to {linked.people_in_words(0.5)} people") >= 1
    assert f"match to {linked.people_in_words(0.95)} people" not in page


@pytest.mark.thorough
def test_the_report_says_how_sure_the_matching_is(linked, tmp_path, no_pictures):
    est = linked.estimate(4, families="independence", seed=1, draws=100, chains=2)
    page = linked.report(est, tmp_path / "r.html").read_text(encoding="utf-8")
    assert "How sure is the matching?" in page
    assert "nobody answered records here to check what they are worth" in page
    assert "200 records, of which 100 on A and 100 on B" in page
    assert page.count("If every pair above one threshold") == 1
    assert "On some list (by the matching)" in page
    assert "The estimate mixes all replicates." in page
    # The matching is drawn, so nobody takes the records as matched without error.
    assert "matched without error" not in page
    assert "only as far as the scores of the matching are right" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"probability": "1.2"}, "a probability lies between 0 and 1"),
        ({"probability": "x"}, "a probability is a number"),
        ({"record_a": "Z"}, "there is no record with this id"),
        ({"record_b": "A0"}, "a record is paired with itself"),
        ({"record_a": "A1", "record_b": "B1"}, "the pair stands there twice"),
    ],
)
def test_pairs_that_cannot_be(change, said):
    records, pairs = tables()
    pairs["probability"] = pairs["probability"].astype(str)
    for column, value in change.items():
        pairs.loc[0, column] = value
    with pytest.raises(InputError, match=said):
        ce.LinkageModel.from_scores(records, pairs)


def test_too_many_pairs_are_refused_before_they_are_read(monkeypatch, tmp_path):
    monkeypatch.setattr("casualty_est.linkage.scores.pairs.MOST", 3)
    records, pairs = tables()
    pairs["record_a"] = "nobody"  # would be an error of every row
    pairs.to_csv(tmp_path / "pairs.csv", index=False)
    for given in (pairs, tmp_path / "pairs.csv"):
        with pytest.raises(UsageError, match=f"{len(pairs)} candidate pairs are more than 3"):
            ce.LinkageModel.from_scores(records, given)


def test_the_order_of_scored_pairs_and_of_their_ends_does_not_matter():
    records, pairs = tables()
    turned = pairs.sample(frac=1, random_state=1)
    turned = turned.rename(columns={"record_a": "record_b", "record_b": "record_a"})
    one, two = (ce.LinkageModel.from_scores(records, given).pairs() for given in (pairs, turned))
    for column in ("i", "j", "weight", "kin"):
        np.testing.assert_array_equal(getattr(one, column), getattr(two, column))
    assert (one.i < one.j).all()


def test_records_of_scores_that_cannot_be():
    records, pairs = tables()
    with pytest.raises(UsageError, match="there is one list only"):
        ce.LinkageModel.from_scores(records.assign(list="A"), pairs)
    with pytest.raises(UsageError, match="there is no column 'list'"):
        ce.LinkageModel.from_scores(records.drop(columns="list"), pairs)
    with pytest.raises(InputError, match="the id stands twice"):
        ce.LinkageModel.from_scores(pd.concat([records, records[:1]]), pairs)
    with pytest.raises(UsageError, match="there is no list 'C'"):
        ce.LinkageModel.from_scores(records, pairs, unique_in="C")
    with pytest.raises(InputError, match="one column 'probability', or one column 'weight'"):
        ce.LinkageModel.from_scores(records, pairs.drop(columns="probability"))
    model = ce.LinkageModel.from_scores(records, pairs)
    with pytest.raises(UsageError, match="nothing to show to a reviewer"):
        model.review("x.html")
    with pytest.raises(UsageError, match="kappa must lie between"):
        ce.LinkageModel.from_scores(records, pairs, kappa=3)


def test_r_hat_by_hand():
    """Four halves of two chains: the variance of all draws together over that inside a half."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(2, 50)) + np.array([[0.0], [1.0]])
    halves = [part for chain in values for part in np.split(chain, 2)]
    inside = np.mean([np.var(part, ddof=1) for part in halves])
    means = np.var([part.mean() for part in halves], ddof=1)
    assert split_rhat(values[..., None]) == pytest.approx(np.sqrt(24 / 25 + means / inside))
    assert split_rhat(np.ones((2, 50, 1))) == 1.0
    assert split_rhat(np.stack([np.zeros((50, 1)), np.ones((50, 1))])) == np.inf


# The parts ---------------------------------------------------------------------------------------


def test_ten_million_pairs_are_refused_with_the_block_that_makes_them():
    n = 6000
    columns = {name: [None] * n for name in set(blocking.COLUMNS.values())}
    columns["family_key"] = ["secret"] * n
    columns["age"] = [i % 2 for i in range(n)]
    rules = [("family",), ("family", "age")]
    with pytest.raises(UsageError, match="the rule family makes 17,997,000 of them") as raised:
        blocking.check_size(columns, rules)
    assert "6,000 records" in str(raised.value)
    assert "secret" not in str(raised.value)
    with pytest.raises(UsageError, match="'date' is in no record"):
        blocking.rules_for(columns, [("date",)])


def test_shares_of_levels_are_learned_from_pairs_of_which_some_are_one_person():
    rng = np.random.default_rng(1)
    m = [np.array([0.1, 0.2, 0.7]), np.array([0.2, 0.8]), np.array([0.15, 0.85])]
    u = [np.array([0.9, 0.05, 0.05]), np.array([0.9, 0.1]), np.array([0.8, 0.2])]
    same = rng.random(20_000) < 0.1
    levels = np.column_stack(
        [
            np.where(same, rng.choice(len(a), 20_000, p=a), rng.choice(len(b), 20_000, p=b))
            for a, b in zip(m, u, strict=True)
        ]
    )
    levels[rng.random(levels.shape) < 0.1] = -1
    start = [np.array([0.2, 0.2, 0.6]), np.array([0.3, 0.7]), np.array([0.3, 0.7])]
    session = Session(np.ones(20_000, dtype=bool), (0, 1, 2), 20_000)
    for learned, truth in zip(learn(levels, u, start, [session]), m, strict=True):
        np.testing.assert_allclose(learned, truth, atol=0.04)


def test_a_person_has_the_stratum_of_most_records_and_a_blank_says_nothing():
    label = np.array([0, 0, 0, 1, 1, 2])
    codes = np.array([[1], [2], [2], [0], [3], [0]])
    assert majority(label, codes).tolist() == [[2], [3], [0]]


def test_a_linkage_has_no_place_for_a_record():
    assert set(Linkage.__dataclass_fields__) == {
        *("lists", "by", "strata", "tables", "theta", "missed", "records", "thresholds"),
        *("if_missed", "diagnostics", "settings", "warnings"),
    }


@pytest.mark.thorough
def test_two_records_beyond_doubt_do_not_push_a_likely_third_out():
    """The mean over the pairs of three records may not fall as one of them becomes surer."""
    ids = [f"{name}{i}" for name in "ABC" for i in range(100)]
    records = pd.DataFrame({"id": ids, "list": [key[0] for key in ids]})
    people = [0] * 3
    for sure in (14.0, 50.0):
        rows = [
            (f"{one}{i}", f"{two}{i}", weight)
            for i in range(100)
            for one, two, weight in (("A", "B", sure), ("A", "C", 9.0), ("B", "C", 9.0))
        ]
        pairs = pd.DataFrame(rows, columns=["record_a", "record_b", "weight"])
        model = ce.LinkageModel.from_scores(records, pairs, unique_in=("A", "B", "C"))
        people.append(np.median(model.fit(seed=1, draws=200).people))
    assert people[-1] == pytest.approx(people[-2], abs=10)
    assert people[-1] < 140  # of 300 records: nearly all of a hundred threes are found


@pytest.mark.thorough
def test_stated_doubt_widens_what_one_class_of_scores_says():
    """Forty pairs of probability one half: coins apart, or one coin whose chance is in doubt."""
    records, pairs = tables(links=20, doubt=40)
    spread = {}
    for low, high in ((0.5, 0.5), (0.2, 0.8)):
        stated = pairs.assign(probability_low=pairs["probability"])
        stated["probability_high"] = stated["probability"]
        half = stated["probability"] == 0.5
        stated.loc[half, ["probability_low", "probability_high"]] = (low, high)
        model = ce.LinkageModel.from_scores(records, stated, unique_in=("A", "B"))
        both = model.fit(seed=1, draws=600).whole[:, 3]
        assert both.mean() == pytest.approx(40, abs=2)
        spread[high] = both.std()
    # A coin: sd sqrt(40 / 4). The chance on the log odds: sd .707, so of the chance about .16.
    assert spread[0.5] == pytest.approx(np.sqrt(40) / 2, rel=0.25)
    assert spread[0.8] == pytest.approx(np.hypot(np.sqrt(40) / 2, 40 * 0.16), rel=0.25)


def test_an_end_at_nought_says_nothing_of_the_width():
    records, pairs = tables(links=1, doubt=2)
    pairs["probability"] = [0.999, 0.01, 0.2]
    pairs["probability_low"] = [0.999, 0.0, 0.1]
    pairs["probability_high"] = [0.999, 0.08, 0.35]
    read = ce.LinkageModel.from_scores(records, pairs).pairs()
    logit = [np.log(p / (1 - p)) for p in (0.01, 0.08, 0.1, 0.35)]
    wanted = [(logit[1] - logit[0]) / 1.96, (logit[3] - logit[2]) / (2 * 1.96), 0.0]
    np.testing.assert_allclose(read.doubt, wanted, rtol=1e-4, atol=1e-12)
    assert read.classes.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ("0.6", "0.9", "the interval of a probability holds it"),
        ("0.1", "", "two numbers, or none"),
        ("x", "0.9", "two numbers, or none"),
    ],
)
def test_intervals_of_probabilities_that_cannot_be(low, high, said):
    records, pairs = tables()
    pairs = pairs.astype(str).assign(probability_low="", probability_high="")
    pairs.loc[45, ["probability_low", "probability_high"]] = (low, high)
    with pytest.raises(InputError, match=said):
        ce.LinkageModel.from_scores(records, pairs)
    with pytest.raises(InputError, match="'probability_low' and 'probability_high'"):
        ce.LinkageModel.from_scores(records, pairs.drop(columns="probability_high"))


@pytest.mark.thorough
def test_pairs_that_nobody_scored_speak_against_or_say_nothing():
    """A person's four records, compared with the first of them only."""
    records = pd.DataFrame({"id": list("abcde"), "list": list("AAAAB")})
    ends = [("a", "b", 0.999), ("a", "c", 0.999), ("a", "d", 0.999), ("d", "e", 0.001)]
    pairs = pd.DataFrame(ends, columns=["record_a", "record_b", "probability"])
    people = {
        said: np.median(
            ce.LinkageModel.from_scores(records, pairs, unscored=said).fit(seed=1, draws=200).people
        )
        for said in ("against", "unknown")
    }
    assert people["unknown"] == 2
    assert people["against"] > 2
    with pytest.raises(UsageError, match="unscored must be 'against' or 'unknown'"):
        ce.LinkageModel.from_scores(records, pairs, unscored="nothing")
