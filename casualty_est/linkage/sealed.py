"""What holds names stays in this process: it is neither pickled, copied nor printed."""

from __future__ import annotations

from typing import Any, NoReturn

from casualty_est.errors import UsageError


class Sealed:
    """An object that leaves this process only where a method says so."""

    __slots__ = ()

    def __reduce_ex__(self, _protocol: Any) -> NoReturn:
        """Refuse pickles and copies, and with them workers, caches and saved results."""
        msg = (
            f"{type(self).__name__} holds names and is not pickled, copied or saved: read the "
            "lists again where they are needed, and save what `fit` returns"
        )
        raise UsageError(msg)

    def __iter__(self) -> NoReturn:
        """Refuse to be walked through, as a table of results would do."""
        msg = f"{type(self).__name__} holds names and gives none out"
        raise UsageError(msg)
