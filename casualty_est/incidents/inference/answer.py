"""What the draws say: rows of the result, reliability of sources, and what the level rests on."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.arrays import Array
from casualty_est.incidents.inference.after import Reconstructed, parts, stated_numbers
from casualty_est.incidents.model.layout import CONCEDED_EXACT, FRACTION, IncidentLayout
from casualty_est.incidents.model.parameters import Block
from casualty_est.incidents.model.readings import UNGRADED
from casualty_est.incidents.schema import GRADED, Gap, Part
from casualty_est.result.schema import Rests, Weight
from casualty_est.tables.cells import RECORDING_ROLES, UPHELD, Documented
from casualty_est.wording.language import N_, stored
from casualty_est.wording.numbers import share as two_digits
from casualty_est.wording.phrases import possessive

if TYPE_CHECKING:
    from casualty_est.incidents.model.model import IncidentModel

SIZES = (1, 2, 5, 10, 20, 50, 100)  # deaths at which inclusion is shown
NOT_NAMED = "not named"
MENTION = 0.02  # elasticity below which an assumption gets no sentence


@dataclass(frozen=True, slots=True)
class Row:
    """One estimate: which parts it sums, and with which weights."""

    labels: dict[str, str]
    strata: dict[str, str]
    part: str
    weights: Array  # (part,), or (draw, part)


_Cut = tuple[dict[str, str], dict[str, str], Array]  # labels, strata and weights


def rows(model: IncidentModel, draws: int, rng: np.random.Generator) -> list[Row]:
    """The total first, then scopes, years and perpetrators where there are several."""
    layout = model.layout
    names, _ = parts(layout)
    patterns = layout.readings.patterns
    cuts: list[_Cut] = [({}, {}, np.ones(len(names)))]
    scopes, years = np.unique(names[:, 0]), np.unique(names[:, 1])
    if len(scopes) > 1:
        cuts += [({"scope": patterns.scope[k]}, {}, (names[:, 0] == k) * 1.0) for k in scopes]
    if len(years) > 1:
        called = {year: str(year) if year else "unknown" for year in years}
        cuts += [({}, {"year": called[y]}, (names[:, 1] == y) * 1.0) for y in years]
    if layout.readings.target is None:
        cuts += _by_perpetrator(model, names[:, 2], draws, rng)
    kinds = ("listed",) if layout.unlisted == "none" else ("total", "listed", "unlisted")
    return [Row(labels, strata, kind, w) for labels, strata, w in cuts for kind in kinds]


def _by_perpetrator(
    model: IncidentModel, suspects: npt.NDArray[np.int64], draws: int, rng: np.random.Generator
) -> list[_Cut]:
    """Shares of each suspect in every part, one draw of them for all incidents alike."""
    groups = model.layout.readings.patterns.perpetrators
    used = {int(k): groups[k] or (NOT_NAMED,) for k in np.unique(suspects)}
    names = list(dict.fromkeys(name for group in used.values() for name in group))
    if len(names) < 2:
        return []
    weights = {name: np.zeros((draws, len(suspects))) for name in names}
    for k, group in used.items():
        n = len(group)
        shares = np.ones((draws, 1))
        if n > 1:
            shares = rng.dirichlet(np.full(n, model.incident_priors.share / n), draws)
        for j, name in enumerate(group):
            weights[name][:, suspects == k] = shares[:, j : j + 1]
    return [({"perpetrator": name}, {}, weights[name]) for name in names]


def row_deaths(cuts: list[Row], again: Reconstructed, scale: Array) -> Array:
    """Deaths of every row, of shape (draw, row)."""
    deaths = {"listed": again.listed, "unlisted": again.unlisted}
    deaths["total"] = again.listed + again.unlisted
    columns = [(deaths[row.part] * row.weights).sum(axis=1) * scale for row in cuts]
    return np.column_stack(columns)


def documented(model: IncidentModel, row: Row) -> Documented | None:
    """The largest sum over incidents of the lower ends of one source that records deaths.

    Incidents that are graded weak, contested or discounted are left out.
    """
    readings, patterns = model.layout.readings, model.layout.readings.patterns
    if row.weights.ndim > 1 or row.part == "unlisted":
        return None
    _, part = parts(model.layout)
    inside = row.weights[part] > 0
    # The last one is for incidents without a grade, whose index is -1.
    upheld = np.array([*(grade in (*UPHELD, UNGRADED) for grade in patterns.grade), True])
    inside &= upheld[patterns.grade_of]
    lowest = np.full(patterns.claim.shape, -1.0)
    # As published: the range rule changes what a model reads, not what was stated.
    original, claim = model.patterns, model.patterns.claim[readings.kept]
    for s, name in enumerate(patterns.sources):
        if model.roles[name] not in RECORDING_ROLES:
            continue
        lows = [-1 if q.stated_low is None else q.stated_low for q in original.claims[s]]
        low = np.array(lows or [-1], dtype=float)
        speaks = (claim[:, s] >= 0) & inside
        if s == readings.judge:
            speaks &= readings.speaks
        lowest[speaks, s] = low[claim[speaks, s]]
    if not (lowest >= 0).any():
        return None
    sums = (np.maximum(lowest, 0) * patterns.count[:, None]).sum(axis=0)
    sums[(lowest < 0).all(axis=0)] = -1
    first = int(sums.argmax())
    total = int(sums[first])
    return Documented(total, None, patterns.sources[first], f"at least {total:,}")


def ratios_within(layout: IncidentLayout, theta: Array, gamma: Array) -> Array:
    """Own count over true deaths within an incident, of shape (draw, source).

    Of a lister the median ratio of its reports that are not exactly right; of the judge the mean
    share of the deaths that it concedes.
    """
    d, readings = layout.arrays, layout.readings
    ratios = np.ones((len(theta), len(readings.patterns.sources)))
    bias = d.bias_mean + layout.parameters.get(theta, "bias") @ d.bias_chol.T
    ratios[:, list(readings.listers)] = np.exp(bias)
    if readings.judge is not None:
        share, exact = conceded_share(layout, theta)
        ratios[:, readings.judge] = exact + (1 - exact) * share
    return ratios * np.exp(gamma)[:, None]


def denial(layout: IncidentLayout, theta: Array) -> Array:
    """Probability to say that nobody died, (draw, source); NaN of a source that never does."""
    said = np.full((len(theta), len(layout.readings.patterns.sources)), np.nan)
    at = [layout.readings.listers[i] for i in layout.arrays.denier_of]
    said[:, at] = special.expit(layout.parameters.get(theta, "denial"))
    return said


def conceded_share(layout: IncidentLayout, theta: Array) -> tuple[Array, Array]:
    """Mean conceded share where not everything is conceded, and how often everything is."""
    d = layout.arrays
    fraction = layout.parameters.get(theta, "fraction")
    if fraction.shape[-1] == 0:
        # Nothing conceded: what is assumed of it stands, a draw for each draw.
        rng = np.random.default_rng(len(theta))
        first, second = (np.exp(rng.normal(m, FRACTION[2], len(theta))) for m in FRACTION[:2])
        exact = rng.beta(*CONCEDED_EXACT, len(theta)) if layout.exact_reports else 0.0
        return first / (first + second), np.broadcast_to(exact, len(theta))
    alpha, beta = np.exp(fraction[:, :1]), np.exp(fraction[:, 1:])
    log = (alpha - math.exp(FRACTION[0])) * d.share_log
    log = log + (beta - math.exp(FRACTION[1])) * d.share_log1m
    weight = special.softmax(log, axis=1)
    exact = layout.parameters.get(theta, "conceded_exact")
    always = special.expit(exact[:, 0]) if exact.shape[-1] else np.zeros(len(theta))
    return weight @ np.exp(d.share_log), always


def inclusion(layout: IncidentLayout, theta: Array, gamma: Array) -> Array:
    """Probability that a source holds a real incident, of shape (draw, source, size).

    Of the judge the probability that it accepts an incident of its own with a single suspect; NaN
    where the evidence does not say.
    """
    readings, parameters = layout.readings, layout.parameters
    held = np.full((len(theta), len(readings.patterns.sources), len(SIZES)), np.nan)
    x = np.log(SIZES) + gamma[:, None]  # on the scale of the anchor
    nodes = layout.arrays.nodes
    for i, s in enumerate(layout.included):
        level, slope, loading = (
            parameters.get(theta, name)[:, i, None, None]
            for name in ("inclusion", "slope", "log_visibility")
        )
        odds = level + slope * (x[:, :, None] - 1) + np.exp(loading) * nodes[0]
        held[:, s] = special.expit(odds) @ nodes[1]
    recall = parameters.get(theta, "recall")
    if recall.shape[-1]:
        held[:, readings.recorders[0]] = special.expit(recall[:, :1] + recall[:, 1:] * x)
    hurdle = parameters.get(theta, "hurdle")
    if hurdle.shape[-1] and readings.judge is not None:
        odds = hurdle[:, :1] + hurdle[:, 1:2] * x + hurdle[:, 2:]
        held[:, readings.judge] = special.expit(odds)
    return held


# --- what the level rests on -------------------------------------------------------------------


def identification(
    model: IncidentModel, log_total: Array, theta: Array, anchor_learned: float | None
) -> Rests:
    """Elasticities of the first estimate, in numbers and sentences.

    log_total (chain, draw): Log of the estimate on the scale of the anchor.
    theta (chain, draw, element): Parameters on the whole line.
    """
    layout, anchor = model.layout, model.layout.anchor
    pulls: list[_Elasticity] = []
    others = _bias_rows(layout, log_total, theta, anchor_learned)
    if layout.cut:
        # All deaths are divided by the anchor's ratio after the fit, and the others are measured by
        # it: if all ratios were k times as high, all deaths would be k times as low, exactly.
        rest = sum(row.weight for row in others)
        mcse = math.sqrt(sum(row.mcse**2 for row in others))
        title = f"scale: ratio of {anchor.source}"
        pulls.append(_Elasticity(title, -1.0 - rest, mcse, 1.0, is_scale=True))
    pulls += others
    blocks = {block.name: block for block in layout.parameters.blocks}
    for name, title in (
        ("grade", GRADED),
        ("share", "share of {}"),
        ("denial", "how often {} says that nobody died"),
        ("found", "how often {} finds the deaths of an incident"),
    ):
        if name in blocks:
            p = special.expit(layout.parameters.get(theta, name))
            pulls += _probability_rows(blocks[name], p, log_total, title)
    for name, title in (("recall", "recall of the monitor"), ("hurdle", "admission")):
        if name in blocks:
            block, level = blocks[name], layout.parameters.get(theta, name)[..., 0]
            score = (level - block.first[0]) / block.second[0] ** 2
            weight, mcse = covariance(log_total, score)
            learned = float(level.std() / block.second[0])
            pulls.append(_Elasticity(f"{title}: log odds", weight, mcse, learned))
    rows = tuple(Weight(row.assumption, row.weight, row.mcse, row.learned) for row in pulls)
    return Rests("elasticity", rows, tuple(_sentences(model, pulls)))


@dataclass(frozen=True, slots=True)
class _Elasticity:
    """The pull of one input, the grade that it is about, and whether it is the anchor's."""

    assumption: str
    weight: float
    mcse: float
    learned: float | None
    grade: str = ""
    is_scale: bool = False


def _bias_rows(
    layout: IncidentLayout, log_total: Array, theta: Array, anchor_learned: float | None
) -> list[_Elasticity]:
    """Derivative by the prior location of each log ratio, what roles share taken into account."""
    d, readings = layout.arrays, layout.readings
    z = layout.parameters.get(theta, "bias")
    names = [readings.patterns.sources[s] for s in readings.listers]
    free = [i for i, name in enumerate(names) if not (layout.cut and name == layout.anchor.source)]
    if not free or z.shape[-1] == 0:
        return []
    chol = d.bias_chol[free]
    score = np.linalg.solve(chol.T, z[..., None])[..., 0]
    sds = np.sqrt((chol**2).sum(axis=1))
    rows = []
    for k, i in enumerate(free):
        weight, mcse = covariance(log_total, score[..., k])
        learned = float((z @ chol[k]).std() / sds[k])
        is_anchor = names[i] == layout.anchor.source
        title = f"scale: ratio of {names[i]}" if is_anchor else f"ratio of {names[i]}"
        own = anchor_learned if is_anchor else learned
        rows.append(_Elasticity(title, weight, mcse, own, is_scale=is_anchor))
    return sorted(rows, key=lambda row: not row.is_scale)


def _probability_rows(
    block: Block, values: Array, log_total: Array, title: str
) -> list[_Elasticity]:
    rows = []
    for k, label in enumerate(block.labels):
        a, b, p = float(block.first[k]), float(block.second[k]), values[..., k]
        # The score of the logit's location, and from logit to log of the probability.
        weight, mcse = covariance(log_total, (a + b) * p - a)
        scale = (a + b) / b
        prior_sd = math.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
        learned, grade = float(p.std() / prior_sd), label if block.name == "grade" else ""
        name = title.format(label)
        rows.append(_Elasticity(name, weight * scale, mcse * scale, learned, grade))
    return rows


def covariance(log_total: Array, score: Array) -> tuple[float, float]:
    """Covariance of a log count with a score, and its Monte Carlo standard error."""
    product = (log_total - log_total.mean()) * (score - score.mean())
    if product.std() == 0:
        return float(product.mean()), 0.0
    import arviz as az

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ess = float(az.ess(product, method="mean"))
    return float(product.mean()), float(product.std(ddof=1) / math.sqrt(max(ess, 1.0)))


def _sentences(model: IncidentModel, pulls: list[_Elasticity]) -> list[str]:
    layout, anchor = model.layout, model.layout.anchor
    said = [f"{anchor.text[:1].upper()}{anchor.text[1:]}."]
    owner = possessive(anchor.source)
    if layout.cut:
        lower = two_digits(100 * (1 - 1.1 ** pulls[0].weight))
        said.append(
            stored(
                "identification",
                "The data may not change that (scale 'cut'): if {owner} counts were 10% higher "
                "than is assumed, the estimate would be {change}% lower.",
                owner=owner,
                change=lower,
            )
        )
        if len(layout.readings.listers) > 1:
            said.append(
                stored(
                    "identification",
                    "If the counts of all sources were 10% higher than is assumed, it would be "
                    "9.1% lower, whatever they report.",
                )
            )
    else:
        said += _joint_scale(model, next(r for r in pulls if r.is_scale))
    graded = [row for row in pulls if row.grade and abs(row.weight) > max(MENTION, 2 * row.mcse)]
    said += [_graded(row) for row in sorted(graded, key=lambda r: -abs(r.weight))[:3]]
    return said + list(model.circularity)


def _joint_scale(model: IncidentModel, row: _Elasticity) -> list[str]:
    """What the scale rests on where the data may speak of it."""
    places = {
        "source": model.layout.anchor.source,
        "change": two_digits(100 * abs(1.1**row.weight - 1)),
    }
    if row.weight > 0:
        text = stored(
            "identification",
            "The data may speak of that (scale 'joint'): if the prior ratio of {source} were 10% "
            "higher, the estimate would be {change}% higher.",
            **places,
        )
    else:
        text = stored(
            "identification",
            "The data may speak of that (scale 'joint'): if the prior ratio of {source} were 10% "
            "higher, the estimate would be {change}% lower.",
            **places,
        )
    if row.learned is None or row.learned >= 0.7:
        return [text]
    what = N_("identification", "the size law")
    if model.layout.exact_reports:
        what = N_("identification", "reports that are exactly right")
    mostly = stored(
        "identification",
        "Mostly the data set the level (posterior sd over prior sd {ratio}), through {what} and "
        "the shape of small counts; if sources copy, they mislead.",
        ratio=f"{row.learned:.2f}",
        what=what,
    )
    return [text, mostly]


def _graded(row: _Elasticity) -> str:
    """How the estimate follows what a grade is taken for."""
    places = {"grade": row.grade, "change": two_digits(100 * abs(1.1**row.weight - 1))}
    if row.weight > 0:
        return stored(
            "identification",
            "If incidents graded {grade} were real and by the perpetrator a tenth more often than "
            "assumed, the estimate would be {change}% higher.",
            **places,
        )
    return stored(
        "identification",
        "If incidents graded {grade} were real and by the perpetrator a tenth more often than "
        "assumed, the estimate would be {change}% lower.",
        **places,
    )


# --- the gap between two sources ---------------------------------------------------------------


def gap_columns(model: IncidentModel) -> tuple[Array, list[tuple[int, int]]]:
    """Numbers to be summed over real incidents for the gaps to the anchor, and the pairs.

    Who was sent to some sites has no total: the gaps are then to the source that lists most.
    """
    layout, readings = model.layout, model.layout.readings
    first, sent = readings.patterns.sources.index(layout.anchor.source), readings.investigation
    if first == sent and readings.recorders:
        held = readings.patterns.count @ readings.listed
        first = max(readings.recorders, key=lambda s: int(held[s]))
    pairs = [(first, s) for s in range(len(readings.patterns.sources)) if s not in (first, sent)]
    stated = stated_numbers(layout)
    columns = []
    for a, b in pairs:
        for one, other in ((a, b), (b, a)):
            columns.append(np.where(stated[:, other] > 0, 0.0, stated[:, one]))
    summed = np.column_stack(columns) if columns else np.zeros((len(stated), 0))
    return summed, pairs


def gaps(model: IncidentModel, again: Reconstructed, ratio: Array) -> tuple[Gap, ...]:
    """Split the gap between the anchor's reported total and each other source's.

    Shapley values over three switches (who is included, how many are counted within, and whether
    the incident is real and the perpetrator's), per draw; they sum to the gap.

    ratio (draw, source): Own count over true deaths within an incident.
    """
    layout = model.layout
    patterns = layout.readings.patterns
    columns, pairs = gap_columns(model)
    stated, count = stated_numbers(layout), patterns.count
    whole = count @ columns
    between = []
    for i, (a, b) in enumerate(pairs):
        both = (stated[:, a] > 0) & (stated[:, b] > 0)
        shared = float(count[both] @ (stated[both, a] - stated[both, b]))
        missed, within, attributed = 0.0, np.full(len(ratio), shared), 0.0
        for column, sign, k in (
            (2 * i, 1.0, ratio[:, b] / ratio[:, a]),
            (2 * i + 1, -1.0, ratio[:, a] / ratio[:, b]),
        ):
            real = again.stated[:, column]
            unreal = whole[column] - real
            missed = missed + sign * (real * (1 + k) / 2 + unreal * (k / 6 + 1 / 3))
            within = within + sign * (real * (1 - k) / 2 + unreal * (1 - k) / 3)
            attributed = attributed + sign * unreal * (k / 6 + 1 / 3)
        names = patterns.sources[a], patterns.sources[b]
        one, two = (float(count @ stated[:, s]) for s in (a, b))
        split = map(_part, (missed, within, attributed))
        between.append(Gap(names, (one, two), one - two, *split))
    return tuple(between)


def _part(values: Any) -> Part:
    low, median, high = (float(x) for x in np.quantile(values, (0.025, 0.5, 0.975)))
    return Part(float(np.mean(values)), median, low, high, 0.95)
