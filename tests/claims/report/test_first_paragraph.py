"""What the first paragraph says of the sources a level rests on, and when the draws forbid it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from casualty_est.claims.gauge import gauge_sentences, share_of_level
from casualty_est.claims.report.text import pulls
from casualty_est.result.schema import RATIO, Assumption, Weight


def told(*pulling):
    """The words for sources named A, B, ... with these weights and Monte Carlo errors."""
    rows, items = [], []
    for name, (weight, mcse) in zip("ABCDE", pulling, strict=False):
        rows.append(Weight(f"ratio of {name}", weight, mcse))
        items.append(SimpleNamespace(source=name))
    return words(rows, items)


def words(rows, items):
    estimate = SimpleNamespace(
        identification=lambda row: SimpleNamespace(rows=tuple(rows)),
        meta=SimpleNamespace(assumptions=items),
    )
    return pulls(estimate)


@pytest.mark.parametrize(
    ("weight", "mcse", "printed"),
    [
        (0.337, 0.0, "34%"),
        (0.337, 0.01, "34%"),
        (0.337, 0.0101, "about 35%"),
        (0.37, 0.02, "about 35%"),
        (0.38, 0.02, "about 40%"),
        (0.02, 0.02, "about 5%"),
        (0.02, 0.001, "2%"),
        (1.0, 0.02, "about 100%"),
    ],
)
def test_a_share_is_printed_to_five_per_cent_where_a_hundredth_is_not_known(weight, mcse, printed):
    assert share_of_level(weight, mcse) == printed


@pytest.mark.parametrize(
    ("errors", "name"),
    [
        # The two differ by .3; the error of a difference is the root of the sum of squares.
        ((0.09, 0.12), ""),  # .15, twice that is .30 and a hair more than the difference
        ((0.09, 0.11), ", above all about A"),  # .142, twice that is .28
        ((0.16, 0.0), ""),
        ((0.14, 0.0), ", above all about A"),
        ((0.0, 0.16), ""),
        ((0.0, 0.14), ", above all about A"),
    ],
)
def test_the_largest_is_named_where_it_leads_by_two_errors(errors, name):
    """One weight is above 1.02, so no shares can be told."""
    assert told((1.1, errors[0]), (0.8001, errors[1]), (-0.9, 0.0)) == name


def test_only_the_next_is_compared_with_the_largest():
    assert told((1.1, 0.0), (0.4, 0.1), (0.3, 0.9)) == ", above all about A"


def test_a_source_alone_is_named_without_a_share():
    assert told((1.1, 0.3)) == ", above all about A"
    assert told((1.0, 0.0)) == ", about A"


@pytest.mark.parametrize(
    ("pulling", "expected"),
    [
        (
            [(0.6, 0.0), (0.3, 0.0), (0.1, 0.0)],
            ", above all about A (60% of the weight), then about B (30%) and C (10%)",
        ),
        (
            [(0.5, 0.0), (0.3, 0.0), (0.2, 0.0)],
            ", that is, about A (50%), B (30%) and C (20%) of the weight",
        ),
        (
            [(0.51, 0.0), (0.49, 0.0)],
            ", above all about A (51% of the weight), then about B (49%)",
        ),
    ],
)
def test_shares_are_told_largest_first(pulling, expected):
    assert told(*pulling) == expected
    assert told(*reversed(pulling)).count("%") == expected.count("%")


@pytest.mark.parametrize(
    ("weight", "error", "named"),
    [
        (0.05, 0.0, True),
        (0.049, 0.0, False),
        (0.07, 0.0351, False),  # above .05, and below two errors
        (0.07, 0.0349, True),
    ],
)
def test_a_small_weight_is_named_from_a_twentieth_and_from_two_errors_on(weight, error, named):
    assert ("B (" in told((0.9, error), (weight, 0.0))) is named


def test_no_share_is_told_where_no_weight_is_two_errors():
    assert told((0.4, 0.3), (0.3, 0.3)) == ""
    assert told((0.049, 0.0), (0.04, 0.0)) == ""


@pytest.mark.parametrize(
    ("weight", "shares"), [(-0.02, True), (-0.021, False), (1.02, True), (1.021, False)]
)
def test_shares_are_told_where_every_weight_lies_between_0_and_1(weight, shares):
    """To within .02; a weight beyond is no share of anything."""
    assert ("%" in told((0.5, 0.0), (0.3, 0.0), (weight, 0.0))) is shares


@pytest.mark.parametrize(("other", "expected"), [(0.91, ""), (0.89, ", above all about A")])
def test_weights_of_one_source_add_up_and_so_do_the_squares_of_their_errors(other, expected):
    """Together 1.1 with an error of .1, so it leads from .9 down."""
    rows = [Weight("a", 0.9, 0.06), Weight("b", 0.2, 0.08), Weight("c", other, 0.0)]
    rows += [Weight("d", -0.5, 0.0)]
    items = [SimpleNamespace(source=name) for name in ("A", "A", "B", None)]
    assert words(rows, items) == expected


def assumption(name):
    return Assumption(f"ratio of {name}", "ratio", name, "", 1.0, 0.5, RATIO)


@pytest.mark.parametrize(
    ("weight", "mcse", "told"),
    [(0.02, 0.0, 1), (0.019, 0.0, 0), (0.03, 0.016, 0), (0.03, 0.014, 1)],
)
def test_what_moves_an_answer_by_little_gets_no_sentence(weight, mcse, told):
    rows = [Weight("ratio of A", weight, mcse)]
    sentences = gauge_sentences(rows, [assumption("A")])
    assert len(sentences) == 2 * told
    if told:
        assert "lower" in sentences[1]
