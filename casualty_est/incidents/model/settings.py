"""What an analyst can set in the incidents model, and what is assumed where nothing is said."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.incidents.model.audits import AUDIT, Audit, after, read_audit, read_auditor
from casualty_est.incidents.model.readings import UNGRADED
from casualty_est.incidents.table.incident import INVESTIGATION
from casualty_est.priors import LogNormal, Priors, read_priors
from casualty_est.priors.settings import SMALLEST_ANCHOR_SD
from casualty_est.tables.checks import is_number, known, must_be_in
from casualty_est.tables.toml_file import mapping, read_toml
from casualty_est.wording.language import N_, Kept, stored

# What all counts of one investigation share: whom it takes for a civilian, whom it could not ask.
INVESTIGATION_SD = 0.05
FOUND = (18.0, 2.0)  # that an investigation finds the deaths where there were some
ANCHOR_SD = 0.10  # of an anchor named without one, as of the role `reference`
CONFIRMED = "confirmed"
CONTESTED = "contested"
# Probability that an incident of this grade is real and by the perpetrator, as a Beta. The first
# number over the sum of both is the mean; the sum says how many incidents it is worth.
GRADES: Mapping[str, tuple[float, float]] = {
    CONFIRMED: (49.0, 1.0),
    "fair": (17.0, 3.0),
    "weak": (5.0, 5.0),
    CONTESTED: (6.0, 4.0),
    "discounted": (1.0, 19.0),
    UNGRADED: (9.0, 1.0),  # only where an investigation looked; else they are taken as real
}
GRADES_GROUND = "the package's own judgement; no ground investigation has measured it"
SHARE = 6.0  # concentration of the share of one among n equal suspects: Beta(6/n, 6 - 6/n)
CHOICES = {
    "scale": ("cut", "joint"),
    "range_rule": ("asis", "common"),
    "unlisted": ("auto", "overlap", "recall", "none"),
}
ONLY_TOTALS = ("groups", "level", "incident_level", "offsets", "reporting")


@dataclass(frozen=True, slots=True)
class IncidentPriors:
    """Every assumption of an incidents model that the analyst may replace."""

    base: Priors
    grades: Mapping[str, tuple[float, float]] = field(default_factory=lambda: GRADES)
    share: float = SHARE
    denials: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    found: tuple[float, float] = FOUND
    audits: Mapping[str, Audit] = field(default_factory=dict)  # `grades` are after them

    def ground(self, grade: str) -> str:
        """What the probability of a grade rests on."""
        if grade in self.audits:
            return f"after an audit: {self.audits[grade]}"
        return GRADES_GROUND if self.grades[grade] == GRADES[grade] else "the analyst's own numbers"

    def within(self, source: str, role: str | None) -> LogNormal:
        """Prior of own count / true deaths within an incident that the source reports."""
        if role == INVESTIGATION:
            if source not in self.base.sources:
                return LogNormal.from_log(0.0, INVESTIGATION_SD)
            role = None
        core = self.base.ratio(source, role, "within").core
        if not isinstance(core, LogNormal):
            msg = f"the ratio of {source} within an incident must be a ratio, not a completeness"
            raise UsageError(msg)
        return core


def read_incident_priors(spec: Any, share: float = SHARE) -> IncidentPriors:
    """Read the analyst's assumptions about incidents."""
    table = priors_table(spec)
    auditor = read_auditor(table.pop("audit", None))
    grades, audits = _grades(dict(table.pop("grades", {})))
    grades = after(grades, audits, auditor)
    given = dict(table.pop("denials", {}))
    denials = {name: _beta(fields, f"denials.{name}") for name, fields in given.items()}
    found = _beta(table.pop("found"), "found") if "found" in table else FOUND
    for name in ONLY_TOTALS:
        if name in table:
            msg = f"priors: {name} speaks of totals; an incidents model has none, so leave it out"
            raise UsageError(msg)
    for part in ("roles", "sources"):
        for name, fields in dict(table.get(part) or {}).items():
            totals = sorted(set(fields) - {"role", "within"}) if isinstance(fields, Mapping) else []
            if totals:
                msg = (
                    f"priors, {part}.{name}: {', '.join(totals)} speaks of totals; write within = "
                    "{median = .., factor = ..}, its count over the true one within an incident"
                )
                raise UsageError(msg)
    if not is_number(share) or share <= 0:
        msg = f"share must be a number above 0, not {share!r}"
        raise UsageError(msg)
    if "networks" in table:
        msg = "priors: networks belong to a table of claims; reports of incidents take none"
        raise UsageError(msg)
    return IncidentPriors(read_priors(table), grades, float(share), denials, found, audits)


def _grades(given: Mapping[str, Any]) -> tuple[dict[str, tuple[float, float]], dict[str, Audit]]:
    """Read the Beta of every grade before any audit, and the audits."""
    grades, audits = dict(GRADES), {}
    for name, fields in given.items():
        known([name], GRADES, "grades")
        where = f"grades.{name}"
        audit = {key: value for key, value in mapping(fields, where).items() if key in AUDIT}
        rest = {key: value for key, value in mapping(fields, where).items() if key not in AUDIT}
        if rest or not audit:
            grades[name] = _beta(rest, where)
        if audit:
            audits[name] = read_audit(audit, where)
    return grades, audits


def priors_table(spec: Any) -> dict[str, Any]:
    """Read the analyst's assumptions as they were written."""
    if spec is None or isinstance(spec, Mapping):
        return dict(spec or {})
    return read_toml(spec, "priors")


def _beta(fields: Any, where: str) -> tuple[float, float]:
    pair = fields.get("beta") if isinstance(fields, Mapping) and set(fields) == {"beta"} else None
    if isinstance(pair, list | tuple) and [is_number(x) and x > 0 for x in pair] == [True, True]:
        return float(pair[0]), float(pair[1])
    msg = f"{where}: write beta = [17, 3], two numbers above 0, not {fields!r}"
    raise UsageError(msg)


WHY = {
    "named": N_("note", "named by the analyst"),
    "reference": N_("note", "the source of role reference"),
    INVESTIGATION: N_("note", "the investigation of sites"),
    "role": N_("note", "the source whose role counts best within an incident"),
    "only": N_("note", "no source has a role"),
}


@dataclass(frozen=True, slots=True)
class Anchoring:
    """The source whose counts fix the scale of all deaths."""

    source: str
    prior: LogNormal  # of its own count over the true deaths within an incident
    how: str  # a key of `WHY`

    @property
    def text(self) -> Kept:
        """The choice as a sentence."""
        return stored(
            "note",
            "the scale is that of {source} ({why}): its count over the true one within an incident "
            "has median {median} and log sd {sd}",
            source=self.source,
            why=WHY[self.how],
            median=f"{self.prior.median:.3g}",
            sd=f"{self.prior.sd:.3g}",
        )


def choose_anchor(
    anchor: Any,
    listers: Mapping[str, int],
    roles: Mapping[str, str | None],
    priors: IncidentPriors,
) -> Anchoring:
    """Choose the source that fixes the scale among listers, given with their incidents."""
    anchors = priors.base.anchors
    if anchor is None and anchors:
        if len(anchors) > 1 or anchors[0].source is None:
            msg = "anchors: incidents take one anchor, the ratio of one source within an incident"
            raise UsageError(msg)
        _among(anchors[0].source, listers)
        return Anchoring(anchors[0].source, anchors[0].prior, "named")
    if anchor is not None:
        return _named(anchor, listers)

    def rank(name: str) -> tuple[bool, bool, float, int]:
        prior, role = priors.within(name, roles[name]), roles[name]
        return role != INVESTIGATION, role != "reference", prior.sd, -listers[name]

    best = min(listers, key=rank)
    told = [name for name in listers if roles[name] is not None or name in priors.base.sources]
    role = roles[best]
    of_role = role if role in ("reference", INVESTIGATION) else None
    how = of_role or ("role" if told else "only")
    return Anchoring(best, priors.within(best, roles[best]), how)


def _named(anchor: Any, listers: Collection[str]) -> Anchoring:
    name, *numbers = (anchor,) if isinstance(anchor, str) else tuple(anchor)
    if not isinstance(name, str) or len(numbers) > 2 or not all(map(is_number, numbers)):
        msg = f"anchor is a source, or (source, median of its ratio, log sd), not {anchor!r}"
        raise UsageError(msg)
    _among(name, listers)
    median, sd = numbers + [1.0, ANCHOR_SD][len(numbers) :]
    if sd < SMALLEST_ANCHOR_SD or not 1e-4 <= median <= 1e4:
        msg = (
            f"anchor: the median must lie between 1e-4 and 1e4 and the log sd be at least "
            f"{SMALLEST_ANCHOR_SD:g}, not {median!r} and {sd!r}"
        )
        raise UsageError(msg)
    return Anchoring(name, LogNormal.from_log(math.log(median), sd), "named")


def _among(name: str, listers: Collection[str]) -> None:
    must_be_in(name, listers, f"anchor: {name!r} reports no incidents of its own")
