"""Links that blocking could not see: how many there may be, and what they change."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betaln

from casualty_est.linkage.answers import Answers
from casualty_est.linkage.scores.pairs import Pairs
from casualty_est.wording.language import N_, Kept, stored

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BY_RULES = N_(
    "note",
    "two sets of blocking rules say how many links both miss, as two lists would; rules that fail "
    "together make this too low, and rules of which one finds what the other misses too high",
)
ONE_RULE = N_(
    "note",
    "one blocking rule cannot say how many links it misses, and the estimate takes none as missed: "
    "give a second rule (rules=), or search the lists for records that were asked at random",
)
BY_SEARCH = N_(
    "note",
    "of {with_match} records that were asked at random and have another mention, reviewers found "
    "it outside the candidates for {outside}; the overlap is raised by the share that this "
    "suggests",
)

MANY = 0.975  # quantile of the share of links that blocking missed
TRIED = 100  # shares by the rules from which one is taken by what reviewers found


def draw_missed(
    pairs: Pairs, answers: Answers | None, passes: Ints, rng: np.random.Generator
) -> tuple[Array, Kept | None]:
    """Draws of the share of links outside the candidates (chain, draw), and how it is known.

    Two sets of rules (`passes_of`) are two lists of the links: what both miss follows as for
    people, and as with lists their dependence makes it wrong. So where reviewers
    looked outside the candidates, the prior is that estimate or flat, with one half each, and what
    they found decides. Only records that were asked at random say how much is missed: those that
    teach the calibration most were chosen by their candidates.
    """
    shape = passes.shape[:2]
    blocked = not pairs.everything and len(pairs.rules) > 1 and bool(passes.sum())
    searched = answers is not None and answers.searched and answers.sampled > 0
    if answers is None or not searched:
        if not blocked:
            alone = not pairs.everything and len(pairs.rules) == 1
            return np.zeros(shape), stored("note", ONE_RULE) if alone else None
        return _by_rules(passes, 1, rng)[..., 0], stored("note", BY_RULES)
    outside, inside = answers.outside, answers.sampled - answers.outside
    found = stored("note", BY_SEARCH, outside=outside, with_match=answers.sampled)
    flat = rng.beta(1 + outside, 1 + inside, size=shape)
    if pairs.everything and pairs.rules and not outside:
        return np.zeros(shape), None  # every pair was compared, and nobody found another
    if not blocked:
        return flat, found
    tried = _by_rules(passes, TRIED, rng)
    logs = outside * np.log(tried) + inside * np.log1p(-tried)
    most = logs.max(axis=-1, keepdims=True)
    worth = np.exp(logs - most)
    by_rules = most[..., 0] + np.log(worth.mean(axis=-1))
    chance = 1 / (1 + np.exp(betaln(1 + outside, 1 + inside) - by_rules))
    ranks = (worth.cumsum(axis=-1) / worth.sum(axis=-1, keepdims=True)) < rng.random((*shape, 1))
    taken = np.take_along_axis(tried, ranks.sum(axis=-1)[..., None].clip(0, TRIED - 1), -1)
    return np.where(rng.random(shape) < chance, taken[..., 0], flat), found


def _by_rules(passes: Ints, number: int, rng: np.random.Generator) -> Array:
    """Draws of the share of links that both sets of rules miss, of shape (chain, draw, number)."""
    first, second, both = np.moveaxis(passes, -1, 0)[..., None]
    size = (*passes.shape[:2], number)
    by_first = rng.beta(1 + both, 1 + second, size=size)
    by_second = rng.beta(1 + both, 1 + first, size=size)
    missed: Array = (1 - by_first) * (1 - by_second)
    return missed


def if_missed(
    tables: Ints, missed: Array, records: Ints, rng: np.random.Generator
) -> dict[float, Ints]:
    """Mean people (stratum, history) if blocking missed no link, and as many as it well may.

    tables (chain, draw, stratum, history) without missed links. Empty where none is missed.
    """
    if not missed.any():
        return {}
    shares = (0.0, round(float(np.quantile(missed, MANY)), 4))
    each = (add_missed(tables, np.full(missed.shape, share), records, rng) for share in shares)
    return {
        share: np.rint(joined.mean(axis=(0, 1))).astype(np.int64)
        for share, joined in zip(shares, each, strict=True)
    }


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
