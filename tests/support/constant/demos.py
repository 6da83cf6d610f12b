"""It has no bundled studies."""

DEMOS: dict[str, object] = {}
