"""One hedged number, and the parser of how people write it.

A source does not say 6,047, it says "at least 6,047", and the hedge tells what the speaker knows.
`Quantity` keeps the number and the hedge apart, so that a model can give each its own likelihood.
"""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import takewhile

from casualty_est.errors import QuantityError
from casualty_est.quantity.counted import PREPOSITIONS, WANTED, OtherCountError
from casualty_est.quantity.grammar import Reading
from casualty_est.quantity.hedges import FORMS, named
from casualty_est.quantity.hedges.hedge import Hedge
from casualty_est.quantity.languages import translations, unknown_word
from casualty_est.quantity.statement import Statement, read_statement
from casualty_est.quantity.surroundings import (
    ask_about_slashes,
    ask_about_years,
    unquoted,
    with_commas,
)
from casualty_est.quantity.words import LARGEST
from casualty_est.quantity.written_numbers import Number, rounding_grid
from casualty_est.wording.language import stored

_LONGEST = 300  # no count needs more characters; a paragraph in a cell is a slip
_ACCEPTED = (
    "800, about 800, at least 6,047, more than 28,000, as many as 15, 55-60, 1.3 million, "
    "two dozen, hundreds, none, unknown or leave it blank"
)


_FILLERS = frozenset({"of", "them", "whom", "were", "was"})
_ANY_AGE = frozenset({"male", "males", "female", "females"})
_ARMED = """
combatant combatants fighter fighters gunmen insurgents jihadists militant militants militiamen
servicemen soldier soldiers troops
"""
_GROUPS = {
    **dict.fromkeys(
        (
            "child",
            "children",
            "kid",
            "kids",
            "boy",
            "boys",
            "girl",
            "girls",
            "infants",
            "babies",
            "minors",
        ),
        "children",
    ),
    **dict.fromkeys(("woman", "women"), "women"),
    **dict.fromkeys(("man", "men"), "men"),
    "elderly": "elderly",
    **dict.fromkeys(("civilian", "civilians", "civ", "civs"), "civilians"),
    **dict.fromkeys(_ARMED.split(), "combatants"),
}


def _groups_in(words: str) -> tuple[str, ...]:
    """The labels of the groups that some words name, in their order."""
    head = takewhile(lambda word: word not in PREPOSITIONS, words.split())
    return tuple(dict.fromkeys(_GROUPS[word] for word in head if word in _GROUPS))


@dataclass(frozen=True, slots=True)
class Part:
    """A count that a text gives beside its own: "45 (12 children)", "12 killed and 30 injured"."""

    quantity: Quantity
    counted: str  # what it counts, as said
    relation: str  # ``part`` of the count of the dead, or ``beside`` it
    outcome: str = ""  # what happened to those beside

    @property
    def row(self) -> dict[str, str]:
        """The cells in which this count would be a row of its own, by the names of the columns."""
        group = next(iter(_groups_in(self.counted)), "")
        cells = {"quantity": str(self.quantity), "outcome": self.outcome or "killed"}
        return cells | ({"group": group} if group else {})

    @property
    def note(self) -> str:
        """The same in a sentence."""
        cells = ", ".join(f"{name} {value}" for name, value in self.row.items())
        places = {"number": str(self.quantity), "counted": self.counted}
        one, part = self.quantity.high == 1, self.relation == "part"
        if part and one:
            said = stored("note", "{number} {counted} is part of it", **places)
        elif part:
            said = stored("note", "{number} {counted} are part of it", **places)
        elif one:
            said = stored("note", "{number} {counted} is beside it", **places)
        else:
            said = stored("note", "{number} {counted} are beside it", **places)
        if _ANY_AGE.issuperset(self.counted.split()):
            return stored("note", "{said}, of any age, and no group of a table is that", said=said)
        if self.row["outcome"] not in WANTED:
            return stored(
                "note",
                "{said}, and no row has a place for the {outcome}",
                said=said,
                outcome=self.outcome,
            )
        return stored("note", "{said}: a row of its own would have {cells}", said=said, cells=cells)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number as a source wrote it: its ends, its hedge and the rounding seen in its digits.

    Parameters
    ----------
    low, best, high : float or None
        Lowest count the words allow, the count that was named, and the highest count they allow,
        in people; None where they set or name none.
    form : {"exact", "about", "at_least", "at_most", "between", "estimate", "vague", "unknown"}
        What the words say about the number; see Notes.
    grid : float or None
        Rounding seen in the digits: the largest power of ten that divides the number written and
        is at most a tenth of it (6,047 gives 1; 800 gives 10; 1.3 million gives 100,000). Of a
        range, the finer of its two ends. None for vague and unknown.
    text : str
        The text as it came.
    level : float or None
        Probability of the interval of an estimate, as 0.95; None for every other form.
    level_assumed : bool
        Whether the text does not state that level: it is then 95%.
    parts : tuple of Part
        Counts that the text gives beside this one: part of it ("45 (12 children)"), or of what is
        not dead ("12 killed and 30 injured"). They change nothing of the number; see `Part.row`.
    counted : str
        What the text says it counts, as "civilians killed"; empty where it does not say.

    Raises
    ------
    QuantityError
        If a number is negative, not whole, not finite or above ten billion, if `low` passes `best`
        or `high`, or if the ends do not fit the form.

    Notes
    -----
    Ends are whole numbers and are stored as int. The forms, and what is read as each (n is digits
    or words; thousands parted by comma, space or apostrophe; 1.3 million, 12k, two dozen, half a
    million; digits of any script):

    ========  ==================  ========================================================
    form      low, best, high     read from
    ========  ==================  ========================================================
    exact     n, n, n             n; a dozen; a couple; single; 0, no, none, zero, nobody
    about     None, n, None       about, around, some, approximately, roughly, circa, c., ~,
                                  an estimated, nearly, almost, close to n; n or so
    at_least  n, None, None       at least, no fewer than, a minimum of, upwards of n; >=n;
                                  n+; n or more
    at_least  n + 1, None, None   more than, over, above, exceeding n; >n
    at_least  n, m, None          at least n, and perhaps [more than] m
    at_most   0, None, n          as many as, up to, at most, no more than n; n or fewer
    at_most   0, None, n - 1      fewer than, less than, under n; <n
    at_least  a, b, None          a-b+; a-b or more
    between   a, None, b          a-b; a to b; a or b; between a and b; at least a and at
                                  most b; a, possibly b; "12-15,000" is 12,000 to 15,000
    estimate  a, n, b             n (a-b); n (95% CI a to b); a-b (best n); n +/- e;
                                  n +/- e (SD)
    vague     low, None, high     dozens, scores, hundreds, tens of thousands, several
                                  hundred, low hundreds, 100s, 20s, mid-20s, low 300s, a
                                  few ...; dozens or hundreds
    unknown   None, None, None    a blank, -, ?, n/a, unknown, not known, no reliable figures
    ========  ==================  ========================================================

    "Perhaps", "possibly", "reportedly" and "a total of" change nothing. "At least hundreds" has
    the low end of the vague word; "about 55-60" is the range. A noun phrase after the number
    ("civilians killed") is passed over; what counts something else ("5 wounded", "20 families")
    is an error, and so is a word that is not known. Footnote marks, dates, years in brackets and
    the names of well-known publishers ("1,500 (UN)") are passed over, and so are remarks on the
    figures ("1,500 (modern estimates)"). "45
    (12 children)" and "12 killed and 30 injured" keep the second number in `parts`; so do letters,
    "12 (3w, 4c)". Men, women and children who are counted apart are added up, and so are
    soldiers, police and civilians who were killed. The words of
    Arabic, Chinese, French, German, Portuguese, Russian, Spanish, Turkish and Ukrainian are read,
    too, also numbers that they spell out. An interval that states no level is taken for 95%, and
    `notes` says so. Known words for people are those of ``nouns.toml`` and of the WordNet lexicon.

    Examples
    --------
    >>> from casualty_est import Quantity
    >>> claim = Quantity.parse("at least 6,047 civilians")
    >>> claim.form, claim.low, claim.high
    ('at_least', 6047, None)
    >>> str(Quantity.parse("more than half a dozen"))
    'at least 7'
    """

    low: float | None
    best: float | None
    high: float | None
    form: str
    grid: float | None = None
    text: str = ""
    level: float | None = None
    level_assumed: bool = False
    parts: tuple[Part, ...] = ()
    counted: str = ""

    def __post_init__(self) -> None:
        """Refuse what no count can be, and store whole numbers as int."""
        for name in ("low", "best", "high", "grid"):
            given = getattr(self, name)
            if given is not None and not (type(given) is int and 0 <= given <= LARGEST):
                object.__setattr__(self, name, _whole(given, name))
        low, best, high = self.low, self.best, self.high
        ends = [end for end in (low, best, high) if end is not None]
        if ends != sorted(ends):
            msg = f"low, best and high must not decrease, but got {', '.join(map(str, ends))}"
            raise QuantityError(msg)
        if self.grid is not None and self.grid < 1:
            msg = f"grid must be at least 1, but got {self.grid}"
            raise QuantityError(msg)
        if self.form not in FORMS or not self.hedge.fits(low, best, high):
            msg = (
                f"low={low}, best={best}, high={high} do not make form {self.form!r}; "
                f"the forms are {', '.join(FORMS)}, and each sets its own ends"
            )
            raise QuantityError(msg)
        if (self.form == "estimate") != (self.level is not None):
            msg = (
                f"level={self.level} and form {self.form!r}: an estimate, and nothing else, has one"
            )
            raise QuantityError(msg)
        if self.level is not None and not 0.5 <= self.level <= 0.999:
            msg = f"the level of an interval is 0.5 to 0.999, but got {self.level}"
            raise QuantityError(msg)

    @classmethod
    def parse(cls, text: object, *, outcome: str = "killed") -> Quantity:
        """Read one cell: text as people write it, or a number.

        Parameters
        ----------
        text : object
            A string, a whole number of any numeric type, None (unknown), or a `Quantity`, which is
            returned as it is.
        outcome : {"killed", "injured", "casualties", "lost"}
            What the number should count, as in the column `outcome` of a claims table: "5 wounded"
            is a number of the injured, and no other.

        Returns
        -------
        Quantity
            What the text says, with the text itself.

        Raises
        ------
        QuantityError
            If the text cannot be read in exactly one way, or counts something else.

        Examples
        --------
        >>> from casualty_est import Quantity
        >>> Quantity.parse("2-3 million").high
        3000000
        """
        if outcome not in WANTED:
            msg = f"outcome is one of {', '.join(WANTED)}, but got {outcome!r}"
            raise QuantityError(msg)
        if isinstance(text, str):
            return _parse_text(str(text), outcome)
        if text is None:
            return cls(None, None, None, "unknown")
        if isinstance(text, Quantity):
            return text
        return _parse_text(str(_whole(text, "a quantity")), outcome)

    @property
    def hedge(self) -> Hedge:
        """The form as an object: what it says about totals and incidents, how it is drawn."""
        return named(self.form)

    @property
    def content(self) -> tuple[str, float | None, float | None, float | None, float | None]:
        """Form, low, best, high and level: equal for two wordings that say the same."""
        return self.form, self.low, self.best, self.high, self.level

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed, and what the text says beside its count, each in one sentence."""
        notes: list[str] = [part.note for part in self.parts]
        if self.level_assumed:
            assumed = stored("note", "the level of its interval is not stated: 95% is assumed")
            if any(sign in self.text for sign in ("\u00b1", "+/-", "+-")):
                assumed = stored(
                    "note",
                    "the level of its interval is not stated: 95% is assumed; write (SD) behind a "
                    "standard error",
                )
            notes.insert(0, assumed)
        return tuple(notes)

    @property
    def groups(self) -> tuple[str, ...]:
        """Labels of the groups that the text says it counts, as "women and children"."""
        return _groups_in(self.counted) if self.counted else ()

    @property
    def stated_low(self) -> int | None:
        """The count or lower end that somebody put in figures, in people; None if nobody did."""
        return self.hedge.stated_low(self)

    @property
    def is_unknown(self) -> bool:
        """Whether nothing was stated; unknown is not zero."""
        return self.form == "unknown"

    @property
    def is_zero(self) -> bool:
        """Whether the words leave no count but zero."""
        return self.high == 0

    def __str__(self) -> str:
        """Return one plain way to write it, which parses back to the same ends and form."""
        return self.hedge.text(self)


def _whole(value: object, name: str) -> int:
    """Return a number of any type as an int, or refuse it."""
    if isinstance(value, bool) or not isinstance(value, (numbers.Real, Decimal)):
        msg = f"{name} must be text or a whole number, but got {type(value).__name__}"
        raise QuantityError(msg)
    try:
        # Through float: int() of a Decimal with a huge exponent would never end.
        rough = float(value)
    except (OverflowError, ValueError):  # an int too large for a float, a signalling NaN
        rough = math.inf if isinstance(value, numbers.Integral) else math.nan
    if not (0 <= rough <= LARGEST and rough.is_integer() and value == rough):
        msg = f"{name} must be None or a whole number up to {LARGEST:,}, but got {rough:g}"
        raise QuantityError(msg)
    return int(rough)


@lru_cache(maxsize=1 << 15)
def _parse_text(text: str, outcome: str) -> Quantity:
    bare = unquoted(text.strip())
    if len(bare) > _LONGEST:
        raise QuantityError(_refusal(text, f"it is longer than {_LONGEST} characters"))
    try:
        if bare.isascii() and bare.isdigit():
            count = Number(int(bare)).value()
            return Quantity(count, count, count, "exact", rounding_grid(count), text)
        if bare == "None":
            msg = (
                "a program writes None for a missing value; write 0 if nobody died, and leave it "
                "blank if the number is not known"
            )
            raise QuantityError(msg)
        if "/" in bare:
            ask_about_slashes(bare)
        if bare[:2] in ("19", "20"):
            ask_about_years(bare)
        if "." in bare:
            bare = with_commas(bare)
        return _stated(_in_any_language(bare, outcome), text, outcome)
    except QuantityError as error:
        raise QuantityError(_refusal(text, str(error))) from None


def _in_any_language(bare: str, outcome: str) -> Statement:
    """Read a text as English, else in the languages whose words it is made of."""
    try:
        return read_statement(bare, outcome)
    except QuantityError as error:
        first = refused = error
    readings: list[Statement] = []
    other = None
    for english in translations(bare):
        try:
            readings.append(read_statement(english, outcome))
        except QuantityError as error:
            refused = error
            other = error if isinstance(error, OtherCountError) else other
    if other:  # whatever it is in a second language
        raise other
    if not readings:
        if refused is first and (strange := unknown_word(bare)):
            name, word = strange
            msg = f"read as {name.title()}, {word!r} is not a known word; write the text without it"
            raise QuantityError(msg)
        raise refused
    if len({reading.read[:4] for reading in readings}) > 1:
        msg = "it says different things in different languages; write it in figures"
        raise QuantityError(msg)
    return readings[0]


def _stated(statement: Statement, text: str, outcome: str) -> Quantity:
    read = statement.read
    parts = tuple(_part(relation, one, text, outcome) for relation, one in statement.parts)
    ends = read.low, read.best, read.high, read.form, read.grid
    level, assumed = statement.level, statement.level_assumed
    return Quantity(*ends, text, level, assumed, parts, _counted_in(read))


def _part(relation: str, read: Reading, text: str, outcome: str) -> Part:
    quantity = Quantity(read.low, read.best, read.high, read.form, read.grid, text)
    others = read.counted.outcome or ("" if outcome == "killed" else outcome)
    return Part(quantity, _counted_in(read), relation, others)


def _counted_in(read: Reading) -> str:
    return " ".join(word for word in read.counted.words.split() if word not in _FILLERS)


def _refusal(text: str, reason: str) -> str:
    shown = repr(text[:100])
    shown = shown if len(shown) <= 80 and len(text) <= 100 else shown[:77] + "..."
    reason = reason if len(reason) <= 160 else reason[:157] + "..."
    return f"{shown} cannot be read as a quantity: {reason}; write for example {_ACCEPTED}"
