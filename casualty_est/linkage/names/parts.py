"""The parts of a name, by position: given, father, grandfather, family."""

from __future__ import annotations

import re
from collections.abc import Sequence

PARTS = ("given", "father", "grandfather", "family")


# In Cyrillic only: in Latin letters a Bosnian family name looks like a Russian patronymic.
_FAMILY_FIRST = re.compile(
    r"\s*(\w+)\s+(\w+\s+\w+(?:ович|евич|йович|ьич|овна|евна|ична|івна|ївна))\s*", re.IGNORECASE
)


def in_order(text: str) -> str:
    """A name with the given name first, where a comma or a patronymic says that it is not.

    >>> in_order("Haddad, Sana")
    'Sana Haddad'
    """
    if match := _FAMILY_FIRST.fullmatch(text):
        return f"{match[2]} {match[1]}"
    family, comma, rest = text.replace("\u060c", ",").partition(",")
    if comma and family.strip() and rest.strip() and "," not in rest:
        return f"{rest.strip()} {family.strip()}"
    return text


def split(words: Sequence[str]) -> dict[str, str]:
    """Name the parts of a name; what is missing in the middle is missing, and nothing is shifted.

    >>> split(("ahmad", "khalil", "masri"))["grandfather"]
    ''
    """
    parts = dict.fromkeys(PARTS, "")
    if words:
        parts["given"] = words[0]
    if len(words) > 1:
        parts["family"] = words[-1]
    for name, word in zip(("father", "grandfather"), words[1:-1], strict=False):
        parts[name] = word
    return parts
