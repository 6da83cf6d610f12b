"""What brackets behind a count hold of the same dead: who is named, where and when they died."""

from __future__ import annotations

from casualty_est.quantity.counted import PREPOSITIONS
from casualty_est.quantity.grammar import Reading
from casualty_est.quantity.tokens import padded
from casualty_est.quantity.written_numbers import number_at

_IDENTIFIED = frozenset({"identified", "named", "unidentified", "unnamed", "buried"})
_SO_FAR = frozenset(
    {"already", "are", "been", "by", "far", "have", "name", "now", "of", "only", "so", "still"}
    | {"them", "to", "date", "victims", "bodies", "were", "people", "dead", "yet"}
)


def are_known(words: list[str], count: Reading) -> bool:
    """Whether brackets hold how many of the dead have a name: "137 (62 identified)"."""
    match = number_at(padded(words), 0)
    top = count.high if count.high is not None else count.best
    if match is None or (top is not None and match[0].value() > top):
        return False
    rest = words[match[1] :]
    return not _IDENTIFIED.isdisjoint(rest) and (_IDENTIFIED | _SO_FAR).issuperset(rest)


def is_by_place(words: list[str], count: Reading) -> bool:
    """Whether brackets hold the same count by place or by time: "5 (4 at the scene, 1 later)"."""
    total, here = 0, list[list[str]]([[]])
    for word in words:
        if word in (",", ";", "and"):
            here.append([])
        else:
            here[-1].append(word)
    here = [piece for piece in here if piece]
    for piece in here:
        match = number_at(padded(piece), 0)
        rest = piece[match[1] :] if match else []
        if match is None or not rest or rest[0] not in PREPOSITIONS | {"later"}:
            return False
        if any(word[0].isdigit() for word in rest):
            return False
        total += match[0].value()
    return len(here) > 1 and total == count.best
