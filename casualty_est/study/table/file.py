"""STUDY.toml: saved estimates, or tables to be fitted, with bridges and relations.

.. code-block:: toml

    [kinds.lists]
    table = "lists.csv"          # fitted now
    kind = "lists"
    options = {cell = {scope = "Kosovo"}}
    [kinds.survey]
    file = "survey.nc"           # saved by est.save() or --save
    [bridges.survey]
    share = 0.85
    sd = 0.05
    [[relations]]
    source = "MoH"
    label = "claims"
    other = "lists"
    is = "contains"
    [[shares]]
    source = "Monitor"
    label = "claims"             # takes what the source is worth
    other = "incidents"          # measured it
    quantity = "completeness_reported"
    sd = 0.1
    [fit]
    claims = "cut"
    eta = {survey = 0.5}
    [[fit.rho]]
    between = ["lists", "survey"]
    value = 0.3
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casualty_est.errors import CasualtyEstError, InputError, Problem
from casualty_est.kinds import KINDS, room
from casualty_est.result.estimate import Estimate
from casualty_est.study.model.ledger import MEANING
from casualty_est.study.model.model import Study
from casualty_est.tables.checks import nearest
from casualty_est.tables.read import read_table
from casualty_est.tables.toml_file import read_toml

PARTS = ("kinds", "bridges", "relations", "shares", "fit")
OF_KIND = ("file", "table", "kind", "options")
OF_BRIDGE = ("share", "sd", "cells")
OF_RELATION = ("source", "label", "other", "is")
OF_SHARING = ("source", "label", "other", "quantity", "sd")
OF_FIT = ("claims", "eta", "rho", "prior", "pooling")
OF_RHO = ("between", "value")
OF_PRIOR = ("median", "factor")
TAKEN = ("self",)  # names that Python gives an argument already


@dataclass(frozen=True)
class StudyFile:
    """What a file of a study says, checked; nothing has been fitted or loaded."""

    name: str
    folder: Path
    kinds: Mapping[str, Mapping[str, Any]]
    bridges: Mapping[str, Mapping[str, Any]]
    relations: tuple[Mapping[str, str], ...]
    shares: tuple[Mapping[str, Any], ...]
    fit: Mapping[str, Any]

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> StudyFile:
        """Read and check a file; every problem is listed at once."""
        source = Path(path)
        content = read_toml(source)
        problems = list(_problems(content, source.parent))
        if problems:
            raise InputError([Problem(text) for text in problems], source.name)
        return cls(
            source.name,
            source.parent,
            content["kinds"],
            content.get("bridges", {}),
            tuple(content.get("relations", ())),
            tuple(content.get("shares", ())),
            content.get("fit", {}),
        )

    def study(self, estimates: Mapping[str, Estimate]) -> Study:
        """The study of these estimates, with bridges and relations as declared."""
        study = Study(**estimates)
        for label, bridge in self.bridges.items():
            study.bridge(label, **bridge)
        for one in self.relations:
            study.relation(one["source"], one["label"], one["other"], one["is"])
        for share in self.shares:
            study.share(**share)
        return study

    @property
    def options(self) -> dict[str, Any]:
        """Options of `Study.fit`."""
        from casualty_est.priors.distributions import LogNormal

        given = dict(self.fit)
        if "rho" in given:
            given["rho"] = {tuple(one["between"]): one["value"] for one in given["rho"]}
        if "prior" in given:
            given["prior"] = LogNormal(**given["prior"])
        return given

    def model_of(self, label: str) -> Any:
        """The model of a table that is to be fitted."""
        said = self.kinds[label]
        table = room(said["kind"], "table").read_dataset(self.folder / said["table"])
        return room(said["kind"], "model.model").MODEL(table, **said.get("options", {}))

    def loaded(self, label: str) -> Estimate | None:
        """A saved estimate; None where a table is to be fitted."""
        file = self.kinds[label].get("file")
        return None if file is None else Estimate.load(self.folder / file)

    def __repr__(self) -> str:
        said = [
            f"{label}: " + (f"saved estimate {one['file']}" if "file" in one else _of_table(one))
            for label, one in self.kinds.items()
        ]
        more = f"{len(self.bridges)} bridges, {len(self.relations)} relations"
        return "\n".join([f"{self.name}: a study of {len(self.kinds)} kinds", *said, more])


def _of_table(one: Mapping[str, Any]) -> str:
    return f"table {one['table']} of {one['kind']}, to be fitted"


def _problems(content: Mapping[str, Any], folder: Path) -> Iterable[str]:
    yield from _unknown("the file", content, PARTS)
    kinds = content.get("kinds")
    if not isinstance(kinds, Mapping) or len(kinds) < 2:
        yield "a study joins two kinds or more: write [kinds.NAME] with file= or table= for each"
        kinds = kinds if isinstance(kinds, Mapping) else {}
    for label, one in kinds.items():
        yield from _of_kind(label, one, folder)
    yield from _unlike(content)
    for label, one in _tables(content, "bridges"):
        yield from _unknown(f"bridges.{label}", one, OF_BRIDGE)
        if label not in kinds:
            yield f"bridges.{label}: no kind has that name{nearest(label, list(kinds))}"
    for i, one in enumerate(_rows(content, "relations"), 1):
        yield from _of_relation(i, one, kinds)
    for i, one in enumerate(_rows(content, "shares"), 1):
        yield from _of_sharing(i, one, kinds)
    fit = content.get("fit", {})
    yield from _unknown("fit", fit, OF_FIT)
    if isinstance(fit, Mapping):
        yield from _of_fit(fit, kinds)


def _of_kind(label: str, one: object, folder: Path) -> Iterable[str]:
    where = f"kinds.{label}"
    if not label.isidentifier() or label in TAKEN:
        yield f"{where}: a label is a word of letters, digits and underscores, and not self"
    if not isinstance(one, Mapping):
        yield f"{where} must be a table with file= or table="
        return
    yield from _unknown(where, one, OF_KIND)
    if ("file" in one) == ("table" in one):
        yield f"{where}: give either file= (a saved estimate) or table= with kind="
        return
    path = one.get("file", one.get("table"))
    if not isinstance(path, str) or not (folder / path).is_file():
        yield f"{where}: there is no file {path!r} beside the study"
    valid = _of_tables()
    if "table" in one and one.get("kind") not in valid:
        kind = one.get("kind")
        near = nearest(kind, valid) if isinstance(kind, str) else ""
        yield f"{where}: kind= must be one of {', '.join(valid)}, not {kind!r}{near}"
    elif "table" in one:
        kind = str(one["kind"])
        yield from _of_options(where, kind, one.get("options", {}))
        if isinstance(path, str) and (folder / path).is_file():
            yield from _of_another_kind(where, folder / path, kind)
    if "file" in one and ("kind" in one or "options" in one):
        yield f"{where}: a saved estimate knows its kind and options; leave them out"


def _of_tables() -> tuple[str, ...]:
    """Kinds whose model is fitted to a table; a study reads its own file."""
    return tuple(kind for kind in KINDS if _is_fitted(kind))


def _is_fitted(kind: str) -> bool:
    try:
        return hasattr(room(kind, "model.model"), "MODEL")
    except ModuleNotFoundError:
        return False


def _of_another_kind(where: str, path: Path, kind: str) -> Iterable[str]:
    """Say so where the columns of a table are those of another kind."""
    try:
        header = frozenset(read_table(path, problems=[]).columns)
    except CasualtyEstError as error:
        yield f"{where}: {error}"
        return
    if not room(kind, "table").looks_like(header):
        for other in _of_tables():
            if room(other, "table").looks_like(header):
                yield f'{where}: {path.name} is a table of {other}: write kind = "{other}"'
                return


def _of_options(where: str, kind: str, options: object) -> Iterable[str]:
    """What the model of a kind does not take."""
    if not isinstance(options, Mapping):
        yield f'{where}: options= must be a table, such as options = {{cell = {{scope = "..."}}}}'
        return
    model = room(kind, "model.model").MODEL
    known = tuple(
        name
        for name, taken in inspect.signature(model).parameters.items()
        if taken.kind is inspect.Parameter.KEYWORD_ONLY
    )
    yield from _unknown(f"{where}.options", options, known)


def _of_relation(number: int, one: object, kinds: Mapping[str, Any]) -> Iterable[str]:
    where = f"relation {number}"
    yield from _unknown(where, one, OF_RELATION)
    if not isinstance(one, Mapping):
        return
    missing = [name for name in OF_RELATION if not isinstance(one.get(name), str)]
    if missing:
        yield f"{where} needs {', '.join(missing)}, each a text"
        return
    if one["is"] not in MEANING:
        near = nearest(one["is"], MEANING)
        yield f"{where}: is= must be one of {', '.join(MEANING)}, not {one['is']!r}{near}"
    yield from _of_two(where, one, kinds)


def _of_two(where: str, one: Mapping[str, Any], kinds: Mapping[str, Any]) -> Iterable[str]:
    """Labels of a declaration that are no kinds of the file."""
    for name in ("label", "other"):
        if one[name] not in kinds:
            near = nearest(one[name], kinds)
            yield f"{where}: {name}= must be one of {', '.join(kinds)}, not {one[name]!r}{near}"


def _of_sharing(number: int, one: object, kinds: Mapping[str, Any]) -> Iterable[str]:
    where = f"sharing {number}"
    yield from _unknown(where, one, OF_SHARING)
    if isinstance(one, Mapping):
        missing = [name for name in OF_SHARING[:3] if not isinstance(one.get(name), str)]
        if missing:
            yield f"{where} needs {', '.join(missing)}, each a text"
        else:
            yield from _of_two(where, one, kinds)


def _of_fit(fit: Mapping[str, Any], kinds: Mapping[str, Any]) -> Iterable[str]:
    rho = fit.get("rho", [])
    if not (isinstance(rho, list) and all(map(_is_correlation, rho))):
        yield 'fit.rho: write [[fit.rho]] with between = ["A", "B"] and value = 0.3'
    else:
        pairs = [frozenset(one["between"]) for one in rho]
        for pair in dict.fromkeys(pairs):
            if pairs.count(pair) > 1:
                yield f"fit.rho: {' and '.join(sorted(pair))} stand there twice: keep one value"
    eta = fit.get("eta", {})
    if not isinstance(eta, Mapping):
        yield f"fit.eta must be powers by label, as in eta = {{{next(iter(kinds), 'lists')} = 0.5}}"
    prior = fit.get("prior")
    if prior is not None and (not isinstance(prior, Mapping) or set(prior) != set(OF_PRIOR)):
        yield "fit.prior must be {median = ..., factor = ...}"


def _is_correlation(one: object) -> bool:
    """Whether an entry of fit.rho has two labels and a number."""
    if not isinstance(one, Mapping) or set(one) != set(OF_RHO):
        return False
    pair = one["between"]
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, str) for x in pair)


def _unlike(content: Mapping[str, Any]) -> Iterable[str]:
    """Parts that are there in another form."""
    if not isinstance(content.get("bridges", {}), Mapping):
        yield "bridges: write [bridges.LABEL] with share= and sd= for each"
    for name, needs in (("relations", OF_RELATION), ("shares", OF_SHARING[:3])):
        if not isinstance(content.get(name, []), list):
            yield f"{name}: write [[{name}]] in double brackets, with {'=, '.join(needs)}="


def _rows(content: Mapping[str, Any], name: str) -> list[Any]:
    held = content.get(name, [])
    return held if isinstance(held, list) else []


def _tables(content: Mapping[str, Any], name: str) -> Iterable[tuple[str, Any]]:
    held = content.get(name, {})
    return held.items() if isinstance(held, Mapping) else ()


def _unknown(where: str, given: object, known: tuple[str, ...]) -> Iterable[str]:
    if not isinstance(given, Mapping):
        yield f"{where} must be a table with {', '.join(known)}"
        return
    for key in given:
        if key not in known:
            yield f"{where}: {key!r} is unknown{nearest(key, known)}. Use: {', '.join(known)}"
