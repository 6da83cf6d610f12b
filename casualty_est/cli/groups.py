"""Options that several commands share: fields of a dataclass, which a command takes as one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
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
        return command(**{name: _value(parameter, given) for name, parameter in own.items()})

    with_options.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    with_options.__annotations__ = {option.name: option.annotation for option in options}
    return with_options


def _parameters(taken_by: Any) -> Mapping[str, Parameter]:
    return inspect.signature(taken_by, eval_str=True).parameters


def _options(parameter: Parameter) -> Iterator[Parameter]:
    """The parameter itself, or what can be asked of a group and of the groups in it."""
    if not is_dataclass(parameter.annotation):
        yield parameter
        return
    for field in _parameters(parameter.annotation).values():
        if is_dataclass(field.annotation) or get_origin(field.annotation) is Annotated:
            yield from _options(field)


def _value(parameter: Parameter, given: Mapping[str, Any]) -> Any:
    """What was given for a parameter; a group is made of what was given for its fields."""
    group = parameter.annotation
    if not isinstance(group, type) or not is_dataclass(group):
        return given[parameter.name]
    fields = _parameters(group).items()
    groups = {
        name: _value(field, given) for name, field in fields if is_dataclass(field.annotation)
    }
    return group(**{name: given[name] for name, _ in fields if name in given}, **groups)
