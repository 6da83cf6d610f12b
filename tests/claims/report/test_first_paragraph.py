"""Which sources the first paragraph names as those a level rests on, and when none."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from casualty_est.claims.gauge import gauge_sentences, share_of_level
from casualty_est.claims.report.text import leading
from casualty_est.result.schema import RATIO, Assumption, Weight
from tests.support.claim_tables import model


def told(*pulling):
    """Those that are named of sources named A, B, ... with these weights and Monte Carlo errors."""
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
    return leading(estimate)


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
    ("errors", "names"),
    [
        # The two differ by .4; the error of a difference is the root of the sum of squares.
        ((0.12, 0.17), []),  # .208, twice that is .416
        ((0.12, 0.15), ["A"]),  # .192, twice that is .384
        ((0.21, 0.0), []),
        ((0.19, 0.0), ["A"]),
    ],
)
def test_the_largest_is_named_where_it_leads_by_two_errors(errors, names):
    assert told((1.1, errors[0]), (0.7, errors[1]), (-0.9, 0.0)) == names


def test_only_the_next_is_compared_with_the_largest():
    assert told((1.1, 0.0), (0.4, 0.1), (0.3, 0.9)) == ["A"]


def test_a_source_alone_is_named():
    assert told((1.1, 0.3)) == ["A"]


@pytest.mark.parametrize(
    ("pulling", "names"),
    [
        ([(0.6, 0.0), (0.3, 0.0), (0.1, 0.0)], ["A"]),
        ([(0.51, 0.0), (0.49, 0.0)], ["A", "B"]),
        ([(0.3, 0.0), (0.5, 0.0), (0.2, 0.0)], ["B"]),
        ([(0.34, 0.0), (0.33, 0.0), (0.33, 0.0)], []),  # no one of three stands out
        ([(0.049, 0.0), (0.04, 0.0)], []),
        ([(0.05, 0.0), (0.01, 0.0)], ["A"]),
    ],
)
def test_two_that_weigh_alike_are_named_and_no_more(pulling, names):
    assert told(*pulling) == names


@pytest.mark.parametrize(("other", "names"), [(0.91, []), (0.7, ["A"])])
def test_weights_of_one_source_add_up_and_so_do_the_squares_of_their_errors(other, names):
    """Together 1.1 with an error of .1, so it leads from .9 down."""
    rows = [Weight("a", 0.9, 0.06), Weight("b", 0.2, 0.08), Weight("c", other, 0.0)]
    rows += [Weight("d", -0.5, 0.0)]
    items = [SimpleNamespace(source=name) for name in ("A", "A", "B", None)]
    assert words(rows, items) == names


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


@pytest.mark.parametrize("reference", ["1-5", "100", "400"])
def test_a_number_between_two_that_contradict_each_other_is_never_told_alone(reference):
    rows = [("Army", "perpetrator", "about 120"), ("Lantern", "monitor", "at least 1,340")]
    rows.append(("Graves", "reference", reference))
    est = model(*rows).fit(seed=1)
    between = f"between Lantern ('at least 1,340') and Graves ('{reference}'), which"
    assert est.headline().endswith(f"{between} contradict each other")
    told = (
        f"Lantern (“at least 1,340”) and Graves (“{reference}”) contradict each other; the "
        "estimate lies between them and fits neither."
    )
    for text in (est.quote(), repr(est)):
        assert told in text
    assert "level is taken from" not in est.quote()
    assert "se contradicen" in est.quote(language="es")


def test_a_number_that_somebody_said_is_told_alone():
    rows = [("Army", "perpetrator", "80"), ("Lantern", "monitor", "at least 1,340")]
    for more in ([], [("Graves", "reference", "1,100")], [("Graves", "reference", "1,500")]):
        est = model(*rows, *more).fit(seed=1)
        assert "contradict each other" not in est.headline() + est.quote()
