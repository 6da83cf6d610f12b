"""Sentences of the report that fit any kind of evidence. Numbers come in full and leave rounded.

What was documented and what is estimated never share a sentence, except where the sentence is the
comparison itself (the probability that the true number lies below the documented one).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from casualty_est.report import naming
from casualty_est.result.schema import ClaimRow, Mode, Note
from casualty_est.result.tables import row_numbers
from casualty_est.wording.numbers import chance, ends, middle, percent, with_ends
from casualty_est.wording.phrases import capitalised, documented_text, listed

if TYPE_CHECKING:
    from casualty_est.report.parts import Parts
    from casualty_est.result.estimate import Estimate

# What an estimate from figures that sources state cannot know, whoever made it.
LIMITATIONS = (
    "The interval covers what the model is unsure of: how much of the truth each source reports, "
    "errors in its figures, and the count before the data. It does not cover claims that nobody "
    "entered, claims coded wrongly, or a wrong model.",
    "Figures are taken as published. Deaths that are reported later are not in them, and a later "
    "figure may change the answer.",
)
PRIVACY = "This report names no victim."
REFITS_MISSING = (
    "Not computed. A result loaded from a file has no model to fit again, and many refits are not "
    "started unasked: call est.without_each_source() after fitting, before the report is written "
    "or saved."
)


def title(estimate: Estimate) -> str:
    """Title of the report: what, where and attributed to whom."""
    return first_name(estimate) if naming.has_total(estimate) else "Estimates of the dead, by cell"


def first_name(estimate: Estimate) -> str:
    """Name of what the first estimate counts."""
    cell = estimate.meta.rows[0].cell
    where = naming.places(cell.scope).removesuffix(" (listed below)")
    name = f"{naming.group(cell)} {naming.outcome(cell)} {where}".strip()
    if naming.is_attributed(cell):
        name += f", attributed to {cell.perpetrator}"
    return capitalised(name)


def not_converged(estimate: Estimate) -> str:
    """Say that nothing may be quoted; empty where the fit is sound."""
    if estimate.converged:
        return ""
    reasons = "; ".join(estimate.meta.diagnostics.reasons or ("the checks failed",))
    return f"NOT CONVERGED: do not quote these numbers. The computation did not settle: {reasons}."


def lede(parts: Parts) -> list[str]:
    """Sentences of the first paragraph, for a reader with one minute."""
    estimate, prob = parts.estimate, parts.prob
    warning = [] if estimate.converged else ["NOT CONVERGED: the numbers here are not results."]
    if not estimate.meta.has_level:
        return warning + parts.no_headline()
    answer = [parts.asked()] if parts.has_answer() else _no_total(estimate)
    if parts.has_answer():
        modes = estimate.modes(0, prob)
        answer += _several(modes, prob) if len(modes) > 1 else _single(estimate, prob)
        answer += parts.split()
    return [*warning, *answer, *parts.over_time(), *parts.rests_on()]


def _single(estimate: Estimate, prob: float) -> list[str]:
    """The answer where there is one number."""
    numbers = row_numbers(estimate, 0, prob)
    if numbers is None:
        return []
    return [
        f"Our estimate is about {middle(numbers)} "
        f"({percent(prob)} credible interval {ends(numbers)}).",
        "It is an estimate, not a count: if the assumptions of this report hold, the true number "
        f"lies between {ends(numbers, 'and')} with a probability of {percent(prob)}.",
    ]


def _several(modes: Sequence[Mode], prob: float) -> list[str]:
    """The answer where the evidence supports several numbers: never one between them."""
    parts = [
        f"about {middle(mode)} ({percent(prob)} credible interval {ends(mode)}; weight "
        f"{naming.whole(mode.weight)})"
        for mode in modes
    ]
    together = "both" if len(modes) == 2 else "all of them"
    return [
        f"The evidence supports {naming.in_words(len(modes))} different numbers and cannot choose "
        f"between them: {listed(parts, 'or')}.",
        f"These are estimates, not counts; quote {together} or none, for a number in between, such "
        "as their mean, is supported by nothing.",
    ]


def listed_parts(estimate: Estimate, prob: float, inside: str = "are people whom") -> list[str]:
    """Split the total into what some source lists and what none does, where the model can."""
    rows = estimate.meta.rows
    part = {}
    for i, row in enumerate(rows):
        same = row.cell == rows[0].cell and row.strata == rows[0].strata
        if same and row.part in ("listed", "unlisted") and len(estimate.modes(i, prob)) == 1:
            numbers = row_numbers(estimate, i, prob)
            part[row.part] = f"about {with_ends(numbers)}" if numbers else ""
    if len(part) < 2:
        return []
    return [
        f"Of this estimate, {part['listed']} {inside} at least one source lists, and "
        f"{part['unlisted']} {inside} no source lists (both {percent(prob)} credible intervals)."
    ]


def no_headline(estimate: Estimate) -> list[str]:
    """Say that there is no number, why, and what would be needed."""
    why = estimate.meta.no_level
    sentences = [
        naming.question(estimate.meta.rows[0].cell) if naming.has_total(estimate) else "",
        "This report gives no number.",
        "What the sources say fits a small toll of which they report much as well as a large toll "
        "of which they report little, and nothing here says which.",
        f"The reason: {why}." if why else "",
        "A number would need one of these: the role of at least one source (a party to the "
        "conflict, a monitor that documents deaths, ...), a source taken as a reference, a "
        "reporting ratio validated elsewhere, or an interval for one of the counts.",
    ]
    return [sentence for sentence in sentences if sentence]


def _no_total(estimate: Estimate) -> list[str]:
    reason = estimate.meta.no_total
    return [
        "This report gives several estimates and no total" + (f": {reason}." if reason else "."),
        "Each number below holds for its own line of the table only; do not add them up.",
    ]


def rests_on(estimate: Estimate) -> list[str]:
    """What sets the level of the first estimate, as far as that is known of any evidence."""
    if estimate.level(0) != "data":
        return []
    return [
        "The level of this estimate comes from the overlap between the sources, and from "
        "what is assumed of the deaths that no source holds."
    ]


def assumed_unbiased(estimate: Estimate) -> list[str]:
    """What the analyst chose to assume of sources without a role."""
    if not estimate.meta.settings.get("assume_unbiased"):
        return []
    return ["The analyst chose to assume that sources without a role report the truth on average."]


def documented(estimate: Estimate, prob: float) -> str:
    """The documented count, in a sentence of its own; why the interval may reach below it."""
    if not naming.has_total(estimate):
        return ""
    published = estimate.meta.rows[0].documented
    if not published and not any(source.role for source in estimate.meta.sources):
        return (
            "Nothing is shown as documented: no source was given a role, and only counts of "
            "perpetrators, monitors, governments and international bodies are."
        )
    if not published:
        return (
            "Documented, not estimated: no perpetrator, monitor, government or international "
            "source states a count for exactly this."
        )
    said = f", stated by {published.source}" if published.source else ""
    sentence = f"Documented, not estimated: {documented_text(published)}{said}."
    if not reaches_below(estimate, published.low, prob):
        return sentence
    return (
        f"{sentence} Our interval reaches below this count because the model allows that some of "
        "it is counted twice or wrongly; see section 4."
    )


def reaches_below(estimate: Estimate, count: float, prob: float) -> bool:
    """Whether the interval of the first estimate begins below a count."""
    numbers = row_numbers(estimate, 0, prob)
    return numbers is not None and numbers.low < count


def under_documented(estimate: Estimate) -> str:
    """Explain why an estimate lies below a documented count, where one does."""
    pairs = ((row_numbers(estimate, i, 0.95), r) for i, r in enumerate(estimate.meta.rows))
    if not any(n and row.documented and n.median < row.documented.low for n, row in pairs):
        return ""
    return (
        "Where an estimate is lower than the documented count beside it, the model allows for that "
        "count to be too high; section 4 says how probable that is."
    )


def below_documented(estimate: Estimate) -> list[str]:
    """How likely the true number lies below a documented count: the one comparison of the two."""
    if not estimate.meta.has_level or estimate.counts_documented:
        return []
    sentences = []
    for i, row in enumerate(estimate.meta.rows):
        if row.documented and row.part == "total":
            low = row.documented.low
            told = f"{naming.row_name(estimate, i)}: the" if len(estimate) > 1 else "The"
            text = documented_text(row.documented)
            # "More than 500" is 501 and more, and nobody wrote 501.
            shown = f"{low:,}" if f"{low:,}" in text else f"count ({text})"
            sentences.append(
                f"{told} probability that the true number lies below the documented {shown} is "
                f"{chance(float((estimate.draws(i) < low).mean()))}."
            )
    return sentences


def perpetrators_say(estimate: Estimate) -> list[ClaimRow]:
    """Claims in which perpetrators state a number."""
    return [c for c in estimate.meta.claims if c.role == "perpetrator" and naming.stated(c)]


def attribution(estimate: Estimate, statements: Sequence[ClaimRow] = ()) -> str:
    """Whether responsibility is alleged or accepted, by whom, and what perpetrators state."""
    cells = [row.cell for row in estimate.meta.rows]
    named = list(dict.fromkeys(cell.perpetrator for cell in cells if naming.is_attributed(cell)))
    if not named:
        return "Attribution: none. Deaths are counted whoever caused them."
    own: list[str] = []
    others: list[str] = []
    parties = {part for name in named for part in name.split("+")}
    for claim in statements:
        if claim.source in parties:
            own.append(f"{claim.source} states “{claim.text}”")
        else:
            # Whoever speaks for a party under another name has not accepted it in the party's.
            others.append(
                f"{claim.source} states a number of its own for these deaths: “{claim.text}”."
            )
    sentences = [
        f"Attribution: alleged. No claim in the table is a statement in which {listed(named)} "
        "accepts a number of these deaths."
    ]
    if own:
        sentences = [
            "Attribution: accepted by the party itself only as far as its own statement goes "
            f"({listed(list(dict.fromkeys(own)))}); beyond that, alleged."
        ]
    return " ".join([*sentences, *dict.fromkeys(others)])


def note(noted: Note) -> str:
    """Make a sentence of what was noted."""
    return f"{capitalised(noted.text.rstrip('.'))}."


def how_to_cite(estimate: Estimate, title: str, authors: str | None) -> str:
    """How to cite the computation; who answers for it goes first."""
    version = estimate.meta.versions.get("casualty_est", "of unknown version")
    who = f"{authors.rstrip('.')}. " if authors else ""
    return f"{who}{title}. Computed with casualty_est {version}, seed {estimate.meta.seed}."
