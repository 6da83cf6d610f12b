"""Sources that draw on one network of informants, by the analyst's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.tables.checks import is_number, known
from casualty_est.tables.toml_file import mapping
from casualty_est.wording.phrases import listed

LARGEST = 0.99  # two sources that say one thing are one source: `quotes` and `alias` say that


@dataclass(frozen=True, slots=True)
class Network:
    """Sources whose ratios depart from their roles together.

    correlation: between the own parts of any two of them, whatever they count.
    """

    sources: tuple[str, ...]
    correlation: float

    def __str__(self) -> str:
        return (
            f"{listed(self.sources)} draw on one network: what each adds to its role correlates "
            f"by {self.correlation:g}"
        )


def read_networks(items: Any) -> tuple[Network, ...]:
    """Read networks from a list of tables (``[[networks]]``)."""
    if not isinstance(items, list | tuple):
        msg = f"networks must be a list of tables ([[networks]]), not {items!r}"
        raise UsageError(msg)
    networks = tuple(_network(item, f"networks[{i}]") for i, item in enumerate(items))
    names = [name for network in networks for name in network.sources]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"networks: {listed(twice)} may be named once, in one network"
        raise UsageError(msg)
    return networks


def _network(item: Any, where: str) -> Network:
    fields = mapping(item, where)
    known(fields, ("sources", "correlation"), where)
    names, correlation = fields.get("sources"), fields.get("correlation")
    texts = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
    if not texts or len(names or ()) < 2:
        msg = f'{where}: write sources = ["...", "..."], the names of two sources or more'
        raise UsageError(msg)
    if not is_number(correlation) or not 0 < correlation <= LARGEST:
        msg = f"{where}: write correlation = 0.7, a number above 0 and at most {LARGEST}"
        raise UsageError(msg)
    return Network(tuple(names or ()), float(correlation))
