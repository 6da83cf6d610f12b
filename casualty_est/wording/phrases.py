"""Cells and names in words, for tables, sentences and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Protocol

from casualty_est.tables.cells import Documented
from casualty_est.wording.again import listed as listed
from casualty_est.wording.again import told_again
from casualty_est.wording.hedged import NUMBERS, on_page
from casualty_est.wording.language import N_, _, figure, fixed, pgettext, separated, spoken
from casualty_est.wording.numbers import grouped
from casualty_est.wording.terms import group_name


class Labelled(Protocol):
    """Whatever says whom it counts, where, when and by whose deed; dates are ISO text."""

    @property
    def scope(self) -> str:
        """Where."""

    @property
    def outcome(self) -> str:
        """What happened to them."""

    @property
    def group(self) -> str:
        """Whom it counts."""

    @property
    def perpetrator(self) -> str:
        """By whose deed."""


class Windowed(Labelled, Protocol):
    """The same with a window."""

    @property
    def start(self) -> str | None:
        """First day."""

    @property
    def end(self) -> str | None:
        """Last day."""


def cell_text(cell: Windowed) -> str:
    """Name a cell in words, without what is only a default."""
    who = "people" if cell.group == "all" else cell.group
    parts = [f"{who} {'killed or injured' if cell.outcome == 'casualties' else cell.outcome}"]
    if cell.scope != "all":
        parts.append(f"in {listed(cell.scope.split('+'))}")
    if cell.perpetrator not in ("any", ""):
        # Attribution is a claim too: nobody's guilt is stated here.
        parts.append(f"attributed to {cell.perpetrator}")
    if cell.start and cell.end:
        same = cell.start == cell.end
        parts.append(f"on {cell.start}" if same else f"from {cell.start} to {cell.end}")
    elif cell.end:
        parts.append(f"up to {cell.end}")
    elif cell.start:
        parts.append(f"since {cell.start}")
    return " ".join(parts)


def said_cell(cell: Windowed) -> str:
    """The same on a page, with days as people write them."""
    parts = cell.scope.split("+")
    text = who_what(cell) if cell.scope == "all" else in_places(who_what(cell), parts)
    if cell.perpetrator not in ("any", ""):
        who = cell.perpetrator
        text = _("{title}, attributed to {perpetrator}", title=text, perpetrator=who)
    return in_window(text, cell)


def in_window(what: str, cell: Windowed) -> str:
    """Say in which window something was; nothing where it is open at both ends."""
    start, end = cell.start, cell.end
    if start and end:
        if start == end:
            return _("{what} on {day}", what=what, day=day(start))
        days = {"first": first_day(start, end), "last": day(end)}
        return _("{what} between {first} and {last}", what=what, **days)
    if end:
        return _("{what} up to {day}", what=what, day=day(end))
    return _("{what} since {day}", what=what, day=day(start)) if start else what


MONTHS = fixed("month")
FEW_PLACES = 3  # more scopes than this are counted in a title
FEW_QUOTED = 8  # of more numbers than this the first are quoted and the others counted


def day(iso: str) -> str:
    """Write an ISO date as people do."""
    year, month, number = iso.split("-")
    named = pgettext("month", MONTHS[int(month) - 1])
    return pgettext("date", "{day} {month} {year}", day=int(number), month=named, year=year)


def first_day(start: str, end: str) -> str:
    """The first day of a window; without its year where the last day says it."""
    year, month, number = start.split("-")
    if year != end.split("-")[0]:
        return day(start)
    return pgettext(
        "date", "{day} {month}", day=int(number), month=pgettext("month", MONTHS[int(month) - 1])
    )


def in_words(n: int) -> str:
    """Write a small number as a word."""
    return pgettext("number word", NUMBERS[n]) if n < len(NUMBERS) else figure(n)


def cell_title(cell: Windowed) -> str:
    """Name a cell as the title of a picture does: with dates as people write them."""
    title = who_what(cell)
    places = cell.scope.split("+")
    if cell.scope != "all":
        title = in_places(title, places if len(places) <= FEW_PLACES else in_words(len(places)))
    if cell.start and cell.end:
        if cell.start == cell.end:
            title = _("{title}, {day}", title=title, day=day(cell.start))
        else:
            ends = {"first": first_day(cell.start, cell.end), "last": day(cell.end)}
            title = _("{title}, {first} to {last}", title=title, **ends)
    elif cell.end:
        title = _("{title}, up to {day}", title=title, day=day(cell.end))
    elif cell.start:
        title = _("{title}, since {day}", title=title, day=day(cell.start))
    if cell.perpetrator not in ("any", ""):
        # Attribution is a claim too: nobody's guilt is stated here.
        who = listed(cell.perpetrator.split("+"))
        title = _("{title}, attributed to {perpetrator}", title=title, perpetrator=who)
    return capitalised(title)


def quoted(texts: Iterable[str]) -> tuple[str, bool]:
    """What a source wrote, in quotation marks, and whether it wrote several things."""
    names = [repr(text) for text in dict.fromkeys(texts)]
    first, more = names[:FEW_QUOTED], len(names) - FEW_QUOTED
    return listed([*first, f"{more} more"] if more > 0 else first), len(names) > 1


def in_places(what: str, places: Sequence[str] | int | str) -> str:
    """Say where: the places by name, or how many they are."""
    if isinstance(places, int | str):
        return _("{what} in {number} places", what=what, number=places)
    return _("{what} in {places}", what=what, places=listed(places))


def who_what(cell: Labelled) -> str:
    """Whom a cell counts and what happened to them."""
    outcomes = {
        # Translators: what is counted stands beside many words, such as "attributed to": let all
        # Translators: of these have one gender and number, as "muertes" has.
        "killed": (_("people killed"), N_("what is counted", "{group} killed")),
        "injured": (_("people injured"), N_("what is counted", "{group} injured")),
        "casualties": (
            _("people killed or injured"),
            N_("what is counted", "{group} killed or injured"),
        ),
        "lost": (_("people lost"), N_("what is counted", "{group} lost")),
    }
    if cell.outcome not in outcomes:
        group = _("people") if cell.group == "all" else group_name(cell.group)
        outcome = pgettext("outcome", cell.outcome)
        return pgettext("what is counted", "{group} {outcome}", group=group, outcome=outcome)
    everybody, some = outcomes[cell.outcome]
    if cell.group == "all":
        return everybody
    return pgettext("what is counted", some, group=group_name(cell.group))


def either(texts: Iterable[str]) -> str:
    """Join answers of which one is true."""
    return reduce(lambda a, b: pgettext("answers", "{first} or {next}", first=a, next=b), texts)


def clauses(parts: Sequence[str]) -> str:
    """Join clauses to a sentence."""
    return pgettext("sentence", "{sentence}.", sentence=capitalised(clauses_of(parts)))


def clauses_of(parts: Iterable[str]) -> str:
    """Join clauses."""
    return reduce(lambda a, b: pgettext("clauses", "{first}; {next}", first=a, next=b), parts)


def documented_text(published: Documented) -> str:
    """Write a documented count as it was published; lists have no wording of their own."""
    if published.text:
        if spoken().english:
            return grouped(published.text)
        ends = [float(end) for end in (published.low, published.high) if end is not None]
        return on_page(published.text, ends)
    low = separated(f"{published.low:,}")
    return pgettext("hedge", "at least {number}", number=low) if published.source else low


def with_source(text: str, source: str | None) -> str:
    """A number, and in brackets who published it."""
    if not source:
        return text
    return pgettext("number", "{number} ({source})", number=text, source=source)


def capitalised(text: str) -> str:
    """Start a sentence, leaving the rest as it is written."""
    return text[:1].upper() + text[1:]


def possessive(name: str) -> str:
    """Name the owner of something."""
    if name.endswith(("s", "S")):
        return pgettext("owner", "{name}'", name=name)
    return pgettext("owner", "{name}'s", name=name)


def label_text(labels: Iterable[tuple[str, str]]) -> str:
    """What a sentence calls the labels of a stratum; empty where there are none."""
    return ", ".join(f"{column} {value or '(blank)'}" for column, value in labels)


def refit_name(name: str, notes: Sequence[str] = (), *, noted: bool = True) -> str:
    """What a refit is called on the page, with how the rest was read if `noted`."""
    alone = name.removesuffix(f" ({'; '.join(notes)})")
    told = told_again(alone, "refit", "role", "assumption", "grade", "kind of evidence")
    return with_source(told, how_read(notes)) if noted else told


def how_read(notes: Iterable[str]) -> str:
    """How the rest was read when a source was left out; empty where there is nothing to say."""
    told = [pgettext("note on a refit", note) for note in notes]
    return clauses_of(told) if told else ""
