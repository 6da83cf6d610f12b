"""Options that several commands share."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest

from casualty_est.cli.groups import spread

A, B = Annotated[int, "a"], Annotated[str | None, "b"]


@dataclass
class Inner:
    deep: A = 3


@dataclass
class Group:
    file: str | None = None
    many: A = 1
    save: B = None
    inner: Inner = None


def command(file: str, *, save: Annotated[str, "mine"] = "x", group: Group):
    return file, save, group


def test_a_command_has_the_options_of_its_groups_and_its_own_go_first():
    parameters = inspect.signature(spread(command)).parameters
    assert list(parameters) == ["file", "save", "many", "deep"]
    assert parameters["save"].annotation == Annotated[str, "mine"]
    assert parameters["many"].default == 1


@pytest.mark.parametrize("name", ["many", "deep"])
def test_a_group_is_made_of_what_was_given(name):
    given = {"file": "f", "save": "s", "many": 1, "deep": 3, name: 7}
    file, save, group = spread(command)(**given)
    assert (file, save) == ("f", "s")
    assert (group.many, group.inner.deep) == (given["many"], given["deep"])
    assert group.file == "f"
    assert group.save is None  # the command's own option means something else
