"""Runs first in the kernel of every page: pictures for telephones too, cells of tables whole."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

STYLE = "casualty_est.plots.style"


def mend(style: Any) -> None:
    """Let the pictures of the package bring their second drawing."""
    draw_once, say = style.drawn, style.Picture._repr_mimebundle_

    def drawn(draw: Any, *args: Any, **look: Any) -> Any:
        """Draw, and remember how to draw it narrower where no size was asked for."""
        picture = draw_once(draw, *args, **look)
        if look.get("figsize") is None and look.get("ax") is None:
            narrow = {**look, "figsize": (style.PHONE, None)}
            picture.narrower = lambda: draw_once(draw, *args, **narrow)
        return picture

    def bundle(picture: Any, **how: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The picture for a notebook; what is said of it has the narrow one."""
        data, about = say(picture, **how)
        narrower = getattr(picture, "narrower", None)
        if narrower is not None:
            about["image/png"]["phone"] = b64encode(style.to_png(narrower())).decode()
        return data, about

    style.drawn, style.Picture._repr_mimebundle_ = drawn, bundle


def whole_cells(pandas: Any) -> None:
    """Let tables show what stands in a cell, and not its first fifty letters."""
    pandas.set_option("display.max_colwidth", None)


class WhenLoaded:
    """Mends a module when a page first loads it: no page waits for what it does not use."""

    def __init__(self, name: str, mended: Callable[[Any], None]) -> None:
        self.name, self.mended = name, mended

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """Find the module as usual, and mend it once it is loaded."""
        if name != self.name:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        load = spec.loader.exec_module  # type: ignore[union-attr]

        def load_and_mend(module: Any) -> None:
            load(module)
            self.mended(module)

        spec.loader.exec_module = load_and_mend  # type: ignore[union-attr, method-assign]
        return spec


sys.meta_path[:0] = [WhenLoaded(STYLE, mend), WhenLoaded("pandas", whole_cells)]
