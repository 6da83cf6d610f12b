"""Catalogues of sentences: compiled, whole, and with the places of the English."""

from __future__ import annotations

from functools import cache
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message

from casualty_est.tables.cells import ROLES
from casualty_est.wording import terms
from casualty_est.wording.catalogue import languages
from casualty_est.wording.language import fixed, language
from tests import messages

CODES = [code for code in languages() if code != "en"]


@cache
def sentences() -> Catalog:
    """What code and templates say: read once."""
    return messages.template()


def key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", CODES)
def test_what_is_read_is_what_translators_wrote(code: str) -> None:
    theirs, ours = messages.read(code), language(code).sentences
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


@pytest.mark.thorough
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
    assert {terms.role_name(role) for role in ROLES} == set(fixed("role"))
    said = {key(one) for one in sentences() if one.id}
    for context in ("role", "group", "grade", "outcome", "kind of evidence", "month", "hedge"):
        assert {(context, word) for word in fixed(context)} <= said
