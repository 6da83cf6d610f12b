"""Chordal graphs by brute force, and the hyper-Dirichlet marginal from the textbook."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln, logsumexp

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.lists.families import chordal, recalled
from casualty_est.lists.families.decomposable import (
    Decomposable,
    Marginals,
    draw_cells,
    is_chordal,
    log_evidence_complete,
)
from casualty_est.lists.inference import graphs as solver
from casualty_est.lists.inference.graphs import solve_graphs
from casualty_est.lists.table.history import HistoryTable

HISTORIES = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
TABLE = HistoryTable.of(("A", "B", "C"), HISTORIES, [6, 5, 4, 3, 2, 1, 1])


def _has_long_cycle(edges, vertices):
    """Whether some set of four vertices or more is tied in a ring and in no other way."""
    tied = {frozenset(edge) for edge in edges}
    for size in range(4, vertices + 1):
        for inside in itertools.combinations(range(vertices), size):
            mine = [edge for edge in tied if edge <= set(inside)]
            degrees = [sum(v in edge for edge in mine) for v in inside]
            if set(degrees) == {2} and _connected(mine, inside):
                return True
    return False


def _connected(edges, vertices):
    reached = {vertices[0]}
    for _ in vertices:
        reached |= {v for edge in edges if edge & reached for v in edge}
    return reached == set(vertices)


@pytest.mark.thorough
@pytest.mark.parametrize(("vertices", "count"), [(3, 8), (4, 61), (5, 822)])
def test_chordal_graphs_are_those_without_a_long_ring(vertices, count):
    graphs = chordal.chordal_graphs(vertices)
    ours = {graphs.edges(g) for g in range(len(graphs))}
    pairs = list(itertools.combinations(range(vertices), 2))
    every = itertools.chain.from_iterable(
        itertools.combinations(pairs, size) for size in range(len(pairs) + 1)
    )
    assert ours == {edges for edges in every if not _has_long_cycle(edges, vertices)}
    assert len(ours) == len(graphs) == count
    assert graphs.edges(len(graphs) - 1) == tuple(pairs)


@pytest.mark.thorough
def test_graphs_on_six_lists_are_18154():
    graphs = chordal.chordal_graphs(6)
    assert len({graphs.edges(g) for g in range(len(graphs))}) == 18_154


@pytest.mark.slow
def test_graphs_on_seven_lists_are_617675(tmp_path, monkeypatch):
    monkeypatch.setenv(chordal.CACHE, str(tmp_path))
    chordal.chordal_graphs.cache_clear()
    graphs = chordal.chordal_graphs(7)
    codes = np.unique(np.hstack([graphs.closed, graphs.rest]), axis=0)
    assert len(codes) == 617_675
    (file,) = tmp_path.iterdir()
    chordal.chordal_graphs.cache_clear()
    np.testing.assert_array_equal(chordal.chordal_graphs(7).closed, graphs.closed)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    chordal.chordal_graphs.cache_clear()
    np.testing.assert_array_equal(chordal.chordal_graphs(7).closed, graphs.closed)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_broken_file_of_graphs_is_built_again(tmp_path, monkeypatch):
    """The same door as for seven lists, shown on four."""
    monkeypatch.setenv(chordal.CACHE, str(tmp_path / "new"))
    monkeypatch.setattr(chordal, "ON_DISK", 4)
    wanted = chordal._enumerate(4)
    file = tmp_path / "new" / "chordal-graphs-4.npz"

    def again():
        chordal.chordal_graphs.cache_clear()
        graphs = chordal.chordal_graphs(4)
        np.testing.assert_array_equal(graphs.closed, wanted.closed)
        np.testing.assert_array_equal(graphs.rest, wanted.rest)
        assert [path.name for path in file.parent.iterdir()] == [file.name]

    again()
    whole = file.read_bytes()
    again()
    assert file.read_bytes() == whole
    for broken in (b"", b"no archive", whole[:-40]):
        file.write_bytes(broken)
        again()
        assert chordal._read(file, 4) is not None
    wrong = np.zeros_like(wanted.closed)
    np.savez(file, closed=wrong, rest=wrong)
    again()
    chordal.chordal_graphs.cache_clear()


def test_no_place_for_the_file_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(chordal.CACHE, str(tmp_path / "file"))
    monkeypatch.setattr(chordal, "ON_DISK", 3)
    chordal.chordal_graphs.cache_clear()
    assert len(chordal.chordal_graphs(3)) == 8
    chordal.chordal_graphs.cache_clear()


# Cliques and separators of all eight graphs on three lists, by hand.
THREE = {
    (): ([{0}, {1}, {2}], []),
    ((0, 1),): ([{0, 1}, {2}], []),
    ((0, 2),): ([{0, 2}, {1}], []),
    ((1, 2),): ([{1, 2}, {0}], []),
    ((0, 1), (0, 2)): ([{0, 1}, {0, 2}], [{0}]),
    ((0, 1), (1, 2)): ([{0, 1}, {1, 2}], [{1}]),
    ((0, 2), (1, 2)): ([{0, 2}, {1, 2}], [{2}]),
    ((0, 1), (0, 2), (1, 2)): ([{0, 1, 2}], []),
}


def _dirichlet_multinomial(people, inside, delta=1 / 8):
    """Log marginal of people, one by one, on some lists: a Dirichlet of the sums of delta."""
    a = delta * 2.0 ** (3 - len(inside))
    counts = {}
    for history, number in people.items():
        key = tuple(history[j] for j in sorted(inside))
        counts[key] = counts.get(key, 0) + number
    total = sum(counts.values())
    whole = a * 2 ** len(inside)
    return (
        gammaln(whole)
        - gammaln(whole + total)
        + sum(gammaln(a + c) - gammaln(a) for c in counts.values())
    )


def _log_joint(edges, unlisted, delta=1 / 8):
    """Log of p(N) N! / unlisted! times the marginal: the other factorials do not matter."""
    people = dict(zip(map(tuple, HISTORIES), [6, 5, 4, 3, 2, 1, 1], strict=True))
    people[0, 0, 0] = unlisted
    cliques, separators = THREE[edges]
    number = sum(people.values())
    return (
        sum(_dirichlet_multinomial(people, clique, delta) for clique in cliques)
        - sum(_dirichlet_multinomial(people, separator, delta) for separator in separators)
        + gammaln(number + 1)
        - gammaln(unlisted + 1)
        - np.log(number)
    )


@pytest.mark.thorough
def test_every_graph_on_three_lists_by_hand():
    """Sum over every number of people up to eleven times those listed, the range of R dga."""
    grid = np.arange(1, 10 * TABLE.people + 1)
    joint = {edges: np.array([_log_joint(edges, k) for k in grid]) for edges in THREE}
    whole = logsumexp(np.array(list(joint.values())))
    posterior = solve_graphs(TABLE, Decomposable(reference=True))
    assert len(posterior.graphs) == 8
    for g, probability in enumerate(posterior.probability):
        density = joint[posterior.graphs.edges(g)]
        assert probability == pytest.approx(np.exp(logsumexp(density) - whole), rel=1e-9)
        mean = np.exp(density - logsumexp(density)) @ grid
        assert posterior.given(g) @ posterior.nodes == pytest.approx(mean, rel=1e-8)
    assert posterior.log_evidence == pytest.approx(whole - np.log(8), abs=1e-9)
    mass = np.exp(logsumexp(np.array(list(joint.values())), axis=0) - whole)
    number = grid + TABLE.people
    assert posterior.mean == pytest.approx(mass @ number, rel=1e-9)
    assert posterior.sd == pytest.approx(np.sqrt(mass @ (number - mass @ number) ** 2), rel=1e-8)
    for chance in (0.025, 0.3, 0.5, 0.9, 0.975):
        wanted = number[np.searchsorted(np.cumsum(mass), chance)]
        assert posterior.quantile([chance]) == wanted


@pytest.mark.thorough
@pytest.mark.parametrize(("delta", "tie", "most"), [(0.01, 0.2, 300), (0.6, 0.5, 90), (3, 0.9, 40)])
def test_another_prior_by_hand(delta, tie, most):
    """Every number up to a limit of our own; a graph weighs by its ties."""
    grid = np.arange(1, most + 1)
    joint = {
        edges: np.array([_log_joint(edges, k, delta) for k in grid])
        + len(edges) * np.log(tie)
        + (3 - len(edges)) * np.log(1 - tie)
        for edges in THREE
    }
    whole = logsumexp(np.array(list(joint.values())))
    prior = Decomposable(reference=True, delta=delta, tie=tie, most_missing=most)
    posterior = solve_graphs(TABLE, prior)
    for g, probability in enumerate(posterior.probability):
        density = joint[posterior.graphs.edges(g)]
        assert probability == pytest.approx(np.exp(logsumexp(density) - whole), rel=1e-9)
    # All graphs on three lists are chordal, so their prior weights add up to one.
    assert posterior.log_evidence == pytest.approx(whole, abs=1e-9)
    mass = np.exp(logsumexp(np.array(list(joint.values())), axis=0) - whole)
    assert posterior.mean == pytest.approx(mass @ (grid + TABLE.people), rel=1e-9)
    for chance in (0.025, 0.5, 0.975):
        wanted = TABLE.people + grid[np.searchsorted(np.cumsum(mass), chance)]
        assert posterior.quantile([chance]) == wanted


@pytest.mark.thorough
@pytest.mark.parametrize("delta", [0.05, 0.7])
def test_evidence_of_the_complete_graph_with_another_delta(delta):
    """A long sum, and its power law N^-(1 + 7 delta) beyond."""
    grid = np.arange(500_000)
    joint = _log_joint(((0, 1), (0, 2), (1, 2)), grid, delta) + 3 * np.log(0.3 / 0.7)
    rest = joint[-1] + np.log(grid[-1] / (7 * delta))
    marginals = Marginals.of(TABLE, Decomposable(delta=delta, tie=0.3))
    wanted = np.logaddexp(logsumexp(joint), rest)
    assert log_evidence_complete(marginals) == pytest.approx(wanted, abs=1e-4)


def test_the_prior_of_graphs_and_histories_is_what_is_asked():
    """Lists that are tied with a chance of .9; and a Beta(4 delta, 4 delta) for each list."""
    prior = Decomposable(delta=0.5, tie=0.9)
    log_odds, held = prior.draw_prior(TABLE, 20_000, np.random.default_rng(4))
    assert held.mean(axis=0) == pytest.approx([0.5] * 3, abs=0.01)
    assert held.var(axis=0) == pytest.approx([stats.beta(2, 2).var()] * 3, rel=0.03)
    # The chance of being on none by the graph: of lists in cliques of one, two (or two twice).
    beta = stats.beta(2, 2)
    pair = stats.dirichlet(np.ones(4)).mean()[0]
    weight = {edges: 0.9 ** len(edges) * 0.1 ** (3 - len(edges)) for edges in THREE}
    del weight[(0, 1), (0, 2), (1, 2)]
    # Given the list in the middle, the two others are on none of it independently: Beta(1, 1) each.
    empty = {0: beta.mean() ** 3, 1: pair * beta.mean(), 2: beta.mean() * 0.5**2}
    wanted = sum(w * empty[len(edges)] for edges, w in weight.items()) / sum(weight.values())
    unlisted = 1 / (1 + np.exp(-log_odds))
    assert unlisted.mean() == pytest.approx(wanted, abs=0.005)
    # Its square tells the graphs apart.
    second = (beta.var() + 0.25) ** 3, stats.dirichlet(np.ones(4)).var()[0] + 1 / 16, 1 / 3
    square = {
        0: second[0],
        1: second[1] * (beta.var() + 0.25),
        2: (beta.var() + 0.25) * second[2] ** 2,
    }
    wanted = sum(w * square[len(edges)] for edges, w in weight.items()) / sum(weight.values())
    assert (unlisted**2).mean() == pytest.approx(wanted, rel=0.03)


@pytest.mark.thorough
def test_without_a_limit_against_a_long_sum():
    """Two million numbers one by one, and the power law of the tail beyond them."""
    grid = np.arange(2_000_000.0)
    marginals = Marginals.of(TABLE)
    terms, people = marginals.log_terms(grid), marginals.log_people(grid)
    graphs = chordal.chordal_graphs(3)
    log_mass = []
    for g in range(7):
        density = people + (terms[graphs.closed[g]] - terms[graphs.rest[g]]).sum(axis=0)
        slope = (density[-1] - density[-2]) * grid[-1]
        beyond = density[-1] + np.log(grid[-1] / -(slope + 1.0))
        log_mass.append(np.logaddexp(logsumexp(density), beyond))
    posterior = solve_graphs(TABLE)
    assert posterior.log_evidence == pytest.approx(logsumexp(log_mass) - np.log(7), abs=1e-6)
    order = [graphs.edges(g) for g in range(7)]
    for g, probability in enumerate(posterior.probability):
        wanted = log_mass[order.index(posterior.graphs.edges(g))] - logsumexp(log_mass)
        assert probability == pytest.approx(np.exp(wanted), rel=1e-6)
    assert posterior.beyond < 1e-8


@pytest.mark.thorough
def test_evidence_of_the_complete_graph_is_a_beta_function():
    """Its tail falls as N to the power 2^-L - 2: a long sum, and the rest in closed form."""
    grid = np.arange(5_000_000.0)
    marginals = Marginals.of(TABLE)
    density = marginals.log_people(grid) + marginals.log_terms(grid)[7]
    rest = density[-1] + np.log(grid[-1] / (1.0 - 2.0**-3))
    wanted = np.logaddexp(logsumexp(density), rest)
    assert log_evidence_complete(marginals) == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("length", [1, 5, 8, 9, 40, 12_345])
def test_nodes_sum_polynomials_over_whole_numbers(length):
    nodes, weights = solver.gauss(np.array([float(length)]))
    numbers = np.arange(length) / length
    for degree in range(16):
        wanted = (numbers**degree).sum()
        assert weights[0] @ (nodes[0] / length) ** degree == pytest.approx(wanted, rel=1e-10)


def test_cells_have_the_moments_of_the_posterior():
    """Chain A - B - C: the clique tables are Dirichlet, and the shares of the histories follow."""
    graphs = chordal.chordal_graphs(3)
    chain = next(g for g in range(8) if graphs.edges(g) == ((0, 1), (1, 2)))
    draws, unlisted = 40_000, 9
    log_cells, log_odds = draw_cells(
        Marginals.of(TABLE),
        np.tile(graphs.closed[chain], (draws, 1)),
        np.tile(graphs.rest[chain], (draws, 1)),
        np.full(draws, unlisted),
        np.random.default_rng(1),
    )
    empty = 1 / (1 + np.exp(-log_odds))
    cells = np.column_stack([empty, np.exp(log_cells) * (1 - empty)[:, None]])
    np.testing.assert_allclose(cells.sum(axis=1), 1.0, rtol=1e-12)
    counts = TABLE.dense().astype(float)
    counts[0] = unlisted
    index = np.arange(8)
    for pair in (3, 6):  # lists A and B, lists B and C
        table = np.array([counts[index & pair == c].sum() for c in np.unique(index & pair)])
        wanted = stats.dirichlet(table + 0.25)
        shares = np.array(
            [cells[:, index & pair == c].sum(axis=1) for c in np.unique(index & pair)]
        )
        np.testing.assert_allclose(shares.mean(axis=1), wanted.mean(), rtol=0.01)
        np.testing.assert_allclose(shares.var(axis=1), wanted.var(), rtol=0.04)
    # A and C are independent given B, in every draw.
    full = cells.reshape(-1, 2, 2, 2)  # C, B, A
    for b in (0, 1):
        ratio = full[:, 0, b, 0] * full[:, 1, b, 1] / (full[:, 0, b, 1] * full[:, 1, b, 0])
        np.testing.assert_allclose(ratio, 1.0, rtol=1e-8)


@pytest.mark.thorough
def test_graphs_are_drawn_as_probable_as_they_are():
    posterior = solve_graphs(TABLE)
    rng = np.random.default_rng(2)
    unlisted = posterior.draw(20_000, rng)
    assert unlisted.mean() + TABLE.people == pytest.approx(posterior.mean, rel=0.05)
    drawn = np.bincount(posterior.draw_graphs(unlisted, rng), minlength=7) / 20_000
    np.testing.assert_allclose(drawn, posterior.probability, atol=0.012)
    # Given the number, too: few people on no list speak for other graphs than many.
    few = unlisted <= np.quantile(unlisted, 0.2)
    marginals, graphs = Marginals.of(TABLE), posterior.graphs
    values = np.unique(unlisted[few]).astype(float)
    terms = marginals.log_terms(values)
    density = np.exp(
        [(terms[c] - terms[r]).sum(axis=0) for c, r in zip(graphs.closed, graphs.rest, strict=True)]
    )
    share = density / density.sum(axis=0)
    times = np.bincount(np.searchsorted(values, unlisted[few]))
    wanted = share @ times / times.sum()
    drawn = np.bincount(posterior.draw_graphs(unlisted[few], rng), minlength=7) / few.sum()
    np.testing.assert_allclose(drawn, wanted, atol=0.025)


# Weights of single graphs -------------------------------------------------------------------------

WEIGHTS = {"A&B": 6.0, "": 0.25, "A&C; C&B": 3, "A&B; A&C; B&C": 0.1}
BY_EDGES = {
    ((0, 1),): 6.0,
    (): 0.25,
    ((0, 2), (1, 2)): 3.0,
    ((0, 1), (0, 2), (1, 2)): 0.1,
}


def test_single_graphs_weigh_as_they_are_told():
    """As with a prior on ties, every number of people one by one."""
    grid, names = np.arange(1, 121), ("A", "B", "C")
    table = HistoryTable.of(names, TABLE.histories, TABLE.counts)
    prior = {
        edges: np.log(BY_EDGES.get(edges, 1.0) * 0.3 ** len(edges) * 0.7 ** (3 - len(edges)))
        for edges in THREE
    }
    joint = {
        edges: np.array([_log_joint(edges, k, 0.5) for k in grid]) + prior[edges] for edges in THREE
    }
    whole = logsumexp(np.array(list(joint.values())))
    family = Decomposable(reference=True, delta=0.5, tie=0.3, most_missing=120, weights=WEIGHTS)
    posterior = solve_graphs(table, family)
    for g, probability in enumerate(posterior.probability):
        density = joint[posterior.graphs.edges(g)]
        assert probability == pytest.approx(np.exp(logsumexp(density) - whole), rel=1e-9)
        own = np.exp(density - logsumexp(density))
        np.testing.assert_allclose(posterior.given(g).sum(), 1.0)
        assert posterior.given(g) @ posterior.nodes == pytest.approx(own @ grid, rel=1e-6)
    total = logsumexp(np.array(list(prior.values())))
    assert posterior.log_evidence == pytest.approx(whole - total, abs=1e-9)
    # Draws of graphs follow, and what the complete graph would have where it is left out.
    rng = np.random.default_rng(1)
    unlisted = posterior.draw(20_000, rng)
    drawn = np.bincount(posterior.draw_graphs(unlisted, rng), minlength=8) / 20_000
    np.testing.assert_allclose(drawn, posterior.probability, atol=0.015)
    without = [
        solve_graphs(table, Decomposable(weights={"A&B; B&C; C&A": weight})).complete
        for weight in (1, 5)
    ]
    odds = [share / (1 - share) for share in without]
    assert odds[1] == pytest.approx(5 * odds[0], rel=1e-6)


def test_weights_of_graphs_are_in_the_prior_draws():
    table = HistoryTable.of(("A", "B", "C"), TABLE.histories, TABLE.counts)
    rng = np.random.default_rng(2)
    log_odds, _ = Decomposable(delta=0.5, weights={"": 1e6}).draw_prior(table, 20_000, rng)
    unlisted = 1 / (1 + np.exp(-log_odds))
    beta = stats.beta(2, 2)  # nearly always no lists are tied
    assert unlisted.mean() == pytest.approx(beta.mean() ** 3, abs=0.005)
    assert (unlisted**2).mean() == pytest.approx((beta.var() + 0.25) ** 3, rel=0.03)


def test_weights_are_checked_saved_and_read_from_the_command_line():
    overlaps = {"A": 40, "B": 50, "C": 30, "D": 20, "A&B": 20, "C&D": 9, "A&C": 5, "B&D": 3}
    histories = ce.CaptureHistories.from_overlaps(overlaps)
    model = ce.ListModel(histories, families="decomposable(weights={'A&B': 20, '': 0.5})")
    assert "the one that ties A&B 20 times as much, the one that ties no lists 0.5" in repr(model)
    est = model.fit(seed=1, draws=50)
    options = json.loads(json.dumps(est.to_dict()))["settings"]["options"]["decomposable"]
    assert options["weights"] == [["A&B", 20.0], ["", 0.5]]
    assert recalled("decomposable", {"decomposable": options}) == Decomposable(
        weights={"A&B": 20, "": 0.5}
    )
    for weights, words in (
        ({"A&E": 2}, "weights: there is no list 'E'"),
        ({"A&B&C": 2}, "a tie is of two lists, as in 'A&B'"),
        ({"A&A": 2}, "a tie is of two lists"),
        ({"A": 2}, "a tie is of two lists"),
        ({"A&B": 0}, "the weight of 'A&B' must be a number from 1e-06 to 1e[+]06, not 0"),
        ("A&B", "weights are numbers by the ties of a graph"),
        (3, "weights are numbers by the ties of a graph"),
        ({"A&B; B&C; C&D; D&A": 2}, "is not chordal, and takes no part in the average"),
        ({"A&B": 2, "B & A": 3}, "weights name the graph that ties A&B twice"),
    ):
        with pytest.raises(UsageError, match=words):
            ce.ListModel(histories, families=Decomposable(weights=weights))


@pytest.mark.parametrize(("vertices", "count"), [(3, 8), (4, 61), (5, 822)])
def test_chordal_is_what_is_among_all_chordal_graphs(vertices, count):
    every = list(itertools.combinations(range(vertices), 2))
    sets = [
        frozenset(pairs)
        for number in range(len(every) + 1)
        for pairs in itertools.combinations(every, number)
    ]
    graphs = chordal.chordal_graphs(vertices)
    known = {frozenset(graphs.edges(g)) for g in range(len(graphs))}
    assert {pairs for pairs in sets if is_chordal(pairs, vertices)} == known
    assert len(known) == count
    some = sorted(map(sorted, known))[:: max(1, count // 20)]
    for pairs in some:
        (at,) = np.flatnonzero(graphs.tying(frozenset(pairs)))
        assert list(graphs.edges(int(at))) == pairs
