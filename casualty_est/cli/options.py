"""What the command line reads out of its options, and what it refuses before any work."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated

import typer

from casualty_est.errors import CasualtyEstError, UsageError
from casualty_est.kinds import KINDS, room
from casualty_est.tables.cells import ROLES
from casualty_est.tables.toml_file import read_toml

PriorsFile = Annotated[
    Path | None, typer.Option("--priors", metavar="FILE.toml", help="File with your assumptions.")
]
JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="OUT.json", help="Write the numbers as JSON.")
]
Prob = Annotated[float, typer.Option("--prob", help="Level of the credible intervals.")]
Budget = Annotated[
    str | None,
    typer.Option("--budget", metavar="3m", help="Time for a fit that needs more rounds."),
]
ShowModel = Annotated[
    bool, typer.Option("--show-model", help="Print the model first, with every prior and note.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="SOURCE=ROLE", help=f"Role of a source: {', '.join(ROLES)}."),
]
Cell = Annotated[
    str | None,
    typer.Option(
        "--cell",
        metavar="scope=..,start=..",
        help="What is counted: scope, start, end, outcome, group, perpetrator.",
    ),
]


OF_CELL = ("scope", "start", "end", "outcome", "group", "perpetrator")


def pairs(items: list[str] | None, option: str) -> dict[str, str]:
    """Read NAME=VALUE pairs; a name may hold an equals sign, the last one divides."""
    return dict(_pair(item.rpartition("="), option) for item in items or [])


def pairs_at_first(items: list[str], option: str) -> dict[str, str]:
    """Read LABEL=TEXT pairs; a text may hold an equals sign, the first one divides."""
    return dict(_pair(item.partition("="), option) for item in items)


def _pair(parts: tuple[str, str, str], option: str) -> tuple[str, str]:
    name, _, value = map(str.strip, parts)
    if not name or not value:
        msg = f"{option} takes NAME=VALUE, not {''.join(parts)!r}"
        raise UsageError(msg)
    return name, value


def cell(
    text: str | None, option: str = "--cell", fields: Collection[str] = OF_CELL
) -> dict[str, str]:
    """Read FIELD=LABEL pairs; a label may hold commas and equals signs."""
    from casualty_est.tables.checks import known

    if text is None:
        return {}
    labels: dict[str, str] = {}
    for pair in re.split(rf",(?=\s*(?:{'|'.join(fields)})\s*=)", text):
        name, label = _pair(pair.partition("="), option)
        known([name], fields, option)
        if name in labels:
            msg = f"{option} names the {name} twice: keep {labels[name]!r} or {label!r}"
            raise UsageError(msg)
        labels[name] = label
    return labels


def check_kind(file: Path, kind: str, command: str = "casualty-est") -> None:
    """Refuse a table whose header is that of another kind of evidence."""
    from casualty_est.tables.read import read_table

    must_be_file(file)
    header = frozenset(read_table(file, problems=[]).columns)
    if room(kind, "table").looks_like(header):
        return
    others = [other for other in KINDS if room(other, "table").looks_like(header)]
    if others:
        calls = " or ".join(f"`{command} {other} {file}`" for other in others)
        msg = f"{file.name} is a table of {' or of '.join(others)}: use {calls}"
        raise UsageError(msg)


def names_a_file(word: str) -> bool:
    """Whether a word is a file rather than the name of a kind, misspelled or not."""
    return Path(word).exists() or bool(Path(word).suffix)


def kind_of(file: Path) -> str:
    """The kind of evidence that a file is: by its ending, its columns, or who can read it."""
    from casualty_est.tables.read import read_table

    must_be_file(file)
    if file.suffix.casefold() == ".toml":
        return "study"
    header = frozenset(read_table(file, problems=[]).columns)
    kinds = [kind for kind in KINDS if room(kind, "table").looks_like(header)]
    kinds = kinds or [kind for kind in KINDS if _reads(kind, file)]
    if len(kinds) == 1:
        return kinds[0]
    if kinds:
        calls = " or ".join(f"`casualty-est check {kind} {file}`" for kind in kinds)
        msg = f"{file.name} can be {' or '.join(kinds)}: use {calls}"
        raise UsageError(msg)
    first, *others = KINDS
    msg = (
        f"the columns of {file.name} do not say which kind of table it is: use "
        f"`casualty-est check {first} {file}`, or {', '.join(others)} in place of {first}"
    )
    raise UsageError(msg)


def _reads(kind: str, file: Path) -> bool:
    try:
        room(kind, "table").read_dataset(file)
    except CasualtyEstError:
        return False
    return True


def must_be_file(file: Path) -> None:
    """Refuse a name that is no file, before its ending is judged."""
    if file.is_dir():
        msg = f"{str(file)!r} is a folder: name the file in it"
        raise UsageError(msg)
    if not file.exists():
        msg = f"there is no file {str(file)!r}: check the name and the folder"
        raise UsageError(msg)


# What the outputs of a command are, by their option.
ENDINGS = {
    "--report": (".html", ".htm"),
    "--json": (".json",),
    "--save": (".nc", ".netcdf"),
    "--pdf": (".pdf",),
}
OTHERS = {".csv", ".tsv", ".xlsx", ".xls", ".ods", ".docx", ".doc", ".txt", ".png", ".svg", ".toml"}


def check_numbers(prob: float, draws: int, chains: int) -> None:
    """Refuse numbers that no fit can work with."""
    if not 0 < prob < 1:
        msg = f"--prob must lie between 0 and 1, not {prob:g}: write 0.95 for a 95% interval"
        raise UsageError(msg)
    for name, value in {"--draws": draws, "--chains": chains}.items():
        if value < 1:
            msg = f"{name} must be at least 1, not {value}"
            raise UsageError(msg)


def check_outputs(outputs: dict[str, Path | None], inputs: dict[str, Path | None]) -> None:
    """Refuse an output that cannot be written before minutes of work are spent on it."""
    taken = [(name, path) for name, path in inputs.items() if path is not None]
    for option, path in outputs.items():
        if path is None:
            continue
        if path.is_dir():
            msg = f"{path} is a folder; give the name of a file"
            raise UsageError(msg)
        if not path.parent.is_dir():
            msg = f"the folder of {path} does not exist; create it first"
            raise UsageError(msg)
        for name, other in taken:
            if _same_file(path, other):
                msg = f"{option} would write over {name}, {other}; give another file"
                raise UsageError(msg)
        taken.append((option, path))
    for option, path in outputs.items():
        if path is not None:
            _check_ending(option, path)
            _check_writable(path)


def _check_ending(option: str, path: Path) -> None:
    """Refuse a file whose name promises another form than it will have."""
    wanted = ENDINGS.get(option, ())
    promised = {ending for endings in ENDINGS.values() for ending in endings} | OTHERS
    if wanted and path.suffix.lower() in promised - set(wanted):
        other = next((name for name, held in ENDINGS.items() if path.suffix.lower() in held), "")
        hint = f"; {other} writes that" if other else ""
        msg = f"{option} writes a file ending in {wanted[0]}, and {path.name} ends otherwise{hint}"
        raise UsageError(msg)


def _check_writable(path: Path) -> None:
    """Refuse a folder in which nothing can be made, by making something."""
    try:
        with TemporaryFile(dir=path.parent):
            return
    except OSError as error:
        msg = f"{path} cannot be written there: {error.strerror}"
        raise UsageError(msg) from None


def _same_file(path: Path, other: Path) -> bool:
    # Two names of one file, by a link or by case alone, resolve to different paths.
    both = path.exists() and other.exists()
    return path.resolve() == other.resolve() or (both and path.samefile(other))


def read_statements(file: Path | None) -> dict[str, str]:
    """Read what the authors of a report state: a TOML file of texts by their keys."""
    statements = {} if file is None else read_toml(file, "--statements")
    wrong = [key for key, value in statements.items() if not isinstance(value, str)]
    if wrong:
        msg = f'--statements: {wrong[0]!r} must be a text, as in {wrong[0]} = "..."'
        raise UsageError(msg)
    return statements
