"""Runs first in the kernel of every page: pictures bring a second drawing, for telephones."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from casualty_est.plots import style

_drawn, _bundle = style.drawn, style.Picture._repr_mimebundle_


def drawn(draw: Any, *args: Any, **look: Any) -> style.Picture:
    """Draw, and remember how to draw it narrower where no size was asked for."""
    picture = _drawn(draw, *args, **look)
    if look.get("figsize") is None and look.get("ax") is None:
        narrow = {**look, "figsize": (style.PHONE, None)}
        picture.narrower = lambda: _drawn(draw, *args, **narrow)  # type: ignore[attr-defined]
    return picture


def bundle(picture: style.Picture, **how: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The picture for a notebook; what is said of it has the narrow one."""
    data, about = _bundle(picture, **how)
    narrower = getattr(picture, "narrower", None)
    if narrower is not None:
        about["image/png"]["phone"] = b64encode(style.to_png(narrower())).decode()
    return data, about


style.drawn = drawn
style.Picture._repr_mimebundle_ = bundle  # type: ignore[method-assign]
