"""What a claims model says of itself: what was read how, and what it was learned from."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from casualty_est import datasets
from casualty_est.claims.model.anchors import check_anchors
from casualty_est.claims.model.layout import Layout
from casualty_est.claims.model.over_time import windows_note
from casualty_est.claims.table.checks import basis_assumed
from casualty_est.claims.table.groups import without_declared
from casualty_est.priors.conflicts import matching_conflicts, read_as
from casualty_est.tables.cells import Given
from casualty_est.wording.language import N_, Noted, stored
from casualty_est.wording.phrases import quoted

if TYPE_CHECKING:
    from casualty_est.claims.model.model import ClaimsModel

NO_LEVEL = N_("note", "no source has a role and nothing anchors the level")


def notes_of(model: ClaimsModel) -> list[Noted]:
    """Everything that a reader of the result should know of the model, each once."""
    read = without_declared(_by_named_roles(model), model.priors.groups)
    notes = [*read, *model.counted.notes, *check_anchors(model.layout)]
    if model.layout.timeline is not None:
        notes.append(("windows_modelled", windows_note(model)))
    notes += _bound_notes(model.layout)
    notes += _record_note(model)
    unnamed = dict.fromkeys(t.source for t in model.layout.ratios.targets if t.role is None)
    if unnamed:
        names = ", ".join(unnamed)
        notes.append(
            (
                "no_role",
                stored(
                    "note",
                    "no role given for {names}: little is assumed about the ratio",
                    names=names,
                ),
            )
        )
    if not model.has_level and not model.assume_unbiased:
        text = stored(
            "note",
            "{why}, so there is no headline number; give roles, an anchor, or assume_unbiased "
            "(--assume-unbiased)",
            why=NO_LEVEL,
        )
        notes.append(("no_level", text))
    elif not model.layout.has_level:
        text = stored(
            "note", "the analyst assumes that sources without a role report the truth on the median"
        )
        notes.append(("assumed_unbiased", text))
    return list(dict.fromkeys(notes))


def _by_named_roles(model: ClaimsModel) -> list[Noted]:
    """What was read, with what numbers rest on by the roles and readings that were named since."""
    rows = model.claims.rows
    before = basis_assumed(rows)
    if before is None:
        return list(model.claims.warnings)
    after = basis_assumed(
        [
            replace(row, role=role, hedge=model.settings["hedge"].get(row.source, row.hedge))
            for row, role in zip(rows, model.roles_of_claims(), strict=True)
        ]
    )
    return [
        (code, after if text == before and after is not None else text)
        for code, text in model.claims.warnings
    ]


def _record_note(model: ClaimsModel) -> list[Noted]:
    """What the priors were learned from."""
    notes = _own_notes(model)
    if not model.from_record.any():
        return notes
    without = model.priors.left_out
    rows = [r for r in datasets.record() if r.use == "main" and r.conflict not in without]
    behind = {"statements": len(rows), "conflicts": len({r.conflict for r in rows})}
    if without:
        text = stored(
            "note",
            "what sources of a role are expected to report was learned from {statements} "
            "statements in {conflicts} conflicts, without {conflict}",
            conflict=" and ".join(without),
            **behind,
        )
        notes = [*_foreign_names(model), *notes]
    elif (named := model.settings["conflict"]) and not matching_conflicts(named):
        text = stored(
            "note",
            "what sources of a role are expected to report was learned from {statements} "
            "statements in {conflicts} conflicts, and {conflict} is none of them",
            conflict=f"'{named}'",
            **behind,
        )
    else:
        text = stored(
            "note",
            "what sources of a role are expected to report was learned from {statements} "
            "statements in {conflicts} conflicts, none of which the table names; conflict= names "
            "one",
            **behind,
        )
    return [("record", text), *notes]


def _foreign_names(model: ClaimsModel) -> list[Noted]:
    """Which names of other languages told what to leave out of the record."""
    texts = [
        stored(
            "note",
            "{name} was read as {english} to find the conflict that the record leaves out",
            name=f"'{written}'",
            english=english,
        )
        for written, english in read_as(model.conflict_labels)
    ]
    return [("record", text) for text in texts]


def _own_notes(model: ClaimsModel) -> list[Noted]:
    """Which sources have validated cases of their own, and which cases found no source."""
    named = Counter(case.source for case in model.priors.record)
    used = [
        target for target in model.layout.ratios.targets if target.prior.given is Given.OWN_CASES
    ]
    texts = [
        stored(
            "note",
            "{name}: its prior was updated by {number} of its own validated cases",
            name=name,
            number=named[name],
        )
        for name in dict.fromkeys(target.source for target in used)
    ]
    others = [name for name in named if name not in {target.source for target in used}]
    if others:
        texts.append(
            stored(
                "note",
                "the validated cases of {names} update nothing: no claim of that source at that "
                "level counts",
                names=", ".join(others),
            )
        )
    return [("own_record", text) for text in texts]


def _bound_notes(layout: Layout) -> list[Noted]:
    """How each source's "at least" is read."""
    bounds: dict[tuple[str, str], list[str]] = {}
    for claim, hedge in zip(layout.claims, layout.hedges, strict=True):
        if claim.quantity.hedge.bound == "lower":
            meaning = N_("note", "a speaker's bound")
            if hedge == "documented":
                meaning = N_("note", "the number it counted")
            bounds.setdefault((claim.source, meaning), []).append(claim.quantity.text)
    notes = []
    for (source, meaning), texts in bounds.items():
        said, several = quoted(texts)
        places = {"source": source, "names": said, "meaning": meaning}
        if several:
            text = stored("note", "{source}: {names} are each read as {meaning}", **places)
        else:
            text = stored("note", "{source}: {names} is read as {meaning}", **places)
        notes.append(("hedge", text))
    return notes
