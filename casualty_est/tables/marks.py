"""Cells of yes and no, in the words that people write; columns that say what people are."""

from __future__ import annotations

import re
import unicodedata

YES_WORDS = frozenset(
    {"1", "1.0", "true", "yes", "y", "x", "✓", "✔", "+", "si", "sí", "sì", "sim", "oui", "ja"}
    | {"да", "так", "evet", "نعم", "obs", "observed", "present", "listed"}
    # What a spreadsheet in another language writes for TRUE.
    | {"verdadero", "verdadeiro", "vrai", "wahr", "vero", "истина", "doğru"}
)
NO_WORDS = frozenset(
    {"0", "0.0", "false", "no", "n", "non", "nein", "nej", "não", "нет", "ні", "hayir", "لا"}
    | {"un", "unobserved", "absent", "not listed"}
    | {"falso", "faux", "falsch", "ложь", "yanlis"}
)
NOTHING = frozenset({"", "na", "n/a", "nan", ".", "-", "null", "<na>"})  # written for a blank
# Words in the name of a column that says what people are, not who has them on a list.
PROPERTIES = frozenset(
    {"female", "male", "sex", "gender", "adult", "minor", "civilian", "combatant", "imputed"}
    | {"flag", "missing", "alive", "dead", "died", "killed", "injured", "urban", "rural"}
    | {"married", "pregnant", "is", "has", "identified", "any", "month", "year", "age"}
    | {"mujer", "hombre", "sexo", "femme", "homme", "sexe", "frau", "mann", "geschlecht"}
)
# The same, of words after which lists are called too: the list of a group of women.
LIKELY = frozenset(
    {"females", "males", "fem", "woman", "women", "man", "men", "boy", "girl", "adults", "minors"}
    | {"child", "children", "infant", "baby", "elderly", "under18", "u18", "under5", "aged", "teen"}
    | {"civilians", "combatants", "soldier", "fighter", "rebel", "militant", "journalist"}
    | {"refugee", "idp", "displaced", "disabled", "duplicate", "duplicated", "dup", "named"}
    | {"unnamed", "known", "unknown", "verified", "unverified", "confirmed", "unconfirmed"}
    | {"wounded", "detained", "arrested", "tortured", "disappeared", "homicide", "kidnapped"}
    | {"executed", "shot", "bombing", "airstrike", "shelling", "night", "weekend", "weekday", "day"}
    | {"was", "ethnicity", "religion", "conflict", "menor", "niño", "niña", "edad", "civil"}
    | {"imputado", "enfant", "kind", "женщина", "мужчина", "ребенок", "ребёнок", "пол"}
    | {"امرأة", "رجل", "طفل", "أنثى", "ذكر"}
)


def western(text: str) -> str:
    """Digits of every script, and letters of full width, as the usual ones."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.digit(sign, sign)) for sign in plain)


def means(text: str) -> bool | None:
    """Whether a cell says yes; None where it says neither yes nor no."""
    # Turkish writes no with letters that case folding leaves alone.
    folded = western(text).casefold().replace("\u0131", "i").replace("\u015f", "s")
    if folded in YES_WORDS:
        return True
    return False if folded in NO_WORDS else None


def meanings(texts: set[str]) -> dict[str, bool | None]:
    """What each cell of a column says."""
    known = {text: means(text) for text in texts}
    # R writes T and F; alone, an F may be a woman.
    if {text for text in known if text.casefold() not in NOTHING} == {"T", "F"}:
        known |= {"T": True, "F": False}
    return known


def is_property(name: str) -> bool:
    """Whether a column is named after what people are."""
    return bool(PROPERTIES & _words(name))


def may_be_property(name: str) -> bool:
    """Whether it is, or may be, if nothing else shows that it is a list."""
    return bool((PROPERTIES | LIKELY) & _words(name))


def _words(name: str) -> set[str]:
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)  # isFemale
    return set(re.split(r"[\W_]+", parted.casefold()))
