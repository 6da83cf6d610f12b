"""The registry of the kinds of evidence: whoever needs a wing by name finds it here.

A study, which joins estimates of several kinds, is registered as a kind too. A wing is a package.
By its name it is known to have these rooms:

- ``table``: `read_dataset` reads a bundled table, `looks_like` knows one by its header
- ``command``: `add` brings its command line, `check` validates a table
- ``demos``: `DEMOS`, its bundled studies
- ``model.model``: `MODEL`, what is fitted to a table
- ``estimate``: `ESTIMATE`, its class of results
- ``report``: `PARTS`, what its report says

Backward calls inside a wing go through its rooms too: a model finds its ``inference``, an estimate
its ``refits`` and ``plots``, so that no import runs against the flow of data.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

KINDS = {
    "claims": "casualty_est.claims",
    "incidents": "casualty_est.incidents",
    "lists": "casualty_est.lists",
    "survey": "casualty_est.surveys",
    "study": "casualty_est.study",
}


def room(kind: str, name: str) -> ModuleType:
    """Load one room of a wing."""
    return import_module(f"{KINDS[kind]}.{name}")
