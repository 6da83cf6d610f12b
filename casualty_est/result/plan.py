"""What to find out next: the worth of knowing more, in tables and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from casualty_est.errors import UsageError
from casualty_est.result import worth
from casualty_est.result.answered import has_median, tippable
from casualty_est.result.posterior import enough_draws, interval_ends
from casualty_est.result.schema import clean, frame_of
from casualty_est.result.text_table import TextTable, html_table, plain_table, rich_table
from casualty_est.result.unknowns import Evidence
from casualty_est.studies import STUDIES, Study
from casualty_est.tables.checks import is_number, must_be_in
from casualty_est.wording.language import _, figure
from casualty_est.wording.numbers import chance, per_cent, percent, portion, share

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.result.answered import Answered

SHOWN = 12  # assumptions that a print names
NOT_CONVERGED = "NOT CONVERGED: do not use these numbers."
ABOUT = (
    "Share of variance: what would go of that of the log count, whose standard deviation is {sd} "
    "now. 1 prior sd up: the change of the estimate if that much more were assumed."
)
SUM = (
    "The shares do not add up to 100%: the data tie assumptions together, and each share is what "
    "is gained by knowing that one alone."
)
TIED = "The data tie {} and {} together (correlation {:.2f}): to know one is to know much of both."
LEARN = "A share says what exact knowledge would be worth, not that anybody can have it."
TOO_FEW = (
    "There are too few deaths for a study of the usual sizes: name one, such as "
    "studies.survey(deaths=10)."
)


@dataclass(frozen=True, slots=True)
class Known:
    """One assumption, and what it would be worth to know it exactly.

    `effect` is the change of the log count if its prior moves up by one sd; `share` the part of the
    variance of the log count that goes, with its Monte Carlo error; `sd_after` what is left.
    """

    assumption: str
    now: float
    share: float
    error: float | None
    sd_after: float
    effect: float | None


@dataclass(frozen=True, slots=True)
class Information:
    """What it would be worth to know each assumption exactly.

    Parameters
    ----------
    of : str
        Label of the estimate.
    sd : float
        Standard deviation of the log count now.
    rows : tuple of Known
        The assumption that is worth most first.
    sentences : tuple of str
        How to read them.
    converged : bool
        Whether the fit converged; if not, no number means anything.
    """

    of: str
    sd: float
    rows: tuple[Known, ...]
    sentences: tuple[str, ...]
    converged: bool = True

    def to_frame(self) -> pd.DataFrame:
        """Table of the rows, as a pandas DataFrame."""
        return frame_of(self.rows, Known)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        rows = [asdict(row) for row in self.rows]
        return dict(
            clean({"of": self.of, "sd": self.sd, "rows": rows, "sentences": self.sentences})
        )

    @property
    def _table(self) -> TextTable:
        head = ("if known exactly", "assumed now", "share of variance", "sd after", "1 prior sd up")
        rows = tuple(
            (row.assumption, _now(row), _with_error(row), f"{row.sd_after:.2f}", _change(row))
            for row in self.rows[:SHOWN]
        )
        return TextTable(head, rows)

    @property
    def _lines(self) -> tuple[str, ...]:
        more = len(self.rows) - SHOWN
        rest = (f"{more} further assumptions are in to_frame().",) if more > 0 else ()
        return (*rest, *self.sentences)

    def __repr__(self) -> str:
        return _text(self.converged, self._table, self._lines)

    def _repr_html_(self) -> str:
        return _page(self.converged, self._table, self._lines)

    def __rich__(self) -> Any:
        return _rich(self.converged, self._table, self._lines)


def _change(row: Known) -> str:
    """Per cent by which the estimate moves if the prior moves up by one sd."""
    return "" if row.effect is None else f"{100 * np.expm1(row.effect):+.0f}%"


def _now(row: Known) -> str:
    return share(row.now) if np.isfinite(row.now) else ""


def _with_error(row: Known) -> str:
    told = portion(round(row.share, 3)) if 0 < row.share < 1 else percent(row.share)
    return told if row.error is None else f"{told} ± {100 * row.error:.1g}"


def information(estimate: Answered, row: int) -> Information:
    """Rank the assumptions of one estimate by what exact knowledge would be worth."""
    evidence = evidence_of(estimate, row)
    y, assumed = evidence.log_count, evidence.unknowns.assumed
    rng = np.random.default_rng([estimate.meta.seed, 11])
    sd, rows = float(y.std()), []
    for one in assumed:
        part, error = one.settled, None
        if one.draws is not None:
            part, error = worth.known_exactly(one.draws, y, rng)
        if part is not None:
            left = sd * float(np.sqrt(1 - part))
            rows.append(Known(one.name, one.now, part, error, left, one.effect_on(y)))
    rows.sort(key=lambda known: -known.share)
    told = [TIED.format(*pair) for pair in worth.tied(assumed)[:2]]
    about = ABOUT.format(sd=f"{sd:.2f}")
    sentences = (about, SUM, *told, LEARN) if len(rows) > 1 else (about, LEARN)
    sentences = sentences if rows else (evidence.unknowns.nothing or NOTHING,)
    return Information(estimate.labels[row], sd, tuple(rows), sentences, estimate.converged)


NOTHING = (
    "No assumption of this estimate was kept as draws: identification() says what it rests on."
)


@dataclass(frozen=True, slots=True)
class Worth:
    """What a study of one size is expected to do to one estimate.

    Widths are of the credible interval: in people, now and such that half of the outcomes of the
    study leave it narrower; as the log of the ratio of its ends, now and on average after it.
    `share` is the part of the variance of the log count that goes, with its Monte Carlo error;
    `p_grows` the probability that the interval gets wider, `p_excludes` that
    it no longer contains the number asked about. `work` is in person-days, `per_day` in people by
    which the interval gets narrower for each.
    """

    study: str
    kind: str
    size: int
    work: float
    width: float
    width_after: float
    width_error: float
    log_width: float
    log_width_after: float
    share: float
    share_error: float
    sd_after: float
    p_grows: float
    per_day: float
    p_excludes: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What each of some studies is expected to do to the interval of one estimate.

    Parameters
    ----------
    of : str
        Label of the estimate.
    prob : float
        Level of the interval.
    rows : tuple of Worth
        In the order in which the studies were given.
    against : float, optional
        The number whose exclusion was asked about.
    converged : bool
        Whether the fit converged; if not, no number means anything.
    """

    of: str
    prob: float
    rows: tuple[Worth, ...]
    against: float | None = None
    converged: bool = True

    def to_frame(self) -> pd.DataFrame:
        """Table of the rows, as a pandas DataFrame."""
        return frame_of(self.rows, Worth)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        rows = [asdict(row) for row in self.rows]
        content = {"of": self.of, "prob": self.prob, "against": self.against, "rows": rows}
        return dict(clean({**content, "sentences": self.sentences}))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the table says, in words."""
        if not self.rows:
            return (TOO_FEW,)
        return (*_reading(self.rows, self.prob), *headlines(self.rows, self.prob), harm())

    @property
    def _table(self) -> TextTable:
        head = ["study", "width after", "narrower by", "may widen", "person-days", "a day"]
        rows = [
            [
                row.study,
                f"{amount(row.width_after)} ± {amount(row.width_error)}",
                _fall(row),
                chance(row.p_grows),
                amount(row.work),
                amount(row.per_day),
            ]
            for row in self.rows
        ]
        if self.against is not None:
            head.append(f"excludes {self.against:,.0f}")
            for told, row in zip(rows, self.rows, strict=True):
                told.append(chance(row.p_excludes or 0.0))
        return TextTable(tuple(head), tuple(map(tuple, rows)))

    def __repr__(self) -> str:
        return _text(self.converged, self._table, self.sentences)

    def _repr_html_(self) -> str:
        return _page(self.converged, self._table, self.sentences)

    def __rich__(self) -> Any:
        return _rich(self.converged, self._table, self.sentences)


class Wanted(NamedTuple):
    """What is asked of a plan; see `Estimate.worth`."""

    row: int
    prob: float
    cost: Mapping[str, float] | None = None
    against: float | None = None
    findings: int = worth.FINDINGS  # that are simulated of each study


def plan(estimate: Answered, studies: Iterable[Study] | Study | None, wanted: Wanted) -> Plan:
    """Ask every study, in each of its sizes, what it would leave of the uncertainty."""
    interval_ends(wanted.prob)
    evidence = evidence_of(estimate, wanted.row)
    enough_draws(wanted.prob, len(evidence.log_count))
    against = None if wanted.against is None else tippable(estimate, wanted.against, wanted.row)
    days = _days(wanted.cost)
    asked = worth.Asked(wanted.prob, against, wanted.findings, estimate.meta.seed)
    rows = []
    for study in listed_studies(studies, estimate, evidence, wanted.row):
        study.choose(evidence)  # says why, where this evidence does not suit it
        most = study.most(evidence)
        for size in study.sizes:
            if size > most:
                msg = f"{study.sized(size)}: there are only about {most:,} in all; take fewer"
                raise UsageError(msg)
            after = worth.after(study, size, evidence, asked)
            rows.append(_row(study, size, after, days[study.name]))
    label = estimate.labels[wanted.row]
    return Plan(label, wanted.prob, tuple(rows), against, estimate.converged)


def _row(study: Study, size: int, after: worth.After, days: float) -> Worth:
    work = days * study.units(size)
    return Worth(
        study=study.sized(size),
        kind=study.name,
        size=size,
        work=work,
        width=after.width_now,
        width_after=after.typical,
        width_error=after.typical_error,
        log_width=after.log_width_now,
        log_width_after=after.log_width,
        share=after.share.share,
        share_error=after.share.error,
        sd_after=after.sd,
        p_grows=after.grows,
        per_day=(after.width_now - after.typical) / work,
        p_excludes=after.excludes,
    )


def listed_studies(
    studies: Any, estimate: Answered, evidence: Evidence, row: int
) -> Sequence[Study]:
    """The studies that were given, or those that suit the evidence in sizes that make sense."""
    if studies is None:
        usual = [study.usual(evidence) for study in estimate._studies(row)]
        return [study for study in usual if study is not None]
    given = list(studies) if isinstance(studies, Iterable) else [studies]
    for one in given:
        if not isinstance(one, Study):
            msg = f"worth takes studies, such as ce.studies.survey(100), not {one!r:.80}"
            raise UsageError(msg)
    if not given:
        msg = "worth needs at least one study, such as ce.studies.survey(100)"
        raise UsageError(msg)
    return given


def _days(cost: Mapping[str, float] | None) -> dict[str, float]:
    """Person-days for a unit of each study, with those of the user."""
    days = {name: kind.days for name, kind in STUDIES.items()}
    for name, value in (cost or {}).items():
        must_be_in(name, days, f"cost: there is no study {name!r}")
        if not is_number(value) or value <= 0:
            unit = STUDIES[name].unit
            msg = f"cost: person-days for a {unit} of {name} must be above 0, not {value!r}"
            raise UsageError(msg)
        days[name] = float(value)
    return days


def evidence_of(estimate: Answered, row: int) -> Evidence:
    """The draws of one estimate and its unknowns; raises where there is no headline."""
    if not estimate.meta.has_level:
        msg = f"there is no headline number, so nothing can be narrowed: {estimate.meta.no_level}"
        raise UsageError(msg)
    has_median(estimate, row)
    draws = np.maximum(estimate.draws(row).ravel(), 0.5)
    return Evidence(estimate.kind, np.log(draws), estimate._unknowns(row))


# Words -----------------------------------------------------------------------------------------


def _reading(rows: Sequence[Worth], prob: float) -> list[str]:
    """What the columns of the table are."""
    return [
        f"Now the {percent(prob)} credible interval is {amount(rows[0].width)} people wide. Width "
        "after: half of the outcomes of the study leave less. May widen: the chance that it gets "
        "wider. A day: people by which it gets narrower for a day of work."
    ]


def harm() -> str:
    """What no number of a plan weighs."""
    return _(
        "A survey or an investigation can put those who ask and those who answer at risk: no "
        "number in this table weighs that."
    )


def headlines(rows: Sequence[Worth], prob: float) -> list[str]:
    """The study that narrows the interval most, and the one that does so for least work."""
    useful = [row for row in rows if row.width_after < row.width - 2 * row.width_error]
    if not useful:
        return [_("No study of this table is expected to narrow the interval.")] * bool(rows)
    most = min(useful, key=lambda row: row.width_after)
    said = [_says(most, prob)]
    best = max(useful, key=lambda row: row.per_day)
    if best is not most:
        said.append(
            _(
                "For each day of work, it would help most to {study}: the interval would become "
                "about {people} people narrower a day.",
                study=_imperative(best),
                people=amount(best.per_day),
            )
        )
    return said


def _says(row: Worth, prob: float) -> str:
    if amount(row.width_after) == amount(row.width):  # a width beside itself says nothing
        return _(
            "To narrow the interval, it would help most to {study}: there is an even chance that "
            "the {level} interval becomes at least {fall} narrower.",
            study=_imperative(row),
            level=percent(prob),
            fall=_fall(row),
        )
    return _(
        "To narrow the interval, it would help most to {study}: there is an even chance that the "
        "{level} interval becomes at least {fall} narrower, at most {after} people wide instead of "
        "{now}.",
        study=_imperative(row),
        level=percent(prob),
        fall=_fall(row),
        after=amount(row.width_after),
        now=amount(row.width),
    )


def _imperative(row: Worth) -> str:
    return _("make a {study}", study=row.study) if row.kind == "survey" else row.study


def _fall(row: Worth) -> str:
    return per_cent(f"{round(100 * (1 - row.width_after / row.width))}" if row.width else "0")


def amount(value: float) -> str:
    """A number of people or of days with two digits, whole where it is that."""
    if value >= 10 or value == round(value):
        return figure(float(f"{value:.2g}"))
    return share(value)


def _text(converged: bool, table: TextTable, lines: Sequence[str]) -> str:
    parts = [*[NOT_CONVERGED] * (not converged), *[plain_table(table)] * bool(table.rows)]
    return "\n\n".join([*parts, "\n".join(lines)])


def _page(converged: bool, table: TextTable, lines: Sequence[str]) -> str:
    parts = [f"<p>{NOT_CONVERGED}</p>"] * (not converged) + [html_table(table)] * bool(table.rows)
    return "".join([*parts, *(f"<p>{escape(line)}</p>" for line in lines)])


def _rich(converged: bool, table: TextTable, lines: Sequence[str]) -> Any:
    from rich.console import Group
    from rich.text import Text

    warning = [Text(NOT_CONVERGED, style="bold red")] * (not converged)
    drawn = [rich_table(table), Text("")] * bool(table.rows)
    return Group(*warning, *drawn, *map(Text, lines))
