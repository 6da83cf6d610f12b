"""The rule for claims that are built on other claims: what they rest on is heard once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from casualty_est.claims.table.claim import CellKey, Claim
from casualty_est.claims.table.tally import Tally, latest
from casualty_est.tables.cells import ALL_SCOPES, ANY_PERPETRATOR
from casualty_est.wording.language import stored


class _Rows:
    """Rows of one source, found by the cell that they overlap."""

    def __init__(self) -> None:
        self.at: dict[tuple[str | None, str | None], list[tuple[int, Claim]]] = defaultdict(list)

    def add(self, row: int, claim: Claim) -> None:
        for part in (*claim.scopes, None):
            for perpetrator in (claim.perpetrator, None):
                self.at[part, perpetrator].append((row, claim))

    def overlapping(self, cell: Claim) -> Iterator[tuple[int, Claim]]:
        # None asks for every scope or perpetrator; a named one also meets those that say "all".
        wide = ALL_SCOPES in cell.scopes
        scopes = [None] if wide else [*cell.scopes, ALL_SCOPES]
        anyone = cell.perpetrator == ANY_PERPETRATOR
        people = [None] if anyone else [cell.perpetrator, ANY_PERPETRATOR]
        for scope in scopes:
            for perpetrator in people:
                for row, claim in self.at.get((scope, perpetrator), ()):
                    outcomes = {cell.outcome, claim.outcome}
                    apart = {cell.group, claim.group} == {"civilians", "combatants"}
                    if not apart and (len(outcomes) == 1 or "casualties" in outcomes):
                        yield row, claim


@dataclass(slots=True)
class _Node:
    """Rows of one source on one cell with the same parents, which share their fate."""

    claim: Claim
    rows: list[int]
    absent: frozenset[str] = frozenset()
    on: frozenset[int] = frozenset()


def drop_derived(tally: Tally) -> None:
    """Leave out what is built on claims that count, or on the same absent source as another."""
    if not any(claim.derived_from for claim in tally.standing.values()):
        return
    nodes = _nodes(tally)
    settled = _settle(nodes, tally)
    for number, node in enumerate(nodes):
        below = settled[number]
        if below is not None:
            base = nodes[below]
            text = stored(
                "why a claim is left out",
                "it is built on {source} ({where})",
                source=repr(base.claim.source),
                where=tally.place(base.rows),
            )
            for row in node.rows:
                tally.drop(row, "derived", text)
    _drop_shared(tally, [node for number, node in enumerate(nodes) if settled[number] is None])


def _nodes(tally: Tally) -> list[_Node]:
    """Group the rows, and find for each group which of its parents have rows that count."""
    canonical = tally.published.canonical()
    groups = tally.groups(lambda claim: (claim.source, claim.cell_key, claim.derived_from))
    nodes = [_Node(tally.standing[rows[0]], rows) for rows in groups.values()]
    live: dict[str, _Rows] = defaultdict(_Rows)
    for number, node in enumerate(nodes):
        live[node.claim.source].add(number, node.claim)
    # A claim that is unknown or unseen does not count, but still says what it was built on.
    unheard: dict[str, _Rows] = defaultdict(_Rows)
    for row, out in tally.gone.items():
        if out.code in ("unknown", "after_as_of") and out.claim.derived_from:
            name = out.claim.source
            unheard[canonical.get(name, name)].add(row, out.claim)
    for node in nodes:
        node.on, node.absent = _ancestors(node.claim, canonical, live, unheard)
    return nodes


def _ancestors(
    claim: Claim, canonical: dict[str, str], live: dict[str, _Rows], unheard: dict[str, _Rows]
) -> tuple[frozenset[int], frozenset[str]]:
    """Return the groups of rows that a claim is built on, and its parents without any."""
    on: set[int] = set()
    absent: set[str] = set()
    names = list(claim.derived_from)
    seen = {claim.source}
    while names:
        name = canonical.get(names[-1], names[-1])
        names.pop()
        if name in seen:
            continue
        seen.add(name)
        rows = {row for row, _ in live[name].overlapping(claim)} if name in live else set()
        on |= rows
        if not rows:
            absent.add(name)
            if name in unheard:
                for _, silent in unheard[name].overlapping(claim):
                    names.extend(silent.derived_from)
    return frozenset(on), frozenset(absent)


def _settle(nodes: list[_Node], tally: Tally) -> list[int | None]:
    """Return for each group the group it is built on, None where it stands."""
    settled: dict[int, int | None] = {n: None for n, node in enumerate(nodes) if not node.on}
    children: dict[int, list[int]] = defaultdict(list)
    for number, node in enumerate(nodes):
        for base in node.on:
            children[base].append(number)

    def spread(queue: list[int]) -> None:
        for base in queue:  # grows while it is read
            for number in children[base]:
                if number not in settled:
                    settled[number] = base
                    queue.append(number)

    spread(list(settled))
    # What is left is built on itself in a circle, or hangs from one. The smallest set of
    # ancestors is a circle that rests on nothing else, so one of its sources has to be heard.
    circles = {n: _upstream(n, nodes) for n in range(len(nodes)) if n not in settled}
    for number in sorted(circles, key=lambda n: (len(circles[n]), n)):
        if number not in settled:
            last = latest(tally, (row for n in circles[number] for row in nodes[n].rows))
            heard = next(n for n in circles[number] if last in nodes[n].rows)
            settled[heard] = None
            spread([heard])
    return [settled[number] for number in range(len(nodes))]


def _upstream(number: int, nodes: list[_Node]) -> set[int]:
    above = {number}
    queue = [number]
    for member in queue:  # grows while it is read
        fresh = nodes[member].on - above
        above |= fresh
        queue.extend(fresh)
    return above


def _drop_shared(tally: Tally, nodes: list[_Node]) -> None:
    """Of several sources that pass on the same absent parent, keep the latest."""
    orphans = [(latest(tally, node.rows), node) for node in nodes if node.absent]
    # Latest report first, and of equal ones the first in the table.
    orphans.sort(key=lambda pair: pair[0])
    orphans.sort(key=lambda pair: tally.standing[pair[0]].reported or date.min, reverse=True)
    heard: dict[tuple[CellKey, str], _Node] = {}
    for _, node in orphans:
        keys = [(node.claim.cell_key, parent) for parent in sorted(node.absent)]
        rival = next((key for key in keys if key in heard), None)
        if rival is None or heard[rival].claim.source == node.claim.source:
            for key in keys:
                heard.setdefault(key, node)
            continue
        other = heard[rival]
        text = stored(
            "why a claim is left out",
            "like {source} ({where}) it is built on {parent}",
            source=repr(other.claim.source),
            where=tally.place(other.rows),
            parent=repr(rival[1]),
        )
        for row in node.rows:
            tally.drop(row, "shared_parent", text)
