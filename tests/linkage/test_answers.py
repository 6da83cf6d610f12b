"""labels.csv: what is read, what contradicts itself, and what the calibration makes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special, stats

from casualty_est.errors import InputError, UsageError
from casualty_est.linkage.answers import answers_of, read_labels
from casualty_est.linkage.calibration import Chain, log_density, prior_log_odds, scores
from casualty_est.linkage.prior import LABELLED
from casualty_est.linkage.scores.pairs import Pairs

KEYS = ("a", "b", "c", "d", "e", "f")
LIST_OF = np.array([0, 0, 0, 1, 1, 1])
ENDS = np.array([[0, 3], [0, 4], [1, 3], [1, 5], [2, 4]])
WEIGHT = np.array([6.0, 3.0, 2.0, 5.0, 4.0])
KIN = np.array([True, True, False, False, True])
RIVALS = np.log([2.0, 2.0, 2.0, 2.0, 2.0])  # one end of each pair has two candidates
PAIRS = Pairs(ENDS[:, 0], ENDS[:, 1], WEIGHT, KIN, np.zeros(5, dtype=np.int64), (), True)


def table(*rows, columns=("record", "candidate", "found_outside", "reviewer")):
    return pd.DataFrame([dict(zip(columns, row, strict=False)) for row in rows]).fillna("")


def answered(*rows):
    return answers_of(read_labels(table(*rows), KEYS), PAIRS, LIST_OF)


def test_answers_stand_beside_the_candidates_of_their_records():
    answers = answered(("a", "d"), ("b", "none"), ("c", "NONE", "1"))
    assert answers.start.tolist() == [0, 2, 4, 5]
    assert answers.pair.tolist() == [0, 1, 2, 3, 4]
    assert answers.chosen.tolist() == [0, -1, -1]
    assert answers.theirs.tolist() == [1] * 5
    assert (answers.records, answers.with_match, answers.outside) == (3, 2, 1)
    assert answers.searched
    assert answers.yes.tolist() == [0]
    assert answers.no.tolist() == [1, 2, 3, 4]


def test_several_matches_are_one_choice_each():
    answers = answered(("a", "d"), ("a", "e"))
    assert answers.chosen.tolist() == [0, 1]
    assert answers.start.tolist() == [0, 1, 2]


def test_a_match_that_was_no_candidate_lies_outside():
    answers = answered(("c", "f"))
    assert (answers.with_match, answers.outside) == (1, 1)
    assert answers.chosen.tolist() == [-1]


def test_two_reviewers():
    rows = [("a", "d", "", "x"), ("a", "d", "", "y"), ("b", "none", "", "x"), ("b", "f", "", "y")]
    answers = answered(*rows)
    assert (answers.twice, answers.disagreed) == (2, 1)
    assert answers.slips == pytest.approx((2 + 1) / (40 + 4))
    assert 3 not in [*answers.yes, *answers.no]  # they disagree on b and f


def test_answers_in_two_files():
    one, two = table(("a", "d"), ("b", "none")), table(("a", "e"), ("c", "none", "1"))
    answers = answers_of(read_labels([one, two], KEYS), PAIRS, LIST_OF)
    assert (answers.records, answers.twice, answers.disagreed) == (3, 1, 1)
    assert answers.outside == 1
    signed = [table(("a", other, "", "x")) for other in ("d", "e")]
    with pytest.raises(UsageError, match="one reviewer gives two answers to a record"):
        read_labels(signed, KEYS)
    with pytest.raises(UsageError, match="one file or more"):
        read_labels([], KEYS)


def test_only_records_asked_at_random_say_what_was_missed():
    columns = ("record", "candidate", "found_outside", "at_random")
    rows = [
        ("a", "d", "", "0"),
        ("b", "none", "1", "1"),
        ("c", "e", "0", "1"),
        ("d", "none", "1", "0"),
    ]
    answers = answers_of(read_labels(table(*rows, columns=columns), KEYS), PAIRS, LIST_OF)
    assert (answers.with_match, answers.sampled, answers.outside) == (4, 2, 1)
    with pytest.raises(InputError, match="column 'at_random': write 1, 0 or nothing"):
        read_labels(table(("a", "d", "", "perhaps"), columns=columns), KEYS)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("z", "d")], "row 1, column 'record': there is no record with this id"),
        ([("a", "z")], "row 1, column 'candidate': there is no record with this id"),
        ([("a", "a")], "a record is not its own candidate"),
        ([("a", "d", "maybe")], "write 1, 0 or nothing"),
        ([("a", "d"), ("a", "none")], "both a match and 'none'"),
        ([("a", "d"), ("d", "none")], "the same person as that of row 2, which is said to match"),
    ],
)
def test_labels_that_cannot_be(rows, said):
    with pytest.raises(InputError) as raised:
        read_labels(table(*rows), KEYS)
    assert said in str(raised.value)


def test_columns_of_labels():
    with pytest.raises(InputError, match="the column 'candidate'"):
        read_labels(pd.DataFrame({"record": ["a"]}), KEYS)
    with pytest.raises(InputError, match="not a column of labels"):
        read_labels(pd.DataFrame({"record": ["a"], "candidate": ["d"], "name": ["x"]}), KEYS)


# Calibration -----------------------------------------------------------------------------------

ODDS = np.array([[-1.0, -2.0], [-2.5, -1.0]])


def density_by_hand(theta, answers):
    """The same posterior with SciPy, answer by answer; theta (..., 4)."""
    theta = np.asarray(theta)
    value = stats.norm.logpdf(theta, LABELLED.mean, LABELLED.sd).sum(axis=-1)
    for r in range(len(answers.chosen)):
        of_each = [np.zeros(theta.shape[:-1])]
        for k in range(answers.start[r], answers.start[r + 1]):
            pair = answers.pair[k]
            score = theta[..., 0] + theta[..., 1] * WEIGHT[pair] + theta[..., 2] * KIN[pair]
            score = score + theta[..., 3] * RIVALS[pair]
            of_each.append(score + ODDS[answers.mine[r], answers.theirs[k]])
        chances = special.softmax(np.stack(of_each), axis=0)
        chosen = answers.chosen[r] - answers.start[r] + 1 if answers.chosen[r] >= 0 else 0
        value = value + np.log((1 - answers.slips) * chances[chosen] + answers.slips / len(of_each))
    return value


@pytest.mark.thorough
def test_the_density_of_a_calibration():
    answers = answered(("a", "d"), ("b", "none"), ("c", "e"))
    chain = Chain(answers, PAIRS, np.random.default_rng(1))
    rng = np.random.default_rng(2)
    at = np.abs(rng.normal(size=(6, 4))) * (1, 1, -1, -1)
    mine = [log_density(theta, chain.choices(ODDS)) for theta in at]
    theirs = [density_by_hand(theta, answers) for theta in at]
    np.testing.assert_allclose(np.diff(mine), np.diff(theirs), rtol=1e-10)
    assert log_density(np.array([0.0, -0.1, 0.0, 0.0]), chain.choices(ODDS)) == -np.inf


@pytest.mark.thorough
def test_draws_of_a_calibration_have_the_moments_of_its_density():
    answers = answered(("a", "d"), ("b", "none"), ("c", "e"))
    chain = Chain(answers, PAIRS, np.random.default_rng(1))
    chain.warm_up(ODDS)
    draws = np.array([chain.draw(ODDS) for _ in range(4000)])
    grid = [np.linspace(-12, 12, 49), np.linspace(0.0, 3.0, 31), np.linspace(-12, 12, 49)]
    grid.append(np.linspace(-5.5, 3.5, 31))
    mesh = np.stack(np.meshgrid(*grid, indexing="ij"), axis=-1)
    logs = density_by_hand(mesh, answers)
    weight = np.exp(logs - logs.max())

    def whole(values):
        for axis in (3, 2, 1, 0):
            values = integrate.simpson(values, x=grid[axis], axis=axis)
        return float(values)

    for k, spread in enumerate((3.0, 0.5, 3.0, 1.0)):
        mean = whole(weight * mesh[..., k]) / whole(weight)
        assert draws[:, k].mean() == pytest.approx(mean, abs=0.1 * spread)


def test_an_answer_is_evidence_worth_what_slips_leave():
    answers = answered(("a", "d"))
    plain, other = scores(np.array([0.0, 1.0, 0.0, 0.0]), PAIRS, None)
    said, _ = scores(np.array([0.0, 1.0, 0.0, 0.0]), PAIRS, answers)
    worth = special.logit(1 - answers.slips)
    np.testing.assert_allclose(said - plain, [worth, -worth, 0, 0, 0])
    np.testing.assert_array_equal(plain, WEIGHT)
    assert other == WEIGHT.min() - 3


def test_many_candidates_make_a_likeness_say_less():
    """Three resemble record 0, two record 5: a pair has the larger number of both its ends."""
    i, j = np.array([0, 0, 0, 1]), np.array([3, 4, 5, 5])
    flags = np.zeros(4, dtype=bool)
    pairs = Pairs(i, j, np.array([1.0, 2.0, 3.0, 4.0]), flags, flags.astype(np.int64), (), True)
    values, other = scores(np.array([0.5, 1.0, 0.0, -1.5]), pairs, None)
    expected = 0.5 + pairs.weight - 1.5 * np.log([3.0, 3.0, 3.0, 2.0])
    np.testing.assert_allclose(values, expected)
    assert other == pytest.approx(expected.min() - 3)  # a pair never compared is weaker still
    raised, other = scores(np.array([0.5, 1.0, 0.0, 1.5]), pairs, None)
    assert raised.min() > other == pytest.approx(0.5 + 1.0 - 3)


def test_the_number_of_candidates_counts_only_where_records_were_answered():
    """Without labels it is nothing; of stated probabilities the prior of the labels leaves it."""
    stated = PAIRS._replace(stated=True)
    rng = np.random.default_rng(1)
    for pairs in (PAIRS, stated, stated._replace(doubt=np.zeros(1))):
        chain = Chain(None, pairs, rng)
        assert {chain.draw(ODDS)[3] for _ in range(5)} == {0.0}
    answers = answered(("a", "d"), ("b", "none"))
    assert [Chain(answers, pairs, rng).prior.mean[3] for pairs in (PAIRS, stated)] == [-1.0, 0.0]


def test_no_candidates_at_all():
    nothing = np.zeros(0, dtype=np.int64)
    pairs = Pairs(nothing, nothing, np.zeros(0), nothing.astype(bool), nothing, (), True)
    values, other = scores(np.array([0.5, 1.0, 0.0, -1.5]), pairs, None)
    assert values.shape == (0,)
    assert other == 0.5 - 3


def test_the_odds_of_the_prior_by_hand():
    """Two lists: 40 people on the first alone, 30 on the second alone, 10 on both."""
    people = np.array([0, 40, 30, 10])
    odds = prior_log_odds(people, np.array([0.3, 0.3]), np.array([True, True]), 1.0)
    alone = np.log(41) + np.log(80 / 83)
    assert odds[0, 1] == pytest.approx(np.log(11 / 31) - alone)
    assert odds[0, 0] == -np.inf
