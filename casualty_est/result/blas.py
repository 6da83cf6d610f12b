"""One thread for linear algebra while lists are fitted.

Matrices here are small and many: threads of the linear algebra library wait for each other longer
than they compute, all the more where several fits share the cores.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import ThreadpoolController

_lock = threading.Lock()
_state: dict[str, Any] = {"inside": 0, "limit": None}


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit linear algebra to one thread; fits in several threads may overlap."""
    with _lock:
        if not _state["inside"]:
            _state["limit"] = ThreadpoolController().limit(limits=1, user_api="blas")
        _state["inside"] += 1
    try:
        yield
    finally:
        with _lock:
            _state["inside"] -= 1
            # The limit is one of the whole process: the last to leave lifts it.
            if not _state["inside"]:
                _state["limit"].restore_original_limits()
