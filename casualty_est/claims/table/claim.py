"""One claim: what one source said one number was, and the words a claims table uses."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.cells import ALL_SCOPES, ANY_PERPETRATOR, LIST, STATEMENT, basis_of

LEVELS = ("total", "incident")
# Equipment is lost, people are not: its counts never add up with those of people.
OUTCOMES = ("killed", "injured", "casualties", "lost")
HEDGES = ("speaker", "documented")
GROUPS = ("civilians", "combatants", "all", "women", "men", "children", "elderly")
DEFAULTS = {
    "outcome": "killed",
    "group": "civilians",
    "perpetrator": ANY_PERPETRATOR,
    "scope": ALL_SCOPES,
    "level": "total",
}

CellKey = tuple[str, str, str, str]
Window = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of one source about one number.

    Parameters
    ----------
    source : str
        Who said it, as published.
    quantity : Quantity
        The hedged number.
    role : str or None
        One of `casualty_est.tables.cells.ROLES`: what the source is to this cell.
    level : str
        ``"total"``, or ``"incident"`` for a single event.
    scope : str
        Label of the place; parts of ``A+B`` are sorted, deduplicated and joined by ``+``.
    start, end : datetime.date or None
        First and last day of the window.
    reported : datetime.date or None
        Day of publication.
    outcome : str
        ``"killed"``, ``"injured"``, ``"casualties"`` for both together, or ``"lost"`` for
        equipment that is destroyed, damaged, captured or given up.
    group : str
        Whom it counts.
    perpetrator : str
        Who did it; ``"any"`` for everybody.
    hedge : str or None
        ``"speaker"`` or ``"documented"`` where the table says how to read the hedge.
    basis : str or None
        What the number rests on: ``"list"`` (cases recorded one by one), ``"statement"`` or
        ``"estimate"``, where the table says it; else `rests_on` follows the role.
    derived_from : tuple of str
        Sources it is built on.
    quotes : str or None
        Source whose figure it repeats.
    alias_of : str or None
        The other name of the same source.
    citation : str
        Where it was published.
    independent : bool
        Whether the table says that it was counted apart from equal figures of others.
    line : int or None
        Line of the file, or row of the dataframe (`Claims.where` says which).

    Examples
    --------
    >>> Claim("Airwars", Quantity.parse("at least 6,047"), "monitor", scope="Iraq+Syria").scopes
    ('Iraq', 'Syria')
    """

    source: str
    quantity: Quantity
    role: str | None = None
    level: str = "total"
    scope: str = "all"
    start: date | None = None
    end: date | None = None
    reported: date | None = None
    outcome: str = "killed"
    group: str = "civilians"
    perpetrator: str = "any"
    hedge: str | None = None
    basis: str | None = None
    derived_from: tuple[str, ...] = ()
    quotes: str | None = None
    alias_of: str | None = None
    citation: str = ""
    independent: bool = False
    line: int | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """The parts of the scope."""
        return tuple(self.scope.split("+"))

    @property
    def cell_key(self) -> CellKey:
        """The cell without its window: scope, outcome, group, perpetrator."""
        return (self.scope, self.outcome, self.group, self.perpetrator)

    @property
    def rests_on(self) -> str:
        """What the number rests on, from `basis`, else from `hedge`, else from the role."""
        read = {"documented": LIST, "speaker": STATEMENT}.get(self.hedge or "")
        return self.basis or read or basis_of(self.role, self.quantity.form)

    @property
    def window(self) -> Window:
        """First and last day, None where open."""
        return (self.start, self.end)


# The columns of a claims table are the fields of a claim, without its line.
COLUMNS = tuple(field.name for field in fields(Claim))[:-1]
