"""One name in several scripts and spellings becomes one key, and parts are never shifted."""

from __future__ import annotations

import pytest

pytest.importorskip("anyascii")
pytest.importorskip("cyrtranslit")

from casualty_est.linkage.names.key import key
from casualty_est.linkage.names.parts import split
from casualty_est.linkage.names.script import words


def keys(text):
    return [key(word) for word in words(text)]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("محمد أحمد", "Mohammed Ahmad"),
        ("عبد الرحمن خليل", "Abd al-Rahman Khalil"),
        ("عبدالرحمن خليل", "Abdulrahman Khaleel"),
        ("محمود صلاح الدين أبو ندى", "Mahmoud Salah al-Din Abu-Nada"),
        ("Шевченко Юрій", "Shevchenko Yurii"),
        ("Жуков Харитон", "Zhukov Khariton"),
        ("Ђорђе", "Đorđe"),
        ("MÜLLER", "Muller"),
        ("O'Brien", "OBrien"),
    ],
)
def test_two_spellings_have_the_same_keys(one, two):
    assert keys(one) == keys(two)


def test_other_names_have_other_keys():
    assert len({tuple(keys(name)) for name in ("محمد", "محمود", "Khalil", "Jalal", "Sana")}) >= 4


def test_a_hamza_in_one_character_or_two_is_the_same():
    composed, decomposed = "\u0623\u062d\u0645\u062f", "\u0627\u0654\u062d\u0645\u062f"
    assert composed != decomposed
    assert words(composed) == words(decomposed) == words("احمد")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("الشهيد محمد بن علي", ("محمد", "علي")),
        ("فاطمة", ("فاطمه",)),
        ("مُحَمَّد", ("محمد",)),
        ("محمـــد", ("محمد",)),
        ("هدى", ("هدي",)),
        ("المصري", ("مصري",)),
        ("ali ٤", ("ali", "4")),
        ("---", ()),
    ],
)
def test_one_spelling(text, expected):
    assert words(text) == expected


def test_what_is_missing_in_the_middle_is_missing():
    assert split(("a", "b", "c", "d")) == {
        "given": "a",
        "father": "b",
        "grandfather": "c",
        "family": "d",
    }
    assert split(("a", "b", "d"))["grandfather"] == ""
    assert split(("a", "d")) == {"given": "a", "father": "", "grandfather": "", "family": "d"}
    assert split(()) == dict.fromkeys(("given", "father", "grandfather", "family"), "")
