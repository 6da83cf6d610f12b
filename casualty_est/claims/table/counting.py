"""Which claims are independent evidence: every witness is heard once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from casualty_est.claims.table.claim import CellKey, Claim, Window
from casualty_est.claims.table.claims import Claims
from casualty_est.claims.table.derived import drop_derived
from casualty_est.claims.table.over_time import OverTime, spread_over_time
from casualty_est.claims.table.tally import Counted, Tally, series
from casualty_est.claims.table.time_grid import TimeGrid
from casualty_est.claims.table.windows import WindowError, share_windows
from casualty_est.tables.cells import LIST, Documented
from casualty_est.wording.language import stored


def count_once(
    claims: Claims, as_of: date | None = None, over_time: OverTime | None = None
) -> Counted:
    """Choose the claims that count, so that no witness counts twice.

    Unknown counts contribute nothing; later publications than `as_of` are unseen; aliases and
    quotations belong to the source that speaks; what is built on counted claims is left out;
    of repeated and restated totals the latest is used; overlapping cells share one window. Where
    they do not, time is modelled: restated totals stay, one for each step of a grid.

    Parameters
    ----------
    claims : Claims
        The table as published.
    as_of : datetime.date, optional
        Last day of publication (`reported`, otherwise `end`) that counts. A claim without
        either is kept.
    over_time : OverTime, optional
        How differing windows are handled.

    Returns
    -------
    Counted
        Claims that count, claims left out with the reason, and notes to print.

    Raises
    ------
    WindowError
        If claims on overlapping cells cover different windows, and none says where its count
        begins.

    Examples
    --------
    >>> from casualty_est.claims.table.claim import Claim
    >>> from casualty_est.quantity.quantity import Quantity
    >>> first = Claim("CJTF-OIR", Quantity.parse("at least 817"), end=date(2017, 11, 30))
    >>> later = Claim("CJTF-OIR", Quantity.parse("at least 841"), end=date(2018, 1, 31))
    >>> counted = count_once(Claims.from_rows([first, later]))
    >>> [claim.quantity.low for claim in counted.claims], counted.left_out[0].code
    ([841], 'restated')
    """
    tally = Tally(claims)
    _drop_unseen(tally, as_of)
    _move_to_speaker(tally)
    drop_derived(tally)
    asked = over_time or OverTime()
    differing = WindowError(
        "time can be modelled only where a claim says when its count begins and ends: give at "
        "least one row a start and an end"
    )
    if not asked.wanted:
        try:
            return _in_one_window(tally.copy())
        except WindowError as error:
            differing = error
    grid = spread_over_time(tally, asked)
    if grid is None:
        raise differing
    return tally.result(grid)


def _in_one_window(tally: Tally) -> Counted:
    """Let the latest of restated totals stand, and overlapping cells share one window."""
    _drop_restated(tally)
    if share_windows(tally):
        # A window that was filled in may turn two claims of one source into repeats.
        _drop_restated(tally)
    _note_contradictions(tally)
    return tally.result()


# --- rules 1 to 3: unknown, unseen, and who speaks -------------------------------------


def _drop_unseen(tally: Tally, as_of: date | None) -> None:
    for row, claim in list(tally.standing.items()):
        published = claim.reported or claim.end
        if claim.quantity.is_unknown:
            text = stored("why a claim is left out", "it states no count, which is not zero")
            tally.drop(row, "unknown", text)
        elif as_of and published and published > as_of:
            text = stored(
                "why a claim is left out",
                "published {day}, after {as_of}",
                day=published,
                as_of=as_of,
            )
            tally.drop(row, "after_as_of", text)


def _move_to_speaker(tally: Tally) -> None:
    canonical = tally.published.canonical()
    renamed = {row.source for row in tally.published if row.source in canonical}
    for name in sorted(renamed):
        text = stored(
            "note", "{name} is counted as {source}", name=repr(name), source=repr(canonical[name])
        )
        tally.notes.append(("alias", text))
    roles = _roles_by_source(tally.published, canonical)
    for row, claim in tally.standing.items():
        source = canonical.get(claim.source, claim.source)
        # A role belongs to a source and a cell: the row that names it may be one that is dropped.
        role = claim.role or roles.get(source, {}).get(claim.cell_key)
        if (source, role) != (claim.source, claim.role):
            tally.standing[row] = replace(claim, source=source, role=role, alias_of=None)
    quoting = {
        row: canonical.get(claim.quotes, claim.quotes)
        for row, claim in tally.standing.items()
        if claim.quotes
    }
    for row, name in list(quoting.items()):
        if name == tally.standing[row].source:  # a source that quotes itself by another name
            tally.standing[row] = replace(tally.standing[row], quotes=None)
            del quoting[row]
    _attribute(tally, quoting, roles)


def _roles_by_source(claims: Claims, canonical: dict[str, str]) -> dict[str, dict[CellKey, str]]:
    roles: dict[str, dict[CellKey, str]] = defaultdict(dict)
    for row in claims:
        if row.role:
            roles[canonical.get(row.source, row.source)].setdefault(row.cell_key, row.role)
    return roles


def _attribute(tally: Tally, quoting: dict[int, str], roles: dict[str, dict[CellKey, str]]) -> None:
    """Give every quoting row to the source it quotes, unless that source states it already."""

    def statement(source: str, claim: Claim) -> tuple[object, ...]:
        return (source, claim.cell_key, claim.level, claim.quantity.content)

    own: dict[tuple[object, ...], list[int]] = defaultdict(list)
    passed_on: dict[tuple[object, ...], str] = {}
    for row, claim in tally.standing.items():
        if row in quoting:
            passed_on.setdefault(statement(claim.source, claim), quoting[row])
        else:
            own[statement(claim.source, claim)].append(row)
    moved = 0
    for row in quoting:
        claim = tally.standing[row]
        source = _origin(claim, quoting[row], statement, own.keys(), passed_on)
        key = statement(source, claim)
        agreeing = (r for r in own[key] if _may_agree(claim.window, tally.standing[r].window))
        twin = next(agreeing, None)
        if twin is not None:
            where = tally.place([twin])
            text = stored(
                "why a claim is left out",
                "it repeats what {source} states in {where}",
                source=repr(source),
                where=where,
            )
            tally.drop(row, "quotes", text)
            continue
        known = roles.get(source, {})
        only = set(known.values())
        role = known.get(claim.cell_key) or (only.pop() if len(only) == 1 else None)
        tally.standing[row] = replace(claim, source=source, role=role, quotes=None)
        own[key].append(row)
        moved += 1
    if moved:
        text = stored("note", "1 quotation is counted as a claim of the quoted source")
        if moved > 1:
            text = stored(
                "note",
                "{number} quotations are counted as claims of the quoted source",
                number=f"{moved:,}",
            )
        tally.notes.append(("quoted", text))


def _origin(
    claim: Claim,
    quoted: str,
    statement: Callable[[str, Claim], tuple[object, ...]],
    own: Iterable[tuple[object, ...]],
    passed_on: dict[tuple[object, ...], str],
) -> str:
    """Follow a figure through sources that themselves only quote it."""
    chain = [claim.source, quoted]
    while (key := statement(chain[-1], claim)) not in own and key in passed_on:
        if passed_on[key] in chain:
            # They quote one another in a circle: one of them, always the same, stands for all.
            return min(chain[chain.index(passed_on[key]) :])
        chain.append(passed_on[key])
    return chain[-1]


def _may_agree(one: Window, other: Window) -> bool:
    """Tell whether two windows can be the same, a blank end agreeing with any."""
    pairs = zip(one, other, strict=True)
    return all(a is None or b is None or a == b for a, b in pairs)


# --- rule 5: repeated and restated totals ----------------------------------------------


def _drop_restated(tally: Tally) -> None:
    tally.drop_repeats()
    for rows in tally.groups(series).values():
        _keep_latest(tally, rows, lambda claim: None, lambda claim: claim.end)
        _keep_latest(tally, rows, lambda claim: claim.end, lambda claim: claim.reported)


def _keep_latest(
    tally: Tally,
    rows: Sequence[int],
    within: Callable[[Claim], date | None],
    day: Callable[[Claim], date | None],
) -> None:
    """Drop the rows dated before the last; what bears no date cannot be told older."""
    standing = [(row, tally.standing[row]) for row in rows if row in tally.standing]
    dated = [(row, c.source, when, within(c)) for row, c in standing if (when := day(c))]
    last: dict[date | None, tuple[date, int]] = {}
    for row, _, when, group in dated:
        if group not in last or last[group][0] < when:
            last[group] = (when, row)
    for row, source, when, group in dated:
        newest, at = last[group]
        if when < newest:
            text = stored(
                "why a claim is left out",
                "{source} restates it for {day} in {where}",
                source=repr(source),
                day=newest,
                where=tally.place([at]),
            )
            tally.drop(row, "restated", text)


def _note_contradictions(tally: Tally) -> None:
    groups = tally.groups(lambda claim: (claim.source, claim.cell_key, claim.level, claim.window))
    for (source, cell, _, _), rows in groups.items():
        if len(rows) > 1:
            text = stored(
                "note",
                "{source} states {number} different numbers for {cell} ({where}): all are counted, "
                "as contradictory claims of one source",
                source=repr(source),
                number=len(rows),
                cell=", ".join(cell),
                where=tally.place(rows),
            )
            tally.notes.append(("contradictory", text))


# --- what was published ----------------------------------------------------------------


def documented(claims: Iterable[Claim], key: CellKey, window: Window) -> Documented | None:
    """Return the largest lower end that a list gives for exactly one cell."""
    cell = [claim for claim in claims if claim.cell_key == key]
    alone = len({claim.window for claim in cell}) == 1
    return _largest(claim for claim in cell if _is_about(claim, window, alone))


def documented_in(claims: Sequence[Claim], window: Window, grid: TimeGrid) -> Documented | None:
    """Return the largest lower end that lists give last for one cell and window.

    A count that stops a year before is not that of the whole, so the days that a claim covers must
    be those of the window, but for a step of the grid or one day in twenty. What a source said
    before its last number is replaced.
    """
    first, last = window
    if last is None:
        return None
    # Before anybody counts a cell there is nothing to count.
    begins = [claim.start for claim in claims if claim.start is not None]
    first = max(filter(None, (first, min(begins, default=None))), default=last)
    slack = max((last - first).days / 20, float(grid.days.max()))
    said: dict[str, list[tuple[date, date, Claim]]] = defaultdict(list)
    for claim in claims:
        # The model takes a total without a date as one of the whole window, and so does this.
        day = claim.end or claim.reported or last
        if day > last or (last - day).days >= slack:
            continue
        if claim.start is None or abs((claim.start - first).days) < slack:
            said[claim.source].append((day, claim.reported or day, claim))
    upheld = []
    for stated in said.values():
        newest = max(when for *when, _ in stated)
        upheld += [claim for *when, claim in stated if when == newest]
    return _largest(upheld)


def documented_part(claims: Iterable[Claim], whole: Documented | None) -> Claim | None:
    """Return the claim with the largest documented number, if that is not what the whole has."""
    low, claim = max(_lows(claims), key=lambda pair: pair[0], default=(0, None))
    return claim if whole is None or low > whole.low else None


def documented_to(
    claims: Iterable[Claim], day: date, undated: date | None = None
) -> Documented | None:
    """Return the largest lower end that a list gave for one cell up to a day.

    A claim without any day is taken to end on `undated`, and is left out where that is None.
    """
    return _largest(c for c in claims if (last := c.end or c.reported or undated) and last <= day)


def _largest(claims: Iterable[Claim]) -> Documented | None:
    """The largest lower end of claims that rest on a list; of equal ones the first."""
    lows = _lows(claims)
    if not lows:
        return None
    low, claim = max(lows, key=lambda pair: pair[0])
    return Documented(low, claim.quantity.high, claim.source, claim.quantity.text)


def _lows(claims: Iterable[Claim]) -> list[tuple[int, Claim]]:
    """Lower ends of claims that rest on a list, as far as they were put in figures."""
    return [
        (low, claim)
        for claim in claims
        if claim.rests_on == LIST
        and claim.role != "perpetrator"
        and (low := claim.quantity.stated_low) is not None
    ]


def _is_about(claim: Claim, window: Window, alone: bool) -> bool:
    """Tell whether a claim may be about a window, `alone` if its cell has no other window."""
    if alone or claim.end or claim.reported:
        return _may_agree(claim.window, window)
    # A running total without a date may be years younger than the window that is asked for.
    pairs = zip(claim.window, window, strict=True)
    return all(asked is None or asked == own for own, asked in pairs)
