"""Tables given back as dataframes of text, as they are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def text_frame(rows: Iterable[Iterable[str]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows of text as a dataframe; a missing cell is None."""
    import pandas as pd

    texts = [[cell or None for cell in row] for row in rows]
    return pd.DataFrame(texts, columns=list(columns), dtype=object)
