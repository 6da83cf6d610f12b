"""What a table of claims says that cannot be right, and what only its author can answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import attrgetter

from casualty_est.claims.table.claim import GROUPS, Claim
from casualty_est.claims.table.copies import copies
from casualty_est.claims.table.groups import own_groups
from casualty_est.errors import Problem
from casualty_est.tables.checks import lines_of
from casualty_est.tables.table import Table
from casualty_est.wording.language import N_, Noted, stored

_INSIDE = {
    "civilians": {"civilians", "women", "men", "children", "elderly"},
    "all": set(GROUPS),
} | {name: {name} for name in GROUPS if name not in ("civilians", "all")}
_APART = 1.5  # factor between the numbers of two references that cannot both be right
# Together they are all civilians.
_EVERYBODY = {"women", "men", "children"}
_ROLE_AGAINST_GROUP = {
    ("perpetrator", "combatants"): N_(
        "note",
        "a perpetrator counts the civilians it killed: toward combatants it is an adversary (it "
        "counts the enemy's dead) or a party (its own)",
    ),
    ("party", "civilians"): N_(
        "note",
        "a party counts its own dead soldiers: toward civilians it is a perpetrator if it killed "
        "them, and a government if it is their own",
    ),
    ("adversary", "civilians"): N_(
        "note",
        "an adversary counts the enemy's dead soldiers: toward civilians it is a perpetrator if it "
        "killed them, and a government if it is their own",
    ),
}


# Words in the name of a source that stand for several lists in one.
_MERGED = re.compile(r"\b(merged|combined|union|consolidated|de-?duplicated)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:[;|,&/]|\band\b|\by\b|\bet\b|\bund\b)\s*")
_ONE_EACH = {
    "source": N_(
        "note",
        "{name} names {number} ({where}), and is taken as one source apart from all others: name "
        "the one that counted, and the others in quotes or derived_from",
    ),
    "perpetrator": N_(
        "note",
        "{name} names {number} ({where}), and is taken as one perpetrator apart from all others: "
        "join them by + where it is the sum of both, as Army+Militia",
    ),
}
_ROUND = 100  # grid from which a number is nobody's list


def contradictions(table: Table, rows: Sequence[Claim]) -> Iterator[Problem]:
    """Find texts that count a group which lies outside of that of their row."""
    for index, row in _naming_groups(rows):
        said = row.quantity.groups
        if row.group not in _INSIDE:
            continue
        outside = [group for group in said if group not in _INSIDE[row.group]]
        if not outside or _wider(row.group, said):
            continue
        given = "" if "group" in table.columns else ", which was not given,"
        reason = (
            f"the text counts {' and '.join(said)} and the group of its row{given} is {row.group}: "
            f"correct the group"
        )
        yield table.problem(index, reason, "quantity", row.quantity.text)


def _naming_groups(rows: Sequence[Claim]) -> list[tuple[int, Claim]]:
    """Rows whose text names a group."""
    # Equal texts share one quantity.
    naming = {id(row.quantity) for row in rows if row.quantity and row.quantity.counted}
    return [(i, row) for i, row in enumerate(rows) if id(row.quantity) in naming
            and row.quantity.groups] if naming else []  # fmt: skip


def _wider(group: str, said: Sequence[str]) -> bool:
    """Whether a text names the group and more: "women and children" in a row of women."""
    return group in _EVERYBODY and group in said


def questions(table: Table, rows: Sequence[Claim]) -> list[Noted]:
    """Return what is asked of the author of a table."""
    asked = (_roles, _traps, _references, _narrow, own_groups, _several, _early, copies)
    return [note for ask in asked for note in ask(table, rows)]


def _roles(table: Table, rows: Sequence[Claim]) -> Iterator[Noted]:
    asked: dict[tuple[str, str, str], list[int]] = {}
    for index, row in enumerate(rows):
        if row.role and row.outcome != "lost" and (row.role, row.group) in _ROLE_AGAINST_GROUP:
            asked.setdefault((row.role, row.group, row.source), []).append(index)
    for (role, group, source), at in asked.items():
        text = stored(
            "note",
            "{source} is {role} toward {group} ({where}), but {reason}",
            source=repr(source),
            role=role,
            group=group,
            where=lines_of(table, at),
            reason=_ROLE_AGAINST_GROUP[role, group],
        )
        yield "role_against_group", text


def _traps(table: Table, rows: Sequence[Claim]) -> Iterator[Noted]:
    """Ask about role words that people use of other sources than the record does."""
    asked: dict[tuple[str, str], list[int]] = {}
    guesses = _guesses(rows)
    for index, row in enumerate(rows):
        if index in guesses:
            asked.setdefault(("government", row.source), []).append(index)
        elif row.role == "monitor" and _MERGED.search(row.source):
            asked.setdefault(("monitor", row.source), []).append(index)
    for (role, source), at in asked.items():
        if role == "monitor":
            reason = stored(
                "note", "its name speaks of several lists in one: if it is that, write merged_list"
            )
        else:
            reason = stored(
                "note",
                "the number is round: government is for a list of persons. Write accuser for a "
                "total asserted of the enemy's deeds, gov_estimate for a guess, and first_count "
                "for officials in the first days",
            )
        text = stored(
            "note",
            "{source} is {role} ({where}), but {reason}",
            source=repr(source),
            role=role,
            where=lines_of(table, at),
            reason=reason,
        )
        yield "role_word", text


def _guesses(rows: Sequence[Claim]) -> set[int]:
    """Round numbers of governments whose numbers of that kind are mostly round.

    A list that grows passes a round length by chance, and that is no guess.
    """
    large: dict[tuple[str, str, str], list[int]] = {}
    for index, row in enumerate(rows):
        if row.role == "government" and row.outcome != "lost" and _number(row) >= _ROUND:
            large.setdefault((row.source, row.outcome, row.group), []).append(index)
    found: set[int] = set()
    for at in large.values():
        round_ones = [index for index in at if _no_list(rows[index])]
        if 2 * len(round_ones) > len(at):
            found.update(round_ones)
    return found


def _number(row: Claim) -> float:
    quantity = row.quantity
    return quantity.best or quantity.low or quantity.high or 0


def _no_list(row: Claim) -> bool:
    """Whether a number is too round to be the length of a list."""
    return (row.quantity.grid or _ROUND) >= _ROUND


def _narrow(table: Table, rows: Sequence[Claim]) -> Iterator[Noted]:
    """Ask about texts that count a part of the group of their row."""
    asked: dict[tuple[tuple[str, ...], str], list[int]] = {}
    for index, row in _naming_groups(rows):
        said = row.quantity.groups
        inside = _INSIDE.get(row.group)
        if inside is None or row.group in said or not inside.issuperset(said):
            continue
        whole = _EVERYBODY.issubset(said) or {"civilians", "combatants"}.issubset(said)
        if not whole and len(inside) > 1:
            asked.setdefault((said, row.group), []).append(index)
    for (said, group), at in asked.items():
        text = stored(
            "note",
            "the text counts {names}, and is taken as the number of {group} ({where}): correct the "
            "group if it is a part",
            names=" and ".join(said),
            group=group,
            where=lines_of(table, at),
        )
        yield "part_of_group", text


def _early(table: Table, rows: Sequence[Claim]) -> Iterator[Noted]:
    """Ask about windows that end after the day of publication."""
    at = [i for i, row in enumerate(rows) if row.end and row.reported and row.reported < row.end]
    if at:
        text = stored(
            "note",
            "the window ends after the day of publication ({where}): check that its end is the "
            "last day that was counted",
            where=lines_of(table, at),
        )
        yield "reported_before_end", text


def _several(table: Table, rows: Sequence[Claim]) -> Iterator[Noted]:
    """Ask about names that hold several: "AFP; Reuters", "Army and Navy" beside the Army."""
    for column, template in _ONE_EACH.items():
        names = dict.fromkeys(map(attrgetter(column), rows))
        alone = {name.casefold() for name in names}
        for name in names:
            parts = [part for part in _BETWEEN.split(name) if part.strip()]
            known = [part for part in parts if part.strip().casefold() in alone]
            listed = any(sign in name for sign in ";|/")
            if len(parts) > 1 and (listed or (known and column == "source")):
                lines = [i for i, row in enumerate(rows) if getattr(row, column) == name]
                where = lines_of(table, lines)
                text = stored("note", template, name=repr(name), number=len(parts), where=where)
                yield f"several_{column}s", text


def _references(table: Table, rows: Sequence[Claim]) -> Iterator[Noted]:
    """Ask about sources that both set the level of a cell, and contradict each other."""
    held: dict[tuple[object, ...], dict[str, int]] = {}
    for index, row in enumerate(rows):
        if row.role == "reference" and not row.quantity.is_unknown:
            held.setdefault((row.cell_key, row.window), {})[row.source] = index
    for sources in held.values():
        at = sorted(sources.values())
        lows = [rows[index].quantity.low or rows[index].quantity.best or 0 for index in at]
        highs = [rows[index].quantity.high or rows[index].quantity.best or low
                 for index, low in zip(at, lows, strict=True)]  # fmt: skip
        if max(lows) > _APART * min(highs):
            names = " and ".join(map(repr, sources))
            text = stored(
                "note",
                "{names} are both taken as reference and lie apart ({where}): give one of them "
                "another role",
                names=names,
                where=lines_of(table, at),
            )
            yield "references_apart", text
