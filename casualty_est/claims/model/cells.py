"""The cells behind a table of claims: which latent counts exist, and what each label sums.

Labels overlap: "Iraq+Syria" covers "Syria", casualties cover killed, civilians cover children. Each
dimension is cut into the coarsest atoms that every label in use can be written with; a base cell is
one atom per dimension that some label covers, and a subgroup cell is a share of a base cell. Every
label is then a 0/1 row over the cells, so identities hold in every draw.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.priors import Group, LogitNormal
from casualty_est.priors.settings import CELL_FIELDS
from casualty_est.tables.cells import ALL_SCOPES, ANY_PERPETRATOR
from casualty_est.tables.checks import offered

Bool = npt.NDArray[np.bool_]
# Brackets keep the remainder of a dimension apart from every name in a table.
ELSEWHERE, OTHERS = "(elsewhere)", "(others)"


class Label(NamedTuple):
    """A cell as somebody wrote it: scope x outcome x group x perpetrator."""

    scope: str
    outcome: str
    group: str
    perpetrator: str

    def __str__(self) -> str:
        return f"{self.group} {self.outcome}, {self.scope}, perpetrator {self.perpetrator}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A latent count."""

    label: Label
    parent: tuple[int, ...] = ()  # of a subgroup: the cells whose sum it is a share of
    share: LogitNormal | None = None


@dataclass(frozen=True)
class CellGrid:
    """All cells of a model, and how labels are written with them."""

    cells: tuple[Cell, ...]
    scopes: Mapping[str, frozenset[str]]
    outcomes: Mapping[str, frozenset[str]]
    groups: Mapping[str, frozenset[str]]
    perpetrators: Mapping[str, frozenset[str]]

    @property
    def base(self) -> int:
        """Number of base cells; they come first."""
        return sum(not cell.parent for cell in self.cells)

    def generations(self) -> list[tuple[slice, npt.NDArray[np.float64]]]:
        """Runs of subgroup cells, and 0/1 rows of their parents, which stand before the run."""
        runs: list[list[int]] = []
        for position in range(self.base, len(self.cells)):
            if runs and max(self.cells[position].parent) < runs[-1][0]:
                runs[-1].append(position)
            else:
                runs.append([position])
        generations = []
        for run in runs:
            parents = np.zeros((len(run), run[0]))
            for row, position in enumerate(run):
                parents[row, list(self.cells[position].parent)] = 1
            generations.append((slice(run[0] - self.base, run[-1] + 1 - self.base), parents))
        return generations

    def of_base(self) -> npt.NDArray[np.float64]:
        """Deaths of every cell (cell, base cell) for one of a base cell, at the median shares."""
        made = np.eye(len(self.cells), self.base)
        for position, cell in enumerate(self.cells[self.base :], self.base):
            share = cell.share.median if cell.share is not None else 1.0
            made[position] = share * made[list(cell.parent)].sum(axis=0)
        return made

    def _atoms(self, label: Label) -> list[frozenset[str]]:
        """Atoms of a label, by dimension."""
        known = (self.scopes, self.outcomes, self.groups, self.perpetrators)
        parts = zip(known, label, CELL_FIELDS, strict=True)
        return [_lookup(atoms, name, dimension) for atoms, name, dimension in parts]

    def row(self, label: Label) -> Bool:
        """Mark the cells that a label sums, in the order of `cells`."""
        inside = np.ones(len(self.cells), dtype=bool)
        for (names, which), known in zip(self._names, self._atoms(label), strict=True):
            inside &= np.array([name in known for name in names])[which]
        if not inside.any():
            msg = f"no claim speaks of {label}; choose a cell that some claim covers"
            raise UsageError(msg)
        return inside

    @cached_property
    def _names(self) -> list[tuple[list[str], npt.NDArray[np.intp]]]:
        """By dimension, the names in use, and which of them each cell has."""
        found = []
        for column in zip(*(cell.label for cell in self.cells), strict=True):
            names = list(dict.fromkeys(column))
            place = {name: i for i, name in enumerate(names)}
            found.append((names, np.array([place[name] for name in column], dtype=np.intp)))
        return found

    def complete(self, label: Label) -> bool:
        """Whether every combination of atoms under this label is a cell: nothing is missing."""
        return {cell.label for cell in self.cells}.issuperset(
            Label(*atoms) for atoms in itertools.product(*self._atoms(label))
        )


def _lookup(labels: Mapping[str, frozenset[str]], name: str, dimension: str) -> frozenset[str]:
    if name in labels:
        return labels[name]
    atoms = frozenset().union(*labels.values())
    if name in atoms:
        # The rest of a wider label, or a part that only overlaps reveal, has a name of its own.
        return frozenset({name})
    if dimension in ("scope", "perpetrator"):
        wanted = set(name.split("+"))
        inside = frozenset(atom for atom in atoms if wanted.issuperset(atom.split("+")))
        if wanted == {part for atom in inside for part in atom.split("+")}:
            return inside
    msg = f"no claim uses the {dimension} {name!r}. {offered(name, labels)}"
    raise UsageError(msg)


def build_cells(labels: Iterable[Label], relations: Mapping[str, Group]) -> CellGrid:
    """Cut the labels in use into cells."""
    used = sorted(set(labels))
    scopes = _atoms([label.scope for label in used], ALL_SCOPES, ELSEWHERE)
    perpetrators = _atoms([label.perpetrator for label in used], ANY_PERPETRATOR, OTHERS)
    outcomes = _outcomes({label.outcome for label in used})
    groups, parents = _groups({label.group for label in used}, relations)
    dimensions = (scopes, outcomes, groups, perpetrators)
    covered: dict[Label, None] = {}
    for label in used:
        atoms = (sorted(known[name]) for known, name in zip(dimensions, label, strict=True))
        covered |= {Label(*atom): None for atom in itertools.product(*atoms)}
    cells = _with_parents(list(covered), groups, parents, relations)
    return CellGrid(tuple(cells), *dimensions)


def _atoms(names: Sequence[str], whole: str, rest: str) -> dict[str, frozenset[str]]:
    """Cut one dimension: parts that every label takes or leaves together become one atom."""
    parts = {name: frozenset(name.split("+")) for name in names}
    named = sorted(frozenset().union(*(parts[n] for n in parts if n != whole), frozenset()))
    if not named:
        return {whole: frozenset({whole})}
    if whole in parts:
        parts[whole] = frozenset(named) | {rest}
    signature = {
        part: frozenset(name for name in parts if part in parts[name])
        for part in sorted(frozenset().union(*parts.values()))
    }
    merged: dict[frozenset[str], list[str]] = {}
    for part, key in signature.items():
        merged.setdefault(key, []).append(part)
    atom = {part: "+".join(sorted(together)) for together in merged.values() for part in together}
    return {name: frozenset(atom[part] for part in members) for name, members in parts.items()}


def _outcomes(used: set[str]) -> dict[str, frozenset[str]]:
    if used == {"casualties"}:
        return {"casualties": frozenset({"casualties"})}
    parts = {name: frozenset({name}) for name in used - {"casualties"}}
    if "casualties" in used:
        parts["casualties"] = frozenset({"killed", "injured"})
    return parts


def _groups(
    used: set[str], relations: Mapping[str, Group]
) -> tuple[dict[str, frozenset[str]], dict[str, str]]:
    """Write every group label with leaves; return also the parent of each subgroup."""
    # A relation matters only where a wider group is in use: children alone are a cell of their own.
    present = set(used)
    todo = list(used)
    while todo:
        # A group between two that are in use (civilians between children and all) is needed too.
        chain = _chain_up(todo.pop(), relations)
        reached = [i for i, name in enumerate(chain) if name in used and i > 0]
        for name in chain[1 : max(reached, default=0)]:
            if name not in present:
                present.add(name)
                todo.append(name)
    wide = {n for n in present if any(p in present for p in relations.get(n, Group()).parts)}
    leaves = {name: _leaves(name, wide, relations) for name in sorted(present)}
    for name in wide:
        for part in relations[name].parts:
            leaves.setdefault(part, _leaves(part, wide, relations))
    for whole, group in relations.items():
        # A declared sum may be asked for though nobody used its name.
        if whole not in leaves and group.parts and all(part in leaves for part in group.parts):
            leaves[whole] = frozenset().union(*(leaves[part] for part in group.parts))
    parents = {
        name: inside
        for name in present
        if (inside := relations.get(name, Group()).inside) is not None and inside in present
    }
    return leaves, parents


def _chain_up(name: str, relations: Mapping[str, Group]) -> list[str]:
    """List the groups that hold `name`, each step wider."""
    chain = [name]
    while True:
        last = chain[-1]
        inside = relations.get(last, Group()).inside
        sums = [whole for whole, group in relations.items() if last in group.parts]
        wider = inside or (sums[0] if sums else None)
        if wider is None or wider in chain:
            return chain
        chain.append(wider)


def _leaves(name: str, wide: set[str], relations: Mapping[str, Group]) -> frozenset[str]:
    if name not in wide:
        return frozenset({name})
    return frozenset().union(*(_leaves(part, wide, relations) for part in relations[name].parts))


def _with_parents(
    labels: list[Label],
    groups: Mapping[str, frozenset[str]],
    parents: Mapping[str, str],
    relations: Mapping[str, Group],
) -> list[Cell]:
    """Order cells so that each subgroup comes after its parents, adding parents nobody claimed."""
    base: set[Label] = set()
    subgroups: dict[Label, list[Label]] = {}
    todo = list(labels)
    for label in todo:  # grows while it is read
        if label.group not in parents:
            base.add(label)
        elif label not in subgroups:
            leaves = sorted(groups[parents[label.group]])
            subgroups[label] = [label._replace(group=leaf) for leaf in leaves]
            todo.extend(subgroups[label])
    cells = [Cell(label) for label in sorted(base)]
    position = {cell.label: i for i, cell in enumerate(cells)}
    waiting = sorted(subgroups)
    while waiting:
        ready = [label for label in waiting if all(up in position for up in subgroups[label])]
        for label in ready:
            up = tuple(position[above] for above in subgroups[label])
            cells.append(Cell(label, up, relations[label.group].share))
            position[label] = len(cells) - 1
        if not ready:
            msg = f"groups: {waiting[0].group!r} lies inside itself; remove one of the relations"
            raise UsageError(msg)
        waiting = [label for label in waiting if label not in position]
    return cells
