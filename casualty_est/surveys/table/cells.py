"""How the cells of a table of surveys are read: counts, shares and numbers."""

from __future__ import annotations

from casualty_est.quantity.words import LARGEST


def short(value: float) -> str:
    """A weight in few figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def count(text: str) -> int | None:
    """A whole number in figures, thousands by comma; a blank is None."""
    if not text:
        return None
    # Statistics packages write whole numbers as 5.0.
    bare = text.replace(",", "").removesuffix(".0").removesuffix(".00")
    if bare.isascii() and bare.isdigit() and int(bare) <= LARGEST:
        return int(bare)
    msg = "expected a whole number of at least 0, as in 1849: correct it or leave it blank"
    raise ValueError(msg)


def share(text: str) -> float | None:
    """A number above 0 and at most 1, or so many percent; a blank is None."""
    if not text:
        return None
    percent = text.endswith("%")
    value = number(text.removesuffix("%").rstrip()) / (100 if percent else 1)
    if value > 1:
        msg = f"a share is at most 1: write {value / 100:g} for {value:g}%"
        raise ValueError(msg)
    if value <= 0:
        msg = "a share is above 0: correct it or leave it blank"
        raise ValueError(msg)
    return value


def at_least(text: str, least: float) -> float | None:
    """A number of at least so much; a blank is None."""
    if not text:
        return None
    value = number(text)
    if value < least:
        msg = f"expected a number of at least {least:g}: correct it or leave it blank"
        raise ValueError(msg)
    return value


def number(text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        msg = "expected a number, as in 0.962: correct it or leave it blank"
        raise ValueError(msg)
    return value
