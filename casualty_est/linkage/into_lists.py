"""From draws of the matching to one estimate: fit some of them, and say what the matching adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import CasualtyEstError
from casualty_est.kinds import room
from casualty_est.linkage.joint import share_left, weights_of
from casualty_est.linkage.linkage import size_by_pairs
from casualty_est.result.call import settle_seed
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import Note, Span, Weight
from casualty_est.wording.language import N_, Kept, stored
from casualty_est.wording.numbers import percent, with_ends
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    from casualty_est.linkage.linkage import Linkage

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
OF_THE_MODEL = ("families", "floor", "cell")
ROW = N_("assumption", "linkage (share of the variance)")
ROW_MISSED = N_("assumption", "links that blocking missed (share of the variance)")
MATCHING = N_("assumption", "which records are one person")
MISSED = N_("assumption", "links that blocking missed")
AT_LEVELS = N_("identification", "{number} at a probability of {levels}")
ONE_THRESHOLD = N_(
    "identification",
    "If every pair above one threshold were taken as one person, the same lists would give "
    "{parts}: such an interval leaves out the doubt about the matching.",
)
OF_BLOCKING = N_(
    "identification",
    "Some links lie outside the pairs that were compared. We take {median} ({low} to {high}) of "
    "all links as missed for that reason.",
)
WITH_LINKS = N_("identification", "{number} if {share} of the links were missed")
WITH_NONE = N_("identification", "{number} if none was missed")
BLOCKED = N_("identification", "At the mean matching the same lists would give {parts}.")
FEWEST_LEFT = 0.8  # of the draws of the matching, where they are weighed
CHEAP = {"draws": 500, "chains": 2}  # draws of the fits that only warn


def estimate(
    linkage: Linkage, matchings: int, options: Mapping[str, Any], *, joint: bool = False
) -> Any:
    """Fit draws of the matching together; see `Linkage.estimate`."""
    model_of = room("lists", "model.model").ListModel
    settings = {name: options[name] for name in OF_THE_MODEL if name in options}
    fit = {name: value for name, value in options.items() if name not in OF_THE_MODEL}
    weights = np.full(len(linkage.whole), 1.0 / len(linkage.whole))
    if joint:
        fit["seed"] = settle_seed(fit.get("seed"))
        weights = weights_of(linkage, settings, fit["seed"])
    answer = model_of(linkage._histories(matchings, weights), **settings).fit(**fit)
    others = {
        name: _answers(getattr(linkage, name), linkage, model_of, settings, fit)
        for name in ("thresholds", "if_missed")
    }
    answer = beside(answer, linkage, others["thresholds"], others["if_missed"])
    if joint:
        notes = (*answer.meta.warnings, Note("joint", _joint(share_left(weights))))
        answer.meta = replace(answer.meta, warnings=notes)
    return answer


def _joint(left: float) -> Kept:
    """What weighing the draws of the matching cost."""
    share = percent(round(left, 2))
    if left >= FEWEST_LEFT:
        return stored(
            "note",
            "matching and population are fitted as if in one step: the draws of the matching weigh "
            "as the families find their overlaps, and {share} of them are left",
            share=share,
        )
    return stored(
        "note",
        "matching and population are fitted as if in one step: the draws of the matching weigh as "
        "the families find their overlaps, and {share} of them are left; the two steps assume "
        "different things: fit the matching with more draws",
        share=share,
    )


def _answers(
    tables: Mapping[float, Any],
    linkage: Linkage,
    model_of: Any,
    settings: Mapping[str, Any],
    fit: Mapping[str, Any],
) -> dict[float, Span | None]:
    """What another matching would have answered; None where its table cannot be fitted."""
    kept = {name: fit[name] for name in ("seed", "progress_bar", "executor") if name in fit}
    answers: dict[float, Span | None] = {}
    for level, table in tables.items():
        try:
            model = model_of(linkage._table(table, f"another matching, {level:g}"), **settings)
            row = model.fit(**CHEAP, **kept).summary().iloc[0]
            # No number where lists share nobody in this matching, or hold the same people.
            ends = [row[end] for end in ("median", "low", "high")]
            answers[level] = None if None in ends else Span(*map(float, ends))
        except CasualtyEstError:
            answers[level] = None
    return answers


def beside(
    answer: Any,
    linkage: Linkage,
    thresholds: Mapping[float, Span | None],
    if_missed: Mapping[float, Span | None] = MappingProxyType({}),
) -> Any:
    """Put what the matching adds into what the answer rests on."""
    details = answer.details
    shares = _shares(answer, linkage)
    sentences = [*details.identification.sentences]
    if shares:
        sentences.append(_share(shares[0], linkage))
    sentences += of_blocking(linkage, if_missed)
    sentences += at_thresholds(thresholds)
    rows = zip((ROW, ROW_MISSED), shares, strict=False)
    rests = replace(
        details.identification,
        rows=(*details.identification.rows, *(Weight(name, share) for name, share in rows)),
        sentences=tuple(sentences),
    )
    schema = room("lists", "schema")
    answer.details = replace(
        details,
        identification=rests,
        thresholds=tuple(schema.AtThreshold(p, people) for p, people in thresholds.items()),
        if_missed=tuple(schema.IfMissed(share, people) for share, people in if_missed.items()),
        matching=tuple(map(Weight, (MATCHING, MISSED), shares)),
    )
    # What `ListModel` says of replicates is said here of the matching.
    rest = [note for note in answer.meta.warnings if note.code != "replicates"]
    notes = [
        Note("replicates", _how(linkage)),
        *(n for n in linkage.warnings if n.code != "labels"),
    ]
    reasons = [note.text for note in linkage.warnings if note.code == "not_converged"]
    diagnostics = answer.meta.diagnostics
    if reasons:
        more = (*diagnostics.reasons, *reasons)
        diagnostics = replace(diagnostics, converged=False, reasons=more)
    answer.meta = replace(
        answer.meta,
        rows=_not_counted(answer, linkage),
        warnings=(*notes, *rest),
        diagnostics=diagnostics,
        settings={**answer.meta.settings, "linkage": dict(linkage.settings)},
    )
    return answer


def _shares(answer: Any, linkage: Linkage) -> tuple[float, ...]:
    """Shares of the variance: of the matching, and in it of the links that blocking missed."""
    replicates = answer.details.replicates
    if not replicates or replicates.combined is None:
        return ()
    medians = np.log([one.median for one in replicates.each])
    whole = between_matchings(medians, np.log(answer.draws(0).ravel()))
    if not linkage.missed.any():
        return (whole,)
    return whole, whole * of_missed(linkage.whole, linkage.missed)


def of_missed(tables: Ints, missed: Array) -> float:
    """Share of the variance between matchings that goes with the links that blocking missed.

    tables (draw, history), missed (chain, draw). The size by pairs of lists stands for the answer,
    which is known for a few of the draws only: the squared correlation over all draws.
    """
    lists = (tables.shape[1] - 1).bit_length()
    size, links = size_by_pairs(tables, lists), np.log1p(-missed).ravel()
    if size.std() == 0 or links.std() == 0:
        return 0.0
    return float(np.corrcoef(size, links)[0, 1] ** 2)


def between_matchings(log_medians: Array, log_people: Array) -> float:
    """Share of the variance of the log of all people that lies between draws of the matching.

    log_medians (matching,): of each by itself; log_people (draw,): of all of them mixed. Medians of
    few draws differ by chance as well, by pi / 2 of what a mean of as many would.
    """
    whole = float(log_people.var())
    if whole == 0:
        return 0.0
    between = float(log_medians.var(ddof=1)) / whole
    chance = np.pi / 2 * len(log_medians) / len(log_people)
    return float(np.clip((between - chance) / (1 - chance), 0.0, 1.0))


def _not_counted(answer: Any, linkage: Linkage) -> tuple[Any, ...]:
    """Rows in which the people on some list are no count: the matching says how many they are."""
    rows = list(answer.meta.rows)
    for at, row in enumerate(rows):
        if row.documented is None:
            continue
        same = [i for i, r in enumerate(rows) if r.part == "listed" and r.strata == row.strata]
        ends = np.quantile(answer.draws(same[0]), [0.025, 0.5, 0.975])
        low, median, high = (round(float(end)) for end in ends)
        # All people: the number that every other sentence has, of all draws of the matching.
        own = f"{median:,} ({low:,} to {high:,})"
        people = own if row.strata else linkage.people_in_words()
        text = f"{people}, by the matching"
        known = replace(row.documented, low=low, high=high, text=text, matched=people)
        rows[at] = replace(row, documented=known)
    return tuple(rows)


def share_of(answer: Any) -> float | None:
    """The share of the variance that an estimate says of the matching; None where it says none."""
    rows = answer.identification().rows
    return next((float(row.weight) for row in rows if row.assumption == ROW), None)


def _share(share: float, linkage: Linkage) -> str:
    said = (
        f"The matching of records causes {percent(round(share, 2))} of the variance of the answer "
        "(of its logarithm)."
    )
    if linkage.calibrated:
        return said
    return f"{said} {linkage.doubt_of_scores}"


def at_thresholds(
    thresholds: Mapping[float, Span | None], say: Callable[..., str] = stored
) -> list[str]:
    """What thresholds would have answered, as the estimate keeps it or, by `say`, as a page."""
    answers: dict[str, list[str]] = {}  # thresholds between which nothing lies say the same
    for p, span in thresholds.items():
        if span is not None:
            answers.setdefault(with_ends(span), []).append(percent(p))
    said = [
        say("identification", AT_LEVELS, number=span, levels=listed(at, "or"))
        for span, at in answers.items()
    ]
    return [say("identification", ONE_THRESHOLD, parts=listed(said))] if said else []


def of_blocking(
    linkage: Linkage,
    if_missed: Mapping[float, Span | None],
    say: Callable[..., str] = stored,
) -> list[str]:
    """How many links blocking missed, and the answer if it were another share of them."""
    if not linkage.missed.any():
        return []
    low, median, high = (
        percent(round(float(end), 3)) for end in np.quantile(linkage.missed, interval_ends(0.95))
    )
    said = [say("identification", OF_BLOCKING, median=median, low=low, high=high)]
    parts = [
        say("identification", WITH_LINKS, number=with_ends(people), share=percent(round(share, 3)))
        if share
        else say("identification", WITH_NONE, number=with_ends(people))
        for share, people in if_missed.items()
        if people is not None
    ]
    return [*said, *([say("identification", BLOCKED, parts=listed(parts))] if parts else [])]


def _how(linkage: Linkage) -> Kept:
    records = int(linkage.settings.get("labelled records", 0))
    places = {
        "records": f"{sum(linkage.records):,}",
        "people": linkage.people_in_words(),
    }
    if not records:
        return stored(
            "note",
            "{records} records describe {people} people; draws of the matching, not calibrated, go "
            "into the estimate and are mixed",
            **places,
        )
    return stored(
        "note",
        "{records} records describe {people} people; draws of the matching, calibrated by "
        "{answered} answered records, go into the estimate and are mixed",
        answered=records,
        **places,
    )
