"""Cells: identities of labels are identities of rows, for any labels people write."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casualty_est import UsageError
from casualty_est.claims.model.cells import Label, build_cells
from casualty_est.priors import read_priors

GROUPS = read_priors().groups
COUNTRIES = "ABCD"
SCOPES = ["all", *("+".join(c) for n in (1, 2, 3) for c in itertools.combinations(COUNTRIES, n))]

labels = st.lists(
    st.builds(
        Label,
        scope=st.sampled_from(SCOPES),
        outcome=st.sampled_from(["killed", "injured", "casualties"]),
        group=st.sampled_from(["civilians", "combatants", "all", "women", "children", "medics"]),
        perpetrator=st.sampled_from(["any", "P", "Q"]),
    ),
    min_size=1,
    max_size=6,
)


def grid_of(*used, relations=GROUPS):
    return build_cells([Label(*label) for label in used], relations)


def base_row(grid, label):
    """Row over base cells only: subgroup cells lie inside others and are no further people."""
    return grid.row(Label(*label)).astype(int)


@pytest.mark.thorough
@given(labels)
def test_every_label_is_a_nonempty_row_and_every_cell_is_in_one(used):
    grid = build_cells(used, GROUPS)
    rows = np.array([grid.row(label) for label in used])
    assert rows.any(axis=1).all()
    # No cell stands outside all labels, but for parents that nobody claimed.
    parents = {up for cell in grid.cells for up in cell.parent}
    for i in np.flatnonzero(~rows.any(axis=0)):
        assert i in parents
    # The name of a cell is the row of that cell alone.
    for i, cell in enumerate(grid.cells):
        expected = np.zeros(len(grid.cells), dtype=bool)
        expected[i] = True
        np.testing.assert_array_equal(grid.row(cell.label), expected)
        assert grid.complete(cell.label)


@pytest.mark.thorough
@given(labels)
def test_no_base_cell_is_counted_twice(used):
    """Two labels share base cells exactly where what they mean overlaps."""
    grid = build_cells(used, GROUPS)

    def countries(scope):
        return set(COUNTRIES) | {"rest"} if scope == "all" else set(scope.split("+"))

    def outcomes(outcome):
        return {"killed", "injured"} if outcome == "casualties" else {outcome}

    def perpetrators(name):
        return {"P", "Q", "rest"} if name == "any" else {name}

    for one, other in itertools.combinations(used, 2):
        if one.group != other.group:
            continue
        meant = (
            countries(one.scope) & countries(other.scope)
            and outcomes(one.outcome) & outcomes(other.outcome)
            and perpetrators(one.perpetrator) & perpetrators(other.perpetrator)
        )
        assert bool(meant) == bool((grid.row(one) & grid.row(other)).any()), (one, other)


@pytest.mark.thorough
@given(labels)
def test_subgroups_come_after_the_cells_they_are_shares_of(used):
    grid = build_cells(used, GROUPS)
    assert len({cell.label for cell in grid.cells}) == len(grid.cells)
    for i, cell in enumerate(grid.cells):
        assert (i < grid.base) == (not cell.parent)
        assert (cell.share is not None) == bool(cell.parent)
        assert all(up < i for up in cell.parent)
        for up in cell.parent:
            above = grid.cells[up].label
            assert (above.scope, above.outcome, above.perpetrator) == (
                cell.label.scope,
                cell.label.outcome,
                cell.label.perpetrator,
            )
    subgroups, done = grid.cells[grid.base :], 0
    for place, parents in grid.generations():
        assert place.start == done
        assert parents.shape == (place.stop - place.start, grid.base + done)
        for cell, row in zip(subgroups[place], parents, strict=True):
            assert tuple(np.flatnonzero(row)) == tuple(sorted(cell.parent))
        done = place.stop
    assert done == len(subgroups)


@given(st.lists(st.sampled_from(SCOPES[1:]), min_size=1, max_size=6))
def test_scopes_are_cut_into_the_coarsest_atoms(scopes):
    grid = grid_of(*[(scope, "killed", "civilians", "any") for scope in scopes])
    for scope in scopes:
        atoms = grid.scopes[scope]
        parts = [part for atom in atoms for part in atom.split("+")]
        assert sorted(parts) == sorted(scope.split("+"))
    # Atoms that every label takes or leaves together would be one too many.
    every = sorted(frozenset().union(*grid.scopes.values()))
    signatures = [tuple(atom in grid.scopes[scope] for scope in scopes) for atom in every]
    assert len(set(signatures)) == len(every)


def test_syria_and_iraq_are_both():
    used = [(s, "killed", "civilians", "any") for s in ("Iraq", "Syria", "Iraq+Syria")]
    grid = grid_of(*used)
    assert len(grid.cells) == 2
    iraq, syria, both = (base_row(grid, label) for label in used)
    np.testing.assert_array_equal(iraq + syria, both)


def test_killed_and_injured_are_casualties():
    used = [("all", o, "civilians", "any") for o in ("killed", "injured", "casualties")]
    grid = grid_of(*used)
    killed, injured, casualties = (base_row(grid, label) for label in used)
    np.testing.assert_array_equal(killed + injured, casualties)


def test_civilians_and_combatants_are_all():
    used = [("all", "killed", g, "any") for g in ("civilians", "combatants", "all")]
    grid = grid_of(*used)
    civilians, combatants, everybody = (base_row(grid, label) for label in used)
    np.testing.assert_array_equal(civilians + combatants, everybody)


def test_all_is_its_parts_and_elsewhere():
    used = [(s, "killed", "civilians", "any") for s in ("A", "B", "all")]
    grid = grid_of(*used)
    elsewhere = base_row(grid, ("(elsewhere)", "killed", "civilians", "any"))
    rows = [base_row(grid, label) for label in used]
    assert elsewhere.sum() == 1
    np.testing.assert_array_equal(rows[0] + rows[1] + elsewhere, rows[2])


def test_any_perpetrator_is_the_named_and_others():
    used = [("all", "killed", "civilians", p) for p in ("P", "Q", "any")]
    grid = grid_of(*used)
    others = base_row(grid, ("all", "killed", "civilians", "(others)"))
    rows = [base_row(grid, label) for label in used]
    np.testing.assert_array_equal(rows[0] + rows[1] + others, rows[2])


@pytest.mark.parametrize(
    ("used", "asked", "atoms"),
    [
        (["A+B", "C"], "A+B+C", {"A+B", "C"}),
        (["A+B", "B+C"], "A+B+C", {"A", "B", "C"}),
        (["A+B", "B+C"], "A", {"A"}),
        (["A+B", "B"], "A", {"A"}),
        (["all", "A"], "(elsewhere)", {"(elsewhere)"}),
        (["all", "A"], "A+(elsewhere)", {"A", "(elsewhere)"}),
    ],
)
def test_scopes_that_nobody_wrote_but_the_parts_make_up(used, asked, atoms):
    grid = grid_of(*[(scope, "killed", "civilians", "any") for scope in used])
    row = grid.row(Label(asked, "killed", "civilians", "any"))
    assert {grid.cells[i].label.scope for i in np.flatnonzero(row)} == atoms


@pytest.mark.parametrize("asked", ["A", "A+C", "D", "A+B+D", ""])
def test_scopes_that_cannot_be_made_up(asked):
    grid = grid_of(*[(scope, "killed", "civilians", "any") for scope in ("A+B", "C")])
    with pytest.raises(UsageError, match=r"no claim uses the scope .*Use one of:"):
        grid.row(Label(asked, "killed", "civilians", "any"))


def test_an_outcome_that_only_a_difference_shows():
    grid = grid_of(
        ("all", "casualties", "civilians", "any"), ("all", "injured", "civilians", "any")
    )
    killed = base_row(grid, ("all", "killed", "civilians", "any"))
    injured = base_row(grid, ("all", "injured", "civilians", "any"))
    np.testing.assert_array_equal(
        killed + injured, base_row(grid, ("all", "casualties", "civilians", "any"))
    )


def test_children_alone_are_a_base_cell_and_beside_civilians_a_share():
    alone = grid_of(("all", "killed", "children", "any"))
    assert [cell.parent for cell in alone.cells] == [()]
    both = grid_of(("all", "killed", "children", "any"), ("all", "killed", "civilians", "any"))
    assert [cell.label.group for cell in both.cells] == ["civilians", "children"]
    assert both.cells[1].parent == (0,)
    assert both.cells[1].share.median == pytest.approx(0.25)
    # The civilians' row holds the civilians once, not their children again.
    np.testing.assert_array_equal(base_row(both, ("all", "killed", "civilians", "any")), [1, 0])


def test_a_group_between_two_is_added():
    grid = grid_of(("all", "killed", "children", "any"), ("all", "killed", "all", "any"))
    names = [cell.label.group for cell in grid.cells]
    assert names == ["civilians", "combatants", "children"]
    assert grid.cells[2].parent == (0,)


def test_subgroups_of_subgroups():
    relations = read_priors({"groups": {"infants": {"inside": "children"}}}).groups
    used = [("all", "killed", g, "any") for g in ("infants", "children", "civilians")]
    grid = grid_of(*used, relations=relations)
    assert [cell.label.group for cell in grid.cells] == ["civilians", "children", "infants"]
    assert [cell.parent for cell in grid.cells] == [(), (0,), (1,)]
    assert [place for place, _ in grid.generations()] == [slice(0, 1), slice(1, 2)]


def test_a_declared_sum():
    relations = read_priors({"groups": {"everyone": {"sum": ["locals", "foreigners"]}}}).groups
    used = [("all", "killed", g, "any") for g in ("everyone", "locals")]
    grid = grid_of(*used, relations=relations)
    np.testing.assert_array_equal(base_row(grid, used[0]), [1, 1])
    assert base_row(grid, used[1]).sum() == 1


def test_what_no_claim_covers():
    grid = grid_of(("A", "killed", "civilians", "any"), ("B", "injured", "civilians", "any"))
    with pytest.raises(UsageError, match="no claim speaks of"):
        grid.row(Label("A", "injured", "civilians", "any"))
    assert not grid.complete(Label("A", "injured", "civilians", "any"))
    assert grid.complete(Label("A", "killed", "civilians", "any"))


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (("Syra", "killed", "civilians", "any"), "scope 'Syra'. Did you mean 'Syria'"),
        (("Syria", "kiled", "civilians", "any"), "outcome 'kiled'. Did you mean 'killed'"),
        (("Syria", "killed", "civilian", "any"), "group 'civilian'. Did you mean 'civilians'"),
        (("Syria", "killed", "civilians", "anyone"), "perpetrator 'anyone'. Did you mean 'any'"),
    ],
)
def test_unknown_names(label, words):
    grid = grid_of(("Syria", "killed", "civilians", "any"))
    with pytest.raises(UsageError, match=words):
        grid.row(Label(*label))
