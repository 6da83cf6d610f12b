"""Which conflict of the record a label means, in whatever language it is named."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

from casualty_est import datasets
from casualty_est.datasets.statements import Record

# Names of countries in other languages (from Unicode CLDR), and of the record's towns and regions.
NAMES = ("territories.toml", "places.toml")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")

_STOP = frozenset(
    {
        *("and", "army", "camps", "civil", "conflict", "deaths", "first", "government", "heat"),
        *(
            "attack",
            "blast",
            "bombing",
            "hospital",
            "killed",
            "killings",
            "led",
            "police",
            "second",
            "state",
            "states",
            "strikes",
        ),
        *("the", "united", "war", "wars", "world"),
    }
)


_DIRECTIONS = frozenset(
    ["north", "northern", "south", "southern", "east", "eastern", "west", "western"]
)


def matching_conflicts(
    without: str | Iterable[str] | None, record: Record | None = None
) -> tuple[str, ...]:
    """Return the conflicts of the record that these labels name, by words of conflict and place."""
    labels = _listed(without)
    words = _words_of_conflicts(datasets.record() if record is None else record)
    named = {folded(conflict): conflict for conflict in words}
    matched: set[str] = set()
    for label in labels:
        if folded(label) in named:
            matched.add(named[folded(label)])
            continue
        asked = words_in(in_english(label))
        telling = asked - _DIRECTIONS  # "South" alone names no conflict
        for enough, sought in ((all, asked), (any, telling)):
            hits = {
                conflict
                for conflict, known in words.items()
                if telling and enough(is_known(word, known) for word in sought)
            }
            matched |= hits
            if hits:
                break
    return tuple(conflict for conflict in words if conflict in matched)


def _listed(without: str | Iterable[str] | None) -> list[str]:
    return [without] if isinstance(without, str) else list(without or ())


# --- names in other languages -----------------------------------------------------------


def in_english(label: str) -> str:
    """Write the places in a label in English; the whole is folded."""
    return _translated(label)[0]


def read_as(without: str | Iterable[str] | None) -> tuple[tuple[str, str], ...]:
    """Return which names in these labels were read as which English ones.

    Parameters
    ----------
    without : str or iterable of str, optional
        Labels of the conflict under analysis.

    Returns
    -------
    tuple of tuple of str
        The name as it is written, and the English one; English names are not told.

    Examples
    --------
    >>> from casualty_est.priors.conflicts import read_as
    >>> read_as("mossul, Irak")
    (('mossul', 'Mosul'), ('Irak', 'Iraq'))
    """
    pairs = [pair for label in _listed(without) for pair in _translated(label)[1]]
    return tuple(dict.fromkeys(pairs))


def _translated(label: str) -> tuple[str, list[tuple[str, str]]]:
    """The folded label with English names, and the pairs of names in their order."""
    names = _names()
    pairs: list[tuple[str, str]] = []
    as_written, text = unicodedata.normalize("NFC", label), folded(label)

    def english(match: re.Match[str]) -> str:
        name = names.get(match[0]) or _declined(match[0])
        if name is None:
            return match[0]
        same_places = len(as_written) == len(text)
        pairs.append((as_written[slice(*match.span())] if same_places else match[0], name))
        return folded(name)

    return _pattern().sub(english, text), pairs


def _declined(word: str) -> str | None:
    """The English name of which a Cyrillic word is a case: of Iraq, in Syria."""
    if len(word) < 4 or not _CYRILLIC.fullmatch(word):
        return None
    return next((english for name, english in _names().items() if _same(word, name)), None)


@cache
def _names() -> Mapping[str, str]:
    """English names by folded names in other languages."""
    names: dict[str, str] = {}
    for file in NAMES:
        text = resources.files("casualty_est.priors").joinpath(file).read_text("utf-8")
        for english, others in tomllib.loads(text).items():
            names |= {folded(other): english for other in others}
    return names


@cache
def _pattern() -> re.Pattern[str]:
    """Listed names, the longest first, and any other word."""
    longest = sorted(_names(), key=len, reverse=True)
    # Chinese is written without spaces, so that a name may begin anywhere.
    anywhere = [re.escape(name) for name in longest if _CHINESE.search(name)]
    apart = [re.escape(name) for name in longest if not _CHINESE.search(name)]
    return re.compile(rf"{'|'.join(anywhere)}|\b(?:{'|'.join(apart)})\b|[^\W\d_]+")


@cache
def _words_of_conflicts(record: Record) -> Mapping[str, set[str]]:
    """Words of every conflict and its places, in the order of the record."""
    words: dict[str, set[str]] = {}
    for row in record:
        words.setdefault(row.conflict, set()).update(words_in(row.conflict), words_in(row.place))
    return words


@cache
def folded(text: str) -> str:
    """Lower case, without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def words_in(text: str) -> set[str]:
    """Words that tell one conflict from another: no numbers, nothing short or common."""
    candidates = re.findall(r"[^\W\d_]{3,}", folded(text))
    return {word for word in candidates if word not in _STOP}


def is_known(word: str, known: set[str]) -> bool:
    """Whether a word is known but for its ending."""
    return any(_same(word, other) for other in known)


def _same(one: str, other: str) -> bool:
    if _DIRECTIONS & {one, other}:  # Northland is not in Northern Ireland
        return one == other
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    # Iraq and Iraqis, Afghan and Afghanistan are one; Maria and Mariupol are not.
    left_over = max(len(one), len(other)) - shared
    return one == other or shared >= 5 or (shared >= 4 and left_over <= 2)
