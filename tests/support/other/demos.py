"""Its bundled studies, of which there are none."""

from __future__ import annotations

DEMOS: dict[str, object] = {}
