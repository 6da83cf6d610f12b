"""Links that blocking missed: how many there are, what they change, and the row that says so."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import casualty_est as ce
from casualty_est.linkage.answers import Answers
from casualty_est.linkage.into_lists import of_missed
from casualty_est.linkage.missed import add_missed, draw_missed, if_missed
from casualty_est.linkage.partition.sample import passes_of
from casualty_est.linkage.review.choose import candidates_of, choose
from casualty_est.linkage.scores.pairs import Pairs
from tests.linkage.simulator import labels, world

BLOCKED = Pairs(*(np.array([0]),) * 2, *(np.ones(1),) * 3, ("given+family", "family+age"), False)


def found(sampled, outside, searched=True):
    """Answers of which only the count outside the candidates matters."""
    none = np.zeros(0, dtype=np.int64)
    counts = (90, 60, sampled, outside, searched, 0, 0)
    return Answers(np.zeros(1, dtype=np.int64), *(none,) * 4, 0.05, none, none, *counts)


@pytest.mark.parametrize("outside", [0, 1, 4, 12])
def test_what_rules_and_a_search_say_of_missed_links_by_quadrature(outside):
    """Half of the prior is what two sets of rules say, half is flat; 40 records were asked."""
    first, second, both = 20, 30, 60
    passes = np.tile([first, second, both], (2, 4000, 1))
    missed, how = draw_missed(BLOCKED, found(40, outside), passes, np.random.default_rng(1))
    assert "of 40 records that were asked at random" in how
    share = (np.arange(400) + 0.5) / 400
    one, two = np.meshgrid(share, share)
    density = stats.beta.pdf(one, 1 + both, 1 + second) * stats.beta.pdf(two, 1 + both, 1 + first)
    product = ((1 - one) * (1 - two)).ravel()
    told = density.ravel() * stats.binom.pmf(outside, 40, product) / density.sum()
    flat = stats.binom.pmf(outside, 40, share) / 400
    mean = (told @ product + flat @ share) / (told.sum() + flat.sum())
    assert missed.mean() == pytest.approx(mean, abs=0.002)


def test_what_says_nothing_of_missed_links():
    passes = np.tile([20, 30, 60], (2, 50, 1))
    rng = np.random.default_rng(1)
    whole = BLOCKED._replace(everything=True)
    assert not draw_missed(whole, found(40, 0), passes, rng)[0].any()
    given = whole._replace(rules=())  # a table of pairs, of which nobody knows what was compared
    assert draw_missed(given, found(40, 0), passes, rng)[0].mean() == pytest.approx(
        1 / 42, abs=0.01
    )
    unsearched, how = draw_missed(BLOCKED, found(40, 0, searched=False), passes, rng)
    assert "two sets of blocking rules" in how
    assert unsearched.mean() == pytest.approx(30 / 90 * 20 / 80, abs=0.02)
    alone = BLOCKED._replace(rules=("given+family",))
    missed, how = draw_missed(alone, None, passes, rng)
    assert not missed.any()
    assert "one blocking rule cannot say" in how


def test_rules_of_one_kind_are_the_first_and_the_others():
    shared = np.array([1, 2, 3, 0])
    pairs = BLOCKED._replace(shared=shared, rules=("given+family", "given+father"))
    first, second = passes_of(pairs)
    assert first.tolist() == [True, False, True, False]
    assert second.tolist() == [False, True, True, False]


def test_the_share_of_the_variance_that_goes_with_missed_links():
    """Overlaps that vary by missed links and by something else, in known parts."""
    rng = np.random.default_rng(1)
    missed = rng.uniform(0.0, 0.1, (2, 2000))
    links, other = -np.log1p(-missed).ravel(), rng.normal(0.0, 0.02, 4000)
    both = np.rint(20_000 * np.exp(links + other)).astype(int)
    tables_ = np.stack([0 * both, 50_000 - both, 50_000 - both, both], axis=1)
    expected = links.var() / (links.var() + other.var())
    assert of_missed(tables_, missed) == pytest.approx(expected, abs=0.02)
    assert of_missed(tables_, np.zeros((2, 2000))) == 0


def test_links_that_blocking_missed():
    passes = np.tile([20, 30, 60], (2, 500, 1))
    missed, how = draw_missed(BLOCKED, None, passes, np.random.default_rng(1))
    assert missed.mean() == pytest.approx(30 / 90 * 20 / 80, abs=0.01)  # both fail by chance
    assert "too low" in how
    tables_ = np.tile([0, 300, 200, 100], (2, 500, 1, 1))
    joined = add_missed(tables_, missed, np.array([400, 300]), np.random.default_rng(2))
    held = joined @ np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    assert (held == [400, 300]).all()  # nobody vanishes from a list
    expected = 100 * (missed / (1 - missed)).mean()
    assert joined[..., 3].mean() - 100 == pytest.approx(expected, rel=0.1)
    whole, _ = draw_missed(
        BLOCKED._replace(everything=True), None, passes, np.random.default_rng(1)
    )
    assert not whole.any()


def test_people_if_no_link_was_missed_and_if_many_were():
    missed = np.random.default_rng(1).beta(5, 45, (2, 200))
    seen = np.tile([0, 300, 200, 100], (2, 200, 1, 1))
    none, many = if_missed(seen, missed, np.array([400, 300]), np.random.default_rng(2)).items()
    assert none[0] == 0
    assert none[1].tolist() == [[0, 300, 200, 100]]
    share = np.quantile(missed, 0.975)
    assert many[0] == pytest.approx(share, abs=1e-4)
    assert many[1][0, 3] == pytest.approx(100 / (1 - share), abs=1)
    assert if_missed(seen, 0 * missed, np.array([400, 300]), np.random.default_rng(2)) == {}


@pytest.fixture(scope="module")
def blocked():
    """A matching by two rules that miss a fifth of the links, and how many people there are."""
    pytest.importorskip("splink")
    pytest.importorskip("anyascii")
    return [matched(number) for number in (2, 3)]


def matched(number):
    lists = world(number, people=800)
    records = ce.Records(lists.tables)
    rules = [("given", "father", "family"), ("given", "date")]
    model = ce.LinkageModel(records, rules=rules)
    pairs = model.pairs()
    near = candidates_of(pairs)
    asked = choose(pairs, near, model._list_of, 150, number)
    others = {
        r: [int(pairs.j[p] if pairs.i[p] == r else pairs.i[p]) for p in near.get(r, [])]
        for r in asked
    }
    keys = [key for table in lists.tables.values() for key in table["id"]]
    said = labels(lists, keys, others, list(asked))
    drawn = {keys[record]: str(int(at_random)) for record, at_random in asked.items()}
    said["at_random"] = [drawn[record] for record in said["record"]]
    linked = model.fit(labels=said, seed=1, draws=400, progress_bar=False)
    return linked, int(lists.overlaps().sum())


@pytest.mark.thorough
def test_the_people_on_some_list_are_found_where_blocking_misses_a_fifth_of_the_links(blocked):
    for linked, truth in blocked:
        low, high = np.quantile(linked.people, [0.025, 0.975])
        assert low <= truth <= high
        (_, none), (share, many) = ((s, table.sum()) for s, table in linked.if_missed.items())
        assert none > 1.08 * truth  # what the candidates alone would say
        # The draws say what goes with so large a share; their curve there has an error of 2.
        curve = np.polyfit(linked.missed.ravel(), linked.people, 2)
        assert many == pytest.approx(np.polyval(curve, share), abs=6)


@pytest.mark.thorough
def test_an_estimate_has_a_row_of_the_links_that_blocking_missed(blocked, tmp_path, no_pictures):
    linked, _ = blocked[0]
    est = linked.estimate(12, families="independence", seed=1, draws=300, progress_bar=False)
    rows = {row.assumption: row.weight for row in est.identification().rows}
    whole = rows["linkage (share of the variance)"]
    part = rows["links that blocking missed (share of the variance)"]
    assert 0.3 * whole < part <= whole
    (zero, none), (share, many) = ((one.share, one.people) for one in est.details.if_missed)
    assert zero == 0
    assert share == pytest.approx(np.quantile(linked.missed, 0.975), abs=1e-3)
    assert many.median < float(np.median(est.draws())) < none.median
    said = " ".join(est.identification().sentences)
    assert "outside the pairs that were compared. We take" in said
    assert "if none was missed" in said
    assert [round(row["people"]["median"]) for row in est.to_dict()["details"]["if_missed"]] == [
        round(none.median),
        round(many.median),
    ]
    known = {row.assumption: row.share for row in est.information().rows}
    assert known["links that blocking missed"] == pytest.approx(part)
    for language, sentence in (("en", "Some links lie outside"), ("es", "Algunos vínculos quedan")):
        linked.report(est, tmp_path / f"{language}.html", language=language)
        assert sentence in (tmp_path / f"{language}.html").read_text(encoding="utf-8")
    linked.save(tmp_path / "linkage.nc")
    again = ce.Linkage.load(tmp_path / "linkage.nc")
    assert list(again.if_missed) == list(linked.if_missed)
    for one, two in zip(again.if_missed.values(), linked.if_missed.values(), strict=True):
        np.testing.assert_array_equal(one, two)
