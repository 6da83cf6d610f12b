"""What a result from incidents has besides: the anchor, the gaps, who reports what."""

from __future__ import annotations

from dataclasses import field

from pydantic.dataclasses import dataclass

from casualty_est.result.schema import CHECKED, Case, Number, Rests, Span

GRADED = "grade {}: real and by the perpetrator"  # what the assumption on a grade is called


@dataclass(frozen=True, config=CHECKED)
class AnchorUsed:
    """The source that sets the scale, its count over the true one, and who chose it."""

    source: str
    median: float
    sd: float
    how: str
    learned: float | None


@dataclass(frozen=True, config=CHECKED)
class Part:
    """One part of a gap (deaths)."""

    mean: float
    median: float
    low: float
    high: float
    prob: float


@dataclass(frozen=True, config=CHECKED)
class Gap:
    """Why two sources' totals differ: the parts sum to the gap in every draw (deaths)."""

    sources: tuple[str, str]
    reported: tuple[float, float]
    gap: float
    missed_incidents: Part
    counting_within: Part
    attribution: Part

    @property
    def parts(self) -> dict[str, Part]:
        """Its parts by name, in the order in which they are shown."""
        return {
            "attribution": self.attribution,
            "missed_incidents": self.missed_incidents,
            "counting_within": self.counting_within,
        }


@dataclass(frozen=True, config=CHECKED)
class Reported:
    """What one source reports: incidents, sums of its lower and upper ends, its verdicts."""

    source: str
    role: str | None
    incidents: int
    only_here: int
    with_number: int
    low: float
    high: float
    self_reported: int
    accepted: int
    rejected: int
    open: int


@dataclass(frozen=True, config=CHECKED)
class Denied:
    """A source that says of some incidents that nobody died: how many, and what was assumed.

    `contradicted` are those of them in which another source states deaths; `prior` is of the
    probability that it says so whatever happened, `ground` what that rests on.
    """

    source: str
    said: int
    contradicted: int
    prior: Span
    ground: str


@dataclass(frozen=True, config=CHECKED)
class BySize:
    """Incidents by the largest number stated of them; per source those mentioned and counted."""

    classes: tuple[str, ...]
    incidents: tuple[int, ...]
    mentioned: tuple[tuple[int, ...], ...]
    counted: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, config=CHECKED)
class Graded:
    """Incidents of one grade: how many, judged, accepted, their deaths, and the share real."""

    grade: str
    incidents: int
    judged: int
    accepted: int
    low: Number
    high: Number
    real: float


@dataclass(frozen=True, config=CHECKED)
class Drawn:
    """Sites of one area that a design drew: those of its frame, and with deaths; 95% intervals.

    `share` of sites at which the investigation would find deaths, `deaths` at all of the frame.
    """

    area: str
    sites: int
    frame: float
    with_deaths: int
    share: Span
    deaths: Span


@dataclass(frozen=True, config=CHECKED)
class Investigated:
    """What an investigation of sites found; `elsewhere` is the share in another area like these.

    `sites` it investigated; of these others report `reported`, where it found deaths in `upheld`;
    at `unreported` it found deaths that nobody reports.
    """

    source: str
    sites: int
    reported: int
    upheld: int
    unreported: int
    frames: tuple[Drawn, ...] = ()
    elsewhere: Span | None = None


@dataclass(frozen=True, config=CHECKED)
class Tip:
    """How far the scale would have to be off for the estimate to be another number.

    `value` is the ratio of the anchor that it would take, `sds` how many prior standard deviations
    of its log that is away; with the other sources measured by it, `implied` is the same.
    """

    assumption: str
    value: float
    sds: float
    implied: float
    sentence: str


@dataclass(config=CHECKED)
class IncidentDetails:
    """What only a result from incidents has; refits are kept by question, row and level."""

    identification: Rests
    anchor: AnchorUsed
    unlisted_from: str
    judge: str | None
    gaps: tuple[Gap, ...]
    reports: tuple[Reported, ...]
    by_size: BySize
    grades: tuple[Graded, ...]
    denials: tuple[Denied, ...] = ()
    investigated: Investigated | None = None
    refits: dict[str, tuple[Case, ...]] = field(default_factory=dict)

    @property
    def widest_gaps(self) -> tuple[Gap, ...]:
        """The gaps, the widest first."""
        return tuple(sorted(self.gaps, key=lambda gap: -abs(gap.gap)))

    @property
    def tallies(self) -> tuple[Reported, ...]:
        """What each source reports in all; who was sent to some sites has no tally."""
        sent = self.investigated.source if self.investigated else None
        return tuple(report for report in self.reports if report.source != sent)

    def denied_by(self, source: str) -> Denied | None:
        """What a source says of incidents in which nobody died, where it says so of any."""
        return next((row for row in self.denials if row.source == source), None)

    def of_judge(self) -> Reported | None:
        """What the source that judges incidents reports, where there is one."""
        return next((row for row in self.reports if row.source == self.judge), None)
