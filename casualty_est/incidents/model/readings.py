"""What every row of an incidents table counts as, before any number enters a model.

Sources that report incidents of their own accord are listers. A source that judges what others
report (accepted, rejected, open) is the judge: its silence on an incident says nothing, and a
verdict is no listing unless it reported the incident itself. An investigation establishes what
happened at sites that somebody chose for it: which ones it looked at says nothing, what it found is
evidence of the incident and of whoever reported it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from casualty_est.arrays import Bools, Ints
from casualty_est.errors import UsageError
from casualty_est.incidents.model.denials import is_denial
from casualty_est.incidents.table.incident import INVESTIGATION
from casualty_est.incidents.table.patterns import NO_GRADE, NOT_MENTIONED, IncidentPatterns
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.checks import must_be_in
from casualty_est.wording.language import N_, Noted, stored

ACCEPTED, REJECTED, OPEN = 1, 2, 3
FOUND, NOT_FOUND = 1, 2  # by the investigation, 0 where it did not look
UNGRADED = "ungraded"
OF_A_PATTERN = (
    "claim", "verdict", "self_reported", "recall_check", "grade_of", "suspects", "scope_of",
    "year", "count", "prob",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Readings:
    """The patterns that count, and what each source does in them."""

    patterns: IncidentPatterns
    kept: Ints  # (pattern,): position of each among the patterns of the table
    listers: tuple[int, ...]
    judge: int | None
    listed: Bools  # (pattern, source): mentioned by a lister, or reported by the judge itself
    verdict: Ints  # (pattern,): 0 none or open, 1 accepted, 2 rejected
    self_reported: Bools  # (pattern,): by the judge
    target: str | None  # the perpetrator whose deaths are counted
    suspects: Ints  # (pattern,): among whom the deaths are to be attributed
    investigation: int | None  # also one of the listers: it counts as they do
    found: Ints  # (pattern,): 0, `FOUND` or `NOT_FOUND`
    notes: tuple[Noted, ...]

    @property
    def speaks(self) -> Bools:
        """Where the judge states deaths: it accepted the incident or reported it itself."""
        return np.asarray((self.verdict == ACCEPTED) | self.self_reported)

    @property
    def recorders(self) -> tuple[int, ...]:
        """Listers that come to know of incidents, and are not sent to them."""
        return tuple(s for s in self.listers if s != self.investigation)

    @property
    def drawn(self) -> Bools:
        """Sites where deaths were found, drawn by design whether or not anybody lists them."""
        return np.asarray((self.found == FOUND) & (self.patterns.prob > 0))


def read_patterns(
    patterns: IncidentPatterns,
    roles: Mapping[str, str | None],
    *,
    perpetrator: str | None,
    range_rule: str,
) -> Readings:
    """Decide what counts."""
    judge, investigation = _judge(patterns), _investigation(patterns.sources, roles)
    listers = tuple(s for s in range(len(patterns.sources)) if s != judge)
    notes: list[Noted] = []
    if not listers:
        msg = (
            f"only {patterns.sources[0]} speaks of these incidents, and it judges them: add what "
            f"another source reports"
        )
        raise UsageError(msg)
    listed = patterns.claim > NOT_MENTIONED
    found = findings(patterns, investigation)
    if investigation is not None:
        listed[:, investigation] = found == FOUND
        _must_be_chosen(patterns, investigation, found)
    verdict, own = np.zeros(len(patterns), np.int64), np.zeros(len(patterns), bool)
    if judge is not None:
        elsewhere = listed[:, list(listers)].any(axis=1)
        verdict, own = _judged_rows(patterns, judge, elsewhere, notes)
        listed[:, judge] = own
    keep = listed.any(axis=1)
    if judge is not None:
        text = N_(
            "note", "incidents that only {source} speaks of and did not accept, left out: {number}"
        )
        _note(notes, "left_out", patterns, ~keep, text, patterns.sources[judge])
    if investigation is not None:
        nobody = ~keep & (found == NOT_FOUND)
        text = N_(
            "note",
            "incidents at which nobody died, as the investigation found, and that nobody else "
            "reports, in no sum: {number}",
        )
        _note(notes, "sites_without_deaths", patterns, nobody, text)
    target, suspects, known = _target(patterns, judge, perpetrator, keep)
    if target is not None:
        text = N_("note", "incidents without {source} among the suspects, left out: {number}")
        _note(notes, "other_suspects", patterns, keep & ~known, text, target)
        keep &= known
    if not keep.any():
        msg = f"no incident of the table can be counted{f' for {target}' if target else ''}"
        raise UsageError(msg)
    kept = np.flatnonzero(keep)
    columns: dict[str, Any] = {name: getattr(patterns, name)[kept] for name in OF_A_PATTERN}
    chosen = replace(patterns, **columns, incident_of=None)
    if investigation is not None and judge is None:
        chosen = _graded(chosen, listed[kept], found[kept], investigation)
    if range_rule == "common":
        claims = [
            tuple(map(_halved, stated)) if s not in (judge, investigation) else stated
            for s, stated in enumerate(chosen.claims)
        ]
        chosen = replace(chosen, claims=tuple(claims))
    return Readings(
        chosen, kept, listers, judge, listed[kept], verdict[kept], own[kept], target,
        suspects[kept], investigation, found[kept], tuple(notes),
    )  # fmt: skip


def _judge(patterns: IncidentPatterns) -> int | None:
    judging = np.flatnonzero((patterns.verdict > 0).any(axis=0))
    if len(judging) > 1:
        names = ", ".join(patterns.sources[s] for s in judging)
        msg = f"one source may judge incidents, and several do ({names}): fit each by itself"
        raise UsageError(msg)
    return int(judging[0]) if len(judging) else None


def _investigation(sources: Sequence[str], roles: Mapping[str, str | None]) -> int | None:
    """The source that went to the sites."""
    looked = [s for s, name in enumerate(sources) if roles[name] == INVESTIGATION]
    if len(looked) > 1:
        names = ", ".join(sources[s] for s in looked)
        msg = (
            f"one source may have the role {INVESTIGATION}, and several do ({names}): give them "
            "one name, or fit each by itself"
        )
        raise UsageError(msg)
    return looked[0] if looked else None


def findings(patterns: IncidentPatterns, investigation: int | None) -> Ints:
    """Whether the investigation found deaths at each site, 0 where it says nothing."""
    if investigation is None:
        return np.zeros(len(patterns), np.int64)
    none = [NOT_FOUND if is_denial(q) else FOUND for q in patterns.claims[investigation]]
    claim = patterns.claim[:, investigation]
    return np.where(claim >= 0, np.array([*none, 0])[np.where(claim >= 0, claim, -1)], 0)


def _must_be_chosen(patterns: IncidentPatterns, investigation: int, found: Ints) -> None:
    """Refuse deaths that an investigation alone knows of, at a site that no design drew."""
    others = [s for s in range(len(patterns.sources)) if s != investigation]
    alone = ~(patterns.claim[:, others] > NOT_MENTIONED).any(axis=1)
    bare = alone & (found > 0) & ~(patterns.prob > 0)
    if bare.any():
        name = patterns.sources[investigation]
        msg = (
            f"{int(patterns.count[bare].sum()):,} incidents are known to {name} alone: write in "
            "prob with which probability each site was drawn, or add the reports that led to it"
        )
        raise UsageError(msg)


def _graded(
    patterns: IncidentPatterns, listed: Bools, found: Ints, investigation: int
) -> IncidentPatterns:
    """Reports without a grade as a grade of their own, where an investigation looked at some."""
    others = [s for s in range(len(patterns.sources)) if s != investigation]
    bare = (patterns.grade_of == NO_GRADE) & listed[:, others].any(axis=1)
    if not (bare & (found > 0)).any():
        return patterns
    grade_of = np.where(bare, len(patterns.grade), patterns.grade_of).astype(np.int8)
    return replace(patterns, grade=(*patterns.grade, UNGRADED), grade_of=grade_of)


def _judged_rows(
    patterns: IncidentPatterns, judge: int, elsewhere: Bools, notes: list[Noted]
) -> tuple[Ints, Bools]:
    """Verdict of each pattern, and whether the judge reported it itself."""
    name = patterns.sources[judge]
    verdict = patterns.verdict[:, judge].astype(np.int64)
    own = patterns.self_reported[:, judge].copy()
    has_number = patterns.claim[:, judge] >= 0
    conceded = (verdict == 0) & has_number & ~own
    text = N_(
        "note",
        "incidents on which {source} states deaths without a verdict, read as accepted by it: "
        "{number}",
    )
    _note(notes, "conceded", patterns, conceded & elsewhere, text, name)
    verdict[conceded] = ACCEPTED
    alone = (verdict == ACCEPTED) & ~own & ~elsewhere
    text = N_(
        "note",
        "incidents that only {source} reports and accepts, read as reported by itself: {number}",
    )
    _note(notes, "own_report", patterns, alone, text, name)
    own |= alone
    text = N_(
        "note",
        "incidents with deaths stated by {source} though it did not accept them, that number not "
        "used: {number}",
    )
    unused = (verdict != ACCEPTED) & has_number & ~own
    _note(notes, "number_unused", patterns, unused, text, name)
    verdict[own | (verdict == OPEN)] = 0
    return verdict, own


def _note(
    notes: list[Noted],
    code: str,
    patterns: IncidentPatterns,
    which: Bools,
    template: str,
    source: str = "",
) -> None:
    count = int(patterns.count[which].sum())
    if count:
        text = stored("note", template, source=source, number=f"{count:,}")
        notes.append((code, text))


def _target(
    patterns: IncidentPatterns, judge: int | None, perpetrator: str | None, keep: Bools
) -> tuple[str | None, Ints, Bools]:
    """The perpetrator counted, the number of suspects, and where it is among them."""
    groups = patterns.perpetrators
    names = list(dict.fromkeys(name for group in groups for name in group))
    if perpetrator is not None:
        must_be_in(perpetrator, names, f"perpetrator: {perpetrator!r} is not a suspect")
    target = perpetrator
    if target is None and judge is not None and names:
        target = _judged(patterns, patterns.sources[judge], names, keep)
    size = np.array([max(len(group), 1) for group in groups], dtype=np.int64)
    # Where nobody is named, nobody else is.
    held = np.array([target is None or not group or target in group for group in groups])
    if target is None and judge is None:
        size = np.ones_like(size)
    return target, size[patterns.suspects], held[patterns.suspects]


def _judged(patterns: IncidentPatterns, judge: str, names: Sequence[str], keep: Bools) -> str:
    """Whose deeds the judge speaks of: its own, or those of the suspect named everywhere."""
    if judge in names:
        return judge
    groups = [patterns.perpetrators[i] for i in np.unique(patterns.suspects[keep])]
    common = [name for name in names if all(name in group for group in groups if group)]
    if len(common) == 1:
        return common[0]
    msg = (
        f"{judge} accepts or rejects incidents, but is not a suspect of them under that name: say "
        f"perpetrator= one of {', '.join(map(repr, names))}"
    )
    raise UsageError(msg)


def _halved(quantity: Quantity) -> Quantity:
    high = quantity.high
    if high is None or not quantity.hedge.states_low:
        return quantity
    return Quantity(math.ceil(high / 2), None, high, "between", quantity.grid, quantity.text)
