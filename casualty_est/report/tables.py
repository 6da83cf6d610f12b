"""The tables of the report: numbers rounded, texts unescaped (the template does that)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from casualty_est.errors import UsageError
from casualty_est.report import naming
from casualty_est.result.schema import Case, ClaimRow, Ground, Weight
from casualty_est.result.show import interval_title
from casualty_est.result.spoken import NONE, as_written, documented_cell, verb
from casualty_est.result.tables import row_bound, row_numbers
from casualty_est.wording.again import told_again
from casualty_est.wording.language import _, figure, pgettext, separated, spoken
from casualty_est.wording.numbers import Ends, ends, middle, run
from casualty_est.wording.phrases import capitalised, either, refit_name, with_source
from casualty_est.wording.terms import assumption_name, role_name

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate

MANY_REFITS = 12  # refits of a sampled model that a report starts unasked: about a minute
MANY_WEIGHTS, SHOWN_WEIGHTS = 40, 12  # of more assumptions those with the largest weights are shown
MANY_CLAIMS = 250  # claims that are printed one by one
MOST_NAMED, FIRST_NAMED = 12, 8  # of more assumptions with one prior the first are named
_LINK = re.compile(r"https?://[^\s<>\"'`]+|\bdoi:?\s*(10\.\d{4,9}/[^\s<>\"'`;]+)", re.IGNORECASE)
_AFTER = ".,;:!?)]}"  # belongs to the sentence, not to the address


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text, with the address it links to, if any."""

    text: str
    href: str | None = None


Cell = str | tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table to print."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[str, ...] = ()
    wide: bool = False  # whether cells hold sentences: it may be wider than the text
    stack: bool = True  # whether a narrow screen shows its rows one under the other


def linked(citation: str) -> tuple[Segment, ...]:
    """Cut a citation into plain text and links: http, https and doi only."""
    parts: list[Segment] = []
    done = 0
    for match in _LINK.finditer(citation):
        shown, doi = match.group().rstrip(_AFTER), match.group(1)
        href = f"https://doi.org/{doi.rstrip(_AFTER)}" if doi else shown
        if _safe(href):
            parts += [Segment(citation[done : match.start()]), Segment(shown, href)]
            done = match.start() + len(shown)
    parts.append(Segment(citation[done:]))
    return tuple(part for part in parts if part.text)


def _safe(href: str) -> bool:
    try:
        address = urlsplit(href)
    except ValueError:
        return False
    return address.scheme.lower() in ("http", "https") and bool(address.hostname)


def estimates(estimate: Estimate, prob: float) -> Table:
    """Documented count beside estimate, one line per cell and part."""
    rows = []
    windows = {(row.cell.scope, row.cell.start, row.cell.end) for row in estimate.meta.rows}
    several_windows = len(windows) > len({scope for scope, _, _ in windows})
    for i, row in enumerate(estimate.meta.rows):
        name = naming.row_name(estimate, i)
        if several_windows and (window := naming.window(row.cell)):
            name += f" ({window})"
        if not row.claimed:
            name = _("{row} (remainder: no source counts it alone)", row=name)
        rows.append((name, documented_cell(estimate, i), *answer(estimate, i, prob)))
    return Table(
        _("What was documented, and what we estimate. The two answer different questions."),
        ("", _("Documented (a count)"), _("Estimated (median)"), interval_title(prob)),
        tuple(rows),
    )


def answer(estimate: Estimate, i: int, prob: float) -> tuple[str, str]:
    """Median and interval of a row, rounded; several of each where it has several modes."""
    numbers = row_numbers(estimate, i, prob)
    if numbers is None:
        return _("no number"), no_interval()
    if (bound := row_bound(estimate, i, prob)) is not None:
        return pgettext("median", "none"), bound.text
    modes = estimate.modes(i, prob)
    if len(modes) < 2:
        return rounded(numbers)
    medians = (
        _("{number} (weight {weight})", number=middle(mode), weight=naming.whole(mode.weight))
        for mode in modes
    )
    return either(medians), either(map(ends, modes))


def none() -> str:
    """What stands where there is no number."""
    return pgettext("number", NONE)


def no_interval() -> str:
    """What stands where there is no interval."""
    return pgettext("interval", "none")


def rounded(numbers: Ends) -> tuple[str, str]:
    """Median and interval, rounded to the width of the interval."""
    return middle(numbers), ends(numbers)


def weights(estimate: Estimate) -> Table | None:
    """What the level rests on, signed, with the sum where there is one."""
    rests = estimate.identification(0)
    if not rests.rows:
        return None
    columns = 3 if any(row.mcse for row in rests.rows) else 2  # the third has errors of sampling
    head = (_("Assumption"), _("Weight"), _("Monte Carlo error"))
    form = "{:.3f}" if rests.kind == "families" else "{:+.2f}"

    def printed(row: Weight) -> tuple[str, str, str]:
        errors = separated(f"{row.mcse or 0:.2g}")
        return assumption_name(row.assumption), separated(form.format(row.weight)), errors

    shown, others = list(rests.rows), []
    if len(shown) > MANY_WEIGHTS:
        shown.sort(key=lambda row: -abs(row.weight))
        shown, others = shown[:SHOWN_WEIGHTS], shown[SHOWN_WEIGHTS:]
    rows = [printed(row) for row in shown]
    if others:
        of_others = math.hypot(*(row.mcse or 0 for row in others))
        together = separated(form.format(sum(row.weight for row in others)))
        name = _("{number} others together", number=figure(len(others)))
        rows.append((name, together, separated(f"{of_others:.2g}")))
    foot: tuple[str, ...] = ()
    if rests.sum is not None:
        foot = (_("Sum"), separated(f"{rests.sum:+.2f}"), separated(f"{rests.sum_mcse:.2g}"))
    lines = tuple(row[:columns] for row in rows)
    caption = _caption(rests.kind, sampled=columns == 3)
    return Table(caption, head[:columns], lines, foot[:columns])


def _caption(kind: str, *, sampled: bool) -> str:
    """What the weights of a kind are."""
    if kind == "gauge" and sampled:
        return _(
            "Weight of each assumption in the level of the estimate; the sum is 1 up to Monte "
            "Carlo error."
        )
    captions = {
        "gauge": _("Weight of each assumption in the level of the estimate; the sum is 1."),
        "elasticity": _("Change of the estimate, in per cent, if an input is 1% higher."),
        "families": _("Weight of each kind of dependence in the answer."),
    }
    return captions.get(kind, _("Weights."))


def refits(
    estimate: Estimate, prob: float, questions: Mapping[str, str], *, unasked: bool
) -> list[Table]:
    """A table for each question that refits answer, by the name of its method: its caption.

    Refits that were not made before are made now where that is `unasked`.
    """
    return [
        cases(caption, records, prob)
        for name, caption in questions.items()
        if (records := estimate._records(name, 0, prob, unasked=unasked))
    ]


def cases(caption: str, records: Iterable[Case], prob: float) -> Table:
    """The estimate in each of some cases."""
    rows = tuple(case_row(case) for case in records)
    return Table(caption, (_("Case"), _("Estimated (median)"), interval_title(prob)), rows)


def case_row(case: Case) -> tuple[str, str, str]:
    """One case; of a refit that did not converge no numbers."""
    name = capitalised(refit_name(case.case, case.notes))
    if not case.converged:
        return name, _("did not converge"), no_interval()
    return name, *rounded(case)


def claims(estimate: Estimate) -> list[Table]:
    """Every claim as published: those that count, then those left out with the reason."""
    tables = []
    for counted in (True, False):
        rows = [row for row in estimate.meta.claims if row.counted is counted]
        if len(rows) > MANY_CLAIMS:
            tables.append(many_claims(rows, counted=counted))
        elif rows:
            tables.append(_claims(rows, counted=counted))
    return tables


def many_claims(rows: Sequence[ClaimRow], *, counted: bool) -> Table:
    """Count claims by source and cell, where they are too many to print one by one."""
    groups: dict[tuple[str, str, str], list[ClaimRow]] = {}
    for row in rows:
        key = (row.source, _role(row), naming.counted_whenever(row))
        groups.setdefault(key, []).append(row)
    lines = []
    for (source, role, what), same in sorted(groups.items(), key=lambda one: -len(one[1])):
        days = sorted(row.end for row in same if row.end)
        span = pgettext("number", "not given")
        if days:
            first, last = naming.day(days[0]), naming.day(days[-1])
            span = first
            if first != last:
                span = pgettext("days", "{first} to {last}", first=first, last=last)
        numbers = [float(n) for row in same for n in (row.low, row.best, row.high) if n]
        ends = _("no number")
        if numbers:
            low, high = figure(min(numbers)), figure(max(numbers))
            ends = low if low == high else run(low, high)
        lines.append((f"{source} ({role})", what, figure(len(same)), ends, span))
    number = figure(len(rows))
    if counted:
        caption = _(
            "The {number} claims used, by source; estimate.json has them one by one, under "
            "details.claims.",
            number=number,
        )
    else:
        caption = _(
            "The {number} claims left out, by source; estimate.json has them one by one, under "
            "details.claims.",
            number=number,
        )
    head = (_("Source"), _("What is counted"), _("Claims"), _("Numbers"), _("Counted up to"))
    return Table(caption, head, tuple(lines), wide=True)


def _claims(rows: Sequence[ClaimRow], *, counted: bool) -> Table:
    """One table of claims; what all of them speak of is said once."""
    of = [naming.counted_there(row) for row in rows]
    one = len(set(of)) == 1
    caption = _("Claims used, as published.") if counted else _("Claims left out, and why.")
    if one:
        caption = _("{caption} All figures are for {what}.", caption=caption, what=of[0])
    how = _("Read as") if counted else _("Why")
    head = (_("Source"), _("Said"), *[_("What is counted")] * (not one), _("Basis"), how)
    lines = tuple(
        (
            f"{row.source} ({_role(row)})",
            as_written(row.text, row) if row.text else _("blank"),
            *[what] * (not one),
            pgettext("verb", verb(row)),
            _reading(row) if counted else _reason(row),
            naming.day(row.reported) if row.reported else pgettext("number", "not given"),
            linked(row.citation) if row.citation else pgettext("citation", "none given"),
        )
        for row, what in zip(rows, of, strict=True)
    )
    return Table(caption, (*head, _("Published"), _("Citation")), lines, wide=True)


def _role(row: ClaimRow) -> str:
    return role_name(row.role) if row.role else pgettext("role", "no role")


def _reason(row: ClaimRow) -> str:
    return told_again(row.reason, "why a claim is left out", "note") if row.reason else none()


def _reading(row: ClaimRow) -> str:
    reading = told_again(str(row.reading), "reading")
    if row.level != "incident":
        return reading
    return pgettext("reading", "{reading}; single incident", reading=reading)


def priors(estimate: Estimate) -> Table | None:
    """Every assumption with its number and the grounds for it."""
    named: dict[tuple[str, str], list[str]] = {}
    for item in estimate.meta.assumptions:
        grounds = [_ground(one) for one in item.grounds]
        own = _("vague on purpose") if item.kind == "level" else _("given by the analyst")
        said = told_again(item.text, "prior", "note on a prior", "role")
        name = assumption_name(item.name)
        named.setdefault((said, ". ".join(grounds) or own), []).append(name)
    # What is assumed alike of many is told once.
    rows = [(_named(names), said, linked(grounds)) for (said, grounds), names in named.items()]
    head = (_("Assumption"), _("Prior"), _("Grounds"))
    caption = _("What is assumed before the data, and why.")
    return Table(caption, head, tuple(rows), wide=True) if rows else None


def _ground(one: Ground) -> str:
    """What a number rests on, of which conflict, and where it comes from."""
    figure, conflict, citation = (
        told_again(text or "", "grounds") for text in (one.figure, one.conflict, one.citation)
    )
    return f"{with_source(figure, conflict)}; {citation}"


def _named(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMED:
        return "; ".join(names)
    more = _(
        "and {number} more, in estimate.json under assumptions", number=len(names) - FIRST_NAMED
    )
    return "; ".join([*names[:FIRST_NAMED], more])


def comparisons(given: Iterable[Mapping[str, Any]]) -> list[Table]:
    """Tables that the analyst sets beside the answer, such as published estimates."""
    tables = []
    for one in given:
        try:
            head = tuple(map(str, one["head"]))
            rows = tuple(tuple(map(str, row)) for row in one["rows"])
            tables.append(Table(str(one["caption"]), head, rows, wide=True))
            fits = all(len(row) == len(head) for row in rows)
        except (KeyError, TypeError):
            fits = False
        if not fits:
            msg = (
                "each of comparisons needs caption (a text), head (texts) and rows (lists of as "
                f"many texts as head), not {one!r:.200}"
            )
            raise UsageError(msg)
    return tables


def facts(estimate: Estimate) -> Table:
    """Versions, seed and settings, so that the numbers can be computed again."""
    meta = estimate.meta
    rows = [("seed", str(meta.seed)), ("method", meta.diagnostics.method), *meta.versions.items()]
    said = {"seed"} | ({"method"} if meta.settings.get("method") in ("auto", rows[1][1]) else set())
    rows += [
        (key.replace("_", " ") if spoken().english else key, _plain(value))
        for key, value in meta.settings.items()
        if key not in said and value not in (None, {}, [], "")
    ]
    caption = _(
        "With these, anybody gets the same numbers: to the last digit on the same kind of "
        "processor and system; on another, sampled numbers may move within their Monte Carlo error."
    )
    return Table(caption, ("", ""), tuple(rows), stack=False)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else pgettext("answer", "no")
    if isinstance(value, Mapping):
        told = {key: item for key, item in value.items() if item not in (None, "", [], (), {})}
        return ", ".join(f"{key}: {_plain(item)}" for key, item in told.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(item) for item in value)
    # What is computed again needs every digit.
    if isinstance(value, float):
        return f"{value:.15g}"
    return told_again(str(value), "prior")
