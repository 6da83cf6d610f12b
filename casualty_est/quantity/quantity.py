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
from typing import NamedTuple

from casualty_est.errors import QuantityError
from casualty_est.quantity.hedges import FORMS, named
from casualty_est.quantity.hedges.hedge import Hedge
from casualty_est.quantity.words import (
    AFTER,
    BEFORE,
    BOUNDS,
    LARGEST,
    MISSING_MARKS,
    PAD,
    PEOPLE,
    UNKNOWN,
    VAGUE_PHRASES,
    Number,
    Phrase,
    number_at,
    padded,
    phrase_at,
    refuse_unless_noun,
    rounding_grid,
    share_scale,
    tokenize,
)

_JOINTS = frozenset({",", "and", "but", "perhaps", "possibly", "maybe", "probably"})
_LONGEST = 300  # no count needs more characters; a paragraph in a cell is a slip
_ACCEPTED = (
    "800, about 800, at least 6,047, more than 28,000, as many as 15, 55-60, 1.3 million, "
    "two dozen, hundreds, none, unknown or leave it blank"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number as a source wrote it: its ends, its hedge and the rounding seen in its digits.

    Parameters
    ----------
    low, best, high : float or None
        Lowest count the words allow, the count that was named, and the highest count they allow,
        in people; None where they set or name none.
    form : {"exact", "about", "at_least", "at_most", "between", "vague", "unknown"}
        What the words say of the number; see Notes.
    grid : float or None
        Rounding seen in the digits: the largest power of ten that divides the number written and
        is at most a tenth of it (6,047 gives 1; 800 gives 10; 1.3 million gives 100,000). Of a
        range, the finer of its two ends. None for vague and unknown.
    text : str
        The text as it came.

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
    between   a, None, b          a-b; a to b; a or b; between a and b; at least a and at
                                  most b
    vague     low, None, high     dozens, scores, hundreds, tens of thousands, several
                                  hundred, a few, a handful ...; dozens or hundreds
    unknown   None, None, None    a blank, unknown, not known, unclear, undisclosed
    ========  ==================  ========================================================

    "Perhaps", "possibly", "reportedly" and "a total of" change nothing. "At least hundreds" has
    the low end of the vague word; "about 55-60" is the range. A noun phrase after the number
    ("civilians killed") is passed over unless it holds a number, a hedge or a rate.

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

    @classmethod
    def parse(cls, text: object) -> Quantity:
        """Read one cell: text as people write it, or a number.

        Parameters
        ----------
        text : object
            A string, a whole number of any numeric type, None (unknown), or a `Quantity`, which is
            returned as it is.

        Returns
        -------
        Quantity
            What the text says, with the text itself.

        Raises
        ------
        QuantityError
            If the text cannot be read in exactly one way.

        Examples
        --------
        >>> from casualty_est import Quantity
        >>> Quantity.parse("2-3 million").high
        3000000
        """
        if isinstance(text, str):
            return _parse_text(str(text))
        if text is None:
            return cls(None, None, None, "unknown")
        if isinstance(text, Quantity):
            return text
        return _parse_text(str(_whole(text, "a quantity")))

    @property
    def hedge(self) -> Hedge:
        """The form as an object: what it says of a total, of an incident, how it is drawn."""
        return named(self.form)

    @property
    def content(self) -> tuple[str, float | None, float | None, float | None]:
        """Form, low, best and high: equal for two wordings that say the same."""
        return self.form, self.low, self.best, self.high

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
def _parse_text(text: str) -> Quantity:
    bare = text.strip()
    if len(bare) > _LONGEST:
        raise QuantityError(_refusal(text, f"it is longer than {_LONGEST} characters"))
    try:
        if bare.isascii() and bare.isdigit():
            count = Number(int(bare)).value()
            return Quantity(count, count, count, "exact", rounding_grid(count), text)
        return Quantity(*_read(tokenize(bare)), text=text)
    except QuantityError as error:
        raise QuantityError(_refusal(text, str(error))) from None


def _refusal(text: str, reason: str) -> str:
    shown = repr(text[:100])
    shown = shown if len(shown) <= 80 and len(text) <= 100 else shown[:77] + "..."
    reason = reason if len(reason) <= 160 else reason[:157] + "..."
    return f"{shown} cannot be read as a quantity: {reason}; write for example {_ACCEPTED}"


class _Clause(NamedTuple):
    """A hedge with the number, the two numbers or the vague word that it stands before."""

    hedge: Phrase
    kind: str  # "one", "range" or "vague"
    low: int
    high: int
    grid: int | None
    doubted: bool


_Reading = tuple[int | None, int | None, int | None, str, int | None]


def _read(tokens: list[str]) -> _Reading:
    """Return low, best, high, form and grid of a text in tokens."""
    if not tokens[0]:
        return None, None, None, "unknown", None
    if len(tokens) - PAD <= 3:
        whole = " ".join(tokens).rstrip()
        if whole in UNKNOWN:
            return None, None, None, "unknown", None
        if whole in MISSING_MARKS:
            msg = "a missing value is left blank or written unknown"
            raise QuantityError(msg)
    if "number" in tokens and _is_unknown_number(tokens):
        return None, None, None, "unknown", None
    if tokens[0] in ("no", "none", "nobody", "nil") and phrase_at(BEFORE, tokens, 0) is None:
        return _read_zero(tokens)
    first, second = (tokens, None) if _JOINTS.isdisjoint(tokens) else _split(tokens)
    clause = _clause(first)
    return _alone(clause) if second is None else _joined(clause, _clause(second))


def _is_unknown_number(tokens: list[str]) -> bool:
    i = 1 if tokens[0] in ("a", "an") else 0
    if tokens[i] not in UNKNOWN or tokens[i + 1] != "number":
        return False
    words = [token for token in tokens[i + 2 :] if token]
    refuse_unless_noun(words)
    return not words or words[0] == "of"


def _read_zero(tokens: list[str]) -> _Reading:
    words = [token for token in tokens if token]
    start = 2 if words[:2] == ["no", "one"] else 3 if words[:3] == ["no", "-", "one"] else 1
    for word in words[start:]:
        if word not in PEOPLE:
            msg = f"{words[0]!r} before {word!r} may say that nothing is known; write 0 or unknown"
            raise QuantityError(msg)
    return 0, 0, 0, "exact", 1


def _split(tokens: list[str]) -> tuple[list[str], list[str] | None]:
    """Part "at least a, and perhaps b" where its second hedge starts."""
    _, start = _hedges(tokens)
    for i, token in enumerate(tokens):
        if i > start and token in _JOINTS:
            j = i + (token == ",")
            j += tokens[j] in ("and", "but")
            second, _ = phrase_at(BEFORE, tokens, j) or (None, j)
            if second in (Phrase.PERHAPS, Phrase.AT_MOST, Phrase.FEWER_THAN):
                return padded(tokens[:i]), padded(tokens[j:])
    return tokens, None


def _hedges(tokens: list[str]) -> tuple[list[Phrase], int]:
    hedges, i = [], 0
    while match := phrase_at(BEFORE, tokens, i):
        hedge, i = match
        hedges.append(hedge)
    return hedges, i


def _clause(tokens: list[str]) -> _Clause:
    hedges, i = _hedges(tokens)
    kind, ends, grid, i = _amount(tokens, i)
    if tokens[i]:
        words = [token for token in tokens[i:] if token]
        if after := _take_suffix(words):
            hedges.append(after)
        refuse_unless_noun(words)
    bounds = [hedge for hedge in hedges if hedge in BOUNDS]
    if len(bounds) > 1:
        msg = f"{bounds[0].value!r} and {bounds[1].value!r} stand beside one number"
        raise QuantityError(msg)
    about = Phrase.ABOUT if Phrase.ABOUT in hedges else Phrase.NONE
    doubted = hedges[:1] == [Phrase.PERHAPS]
    return _Clause(bounds[0] if bounds else about, kind, *ends, grid, doubted)


def _take_suffix(words: list[str]) -> Phrase | None:
    """Remove a hedge from the start or the end of what follows a number, and return it."""
    tokens = padded(words)
    for i in (0, *range(max(1, len(words) - 3), len(words))):
        hedge, end = phrase_at(AFTER, tokens, i) or (None, i)
        if hedge and (i == 0 or end == len(words)):
            del words[i:end]
            return hedge
    return None


def _amount(tokens: list[str], i: int) -> tuple[str, tuple[int, int], int | None, int]:
    """Return kind, ends, grid and the position after the number, range or vague word at a token."""
    if tokens[i] == "between":
        return _between(tokens, i + 1)
    opened = tokens[i] == "from"
    i += opened
    if vague := phrase_at(VAGUE_PHRASES, tokens, i):
        (low, high), i = vague
        if tokens[i] in ("to", "or", "-") and (second := phrase_at(VAGUE_PHRASES, tokens, i + 1)):
            return "vague", (low, second[0][1]), None, second[1]
        if not opened:
            return "vague", (low, high), None, i
    left, i = _number(tokens, i)
    joined = tokens[i] in ("to", "-") or (tokens[i] == "or" and not opened)
    if joined and (right := number_at(tokens, i + 1)):
        return *_range(left, right[0]), right[1]
    if opened:
        msg = "'from' needs two ends, as from 6 to 8"
        raise QuantityError(msg)
    count = left.value()
    return "one", (count, count), left.grid(), i


def _number(tokens: list[str], i: int) -> tuple[Number, int]:
    if match := number_at(tokens, i):
        return match
    if tokens[i] in ("-", "minus"):
        msg = "a count cannot be negative"
    elif tokens[i] in ("inf", "infinity", "infinite"):
        msg = "a count must be finite"
    elif tokens[i]:
        msg = f"no number stands where {tokens[i]!r} does"
    else:
        msg = "it holds no number"
    raise QuantityError(msg)


def _between(tokens: list[str], i: int) -> tuple[str, tuple[int, int], int | None, int]:
    """Read "between a and b", trying each "and", since numbers in words hold some too."""
    while phrase_at(BEFORE, tokens, i) == (Phrase.ABOUT, i + 1):
        i += 1
    readings = []
    msg = "'between' needs two ends, as between 6 and 8"
    for j in range(i + 1, len(tokens)):
        if tokens[j] not in ("and", "to", "-"):
            continue
        left = number_at(padded(tokens[i:j]), 0)
        right = number_at(tokens, j + 1)
        if left and right and left[1] == j - i:
            try:
                refuse_unless_noun(list(filter(None, tokens[right[1] :])))
                readings.append((*_range(left[0], right[0]), right[1]))
            except QuantityError as error:
                msg = str(error)
    if len(readings) == 1:
        return readings[0]
    raise QuantityError("it can be read in two ways" if readings else msg)


def _range(left: Number, right: Number) -> tuple[str, tuple[int, int], int]:
    left = share_scale(left, right)
    low, high = left.value(), right.value()
    if low > high:
        msg = f"its low end, {low:,}, lies above its high end, {high:,}"
        raise QuantityError(msg)
    return "range", (low, high), min(left.grid(), right.grid())


def _alone(clause: _Clause) -> _Reading:
    hedge, low, high, grid = clause.hedge, clause.low, clause.high, clause.grid
    if clause.kind == "range":
        if hedge in BOUNDS:
            msg = f"{hedge.value!r} cannot stand before a range"
            raise QuantityError(msg)
        return low, None, high, "between", grid
    if hedge is Phrase.NONE and clause.kind == "one":
        return low, low, low, "exact", grid
    if hedge in (Phrase.NONE, Phrase.ABOUT) and clause.kind == "vague":
        return low, None, high, "vague", grid
    if hedge is Phrase.ABOUT:
        if not low:
            msg = "about zero is not a count; write 0, or up to n"
            raise QuantityError(msg)
        return None, low, None, "about", grid
    if hedge in (Phrase.AT_LEAST, Phrase.MORE_THAN):
        return _lowest(clause), None, None, "at_least", grid
    return 0, None, _highest(clause), "at_most", grid


def _lowest(clause: _Clause) -> int:
    """Return the lowest count of "at least" and "more than"; vague words have no next number."""
    return clause.low + (clause.hedge is Phrase.MORE_THAN and clause.kind == "one")


def _highest(clause: _Clause) -> int:
    fewer = clause.hedge is Phrase.FEWER_THAN
    if fewer and (clause.kind == "vague" or clause.high == 0):
        msg = "'fewer than' needs a number above zero"
        raise QuantityError(msg)
    return clause.high - fewer


def _joined(first: _Clause, second: _Clause) -> _Reading:
    """Read two clauses: a low end with a best guess or a high end, or two vague words."""
    grids = [grid for grid in (first.grid, second.grid) if grid is not None]
    if first.kind == second.kind == "vague" and first.hedge is second.hedge is Phrase.NONE:
        return first.low, None, second.high, "vague", None
    ranges = "range" in (first.kind, second.kind)
    if first.hedge in (Phrase.AT_LEAST, Phrase.MORE_THAN) and not ranges:
        low = _lowest(first)
        if second.hedge in (Phrase.AT_MOST, Phrase.FEWER_THAN):
            return low, None, _highest(second), "between", min(grids, default=None)
        if second.doubted and second.kind == "one":
            # "Perhaps more than 1.3 million" names a best guess, not a second floor.
            return low, second.low, None, "at_least", second.grid
    msg = "its two hedges do not make one quantity"
    raise QuantityError(msg)
