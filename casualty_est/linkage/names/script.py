"""One spelling for one name, script by script."""

from __future__ import annotations

import re
import unicodedata

from casualty_est.linkage.extra import extra

ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
CYRILLIC = re.compile("[\u0400-\u04ff]")
UKRAINIAN = re.compile("[іїєґІЇЄҐ]")

# Short vowels and hamzas as signs of their own, the superscript alef, the bar that stretches words.
# A hamza comes in one character with its letter or beside it: after NFD both look alike.
_SIGNS = re.compile("[\u064b-\u065f\u0670\u0640\u06d6-\u06ed]")
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("\u0671\u0672\u0673\u0675", "\u0627"),  # forms of alef
        **dict.fromkeys("\u0649\u06cc\u06d2", "\u064a"),  # alef maqsura, Persian and Urdu yeh
        "\u0629": "\u0647",  # teh marbuta is written as heh
        "\u06c1": "\u0647",
        "\u06a9": "\u0643",  # Persian kaf
        "\u0621": None,  # hamza that stands alone
    }
)
ARTICLE = "\u0627\u0644"
# They belong to the word after them, which people write joined or apart.
_BEFORE = frozenset(["عبد", "ابو", "ابي", "ام", "بو"])
_AFTER = frozenset(["الدين", "الله", "الرحمن", "الاسلام", "الهدي", "النور"])
_SONS = frozenset(["بن", "ابن", "بنت", "ولد"])
_TITLES = frozenset(
    [
        "الشهيد",
        "الشهيده",
        "الطفل",
        "الطفله",
        "الرضيع",
        "الرضيعه",
        "الحاج",
        "الحاجه",
        "الدكتور",
        "الدكتوره",
        "د",
        "الشيخ",
        "السيد",
        "السيده",
        "المهندس",
        "الاستاذ",
    ]
)
_LATIN_BEFORE = frozenset(
    ["abd", "abdul", "abdel", "abdal", "abdur", "abu", "abou", "umm", "um", "al", "el"]
)
_LATIN_AFTER = frozenset(["din", "deen", "eddin", "eddine", "uddin", "addin", "allah", "ullah"])
_LATIN_DROPPED = frozenset(
    [
        "bin",
        "bint",
        "ben",
        "ibn",
        "ould",
        "mr",
        "mrs",
        "ms",
        "dr",
        "sheikh",
        "haj",
        "hajj",
        "martyr",
        "ogly",
        "oglu",
        "ogli",
        "kyzy",
        "kizi",
        "qizi",
    ]
)
_UKRAINIAN_LATIN = str.maketrans({"x": "kh", "j": "y", "X": "Kh", "J": "Y"})
# Letters with marks that stand for a sound of their own, which the bare letter would lose.
_MARKED = str.maketrans(
    {"š": "sh", "č": "ch", "ć": "ch", "ž": "zh", "đ": "dj", "ŝ": "shch", "ş": "sh", "ç": "ch"}
)
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans(dict.fromkeys("'`’‘ʼʿʾ´\u02b9\u02ba"))


def words(text: str) -> tuple[str, ...]:
    """Words of a name in one spelling: Arabic stays Arabic, everything else becomes Latin."""
    text = unicodedata.normalize("NFKC", text)
    # Marks of direction and joiners are seen by nobody, and would split or tell apart words.
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    if ARABIC.search(text):
        return _arabic(text)
    return _latin(latin(text))


def latin(text: str) -> str:
    """Write any script in lower-case Latin letters."""
    if CYRILLIC.search(text) and UKRAINIAN.search(text):
        # Ukrainian has its own official spelling in Latin letters: г is h there, и is y.
        text = str(extra("cyrtranslit").to_latin(text, "ua")).translate(_UKRAINIAN_LATIN)
    return str(extra("anyascii").anyascii(text.casefold().translate(_MARKED))).casefold()


def _arabic(text: str) -> tuple[str, ...]:
    text = _SIGNS.sub("", unicodedata.normalize("NFD", text)).translate(_LETTERS)
    text = "".join(str(unicodedata.digit(c, c)) for c in text)
    parts = [word for word in _WORD.findall(text) if word not in _TITLES and word not in _SONS]
    joined: list[str] = []
    open_end = False
    for word in parts:
        if joined and (open_end or word in _AFTER):
            joined[-1] += word
        else:
            joined.append(word)
        open_end = word in _BEFORE
    return tuple(_without_article(word) for word in joined)


def _without_article(word: str) -> str:
    return word[2:] if word.startswith(ARTICLE) and len(word) >= 5 else word


def _latin(text: str) -> tuple[str, ...]:
    # An apostrophe stands inside a word; a hyphen joins words that others write apart.
    parts = [w for w in _WORD.findall(text.translate(_APOSTROPHES)) if w not in _LATIN_DROPPED]
    joined: list[str] = []
    before = ""
    for word in parts:
        if word in _LATIN_BEFORE:
            before += "" if word in ("al", "el") else word
        elif word in _LATIN_AFTER and joined and not before:
            joined[-1] += word
        else:
            joined.append(before + word)
            before = ""
    return tuple([*joined, before] if before else joined)
