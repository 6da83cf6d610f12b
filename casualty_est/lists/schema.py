"""What a result from lists has besides: kinds of dependence, the dial, checks, strata."""

from __future__ import annotations

from dataclasses import field

from pydantic.dataclasses import dataclass

from casualty_est.result.schema import CHECKED, Case, Rests, Span, Weight


@dataclass(frozen=True, config=CHECKED)
class Group:
    """One kind of dependence between lists: its weight, and what it would answer (people)."""

    name: str
    mass: float
    posterior: float  # its weight by evidence alone
    log_evidence: float | None
    low: float
    median: float
    high: float
    predictive_p: float | None = None
    ruled_out: str = ""  # why it has none


@dataclass(frozen=True, config=CHECKED)
class FamilyMember:
    """One member of a family, with its weight in the answer."""

    family: str
    member: str
    mass: float
    log_evidence: float | None = None


@dataclass(frozen=True, config=CHECKED)
class AtRatio:
    """Number of people under one odds ratio of the unseen cell."""

    ratio: float
    low: float
    median: float
    high: float


@dataclass(frozen=True, config=CHECKED)
class Dial:
    """Number of people under each odds ratio of the unseen cell, and the ratio implied."""

    curve: tuple[AtRatio, ...]
    implied: Span


@dataclass(frozen=True, config=CHECKED)
class Visible:
    """Number of people whose chance to be on some list passes one value."""

    chance: float
    low: float
    median: float
    high: float


@dataclass(frozen=True, config=CHECKED)
class Predicted:
    """People with one capture history: observed, and as the posterior predicts them."""

    history: tuple[str, ...]
    observed: int
    low: float
    median: float
    high: float
    p: float


@dataclass(frozen=True, config=CHECKED)
class Pair:
    """Odds ratio of two lists in the whole population, unlisted people included."""

    list_a: str
    list_b: str
    low: float
    median: float
    high: float


@dataclass(frozen=True, config=CHECKED)
class Graph:
    """One graph of dependences: the lists that it ties, and what it would answer (people)."""

    ties: tuple[tuple[str, str], ...]
    probability: float
    low: float
    median: float
    high: float


@dataclass(frozen=True, config=CHECKED)
class Together:
    """What strata that were fitted together share; groups answer for the sum over strata."""

    lists_sd: Span  # between strata, of the log odds of a list
    pairs_sd: Span | None  # of the log odds ratio of a pair of lists
    groups: tuple[Group, ...]
    floor_share: float
    reasons: tuple[str, ...] = ()
    rounds: int = 1
    first_reasons: tuple[str, ...] = ()


@dataclass(frozen=True, config=CHECKED)
class Effect:
    """Odds to be on one list under a value of a covariate, over those under the usual value."""

    covariate: str
    value: str
    against: str  # the usual value
    list: str
    low: float
    median: float
    high: float


@dataclass(frozen=True, config=CHECKED)
class Found:
    """What one fit says beside its draws; `overlaps` are (history code, people)."""

    lists: tuple[str, ...]
    people: int
    groups: tuple[Group, ...]
    families: tuple[FamilyMember, ...]
    dial: Dial | None
    observability: tuple[Visible, ...]
    predictions: tuple[Predicted, ...]
    dependence: tuple[Pair, ...]
    overlaps: tuple[tuple[int, int], ...] | None = None
    sizes: tuple[int, ...] = ()
    method: str = ""
    reasons: tuple[str, ...] = ()
    min_ess: float | None = None
    max_rhat: float | None = None
    floor_share: float | None = None
    mcse: dict[str, float] | None = None
    runs: int | None = None
    misfit: bool = False
    graphs: tuple[Graph, ...] | None = None
    complete_graph: float | None = None
    sentences: tuple[str, ...] | None = None
    covariates: tuple[Effect, ...] | None = None
    without_covariates: Span | None = None  # the same lists, averaged over kinds of dependence
    together: Together | None = None  # of a stratum, until strata are put beside each other
    rounds: int = 1
    first_reasons: tuple[str, ...] = ()  # how the first of several rounds fell short


@dataclass(frozen=True, config=CHECKED)
class StratumFound:
    """The fit of one stratum of one replicate; `strata` is None for the table without strata."""

    replicate: int
    strata: dict[str, str] | None
    found: Found


@dataclass(frozen=True, config=CHECKED)
class Replicate:
    """The total of one replicate alone (people)."""

    listed: int
    low: float
    median: float
    high: float


@dataclass(frozen=True, config=CHECKED)
class Combined:
    """All replicates by the rule for multiple imputation (people)."""

    point: float
    low: float
    high: float
    freedom: float | None
    within: float
    between: float


@dataclass(frozen=True, config=CHECKED)
class Replicates:
    """Every replicate, and all of them together; None where the draws are too few."""

    each: tuple[Replicate, ...]
    combined: Combined | None


@dataclass(frozen=True, config=CHECKED)
class KnownPopulation:
    """The members of one list as a population of known size (people)."""

    case: str
    median: float
    low: float
    high: float
    prob: float
    converged: bool
    members: int
    seen: int
    covered: bool
    source: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, config=CHECKED)
class AtThreshold:
    """Number of people if every pair of records above one probability were one person."""

    threshold: float
    people: Span | None  # None where the lists of that matching say nothing


@dataclass(frozen=True, config=CHECKED)
class IfMissed:
    """Number of people if blocking had missed a share of the links between records."""

    share: float
    people: Span | None  # None where the lists of that matching say nothing


@dataclass(config=CHECKED)
class ListDetails:
    """What only a result from lists has; refits are kept by question, row and level."""

    identification: Rests
    identification_by_stratum: dict[str, Rests]
    assumption: str
    found: Found
    unstratified: Span | None = None
    together: Together | None = None
    replicates: Replicates | None = None
    strata: tuple[StratumFound, ...] = ()
    refits: dict[str, tuple[Case, ...]] = field(default_factory=dict)
    known_populations: dict[str, tuple[KnownPopulation, ...]] = field(default_factory=dict)
    thresholds: tuple[AtThreshold, ...] = ()
    if_missed: tuple[IfMissed, ...] = ()
    matching: tuple[Weight, ...] = ()  # shares of the variance that a matching of records adds
