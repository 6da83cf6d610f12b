"""Bundled studies of several kinds: `examples/kosovo_together.py` is one, with its script."""

DEMOS: dict[str, object] = {}
