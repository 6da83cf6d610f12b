"""What the command line reads out of its options, and what it refuses before any work."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from casualty_est.errors import UsageError


def pairs(items: list[str], option: str) -> dict[str, str]:
    """Read NAME=VALUE pairs; a name may hold an equals sign, the last one divides."""
    return dict(_pair(item, item.rpartition("="), option) for item in items)


def _pair(text: str, parts: tuple[str, str, str], option: str) -> tuple[str, str]:
    name, _, value = (part.strip() for part in parts)
    if not name or not value:
        msg = f"{option} takes NAME=VALUE, not {text!r}"
        raise UsageError(msg)
    return name, value


def numbers(items: list[str], option: str, *, word: str | None = None) -> dict[str, Any]:
    """Read NAME=NUMBER pairs; one word may stand for a number."""
    found: dict[str, Any] = {}
    for name, value in pairs(items, option).items():
        try:
            found[name] = value if value == word else float(value)
        except ValueError:
            allowed = f"a number or {word!r}" if word else "a number"
            msg = f"{option} takes NAME=VALUE with {allowed} as the value, not {value!r}"
            raise UsageError(msg) from None
    return found


def cell(text: str, option: str = "--total") -> dict[str, str]:
    """Read FIELD=LABEL pairs; a label may hold commas and equals signs."""
    from casualty_est.priors.settings import CELL_FIELDS, nearest

    found: dict[str, str] = {}
    for pair in re.split(rf",(?=\s*(?:{'|'.join(CELL_FIELDS)})\s*=)", text):
        name, label = _pair(pair, pair.partition("="), option)
        if name not in CELL_FIELDS:
            msg = f"{option}: {name!r} is unknown; {nearest(name, CELL_FIELDS)}"
            raise UsageError(msg)
        if name in found:
            msg = f"{option} names the {name} twice: keep {found[name]!r} or {label!r}"
            raise UsageError(msg)
        found[name] = label
    return found


def names(text: str | None) -> tuple[str, ...] | None:
    """Read names between commas."""
    return None if text is None else tuple(name.strip() for name in text.split(","))


def anchor(text: str | None, sources: Sequence[str]) -> Any:
    """Read SOURCE, SOURCE=MEDIAN or SOURCE=MEDIAN,SD; the name of a source may hold either sign."""
    if text is None or text in sources or "=" not in text:
        return text
    name, _, numbers = text.rpartition("=")
    try:
        values = [float(number) for number in numbers.split(",")]
    except ValueError:
        values = []
    if not name or not 1 <= len(values) <= 2:
        msg = f"--anchor takes SOURCE, SOURCE=MEDIAN or SOURCE=MEDIAN,SD, not {text!r}"
        raise UsageError(msg)
    return (name, *values)


def check_numbers(prob: float, draws: int, chains: int) -> None:
    """Refuse numbers that no fit can work with."""
    if not 0 < prob < 1:
        msg = f"--prob must lie between 0 and 1, not {prob:g}: write .95 for a 95 % interval"
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


def _same_file(path: Path, other: Path) -> bool:
    # Two names of one file, by a link or by case alone, resolve to different paths.
    both = path.exists() and other.exists()
    return path.resolve() == other.resolve() or (both and path.samefile(other))
