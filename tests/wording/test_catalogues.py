"""Catalogues of sentences: read as Babel reads them, whole, and with the places of the English."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from casualty_est.errors import CasualtyEstError
from casualty_est.tables.cells import ROLES
from casualty_est.wording import terms
from casualty_est.wording.catalogue import languages, read
from casualty_est.wording.language import language
from tests import messages

CODES = [code for code in languages() if code != "en"]
SMALL = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);\\n"

# A comment, and a text over two lines.
msgctxt "month"
msgid "May"
msgstr "м"
"ай"

msgid "{n} death"
msgid_plural "{n} deaths"
msgstr[0] "{n} смерть"
msgstr[1] "{n} смерти"
msgstr[2] "{n} смертей"

msgid "a \\"quoted\\" line\\nand more"
msgstr "«\\t»\\n"

#, fuzzy
msgid "a guess"
msgstr "догадка"

msgid "untranslated"
msgstr ""

#~ msgid "gone"
#~ msgstr "нет"
"""


@cache
def sentences() -> Catalog:
    """What code and templates say: read once."""
    return messages.template()


def key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_a_catalogue_is_read_as_it_stands() -> None:
    small = read(SMALL, "small.po")
    assert small.pgettext("month", "May") == "май"
    assert small.gettext("May") == "May"
    assert [small.ngettext("{n} death", "{n} deaths", n) for n in (1, 3, 5, 11)] == [
        "{n} смерть",
        "{n} смерти",
        "{n} смертей",
        "{n} смертей",
    ]
    assert small.gettext('a "quoted" line\nand more') == "«\t»\n"
    for left in ("a guess", "untranslated", "gone"):
        assert small.gettext(left) == left


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('msgstr "no end', "line 3: a text needs a quotation mark at both ends"),
        ("msgstr bare", "line 3: 'msgstr bare' is no line of a catalogue"),
        ('mgstr "x"', "line 3: 'mgstr \"x\"' is no line of a catalogue"),
    ],
)
def test_a_broken_line_is_named(line: str, problem: str) -> None:
    with pytest.raises(CasualtyEstError) as error:
        read(f'\nmsgid "a"\n{line}\n', "eo.po")
    assert str(error.value) == f"eo.po, {problem}"


@pytest.mark.parametrize("code", CODES)
def test_our_reading_is_that_of_babel(code: str) -> None:
    file = (messages.CATALOGUES / f"{code}.po").read_bytes()
    theirs, ours = read_po(BytesIO(file), code), language(code).sentences
    assert len(theirs) > 300
    for message in theirs:
        if not message.id:
            continue
        context, text = key(message)
        if message.pluralizable:
            forms = [ours.ngettext(*message.id, n) for n in range(200)]
            assert set(forms) <= set(message.string)
            assert forms[1] == message.string[0]
        elif context is None:
            assert ours.gettext(text) == message.string
        else:
            assert ours.pgettext(context, text) == message.string


@pytest.mark.parametrize("code", CODES)
def test_a_catalogue_is_whole(code: str) -> None:
    known = {key(one): one for one in messages.read(code) if one.id}
    said = {key(one): one for one in sentences() if one.id}
    command = f"uv run python tests/messages.py {code}"
    assert set(said) - set(known) == set(), f"run {command} and translate"
    assert set(known) - set(said) == set(), f"run {command}: no code says these"
    assert [one for one in known if not all(messages.texts(known[one]))] == []
    assert [one for one in known if known[one].fuzzy] == []


@pytest.mark.parametrize("code", CODES)
def test_translations_have_the_places_of_the_english(code: str) -> None:
    for message in messages.read(code):
        if not message.id or message.context == "rules":
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        wanted = places(ids[-1])
        assert all(places(one) == wanted for one in ids), message.id
        assert all(places(one) == wanted for one in messages.texts(message)), message.id


def test_every_word_of_a_table_with_a_fixed_meaning_is_in_the_catalogue() -> None:
    assert {terms.role_name(role) for role in ROLES} == set(terms.ROLES)
    said = {key(one) for one in sentences() if one.id}
    for context, words in {
        "role": terms.ROLES,
        "group": terms.GROUPS,
        "grade": terms.GRADES,
        "outcome": terms.OUTCOMES,
        "kind of evidence": terms.KINDS,
    }.items():
        assert {(context, word) for word in words} <= said
