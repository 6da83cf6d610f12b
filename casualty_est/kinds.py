"""The registry of the kinds of evidence: whoever needs a wing by name finds it here.

A wing is a package. By its name it is known to have these rooms: ``table`` (`read_dataset`: a
bundled table), ``command`` (`add`: its command line, `check`: a table validated, `DEMOS`: bundled
studies) and ``estimate`` (`ESTIMATE`: its class of results).
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

KINDS = {
    "claims": "casualty_est.claims",
    "incidents": "casualty_est.incidents",
    "lists": "casualty_est.lists",
}


def room(kind: str, name: str) -> ModuleType:
    """Load one room of a wing."""
    return import_module(f"{KINDS[kind]}.{name}")
