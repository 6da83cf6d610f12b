"""Parameters of the incidents model on the whole line, with their priors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.arrays import Array

# Order in which blocks stand in the vector of parameters; every kernel finds them by this number.
NAMES = (
    "size_mean", "log_size_sd", "zero", "inclusion", "slope", "log_visibility", "bias",
    "log_count_sd", "exact", "hurdle", "conceded_exact", "fraction", "grade", "share",
    "grade_share", "recall", "denial", "found",
)  # fmt: skip
KINDS = ("normal", "beta", "gamma")


@dataclass(frozen=True, slots=True)
class Block:
    """Parameters of one name, each transformed to the whole line."""

    name: str
    labels: tuple[str, ...]
    kind: str  # normal parameters, logits of probabilities, or logs of Gamma variables
    first: Array  # (element,): parameters of the prior
    second: Array

    @classmethod
    def of(
        cls, name: str, kind: str, labels: Sequence[str], first: object, second: object = 0.0
    ) -> Block:
        """Spread the numbers of the prior over all elements."""
        numbers = (np.broadcast_to(np.asarray(x, float), len(labels)) for x in (first, second))
        return cls(name, tuple(labels), kind, *(x.copy() for x in numbers))


@dataclass(frozen=True, slots=True)
class Parameters:
    """All blocks of a model, in the order of the vector."""

    blocks: tuple[Block, ...]

    @property
    def size(self) -> int:
        """Length of the vector."""
        return sum(len(block.labels) for block in self.blocks)

    def starts(self) -> npt.NDArray[np.int64]:
        """Position of each block of `NAMES` in the vector, -1 where it is absent."""
        first, start = np.full(len(NAMES), -1, dtype=np.int64), 0
        for block in self.blocks:
            first[NAMES.index(block.name)] = start
            start += len(block.labels)
        return first

    def kinds(self) -> npt.NDArray[np.int64]:
        """Kind of prior of every element, as a position in `KINDS`."""
        kinds = [KINDS.index(b.kind) for b in self.blocks for _ in b.labels]
        return np.array(kinds, dtype=np.int64)

    def numbers(self) -> tuple[Array, Array]:
        """First and second prior parameter of every element."""
        first = np.concatenate([block.first for block in self.blocks])
        return first, np.concatenate([block.second for block in self.blocks])

    def get(self, theta: Array, name: str) -> Array:
        """Elements of one block, of shape (..., element); empty where the block is absent."""
        start = int(self.starts()[NAMES.index(name)])
        size = next((len(b.labels) for b in self.blocks if b.name == name), 0)
        return np.asarray(theta[..., start : start + size] if size else theta[..., :0])

    def draw(self, rng: np.random.Generator, count: int) -> Array:
        """Draws from the prior, of shape (draw, element)."""
        return np.hstack([_draw(block, rng, count) for block in self.blocks])


def _draw(block: Block, rng: np.random.Generator, count: int) -> Array:
    shape = (count, len(block.labels))
    with np.errstate(divide="ignore"):
        match block.kind:
            case "normal":
                return np.asarray(rng.normal(block.first, block.second, shape))
            case "beta":
                return np.asarray(special.logit(rng.beta(block.first, block.second, shape)))
    return np.asarray(np.log(rng.gamma(block.first, 1.0, shape)))


def log_constant(parameters: Parameters) -> float:
    """Constants of the log prior, which the moving parts leave out."""
    total = 0.0
    for block in parameters.blocks:
        match block.kind:
            case "normal":
                total -= float(np.log(block.second * math.sqrt(2 * math.pi)).sum())
            case "beta":
                total -= float(special.betaln(block.first, block.second).sum())
            case _:
                total -= float(special.gammaln(block.first).sum())
    return total
