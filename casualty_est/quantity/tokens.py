"""From a text to lower-case words, numbers and symbols.

Readers take a token list padded with empty strings, so that looking a few tokens ahead never runs
off its end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from casualty_est.quantity.words import Phrases

_FULL_WIDTH = (
    "".join(
        map(chr, (0xFF08, 0xFF09, 0x3010, 0x3011, 0xFF1B, 0xFF1A, 0xFF0F, 0xFF05, 0x066A, 0x060C))
    )
    + "\u061b\u3001\uff0b\u3002"
)
_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc\u2032\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2248\u223c\uff5e", "~"),
        # Marks of writing direction and zero-width spaces part words, and never join digits.
        **dict.fromkeys("\u061c\u200b\u200e\u200f\u2060\ufeff", " "),
        **dict.fromkeys((chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))), " "),
        **dict.fromkeys("\u2265\u2a7e", ">="),
        **dict.fromkeys("\u2264\u2a7d", "<="),
        **dict.fromkeys("\u066c\uff0c", ","),
        "\u066b": ".",
        **dict(zip(_FULL_WIDTH, "()[];:/%%,;,+.", strict=True)),
        "\u00bd": " 1/2",
        "\u00bc": " 1/4",
        "\u00be": " 3/4",
        "\u2026": "...",
    }
)
_LETTER = "a-zß-öø-ɏ\u1e01-\u1eff"
# "1 1/2" is a number and a fraction, not the digits 11.
_FRACTION = "(?:1/2|1/4|3/4)(?![0-9/])"
# No two branches can start at the same character in two ways, so the scan is linear.
_TOKEN = re.compile(
    rf"(?:approx|est|incl|excl|min|max|ca|c)\.|(?<![0-9/]){_FRACTION}|"
    rf"[0-9]+(?:[,' ](?!{_FRACTION})[0-9]+)*(?:\.[0-9]+)*[{_LETTER}]*|"
    rf"[{_LETTER}]+(?:'[{_LETTER}]*)*|>=|<=|[^\W\d_]+|[^ ]"
)
_WORD = re.compile(rf"[{_LETTER}]+(?:'[{_LETTER}]*)*")
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_OF_AGE = "(?:(?: - |-| )(?:year|month|week|day|yr|mo)s?(?: - |-| )old| ?y/?o)"
_DIES = "killed|dead|dies|died|shot|stabbed"


def _aged(match: re.Match[str]) -> str:
    """Write "a 7-year-old girl" and "2 y/o girl" as "a girl", with whom nobody else is meant."""
    article, noun = match.groups()
    someone = "person " if noun in _DIES.split("|") else ""
    before = match.string[: match.start()].rstrip()
    alone = not before or before.endswith((",", "(", "including", "incl", "incl.", "and"))
    one = alone and not noun.endswith(("s", "ren", "men"))
    return f"a {someone}" if article or one else someone


# Signs that people use for others.
_SIGNS = (
    (re.compile(r"=>"), ">="),
    (re.compile(r"=<"), "<="),
    (re.compile(r"^\s*=(?=\s*[0-9])"), ""),
    (re.compile(r"(?<=[0-9])( ?)(?:\.{2,3}|~|--)\1(?=[0-9])"), "-"),
    (re.compile(r"\{([^{}]*)\}"), r"(\1)"),
    (
        re.compile(r"((?<=[0-9])-?|(?<=[A-Za-z])-|(?<=(?:en|ir|or|if|ix|gh|ne)ty))ish\b", re.I),
        " ish",
    ),
    (re.compile(r"\bplus or minus\b", re.I), "\u00b1"),
    # Digits would join over the space: "(14-17 95% CI)", "(CI95 14-17)".
    (re.compile(r"(?<=[0-9]) (?=[0-9]{2}(?:\.[0-9])? ?% ?(?:ci|cri|ui|hdi|conf|cred)\b)"), " ; "),
    (re.compile(r"\b(ci|cri|ui|hdi) ?(80|90|95|99)%? (?=[0-9])"), r"\1 \2% "),
    (
        re.compile(
            r"\b(them|whom)(?: were)?(?: aged)? (?:under|below) (?:the age of )?"
            r"(?:1[0-8]|[1-9]|five|ten|fifteen|sixteen|eighteen)\b(?![0-9,.])"
        ),
        r"\1 children",
    ),
    (re.compile(r"\bin (?:a )?(?:critical|serious|grave) condition\b"), "critically injured"),
    (re.compile(r"\b(civs?|pers)\.(?= |$)"), r"\1"),
    (re.compile(r"\ball[- ]cause\b"), "overall"),
    (
        re.compile(
            r" (?:in|over|during|within) (?:the )?(?:last|past|previous) (?:[0-9]{1,3} |few )?"
            r"(?:hour|day|week|month|year)s?(?![a-z0-9])"
        ),
        "",
    ),
    (re.compile(r"\bunder[- ](?:five|5)(?= (?:children|deaths))"), "child"),
    # 5 x KIA; men & boys; a 7-year-old girl
    (re.compile(r"(?<=[0-9]) ?x (?=[a-z])"), " "),
    (re.compile(r"(?<=[a-z)\]]) & (?=[a-z0-9~<>])"), " and "),
    (re.compile(r"(?<![a-z0-9])'([a-z]+(?: [a-z]+){0,2})'(?![a-z0-9])"), r"\1"),
    (re.compile(r"^no survivors (?:among|of|from|out of) (?:the |all )*(?=[0-9])"), "killed "),
    (
        re.compile(r"^none of (?:the |its |all )?([0-9][0-9,]*(?: [a-z]+){0,4}) survived$"),
        r"\1 killed",
    ),
    (
        re.compile(
            rf"^(?:(?:an?|the|one|[0-9]{{1,3}}|{_SMALL}) )?mass graves? "
            r"(?:with|containing|holding|of|yields?) (?=.*\b(?:bodies|remains|corpses|victims)\b)"
        ),
        "",
    ),
    # 10 < n < 20, and > 10 < 20
    (
        re.compile(r"^\s*([0-9][0-9,. ]*)<(=?)\s*[a-z]*\s*(<=?\s*[0-9][0-9,. ]*)$", re.I),
        r">\2\1, \3",
    ),
    (re.compile(r"^(\s*>=?\s*[0-9](?:[0-9,]*[0-9])?)\s+(?=<)"), r"\1, "),
)
_AGE = re.compile(rf"\b(an? )?(?:[0-9]{{1,3}}|{_SMALL}){_OF_AGE} (?=([a-z]+))")
_ODD = re.compile(
    r"[=~{<&']|[0-9] ?[xy]|old |survived$|^no surv|grave|all.cause|under.[5f]|(?:civs?|pers)\.|--|"
    r"\.\.|ish\b|minus|condition|[0-9] ?% ?[ch-u]|[ci]i ?[89]|(?:last|past|previous) |"
    r"m (?:were |aged )?(?:under|below) "
)  # one of them has a sign above
PAD = 4
_PADDING = [""] * PAD


def plain_characters(text: str) -> str:
    """Return a text with digits of any script, dashes, quotes and brackets in ASCII."""
    text = unicodedata.normalize("NFC", text).translate(_CHARACTERS)
    text = re.sub(r"(?<=\d)\u00b7(?=\d)", ".", text)  # the decimal point of British journals
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def tokenize(text: str) -> list[str]:
    """Split a text into lower-case words, numbers and symbols; digits become ASCII."""
    if not text.isascii():
        text = plain_characters(text)
    if "+" in text:
        text = text.replace("+/-", "\u00b1").replace("+-", "\u00b1")
    if '"' in text:
        text = text.replace('"', " ")
    text = " ".join(text.lower().split())
    if _ODD.search(text):
        for pattern, plain in _SIGNS:
            text = pattern.sub(plain, text)
        text = _AGE.sub(_aged, text)
    tokens = _TOKEN.findall(text)
    while tokens and tokens[-1] == ".":
        tokens.pop()
    return padded(tokens)


def is_word(token: str) -> bool:
    """Return whether a token is a word of letters."""
    return _WORD.fullmatch(token) is not None


def padded(tokens: Iterable[str]) -> list[str]:
    """Return tokens with the padding that the readers count on."""
    return [token for token in tokens if token] + _PADDING


def phrase_at[T](phrases: Phrases[T], tokens: list[str], i: int) -> tuple[T, int] | None:
    """Return what the longest phrase that starts at a token says, and the position after it."""
    for words, meaning in phrases.get(tokens[i], ()):
        if len(words) == 1 or tokens[i : i + len(words)] == words:
            return meaning, i + len(words)
    return None
