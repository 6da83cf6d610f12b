"""Bundled datasets: facts with citations, each with a record of where it comes from."""

from __future__ import annotations

import atexit
import tomllib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casualty_est.errors import UsageError
from casualty_est.kinds import room

if TYPE_CHECKING:
    from casualty_est.datasets.statements import Record

__all__ = [
    "Provenance",
    "claims",
    "incidents",
    "lists",
    "load",
    "names",
    "path",
    "provenance",
    "record",
    "survey",
]

# From a zip file a copy is made, which has to outlive the call that asked for it and to be gone
# when the program ends.
_copies = ExitStack()
atexit.register(_copies.close)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a dataset is, where it comes from and what to know before using it.

    Parameters
    ----------
    name : str
        Name by which `load` knows it.
    title : str
        One line.
    description : str
        One to three sentences.
    licence : str
        What may be done with it.
    kind : {"claims", "incidents", "lists", "survey", "record"}
        What kind of evidence its table holds; ``record`` is what sources have been worth.
    conflict : str
        The conflict it is about, with years. A prior whose ground is the same conflict is no
        evidence of its own there.
    citations : tuple of str
        Publications that the whole table rests on; its rows have their own.
    notes : tuple of str
        How it was coded, and what it must not be used for.
    """

    name: str
    title: str
    description: str
    licence: str
    kind: str
    conflict: str
    citations: tuple[str, ...]
    notes: tuple[str, ...]


def names() -> tuple[str, ...]:
    """Return the names of the bundled datasets, that of the demo first.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> from casualty_est import datasets
    >>> datasets.names()
    ('coalition', 'strikes', 'strikes_incidents', 'article', 'coalition_dated', 'ukraine_2022',
     'economist_ukraine', 'kosovo', 'gaza', 'netherlands', 'coalition_syria_patterns',
     'gaza_survey', 'kosovo_survey', 'iraq_surveys', 'record')
    """
    return tuple(_records())


def provenance(name: str) -> Provenance:
    """Return where a bundled dataset comes from.

    Parameters
    ----------
    name : str
        One of `names`; every other is a `UsageError`, here as below.

    Returns
    -------
    Provenance

    Examples
    --------
    >>> from casualty_est import datasets
    >>> datasets.provenance("coalition").conflict
    'US-led Coalition in Iraq and Syria, 2014-2018'
    """
    if name not in _records():
        from casualty_est.tables.checks import nearest

        valid = ", ".join(map(repr, names()))
        near = nearest(name, names())
        msg = f"a bundled dataset is one of {valid}, not {name!r}{near}: choose one"
        raise UsageError(msg)
    return _records()[name]


@cache
def path(name: str) -> Path:
    """Return the CSV file of a bundled dataset, to be read and not written.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    pathlib.Path
        The file inside the installed package; where the package lies in a zip file, a temporary
        copy that is removed when the program ends.

    Examples
    --------
    >>> from casualty_est import datasets
    >>> datasets.path("coalition").suffix
    '.csv'
    """
    return _copies.enter_context(as_file(files(__name__) / f"{provenance(name).name}.csv"))


def load(name: str) -> Any:
    """Read a bundled dataset.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    Claims, CaptureHistories, IncidentReports, Survey or Record
        The validated table, by its `kind`.

    Raises
    ------
    UsageError
        If there is no dataset of that name.

    Examples
    --------
    >>> from casualty_est import datasets
    >>> datasets.load("coalition").sources
    ('Pentagon', 'Airwars')
    >>> datasets.load("kosovo").people
    4400
    """
    if provenance(name).kind == "record":
        return record()
    # Names and provenance are asked for without a table being read, so pay for the reader here.
    return room(provenance(name).kind, "table").read_dataset(path(name))


def claims(name: str) -> Any:
    """Read a bundled table of claims, as `Claims`.

    Parameters
    ----------
    name : str
        One of `names`, of kind ``claims``.
    """
    return _load("claims", name)


def lists(name: str) -> Any:
    """Read a bundled table of capture histories, as `CaptureHistories`.

    Parameters
    ----------
    name : str
        One of `names`, of kind ``lists``.
    """
    return _load("lists", name)


def incidents(name: str) -> Any:
    """Read a bundled table of incidents, as `IncidentReports`.

    Parameters
    ----------
    name : str
        One of `names`, of kind ``incidents``.
    """
    return _load("incidents", name)


def survey(name: str) -> Any:
    """Read a bundled table of surveys, as `Survey`.

    Parameters
    ----------
    name : str
        One of `names`, of kind ``survey``.
    """
    return _load("survey", name)


def _load(wanted: str, name: str) -> Any:
    kind = provenance(name).kind
    if kind != wanted:
        msg = f"the bundled dataset {name!r} holds {kind}, not {wanted}: read it with {kind}()"
        raise UsageError(msg)
    return load(name)


@cache
def _records() -> Mapping[str, Provenance]:
    text = (files(__name__) / "provenance.toml").read_text(encoding="utf-8")
    return {name: _record(name, entry) for name, entry in tomllib.loads(text).items()}


def _record(name: str, entry: dict[str, Any]) -> Provenance:
    # A missing or misspelt key of the file fails here, as it would for any caller.
    citations, notes = tuple(entry.pop("citations")), tuple(entry.pop("notes"))
    return Provenance(name=name, citations=citations, notes=notes, **entry)


@cache
def record() -> Record:
    """Return what sources said beside later, independent and better figures.

    Role priors are learned from this table. Each row has a statement, the better figure with its
    interval, both citations, and whether both were read in public text. A ratio is
    ``reported_best / ref_best``; the error of a better figure is the larger of 0.02 and the sd of
    the log that its published (95%) or judged (90%) interval stands for. Most cases are famous
    disputes or places with access: the record does not speak for quiet ones.

    Returns
    -------
    Record
        A sequence of `Statement` with `provenance`, `conflicts`, `of` and `to_frame`.

    Raises
    ------
    InputError
        If a row of the table breaks a rule; every broken row is listed.

    Examples
    --------
    >>> from casualty_est import datasets
    >>> datasets.record()[0].source
    'US Secretary of Defense Cohen'
    """
    from casualty_est.datasets.statements import read

    return read(provenance("record"))
