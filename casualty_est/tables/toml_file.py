"""Files in TOML that people write: settings, statements, studies; an error says how to mend it."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from casualty_est.errors import UsageError

_LINE = re.compile(r"\(at line (\d+), column \d+\)")
# What people write, by what TOML says of it, and how it is written.
_MENDS = (
    (r"=\s*\[?\s*[-+]?\.\d|,\s*[-+]?\.\d", "write a number with its zero, as in 0.1"),
    (r"=\s*\[?\s*[-+]?\d+,\d", "write a number with a point, as in 0.1"),
    (r"[\u201c\u201d\u201e\u2018\u2019]", "write straight quotes in place of these"),
    (r"=\s*[A-Za-z][^\"]*$", 'put a text in quotes, as in name = "text"'),
    (r"^\s*[\w.-]+\s*:", 'write name = "text", and not a colon'),
    (r"=\s*$", "a value is missing"),
    (r"^\s*[^=\[#]+\s[^=]*=", "put a name that holds spaces in quotes"),
)


def read_toml(path: str | os.PathLike[str], what: str = "") -> dict[str, Any]:
    """Read a file; `what` begins the message of an error, as an option does."""
    file = Path(path)
    begin = f"{what}{': ' if what else ''}{file.name} cannot be read"
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        reason = "there is no such file, check the name and the folder"
    except IsADirectoryError:
        reason = "it is a folder, name a file ending in .toml"
    except UnicodeDecodeError:
        reason = "it is not UTF-8 text, save it as such"
    except OSError as error:
        reason = f"{error.strerror or error}"
    else:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            reason = _mended(str(error), text)
    msg = f"{begin}: {reason}"
    raise UsageError(msg)


def _mended(error: str, text: str) -> str:
    """What is wrong with which line, and how it is written."""
    at = _LINE.search(error)
    lines = text.splitlines()
    line = lines[int(at[1]) - 1] if at and int(at[1]) <= len(lines) else ""
    shown = f": {line.strip()[:60]!r}" if line.strip() else ""
    where = f"line {at[1]}{shown}" if at else "it"
    if "Cannot declare" in error or "Cannot overwrite" in error:
        return f"{where} names something that the file has already: give each a name of its own"
    mend = next((said for pattern, said in _MENDS if re.search(pattern, line)), "")
    rule = _LINE.sub("", error).strip()
    return f"{where} is no TOML ({rule}){': ' if mend else ''}{mend}"


def mapping(value: Any, where: str) -> dict[str, Any]:
    """Read a table; None is an empty one."""
    value = {} if value is None else value
    if not isinstance(value, Mapping):
        msg = f"{where} must be a table, not {value!r}"
        raise UsageError(msg)
    return dict(value)
