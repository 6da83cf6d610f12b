"""PyTensor graphs in Python, as they are written: compiling takes longer than a few calls."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_written() -> Any:
    """A mode that neither rewrites nor compiles."""
    from pytensor.compile.mode import Mode

    return Mode(linker="py", optimizer=None)


def forward(model: Any, names: list[str], draws: int) -> list[Any]:
    """Draw variables of a PyMC model from their prior, all draws at once, without compiling.

    Potentials are left out, as by PyMC's own forward sampling, which compiles the graph and then
    calls it once for each draw.
    """
    import pytensor
    from pytensor.graph.replace import vectorize_graph
    from pytensor.graph.traversal import ancestors

    random = set(model.free_RVs)
    batches = {}
    for k, variable in enumerate(model.free_RVs):
        if random & set(ancestors([variable])) != {variable}:
            continue  # takes the batches of those that it depends on
        node = variable.owner
        shape = variable.shape[: variable.type.ndim - node.op.ndim_supp]
        rng = pytensor.shared(np.random.default_rng(100 + k))
        size = (draws, *shape)
        _, batches[variable] = node.op(
            *node.op.dist_params(node), size=size, rng=rng, return_next_rng=True
        )
    outputs = vectorize_graph([model[name] for name in names], batches)
    return pytensor.function([], outputs, mode=as_written())()
