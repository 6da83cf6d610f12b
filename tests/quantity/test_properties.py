"""Properties of the quantity parser over generated text and numbers."""

import contextlib
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casualty_est.errors import QuantityError
from casualty_est.quantity.quantity import Quantity
from casualty_est.quantity.words import VAGUE
from tests.support.adversarial import ADVERSARIAL

COUNTS = st.integers(0, 10_000_000_000)
SEPARATORS = [",", " ", "\u00a0", "\u2009", "\u202f", "'", "\u2019", "\u066c"]
ZEROS = ["0", "\u0660", "\u06f0", "\u0966", "\u09e6", "\u0e50", "\uff10"]
DASHES = ["-", " - ", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", " to ", " or "]
FRAGMENTS = (
    "at least|more than|up to|about|perhaps|between|from|no|and|or|to|-|,|.|%|/|a|half|of|5|12|"
    "1,300|1.3|1.300|2.5|0|6 047|12k|10s|99999999999|\u0665|\u00b2|one|twenty|hundred|thousand|"
    "million|dozen|dozens|hundreds of thousands|several|civilians|killed|or more|or so|+|~|>|<=|"
    "unknown|number|and a half|percent|\u200f"
)


def ends(read):
    return read.content


@st.composite
def quantities(draw):
    """Draw any quantity that the constructor accepts."""
    low, best, high = sorted(draw(st.tuples(COUNTS, COUNTS, COUNTS)))
    grid = draw(st.sampled_from([None, 1, 10, 100, 1000]))
    vague = draw(st.sampled_from(list(VAGUE.values())))
    form = draw(
        st.sampled_from(
            [
                (best, best, best, "exact"),
                (None, max(best, 1), None, "about"),
                (low, None, None, "at_least"),
                (low, best, None, "at_least"),
                (0, None, high, "at_most"),
                (low, None, high, "between"),
                (low, best, high, "estimate"),
                (*vague[:1], None, *vague[1:], "vague"),
                (None, None, None, "unknown"),
            ]
        )
    )
    if form[3] != "estimate":
        return Quantity(*form, grid)
    level = draw(st.sampled_from([0.5, 0.6827, 0.8, 0.9, 0.95, 0.975, 0.999]))
    number = max(form[1], 1)
    top = max(form[2], number + (form[0] == number))
    return Quantity(form[0], number, top, "estimate", grid, level=level)


@given(quantities())
def test_canonical_form_parses_back_to_the_same_ends(quantity):
    assert ends(Quantity.parse(str(quantity))) == ends(quantity)


@given(COUNTS, st.sampled_from(SEPARATORS), st.sampled_from(ZEROS))
def test_every_count_with_every_separator_and_script(n, separator, zero):
    digits = {ord(str(d)): chr(ord(zero) + d) for d in range(10)}
    text = f"{n:,}".translate(digits).replace(",", separator)
    assert unicodedata.decimal(text[0]) == int(f"{n}"[0])
    assert ends(Quantity.parse(text)) == ("exact", n, n, n, None)
    assert ends(Quantity.parse(f"at least {text}")) == ("at_least", n, None, None, None)


@given(COUNTS, COUNTS, st.sampled_from(DASHES))
def test_ranges_keep_their_order_or_are_refused(a, b, dash):
    text = f"{a:,}{dash}{b:,}"
    if 0 < 1000 * a <= b and a < 1000:
        with contextlib.suppress(QuantityError):  # read as thousands, or asked
            assert Quantity.parse(text).low in {1000**k * a for k in (1, 2, 3)}
        return
    if a <= b:
        assert ends(Quantity.parse(text)) == ("between", a, None, b, None)
        return
    with pytest.raises(QuantityError, match="lies above its high end"):
        Quantity.parse(text)


def check_any(text):
    """Parse, and require either a consistent quantity or the one kind of error."""
    try:
        read = Quantity.parse(text)
    except QuantityError:
        return
    known = [end for end in (read.low, read.best, read.high) if end is not None]
    assert known == sorted(known)
    assert all(type(end) is int and end >= 0 for end in known)
    assert read.text == text
    assert ends(Quantity.parse(str(read))) == ends(read)


@given(st.text(max_size=320))
def test_arbitrary_text_is_read_or_refused(text):
    check_any(text)


@given(st.lists(st.sampled_from(FRAGMENTS.split("|")), max_size=10), st.sampled_from(["", " "]))
def test_fragments_of_the_grammar_are_read_or_refused(parts, glue):
    check_any(glue.join(parts))


@given(
    st.one_of(
        st.floats(),
        st.integers(),
        st.decimals(),
        st.fractions(),
        st.booleans(),
        st.complex_numbers(),
        st.binary(),
        st.none(),
    )
)
def test_any_cell_is_read_or_refused(cell):
    try:
        read = Quantity.parse(cell)
    except QuantityError:
        return
    assert cell is None or (read.form, read.best) == ("exact", cell)


@given(COUNTS)
def test_grid_divides_the_count_and_is_at_most_a_tenth(n):
    grid = Quantity.parse(str(n)).grid
    assert n % grid == 0
    assert grid == 1 or 10 * grid <= n
    assert n % (10 * grid) or 100 * grid > n


@pytest.mark.parametrize("text", ADVERSARIAL, ids=lambda text: text[:20])
def test_adversarial_text_is_refused(text):
    with pytest.raises(QuantityError):
        Quantity.parse(text)


def test_import_loads_nothing_heavy():
    code = (
        "import sys, casualty_est.quantity.quantity; "
        "heavy = {'numpy', 'pandas', 'pymc', 'matplotlib', 'pydantic'} & set(sys.modules); "
        "raise SystemExit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
