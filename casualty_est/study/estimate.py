"""StudyEstimate: the result of a study of several kinds of evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from casualty_est.arrays import Array
from casualty_est.errors import UsageError
from casualty_est.kinds import room
from casualty_est.priors.distributions import z_of
from casualty_est.result.estimate import Estimate
from casualty_est.result.identification import Identification
from casualty_est.result.labels import position
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import Span, Weight, plain
from casualty_est.result.shared import FlatPrior, Shared, Spoken, shared_by
from casualty_est.result.show import interval_title
from casualty_est.result.tables import Parameter, parameter, row_numbers
from casualty_est.result.text_table import TextTable
from casualty_est.result.unknowns import FREE, Assumed, Unknowns
from casualty_est.study import sentences
from casualty_est.study.schema import Kind, StudyDetails
from casualty_est.wording.language import N_, pgettext
from casualty_est.wording.numbers import ends, middle, run
from casualty_est.wording.numbers import share as in_digits
from casualty_est.wording.terms import kind_name

if TYPE_CHECKING:
    import pandas as pd
    import xarray

    from casualty_est.result.schema import Meta
    from casualty_est.study.inference.algebra import Joint
    from casualty_est.study.plots import StudyPlots

STORED = object()  # in place of a model: the likelihoods of a study are stored with its draws
KEPT = 0.95  # the level at which the answers of the kinds are kept
ENDS = ("median", "low", "high")
POWERS = (0.0, 0.25, 0.5, 1.0)
QUANTITIES = {
    "ratio_total": N_("worth of a source", "reported / true"),
    "ratio_within": N_("worth of a source", "own count / true in an incident"),
    "completeness_listed": N_("worth of a source", "share of all deaths listed"),
    "completeness_reported": N_("worth of a source", "share of all deaths reported"),
}


class StudyEstimate(Estimate):
    """The posterior of one count, from several kinds of evidence.

    Beside what every estimate answers it knows what each kind answers alone, what each brought,
    whether they contradict each other, and the count under other powers of each.

    Parameters
    ----------
    tree, meta, details, model, progress_bar : object
        As of `Estimate`; a fit builds it.
    """

    details: StudyDetails
    details_type: ClassVar[type[Any]] = StudyDetails
    urgent: ClassVar[frozenset[str]] = frozenset(
        {"contradicts", "far", "near", "weights", "again", "apart", "unsound", "not_converged"}
    )

    def __init__(
        self,
        tree: xarray.DataTree,
        meta: Meta,
        details: StudyDetails,
        *,
        model: Any = None,
        progress_bar: bool | None = None,
    ) -> None:
        super().__init__(tree, meta, details, model=model or STORED, progress_bar=progress_bar)

    def _joint(self) -> Joint:
        """The likelihoods of all kinds on their grid, as stored."""
        algebra = room("study", "inference.algebra")
        try:
            held = self.idata["evidence"]
            joint: Joint = algebra.Joint(
                log_n=np.asarray(held["point"].values, dtype=float),
                like=np.asarray(held["like"].values, dtype=float),
                eta=np.array([kind.eta for kind in self.details.kinds]),
                rho=np.array(self.details.correlation),
                pool=np.asarray(held["pool"].values, dtype=float),
            )
        except KeyError as error:
            msg = f"this study has lost the likelihoods of its kinds ({error}): fit it again"
            raise UsageError(msg) from None
        return joint

    def _alone(self, at: int, prob: float) -> Span:
        """What one kind answers alone for the count of the study, as it is printed everywhere."""
        if prob == KEPT:
            return self.details.kinds[at].here
        ends = np.exp(self._joint().only(at).quantile(interval_ends(prob)))
        low, median, high = map(float, ends)
        return Span(median, low, high)

    def _under(self, joint: Joint, prob: float) -> Span:
        """The count under other powers; where one kind is left in full, its own answer."""
        left = np.flatnonzero(joint.eta)
        if len(left) == 1 and joint.eta[left[0]] == 1:
            return self._alone(int(left[0]), prob)
        low, median, high = (float(x) for x in np.exp(joint.quantile(interval_ends(prob))))
        return Span(median, low, high)

    def _kind_at(self, label: str) -> int:
        labels = [kind.label for kind in self.details.kinds]
        return position(label, labels, "contributions()", "kind")

    @property
    def _contradicts(self) -> bool:
        return bool(self.details.contradictions)

    # What each kind says and brings --------------------------------------------------------

    def contributions(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """What each kind answers alone, and what it brought to the joint answer.

        Parameters
        ----------
        ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            By label: ``kind``, ``eta`` (power), ``median``, ``low``, ``high`` (people, of the
            study's count by this kind alone), ``prob``, ``weight`` (how far the log of the answer
            follows its own; the sum is 1 under a flat prior), ``contribution`` (Cov of the log
            count and its log likelihood: the change of the mean log per unit of its power),
            ``information`` (half the log of how many times more precise the count is with it).
            The last three are missing where a kind is cut or the kinds contradict each other; of a
            kind that bounds the count on one side, its median and other end are, and its end is
            that of 95%.
        """
        import pandas as pd

        interval_ends(ci_prob)
        rows = []
        for i, kind in enumerate(self.details.kinds):
            here: Any = self._alone(i, ci_prob)
            low, median, high = here.low, here.median, here.high
            if kind.bound is not None:
                median = None
                low, high = (
                    (0.0, kind.here.high) if kind.bound == "upper" else (kind.here.low, None)
                )
            brought = {
                name: None if self._contradicts else getattr(kind, name)
                for name in ("weight", "contribution", "information")
            }
            numbers = {"median": median, "low": low, "high": high, "prob": ci_prob}
            rows.append({"kind": kind.kind, "eta": kind.eta, **numbers, **brought})
        labels = [kind.label for kind in self.details.kinds]
        return pd.DataFrame(rows, index=pd.Index(labels, name="label"))

    def conflict(self) -> pd.DataFrame:
        """Whether each kind contradicts the others.

        Returns
        -------
        pandas.DataFrame
            By label: ``p`` (two-sided tail probability of its answer against that of the others
            that move the count), ``contradicts`` (p under 0.01), ``factor`` (what its answer would
            have to be multiplied by for p to be 0.05; missing where it is that already).
        """
        import pandas as pd

        limit = room("study", "inference.kinds").CONTRADICTS
        rows = [
            {"p": k.p, "contradicts": k.p is not None and k.p < limit, "factor": k.factor}
            for k in self.details.kinds
        ]
        labels = [kind.label for kind in self.details.kinds]
        table = pd.DataFrame(rows, index=pd.Index(labels, name="label"))
        return table.astype({"p": float, "factor": float})

    def influence(self, label: str, ci_prob: float = 0.95) -> pd.DataFrame:
        """The count where one kind has other powers, from cut (0) to full (1).

        Parameters
        ----------
        label : str
            The kind.
        ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            ``eta``, ``median``, ``low``, ``high`` (people), ``prob``; no row for 0 where nothing
            else moves the count.

        Raises
        ------
        UsageError
            If there is no such kind, its likelihood is not known, or the kinds contradict each
            other.
        """
        import pandas as pd

        self._refuse_contradiction("influence")
        at, joint, rows = self._kind_at(label), self._joint(), []
        if not self.details.kinds[at].can_move:
            msg = f"{label} cannot tell the prior of its count, so it has no power but 0"
            raise UsageError(msg)
        for eta in POWERS:
            powered = joint.with_eta(at, eta)
            if (powered.eta > 0).any():
                one = self._under(powered, ci_prob)
                numbers = {end: getattr(one, end) for end in ENDS}
                rows.append({"eta": eta, **numbers, "prob": ci_prob})
        return pd.DataFrame(rows)

    def _refuse_contradiction(self, what: str) -> None:
        if self._contradicts:
            msg = f"there is no joint answer, so no {what}: {self.details.contradictions[0]}"
            raise UsageError(msg)

    def worth_of(self, source: str, label: str | None = None, quantity: str | None = None) -> Array:
        """Posterior draws of what a source is worth, given the joint count: (chain, draw).

        Parameters
        ----------
        source : str
            Name of the source, with its target where it has several, as in `sources`.
        label : str, optional
            The kind that says so, where several do.
        quantity : str, optional
            The parameter, such as ``ratio_within``, where a kind has several of a source.

        Returns
        -------
        ndarray of shape (chain, draw)
            Its ratio or completeness; `sources` says which.

        Raises
        ------
        UsageError
            If no kind, or more than one, says what it is worth.
        """
        fits = [
            i
            for i, one in enumerate(self.details.worth)
            if source in (one.source, one.name)
            and label in (None, one.label)
            and quantity in (None, one.quantity)
        ]
        if len(fits) != 1:
            every = [f"{w.name!r}, {w.label!r}, {w.quantity!r}" for w in self.details.worth]
            msg = f"{len(fits)} parameters fit {source!r}; name one of {'; '.join(every) or 'none'}"
            raise UsageError(msg)
        return self._worth_draws(fits[0])

    def _worth_draws(self, at: int) -> Array:
        return np.asarray(self.idata["posterior"]["worth"].values[..., at])

    def sources(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """What each source is worth, given the joint count.

        Parameters
        ----------
        ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            ``source``, ``kind`` (label), ``quantity``, ``median``, ``low``, ``high``, ``prob``,
            ``prior_median``, ``prior_low``, ``prior_high`` (95%; missing where its kind has none);
            nothing of kinds whose draws lie too far from the joint count, as the warnings say.
        """
        import pandas as pd

        rows = []
        for i, one in enumerate(self.details.worth):
            known = self._worth(i, ci_prob)
            numbers = {name: known and getattr(known, name) for name in ("median", "low", "high")}
            row = {"source": one.name, "kind": one.label, "quantity": one.quantity}
            prior = self.meta.sources[i].prior
            before = {f"prior_{end}": prior and getattr(prior, end) for end in ENDS}
            rows.append({**row, **numbers, "prob": ci_prob, **before})
        columns = ["source", "kind", "quantity", *ENDS, "prob", *(f"prior_{x}" for x in ENDS)]
        return pd.DataFrame(rows, columns=columns)

    def _worth(self, at: int, prob: float) -> Parameter | None:
        prior = self.meta.sources[at].prior
        return parameter(self._worth_draws(at), prob, prior)

    def shared(self) -> Shared:
        """Draws of the log count under a prior flat in the log, and every source that it heard.

        So a source is asked about that speaks in this study and in another kind beside it.
        """
        told = [
            (row, worth.quantity, self._worth_draws(at))
            for at, (row, worth) in enumerate(
                zip(self.meta.sources, self.details.worth, strict=True)
            )
        ]
        spoken = [
            Spoken(one.source, deaths, f"{deaths:,.0f}")
            for one in self.details.heard
            for deaths in one.deaths
        ]
        parents = [one.source for one in self.details.heard if not one.deaths]
        return shared_by(self, lambda row: FlatPrior(), told, spoken, parents)

    # What the answer rests on --------------------------------------------------------------

    def _identify(self, row: int) -> Identification:
        cell, kinds = self.meta.rows[row].cell, self.details.kinds
        if self._contradicts:
            return Identification(cell, "none", (), sentences.of_conflict(self.details))
        rows = []
        for kind in kinds:
            if kind.weight is not None:
                rows.append(Weight(kind.label, kind.weight, 0.0))
                rows += self._bridge_row(kind)
        return Identification(cell, "elasticity", tuple(rows), sentences.rests_on(self.details))

    def _bridge_row(self, kind: Kind) -> list[Weight]:
        """A bridge weighs what its kind weighs: to move its share moves the answer of the kind."""
        bridge = kind.bridge
        if bridge is None or kind.weight is None:
            return []
        learned = None
        if bridge.sd:
            width = np.log(bridge.posterior.high / bridge.posterior.low)
            learned = float(width / (2 * z_of(0.95) * bridge.sd))
        return [Weight(f"bridge of {kind.label}", kind.weight, 0.0, learned)]

    def headline(self, row: str | int | None = None, ci_prob: float = 0.95) -> str:
        """One estimate in one line; none where kinds contradict each other.

        Parameters
        ----------
        row, ci_prob : as in `Estimate.summary`

        Returns
        -------
        str
        """
        if row is None and not self.meta.has_total:
            return f"no headline number: {'; '.join(self.details.contradictions)}"
        return super().headline(row, ci_prob)

    def _unknowns(self, row: int) -> Unknowns:
        """What the kinds that move the count assume, and their bridges."""
        rows = []
        for at, one in enumerate(self.details.assumed):
            held = {
                name: np.asarray(self.idata["assumed"][name].values[..., at]).ravel()
                for name in ("draws", "score", "curvature")
            }
            if not one.curved:
                del held["curvature"]
            low = FREE[0] if one.low is None else one.low
            high = FREE[1] if one.high is None else one.high
            said: dict[str, Any] = {"source": one.source, "limits": (low, high), **held}
            rows.append(Assumed(one.name, one.now, one.sd, one.scale, **said))
        return Unknowns(tuple(rows))

    # Refits --------------------------------------------------------------------------------

    def _refits(self) -> Mapping[str, Any]:
        refits: Mapping[str, Any] = room("study", "refits").REFITS
        return refits

    def without_each_kind(
        self, row: str | int | None = None, ci_prob: float = 0.95
    ) -> pd.DataFrame:
        """The count without each kind in turn; a loaded study answers too.

        Parameters
        ----------
        row, ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            ``case``, ``median``, ``low``, ``high`` (people), ``prob``, ``converged``.
        """
        return self._cases("without_each_kind", row, ci_prob)

    def powers(self, row: str | int | None = None, ci_prob: float = 0.95) -> pd.DataFrame:
        """The count under other powers of each kind: 0 (cut), 0.25, 0.5 and 1.

        Parameters
        ----------
        row, ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            ``case``, ``median``, ``low``, ``high`` (people), ``prob``, ``converged``.
        """
        return self._cases("powers", row, ci_prob)

    # Pictures, files, print ----------------------------------------------------------------

    @property
    def plot(self) -> StudyPlots:
        """Pictures of this estimate, such as ``est.plot.evidence()``."""
        plots: StudyPlots = room("study", "plots").StudyPlots(self)
        return plots

    def _expected(self) -> tuple[tuple[str, int], ...]:
        return (
            ("log_likelihood/kind", len(self.details.kinds)),
            ("worth", len(self.details.worth)),
            *([("assumed/draws", len(self.details.assumed))] if self.details.assumed else []),
        )

    def _source_json(self, source: int, prob: float) -> dict[str, Any]:
        known = self._worth(source, prob)
        return {self.details.worth[source].quantity: known and plain(known)}

    def _table(self, prob: float) -> TextTable:
        """Each kind for the count of the study, and the joint answer below."""
        rows = []
        for i, kind in enumerate(self.details.kinds):
            numbers = self._alone(i, prob)
            name, moves = _named(kind)
            moves = "" if self._contradicts and kind.moves else moves
            answer = (middle(numbers), ends(numbers))
            if kind.bound is not None:
                answer = ("none: a bound", kind.stated(kind.here))
            rows.append((name, moves, *answer))
        together = None if self._contradicts else row_numbers(self, 0, prob)
        if together is None:
            rows.append(("together", "they contradict each other", "no headline", ""))
        else:
            rows.append(("together", "", middle(together), ends(together)))
        return TextTable(
            ("kind", "in the joint answer", "median", interval_title(prob)), tuple(rows)
        )

    def _source_table(self, prob: float) -> TextTable:
        rows = []
        for i, one in enumerate(self.details.worth):
            known = self._worth(i, prob)
            if known is not None:
                value = run(in_digits(known.low), in_digits(known.high))
                what = pgettext("worth of a source", QUANTITIES.get(one.quantity, one.quantity))
                kind = kind_name(one.label)
                rows.append((one.name, kind, what, in_digits(known.median), value))
        head = ("source", "by", "given the joint count", "median", interval_title(prob))
        return TextTable(head, tuple(rows))

    def _beside(self, prob: float) -> list[str]:
        return [sentences.independence(self.details)]


def _named(kind: Kind) -> tuple[str, str]:
    name = kind.label if kind.label == kind.kind else f"{kind.label} ({kind.kind})"
    if not kind.moves:
        return name, "cut: receives the count"
    weight = "" if kind.weight is None else f"weight {kind.weight:.2f}"
    return name, weight + f", power {kind.eta:g}" * (kind.eta < 1)


ESTIMATE = StudyEstimate
