"""Options that several commands share: fields of a dataclass, which a command takes as one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import is_dataclass
from functools import wraps
from inspect import Parameter
from typing import Annotated, Any, get_origin


def spread(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same command with the fields of its groups as options; what it declares goes first."""
    own = _parameters(command)
    options = [
        option.replace(kind=Parameter.KEYWORD_ONLY)
        for parameter in own.values()
        for option in _options(parameter)
        if option is parameter or option.name not in own
    ]

    @wraps(command)
    def with_options(**given: Any) -> Any:
        return command(**{name: _value(parameter, given, own) for name, parameter in own.items()})

    with_options.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    with_options.__annotations__ = {option.name: option.annotation for option in options}
    return with_options


def _parameters(taken_by: Any) -> Mapping[str, Parameter]:
    return inspect.signature(taken_by, eval_str=True).parameters


def _is_option(field: Parameter) -> bool:
    return get_origin(field.annotation) is Annotated


def _options(parameter: Parameter) -> Iterator[Parameter]:
    """The parameter itself, or what can be asked of a group and of the groups in it."""
    if not is_dataclass(parameter.annotation):
        yield parameter
        return
    for field in _parameters(parameter.annotation).values():
        if is_dataclass(field.annotation) or _is_option(field):
            yield from _options(field)


def _value(parameter: Parameter, given: Mapping[str, Any], own: Collection[str]) -> Any:
    """What was given for a parameter; a group is made of what was given for its fields."""
    group = parameter.annotation
    if not isinstance(group, type) or not is_dataclass(group):
        return given[parameter.name]
    taken: dict[str, Any] = {}
    for name, field in _parameters(group).items():
        if is_dataclass(field.annotation):
            taken[name] = _value(field, given, own)
        # An option that the command declares itself means something else there.
        elif name in given and not (name in own and _is_option(field)):
            taken[name] = given[name]
    return group(**taken)
