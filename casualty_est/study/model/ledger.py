"""Who speaks twice: sources by kind, with the deaths that each brings, and what was declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from casualty_est.errors import UsageError
from casualty_est.study.model.members import Member, check_two
from casualty_est.tables.checks import offered
from casualty_est.wording.language import N_, Kept, stored
from casualty_est.wording.terms import with_article

SAME, CONTAINS, DERIVED, INDEPENDENT = "same", "contains", "derived", "independent"
MEANING = {
    SAME: N_("note", "the number of {one} is that of {other}: counted once, in {other}"),
    CONTAINS: N_(
        "note", "the number of {one} contains that of {other}: only what is beyond it counts"
    ),
    DERIVED: N_(
        "note", "numbers of {one} are built on those of {other}, so they do not move the count"
    ),
    INDEPENDENT: N_("note", "two pieces of evidence that share nothing"),
}
NEAR = 0.02
MOST_TERMS = 12  # of a sum that is looked for
SHOWN = 6  # numbers of one source that are printed
DIGITS = 3  # that are not zeros at the end, of a number that a sum may explain
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
        return f"{self.source}: {meaning(self.how, self.one, self.other)}"

    def between(self, one: str, other: str) -> bool:
        """Whether it speaks of these two kinds, in any order."""
        return {self.one, self.other} == {one, other}


def meaning(how: str, one: str, other: str) -> str:
    """What a relation says of the two kinds."""
    return MEANING[how].format(one=with_article(one), other=with_article(other))


@dataclass(frozen=True, slots=True)
class Entry:
    """One source in one kind, and the deaths that it brings in."""

    source: str
    label: str
    deaths: tuple[float, ...]

    @property
    def key(self) -> str:
        """The name, whatever its capitals."""
        return _key(self.source)

    @property
    def told(self) -> str:
        """The numbers as printed."""
        return numbers_text(self.deaths)


def numbers_text(deaths: Sequence[float]) -> str:
    """Some numbers of deaths as printed, the first few of many."""
    shown = ", ".join(f"{n:,.0f}" for n in deaths[:SHOWN])
    more = f" and {len(deaths) - SHOWN:,} more" if len(deaths) > SHOWN else ""
    return shown + more or "no number of its own"


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
    return _key(relation.source) == entry.key


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
    check_two("relation", source, one, other, by_label, f"the two kinds in which {source!r} speaks")
    if how not in MEANING:
        msg = f"relation: {how!r} is unknown. {offered(how, MEANING)}"
        raise UsageError(msg)
    names = [by_label[label].shared.names for label in (one, other)]
    keys = [{_key(name) for name in some} for some in names]
    wanted = _key(source)
    if not any(wanted in some for some in keys):
        everybody = list(dict.fromkeys((*names[0], *names[1])))
        msg = f"relation: {source!r} is not in {one} or {other}. {offered(source, everybody)}"
        raise UsageError(msg)
    return Relation(source, one, other, how)


def pointed_out(
    rows: Sequence[Entry], members: Sequence[Member], relations: Sequence[Relation]
) -> tuple[Kept, ...]:
    """Numbers of different sources in different kinds that may be one number, or a sum."""
    said = {
        (member.label, one.source, one.deaths)
        for member in members
        for one in member.shared.spoken
        if one.deaths >= FEWEST
    }
    return tuple(dict.fromkeys([*_near(said, relations), *_sums(rows)]))


def _near(said: set[tuple[str, str, float]], relations: Sequence[Relation]) -> Iterator[Kept]:
    """Pairs of numbers within two per cent of each other, whose relation nobody declared."""
    ordered = sorted(said, key=lambda one: (one[2], one[0], one[1]))
    for i, a in enumerate(ordered):
        for b in ordered[i + 1 :]:
            if b[2] > a[2] * (1 + NEAR):
                break
            if a[0] != b[0] and _key(a[1]) != _key(b[1]) and not _settled(a, b, relations):
                yield stored(
                    "note",
                    "{source} in {kind} ({number}) and {second} in {other} ({like}) are within "
                    "{near}: is one the other? If so, {code}",
                    source=a[1],
                    kind=a[0],
                    number=f"{a[2]:,.0f}",
                    second=b[1],
                    other=b[0],
                    like=f"{b[2]:,.0f}",
                    near=f"{NEAR:.0%}",
                    code=f"study.relation({a[1]!r}, {a[0]!r}, {b[0]!r}, 'same')",
                )


def _settled(
    a: tuple[str, str, float], b: tuple[str, str, float], relations: Sequence[Relation]
) -> bool:
    names = {_key(a[1]), _key(b[1])}
    return any(_key(r.source) in names and r.between(a[0], b[0]) for r in relations)


def _key(name: str) -> str:
    return name.strip().casefold()


def _sums(rows: Sequence[Entry]) -> Iterator[Kept]:
    """Numbers that are the sum of numbers in one other kind."""
    for label in dict.fromkeys(row.label for row in rows):
        sums = _all_sums([row for row in rows if row.label == label and row.deaths])
        for row in rows:
            for wanted in {round(n) for n in row.deaths if row.label != label and n >= FEWEST}:
                # 12,000 is the sum of 10,000 and 2,000 by chance, 6,047 hardly that of anything.
                if wanted in sums and len(str(wanted).rstrip("0")) >= DIGITS:
                    terms = ", ".join(sums[wanted])
                    yield stored(
                        "note",
                        "{source} in {kind} ({number}) is the sum of {terms} in {other}",
                        source=row.source,
                        kind=row.label,
                        number=f"{wanted:,}",
                        terms=terms,
                        other=label,
                    )


def _all_sums(rows: Sequence[Entry]) -> dict[int, tuple[str, ...]]:
    """Every sum of two numbers or more of a kind, with the sources that it is made of."""
    numbers = [(row.source, round(min(row.deaths))) for row in rows if min(row.deaths) >= FEWEST]
    numbers = numbers[:MOST_TERMS]
    return {
        sum(number for _, number in some): tuple(name for name, _ in some)
        for size in range(len(numbers), 1, -1)  # of two ways to make a sum the shorter is kept
        for some in combinations(numbers, size)
    }
