"""Families by name and as objects, what they refuse, and what a new one has to bring."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.lists import families
from casualty_est.lists.families import (
    FAMILIES,
    Decomposable,
    Family,
    Independence,
    NoHighestOrder,
    Pairs,
    Visibility,
    VisibilityPair,
    as_families,
    for_lists,
    recalled,
    with_options,
)
from casualty_est.lists.families.loglinear import LogLinear
from casualty_est.lists.report.text import assumption

COUNTS = [60, 50, 40, 20, 15, 12, 9]


@pytest.fixture
def histories():
    rows = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
    frame = pd.DataFrame(rows, columns=["A", "B", "C"]).assign(count=COUNTS)
    return ce.CaptureHistories(frame)


def choose(choice, n_lists):
    return for_lists(as_families(choice), n_lists)


def test_families_refuse_what_they_cannot_take():
    with pytest.raises(UsageError, match="ridge takes at most 8 lists, not 9, for it writes out"):
        choose("ridge", 9)
    with pytest.raises(UsageError, match="pairs needs at least 3 lists"):
        choose(Pairs(), 2)
    with pytest.raises(UsageError, match=r"did you mean 'visibility'.*Use one of: auto, indep"):
        choose("visibilty", 4)
    with pytest.raises(UsageError, match="no-highest-order stands alone"):
        choose(("ridge", NoHighestOrder()), 4)
    with pytest.raises(UsageError, match="each once"):
        choose(("pairs", Pairs()), 4)
    with pytest.raises(UsageError, match="at least one family"):
        choose((), 4)
    with pytest.raises(UsageError, match="there is no family <class"):
        choose(Pairs, 4)
    with pytest.raises(UsageError, match="xi must be a number from 1e-06 to 1e"):
        NoHighestOrder(xi=0)
    with pytest.raises(UsageError, match="reference must be True or False"):
        Decomposable(reference=1)


def test_auto_takes_what_fits_the_number_of_lists():
    assert [f.name for f in choose("auto", 2)[0]] == ["odds-ratio"]
    chosen, notes = choose("auto", 12)
    assert [f.name for f in families.AVERAGED if f() not in chosen] == ["ridge"]
    (note,) = notes
    assert note.startswith("all pairs, shrunk: left out, takes at most 8 lists, not 12, for")


def test_a_name_and_its_object_give_the_same_numbers(histories):
    settings = {"seed": 1, "draws": 50, "progress_bar": False}
    by_name = ce.ListModel(histories, families=("independence", "pairs")).fit(**settings)
    by_object = ce.ListModel(histories, families=[Independence(), Pairs()]).fit(**settings)
    assert by_name.draws().tolist() == by_object.draws().tolist()
    assert by_name.meta.settings == by_object.meta.settings


def test_an_option_moves_the_answer_and_is_told(histories, tmp_path):
    settings = {"seed": 1, "draws": 50, "progress_bar": False}
    one = ce.ListModel(histories, families="no-highest-order").fit(**settings)
    two = ce.ListModel(histories, families=NoHighestOrder(xi=2.0)).fit(**settings)
    listed = sum(COUNTS)
    assert two.draws().mean() - listed > 1.5 * (one.draws().mean() - listed)
    assert two.meta.settings["families"] == ["no-highest-order"]
    assert two.meta.settings["options"] == {"no-highest-order": {"xi": 2.0}}
    again = ce.Estimate.load(two.save(tmp_path / "two.nc"))
    assert assumption(again).endswith("has a stated value, 2.0.")
    assert assumption(one).endswith("has a stated value, 1.0.")


def test_options_of_the_command_line_go_to_their_family():
    assert with_options("no-highest-order", xi=2.0) == NoHighestOrder(xi=2.0)
    assert with_options(("decomposable",), reference=True) == Decomposable(reference=True)
    assert with_options(("pairs", "ridge"), xi=None) == ("pairs", "ridge")
    with pytest.raises(UsageError, match="xi belongs to families='no-highest-order', and"):
        with_options("auto", xi=2.0)


def test_settings_in_text_are_those_of_the_object():
    text = "pairs, dirichlet-process(classes=20, shape=1), odds-ratio(odds_ratio=[1, 5])"
    names = families.names_in(text)
    assert len(names) == 3
    assert families.as_families(names) == (
        Pairs(),
        families.DirichletProcess(classes=20, shape=1),
        families.OddsRatio([1, 5]),
    )
    assert families.as_families("decomposable()") == (Decomposable(),)
    for wrong, said in {
        "dirichlet-process(class=20)": "write settings as in dirichlet-process.classes=20",
        "dirichlet-process(20)": "write settings as in",
        "dirichlet-process(classes=a)": "write settings as in",
        "dirichlet-process(clases=20)": "no setting 'clases' .did you mean 'classes'",
        "pairs(sd=2)": "pairs has no setting 'sd': it has none",
        "dirichlet(classes=20)": "there is no family 'dirichlet'",
    }.items():
        with pytest.raises(UsageError, match=said):
            families.as_families(wrong)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_a_family_travels_and_says_what_it_assumes(family):
    """To other processes; its texts are clauses that stand inside a sentence."""
    one = family()
    assert pickle.loads(pickle.dumps(one)) == one
    assert one.prior
    assert not one.assumption.endswith(".")
    assert one.assumption in one.clause()
    assert families.group_title(one.group.name) == one.group.title
    assert families.family_title(one.name) == one.title


def test_what_is_not_known_here_keeps_its_name():
    """Of a file that somebody wrote with a family of their own."""
    assert families.recalled("twins", {}) is None
    assert families.family_title("twins") == families.group_title("twins") == "twins"


def test_a_family_that_forgets_something_says_so_where_it_is_written():
    words = {"name": "half", "title": "half", "assumption": "nothing is sure", "prior": "none"}
    with pytest.raises(UsageError, match=r"the family Half must bring prior, members$"):
        type("Half", (Family,), {k: v for k, v in words.items() if k != "prior"})
    with pytest.raises(UsageError, match=r"Half must bring posterior, draw_prior$"):
        type("Half", (Family,), {**words, "engine": "drawn"})
    with pytest.raises(UsageError, match=r"Half must bring draw_prior$"):
        type("Half", (Family,), {**words, "engine": "graphs"})
    with pytest.raises(UsageError, match="decomposable stands alone: it has no members"):
        Decomposable().members(None)
    with pytest.raises(UsageError, match="pairs has no posterior that is drawn directly"):
        Pairs().posterior(None, 1, None, None)


def test_a_family_that_stands_alone_is_one_class_too(histories, monkeypatch):
    """It draws shares and odds; the rest of the answer, the report and the checks come with it."""

    class Even(Family):
        name = "even"
        title = "as many as are listed"
        assumption = "half of all people are on some list"
        prior = "shares of the seen histories as they were seen"
        engine, method = "drawn", "exact"

        def posterior(self, table, draws, rng, common):
            shares = np.log(table.dense()[1:] / table.people)
            return np.tile(shares, (draws, 1)), np.zeros(draws)

        def draw_prior(self, table, draws, rng):
            return np.zeros(draws), np.full((draws, len(table.lists)), 0.5)

    monkeypatch.setitem(FAMILIES, Even.name, Even)
    model = ce.ListModel(histories, families="even")
    est = model.fit(seed=1, draws=500, progress_bar=False)
    assert est.converged
    assert est.meta.diagnostics.method == "exact"
    assert est.summary()["median"].iloc[0] == pytest.approx(2 * sum(COUNTS), rel=0.02)
    assert assumption(est).endswith("half of all people are on some list.")
    assert (model.prior_predictive(seed=1)["prior"]["share_unlisted"] == 0.5).all()
    with pytest.raises(UsageError, match="even stands alone"):
        ce.ListModel(histories, families=[Even(), Pairs()])


@pytest.mark.thorough
def test_a_family_is_one_class_and_one_line(histories, monkeypatch, tmp_path):
    """Independence under another name gives the numbers of independence, in other words."""

    class Twins(Family):
        name = "twins"
        title = "lists that were made apart"
        assumption = "the lists were made apart"
        prior = "as for independent lists"

        def members(self, table):
            return (LogLinear.of(table),)

    monkeypatch.setitem(FAMILIES, Twins.name, Twins)
    model = ce.ListModel(histories, families="twins")
    assert "lists that were made apart: as for independent lists" in repr(model)
    est = model.fit(seed=1, draws=100, progress_bar=False)
    known = ce.ListModel(histories, families="independence").fit(
        seed=1, draws=100, progress_bar=False
    )
    assert est.draws().tolist() == known.draws().tolist()
    assert est.summary().equals(known.summary())
    said = "It rests on one assumption, which no list can check: the lists were made apart."
    assert assumption(est) == said
    assert est.details.found.families[0].family == "twins"
    assert said in est.report(tmp_path / "report.html").read_text("utf-8")
    with pytest.raises(UsageError, match="twins has no PyMC model: none is written"):
        _ = model.pymc_model
    both = ce.ListModel(histories, families=[Twins(), Visibility()]).fit(seed=1, draws=50)
    assert {g.name for g in both.details.found.groups} == {"twins", "visibility"}


def test_how_differently_lists_depend_on_visibility_is_a_setting(histories):
    near = Visibility(spread=0.1)
    assert "loading of each list exp(l + 0.1 z)" in near.prior
    assert near.options == {"spread": 0.1}
    assert recalled("visibility", {"visibility": {"spread": 0.1}}) == near
    (member,) = near.members(histories.pooled().table)
    theta = np.zeros((1, member.size))
    theta[0, member.n_lists :] = 1.0
    np.testing.assert_allclose(member.loadings(theta), np.exp(1.1))
    assert "exp(l + 0.5 z)" in VisibilityPair(spread=0.5).prior
    for wrong in (0, 3, "wide", True):
        with pytest.raises(UsageError, match=r"spread must be a number from 0\.01 to 2"):
            Visibility(spread=wrong)
