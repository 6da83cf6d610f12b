"""Who speaks twice: sources by kind, with the deaths that each brings, and what was declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from casualty_est.errors import UsageError
from casualty_est.result.shared import Spoken
from casualty_est.study.model.members import Member
from casualty_est.tables.checks import offered

SAME, CONTAINS, DERIVED, INDEPENDENT = "same", "contains", "derived", "independent"
MEANING = {
    SAME: "the number of {a} is that of {b}: counted once, in {b}",
    CONTAINS: "the number of {a} contains that of {b}: only what is beyond it counts",
    DERIVED: "{a} is built on {b}: it does not move the count",
    INDEPENDENT: "two pieces of evidence that share nothing",
}
NEAR = 0.02
MOST_TERMS = 12  # of a sum that is looked for
FEWEST = 100  # deaths: smaller numbers are near each other, and sums of others, by chance


@dataclass(frozen=True, slots=True)
class Relation:
    """What a source is in one kind (`one`) to what it is in another."""

    source: str
    one: str
    other: str
    how: str

    @property
    def text(self) -> str:
        """The declaration in words."""
        return f"{self.source}: {MEANING[self.how].format(a=self.one, b=self.other)}"

    def between(self, one: str, other: str) -> bool:
        """Whether it speaks of these two kinds, in any order."""
        return {self.one, self.other} == {one, other}


@dataclass(frozen=True, slots=True)
class Entry:
    """One source in one kind, and the deaths that it brings in."""

    source: str
    label: str
    deaths: tuple[float, ...]

    @property
    def key(self) -> str:
        """The name, whatever its capitals."""
        return self.source.strip().casefold()

    @property
    def told(self) -> str:
        """The numbers as printed."""
        return ", ".join(f"{n:,.0f}" for n in self.deaths) or "no number of its own"


def entries(members: Sequence[Member]) -> tuple[Entry, ...]:
    """Every source of every kind."""
    rows = []
    for member in members:
        for source in member.shared.names:
            said = [one for one in member.shared.spoken if one.source == source]
            numbers = tuple(dict.fromkeys(one.deaths for one in said))
            rows.append(Entry(source, member.label, numbers))
    return tuple(rows)


def undeclared(
    rows: Sequence[Entry], relations: Sequence[Relation]
) -> tuple[tuple[Entry, Entry], ...]:
    """Pairs of one source in two kinds that nobody declared."""
    return tuple(
        (a, b)
        for a, b in combinations(rows, 2)
        if a.key == b.key
        and a.label != b.label
        and not any(_names(r, a) and r.between(a.label, b.label) for r in relations)
    )


def _names(relation: Relation, entry: Entry) -> bool:
    return relation.source.strip().casefold() == entry.key


def check_declared(rows: Sequence[Entry], relations: Sequence[Relation]) -> None:
    """Refuse a source that speaks in two kinds when nobody said what the two are to each other."""
    open_pairs = undeclared(rows, relations)
    if not open_pairs:
        return
    lines = [
        f"  study.relation({a.source!r}, {a.label!r}, {b.label!r}, ...)  # {a.told}; {b.told}"
        for a, b in open_pairs
    ]
    msg = "\n".join(
        [
            "a source that speaks in two kinds may be counted twice; say what the two are to each "
            "other, as 'same', 'contains' (the first contains the second), 'derived' (the first is "
            "built on the second) or 'independent':",
            *lines,
        ]
    )
    raise UsageError(msg)


def relation_of(members: Sequence[Member], source: str, one: str, other: str, how: str) -> Relation:
    """Read a relation that the analyst declares."""
    by_label = {member.label: member for member in members}
    for label in (one, other):
        if label not in by_label:
            msg = f"relation: {label!r} is no kind of this study; {offered(label, by_label)}"
            raise UsageError(msg)
    if one == other:
        msg = f"relation: {one!r} stands twice; name the two kinds in which {source!r} speaks"
        raise UsageError(msg)
    if how not in MEANING:
        msg = f"relation: {how!r} is unknown; {offered(how, MEANING)}"
        raise UsageError(msg)
    names = [by_label[label].shared.names for label in (one, other)]
    keys = [{name.strip().casefold() for name in some} for some in names]
    wanted = source.strip().casefold()
    if not any(wanted in some for some in keys):
        everybody = list(dict.fromkeys((*names[0], *names[1])))
        msg = f"relation: {source!r} is no source of {one} or {other}; {offered(source, everybody)}"
        raise UsageError(msg)
    return Relation(source, one, other, how)


def pointed_out(
    rows: Sequence[Entry], members: Sequence[Member], relations: Sequence[Relation]
) -> tuple[str, ...]:
    """Numbers of different sources in different kinds that may be one number, or a sum."""
    spoken = [(m.label, s) for m in members for s in m.shared.spoken if s.deaths >= FEWEST]
    declared = [(r, {r.one, r.other}) for r in relations]

    def settled(a: tuple[str, Spoken], b: tuple[str, Spoken]) -> bool:
        names = {a[1].source.casefold(), b[1].source.casefold()}
        kinds = {a[0], b[0]}
        return any(r.source.casefold() in names and kinds == both for r, both in declared)

    told = [
        _near(a, b) for a, b in combinations(spoken, 2) if _are_near(a, b) and not settled(a, b)
    ]
    return tuple(dict.fromkeys([*told, *_sums(rows)]))


def _are_near(a: tuple[str, Spoken], b: tuple[str, Spoken]) -> bool:
    if a[0] == b[0] or a[1].source.strip().casefold() == b[1].source.strip().casefold():
        return False
    high, low = max(a[1].deaths, b[1].deaths), min(a[1].deaths, b[1].deaths)
    return high <= low * (1 + NEAR)


def _near(a: tuple[str, Spoken], b: tuple[str, Spoken]) -> str:
    return (
        f"{a[1].source} in {a[0]} ({a[1].deaths:,.0f}) and {b[1].source} in {b[0]} "
        f"({b[1].deaths:,.0f}) are within {NEAR:.0%}: is one the other? If so, study.relation("
        f"{a[1].source!r}, {a[0]!r}, {b[0]!r}, 'same')"
    )


def _sums(rows: Sequence[Entry]) -> Iterator[str]:
    """Numbers that are the sum of numbers in one other kind."""
    labels = list(dict.fromkeys(row.label for row in rows))
    for row in rows:
        for label in labels:
            others = [r for r in rows if r.label == label and r.label != row.label and r.deaths]
            numbers = [(r.source, round(min(r.deaths))) for r in others][:MOST_TERMS]
            for wanted in (round(n) for n in row.deaths if n >= FEWEST):
                terms = _terms(wanted, [n for n in numbers if n[1] >= FEWEST])
                if terms:
                    yield (
                        f"{row.source} in {row.label} ({wanted:,}) is the sum of "
                        f"{', '.join(terms)} in {label}"
                    )


def _terms(wanted: int, numbers: Sequence[tuple[str, int]]) -> list[str]:
    """Names of two numbers or more that sum to one."""
    for size in range(2, len(numbers) + 1):
        for some in combinations(numbers, size):
            if sum(number for _, number in some) == wanted:
                return [name for name, _ in some]
    return []
