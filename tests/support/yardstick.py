"""How fast this machine computes just now, so that a limit in seconds travels to another one."""

from __future__ import annotations

import time

import numpy as np

# Processor seconds of the work below on the machine on which the limits were set.
REFERENCE = 0.25


def slowness() -> float:
    """Give the time of a fixed piece of arithmetic, over its time on the machine of the limits."""
    values = np.linspace(0.1, 3.0, 200_000)  # fits into a cache, as a density does
    times = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(150):
            float(np.log1p(np.exp(-values)).sum())
        times.append(time.process_time() - start)
    return min(times) / REFERENCE
