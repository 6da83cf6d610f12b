"""Validate docstrings with numpydoc; exits 1 where one is wrong.

Run as ``python tests/docstrings.py``. Every public class, function and method of the package has a
docstring. On the public face (what ``casualty_est`` exports, and what the methods of an estimate
return) it has the full form of numpydoc, with all parameters.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

from numpydoc.validate import validate

import casualty_est
from casualty_est.lists.families import FAMILIES

INSIDE = {"GL03", "GL05", "GL06", "GL07", "GL08", "SS01", "SS02", "SS04"}
COMPLETE = INSIDE | {"PR01", "PR02", "PR03", "PR04", "PR10", "YD01"}
RETURNED = ("casualty_est.result.identification.Identification",
            "casualty_est.result.checks.Check", "casualty_est.plots.Plots",
            "casualty_est.result.find_out.FindOut", "casualty_est.result.plan.Information",
            "casualty_est.result.plan.Plan", "casualty_est.result.radius.Radius")  # fmt: skip


def public() -> Iterator[str]:
    """Name every public class, function and method."""
    for found in pkgutil.walk_packages(casualty_est.__path__, "casualty_est."):
        module = importlib.import_module(found.name)
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", None) != found.name:
                continue
            if inspect.isclass(thing) or inspect.isfunction(thing):
                yield f"{found.name}.{name}"
            if inspect.isclass(thing):
                yield from (f"{found.name}.{name}.{method}" for method in methods(thing))


def methods(thing: type[Any]) -> Iterator[str]:
    """Name the public methods that a class defines itself."""
    for name, member in vars(thing).items():
        written = member.fget if isinstance(member, property) else member
        # A base class may add methods of its own making to each subclass.
        here = getattr(written, "__module__", None) == thing.__module__
        # What a base class says of a method holds for all of its forms.
        said = any(getattr(vars(base).get(name), "__doc__", None) for base in thing.__mro__[1:])
        if not name.startswith("_") and inspect.isfunction(written) and here and not said:
            yield name


def face() -> tuple[str, ...]:
    """Name the classes and functions of the public face, by their homes."""
    exported = (getattr(casualty_est, name) for name in casualty_est.__all__)
    homes = [f"{thing.__module__}.{thing.__name__}" for thing in exported if inspect.isclass(thing)]
    return (*homes, *RETURNED, "casualty_est.datasets")


def families() -> set[str]:
    """Name the families of lists, which are configured as objects."""
    return {f"{family.__module__}.{family.__name__}" for family in FAMILIES.values()}


def _is_inside(name: str, homes: tuple[str, ...]) -> bool:
    """Whether a name is one of the homes, or a part of one."""
    return any(name == home or name.startswith(f"{home}.") for home in homes)


def main() -> int:
    """Print every problem as name, code and reason."""
    on_face, configured = face(), families()
    problems = [
        f"{name}: {code} {reason}"
        for name in public()
        for code, reason in validate(name)["errors"]
        if code in (COMPLETE if _is_inside(name, on_face) or name in configured else INSIDE)
    ]
    sys.stdout.write("".join(f"{problem}\n" for problem in problems))
    sys.stdout.write(f"{len(problems)} docstring problems\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
