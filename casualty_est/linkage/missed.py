"""Links that blocking could not see: how many there may be, and what they change."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from casualty_est.linkage.answers import Answers
from casualty_est.linkage.scores.pairs import Pairs
from casualty_est.wording.language import Kept, stored

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def draw_missed(
    pairs: Pairs, answers: Answers | None, passes: Ints, rng: np.random.Generator
) -> tuple[Array, Kept | None]:
    """Draws of the share of links outside the candidates (chain, draw), and how it is known."""
    shape = passes.shape[:2]
    if answers is not None and answers.searched and answers.with_match:
        inside = answers.with_match - answers.outside
        text = stored(
            "note",
            "reviewers found the other record of {outside} of {with_match} people outside the "
            "candidates; the overlap is raised by the share that this suggests",
            outside=answers.outside,
            with_match=answers.with_match,
        )
        return rng.beta(1 + answers.outside, 1 + inside, size=shape), text
    if pairs.everything or not passes.sum():
        return np.zeros(shape), None
    first, second, both = np.moveaxis(passes, -1, 0)
    by_first = rng.beta(1 + both, 1 + second)
    by_second = rng.beta(1 + both, 1 + first)
    text = stored(
        "note",
        "two sets of blocking rules, names alone and the others, say how many links both "
        "miss, as two lists would; rules that fail together make this a lower bound",
    )
    return (1 - by_first) * (1 - by_second), text


def add_missed(tables: Ints, missed: Array, records: Ints, rng: np.random.Generator) -> Ints:
    """Join as many people seen once as there are links outside the candidates.

    tables (chain, draw, stratum, history), missed (chain, draw), records (list,). Where the links
    lie is not known; they are shared out as the links that were seen.
    """
    if not missed.any():
        return tables
    joined = tables.copy()
    for c, d in np.ndindex(*missed.shape):
        if missed[c, d] > 0:
            _join(joined[c, d], float(missed[c, d]), records, rng)
    return joined


def _join(table: Ints, missed: float, records: Ints, rng: np.random.Generator) -> None:
    """Join singletons of one draw, in place; table (stratum, history)."""
    lists = len(records)
    held = (np.arange(table.shape[1])[:, None] >> np.arange(lists)) & 1
    kinds = [(a, b) for a in range(lists) for b in range(a, lists)]
    people = table @ held
    seen = []
    for a, b in kinds:
        if a == b:
            # Repeats of one list: shared out over strata by the people that it holds there.
            repeats = max(0.0, float(records[a] - people[:, a].sum()))
            seen.append(repeats * people[:, a] / max(1, people[:, a].sum()))
        else:
            seen.append((table @ (held[:, a] & held[:, b])).astype(float))
    links = np.array(seen)  # (kind, stratum)
    total = int(links.sum())
    if not total:
        return
    extra = rng.negative_binomial(total, 1 - missed)
    number = rng.multinomial(extra, (links / links.sum()).ravel()).reshape(links.shape)
    for (a, b), by_stratum in zip(kinds, number, strict=True):
        for s, wanted in enumerate(by_stratum):
            one, two = 1 << a, 1 << b
            most = table[s, one] - 1 if a == b else min(table[s, one], table[s, two])
            joined = int(min(wanted, max(most, 0)))
            table[s, one] -= joined
            if a != b:
                table[s, two] -= joined
                table[s, one | two] += joined
