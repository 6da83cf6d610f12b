"""labels.csv: what a person said of which records are one person."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from casualty_est.errors import InputError, Problem, UsageError
from casualty_est.linkage.naming import read_quietly
from casualty_est.linkage.scores.pairs import Pairs
from casualty_est.tables.read import Table, read_table, table_from

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NONE = "none"
COLUMNS = ("record", "candidate", "found_outside", "at_random", "reviewer")
YES, NO = frozenset({"1", "yes", "true"}), frozenset({"", "0", "no", "false"})
SLIPS = (2.0, 38.0)  # beta prior of the share of answers that are slips: about one in twenty


class Labels(NamedTuple):
    """Answers as read: for each record and reviewer the records that are the same person."""

    same: dict[tuple[int, str], frozenset[int]]
    outside: frozenset[int]  # records whose other mention was not among the candidates
    searched: bool  # whether anybody looked outside the candidates
    chosen: frozenset[int]  # records that were asked because they teach most: no sample


class Answers(NamedTuple):
    """Answers as the calibration reads them: one of some candidates, or none."""

    start: Ints  # (answer + 1,): where the candidates of each begin
    pair: Ints  # (candidate,): position among the pairs
    mine: Ints  # (answer,): list of the record
    theirs: Ints  # (candidate,): list of the candidate
    chosen: Ints  # (answer,): candidate, counted over all; -1 for none
    slips: float  # expected share of wrong answers
    yes: Ints  # pairs that every reviewer calls one person
    no: Ints  # pairs that every reviewer calls two
    records: int
    with_match: int  # records of which another mention exists
    # Of records that were asked at random: with another mention, and it not among the candidates.
    sampled: int
    outside: int
    searched: bool
    twice: int  # records that two reviewers answered
    disagreed: int

    def __len__(self) -> int:
        """Return the number of answers."""
        return len(self.chosen)


def read_labels(labels: Any, keys: Sequence[str]) -> Labels:
    """Read files or dataframes of answers, and check them against the records."""
    if not isinstance(labels, list | tuple):
        return _read(labels, keys)
    if not labels:
        msg = "labels: give one file or more, or None"
        raise UsageError(msg)
    same: dict[tuple[int, str], frozenset[int]] = {}
    parts = [_read(one, keys) for one in labels]
    for number, part in enumerate(parts, 1):
        for (record, name), answer in part.same.items():
            # Whoever did not sign is another reviewer in each file.
            reviewer = name or f"reviewer of file {number}"
            if same.setdefault((record, reviewer), answer) != answer:
                msg = (
                    "labels: one reviewer gives two answers to a record in two files: keep one of "
                    "them, or give the reviewers two names"
                )
                raise UsageError(msg)
    return Labels(
        same,
        frozenset().union(*(part.outside for part in parts)),
        any(part.searched for part in parts),
        frozenset().union(*(part.chosen for part in parts)),
    )


def _read(labels: Any, keys: Sequence[str]) -> Labels:
    """Read one file or dataframe of answers."""
    is_file = isinstance(labels, str | os.PathLike)
    read, *given = (read_table, Path(str(labels))) if is_file else (table_from, labels, "labels")
    table = read_quietly(read, *given)
    problems = _shape(table)
    if problems:
        raise InputError(problems, table.name)
    at = {key: i for i, key in enumerate(keys)}
    said: dict[tuple[int, str], set[int | None]] = defaultdict(set)
    first: dict[tuple[int, str], int] = {}
    outside: set[int] = set()
    telling: set[int] = set()
    columns = zip(*(table.column(name) for name in COLUMNS), strict=True)
    for row, (record, candidate, found, drawn, reviewer) in enumerate(columns):
        strange = _strange(table, row, record, candidate, (found, drawn), at)
        if strange:
            problems += strange
            continue
        mine = at[record]
        first.setdefault((mine, reviewer), row)
        said[mine, reviewer].add(None if candidate.casefold() == NONE else at[candidate])
        if found.casefold() in YES:
            outside.add(mine)
        if drawn and drawn.casefold() in NO:
            telling.add(mine)
    for (mine, reviewer), answers in said.items():
        if None in answers and len(answers) > 1:
            reason = "the record has both a match and 'none' from one reviewer: keep one answer"
            problems.append(table.problem(first[mine, reviewer], reason, "candidate"))
    problems += _contradictions(table, said, first, outside)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0), table.name)
    same = {key: frozenset(j for j in answers if j is not None) for key, answers in said.items()}
    searched = any(text for text in table.column("found_outside"))
    return Labels(same, frozenset(outside), searched, frozenset(telling))


def _shape(table: Table) -> list[Problem]:
    known = not set(COLUMNS).isdisjoint(table.columns)
    problems = [
        Problem(f"labels need the column {name!r}: record, and candidate (an id or none)")
        for name in COLUMNS[:2]
        if name not in table.columns
    ]
    problems += [
        Problem(f"not a column of labels. Use one of: {', '.join(COLUMNS)}", column=column)
        for column in table.columns
        if column not in COLUMNS and known  # else the first line may be a person
    ]
    return problems


def _strange(
    table: Table,
    row: int,
    record: str,
    candidate: str,
    marks: tuple[str, str],
    at: dict[str, int],
) -> list[Problem]:
    """What is wrong with one row; ids are not repeated in messages, for they may be names."""
    problems = []
    if record not in at:
        reason = "there is no record with this id in the lists: labels belong to the same files"
        problems.append(table.problem(row, reason, "record"))
    if candidate.casefold() != NONE and candidate not in at:
        reason = "there is no record with this id in the lists: write an id of the lists or none"
        problems.append(table.problem(row, reason, "candidate"))
    if record == candidate:
        problems.append(table.problem(row, "a record is not its own candidate", "candidate"))
    problems += [
        table.problem(row, "write 1, 0 or nothing", column)
        for column, mark in zip(("found_outside", "at_random"), marks, strict=True)
        if mark.casefold() not in YES | NO
    ]
    return problems


def _contradictions(
    table: Table,
    said: dict[tuple[int, str], set[int | None]],
    first: dict[tuple[int, str], int],
    outside: set[int],
) -> list[Problem]:
    """One reviewer calls i and j one person at i, and says at j that j has no match anywhere."""
    problems = []
    for (mine, reviewer), answers in said.items():
        for other in answers:
            if other is None or other in outside:
                continue
            if said.get((other, reviewer)) == {None}:
                reason = (
                    f"this record is called the same person as that of {table.where} "
                    f"{table.lines[first[other, reviewer]]}, which is said to match none: "
                    "correct one of them"
                )
                problems.append(table.problem(first[mine, reviewer], reason, "candidate"))
    return problems


def answers_of(labels: Labels, pairs: Pairs, list_of: Ints) -> Answers:
    """Put the answers beside the candidates of their records."""
    near: dict[int, list[tuple[int, int]]] = defaultdict(list)
    wanted = {mine for mine, _ in labels.same}
    for p, (i, j) in enumerate(zip(pairs.i.tolist(), pairs.j.tolist(), strict=True)):
        if i in wanted:
            near[i].append((j, p))
        if j in wanted:
            near[j].append((i, p))
    start: list[int] = [0]
    pair: list[int] = []
    mine: list[int] = []
    theirs: list[int] = []
    chosen: list[int] = []
    votes: dict[int, set[bool]] = defaultdict(set)
    lost: set[int] = set()
    for (record, _), same in labels.same.items():
        around = near[record]
        inside = [j for j, _ in around if j in same]
        if same and not inside:
            lost.add(record)
        for j, p in around:
            votes[p].add(j in same)
        each: Sequence[int | None] = inside or [None]
        for answer in each:
            kept = [(j, p) for j, p in around if j == answer or j not in same]
            if not kept:
                continue
            chosen.append(-1 if answer is None else len(pair) + [j for j, _ in kept].index(answer))
            pair += [p for _, p in kept]
            theirs += [int(list_of[j]) for j, _ in kept]
            mine.append(int(list_of[record]))
            start.append(len(pair))
    twice, disagreed = _agreement(labels)
    outside = labels.outside | lost
    matched = {record for (record, _), same in labels.same.items() if same} | outside
    a, b = SLIPS
    return Answers(
        start=np.array(start, dtype=np.int64),
        pair=np.array(pair, dtype=np.int64),
        mine=np.array(mine, dtype=np.int64),
        theirs=np.array(theirs, dtype=np.int64),
        chosen=np.array(chosen, dtype=np.int64),
        # Of two answers to one record that disagree, one is a slip.
        slips=(a + disagreed) / (a + b + 2 * twice),
        yes=np.array(sorted(p for p, vote in votes.items() if vote == {True}), dtype=np.int64),
        no=np.array(sorted(p for p, vote in votes.items() if vote == {False}), dtype=np.int64),
        records=len(wanted),
        with_match=len(matched),
        sampled=len(matched - labels.chosen),
        outside=len(outside - labels.chosen),
        searched=labels.searched or bool(lost),
        twice=twice,
        disagreed=disagreed,
    )


def _agreement(labels: Labels) -> tuple[int, int]:
    """Records with two answers, and how many of these differ."""
    by_record: dict[int, list[frozenset[int]]] = defaultdict(list)
    for (record, _), same in labels.same.items():
        by_record[record].append(same)
    double = [answers for answers in by_record.values() if len(answers) > 1]
    return len(double), sum(len(set(answers)) > 1 for answers in double)
