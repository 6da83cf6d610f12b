"""Every sentence of the report. Numbers come in full and leave rounded.

What was documented and what is estimated never share a sentence, except where the sentence is the
comparison itself (the probability that the true number lies below the documented one).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from casualty_est.claims.report import timeline
from casualty_est.incidents.report import text as incidents_text
from casualty_est.lists.report import text as lists_text
from casualty_est.report.naming import (
    attributed,
    group,
    has_total,
    in_words,
    missing,
    outcome,
    places,
    question,
    row_name,
    stated,
    whole,
)
from casualty_est.result.identification import SHARES, share_of_level
from casualty_est.result.tables import has_completeness
from casualty_est.wording.numbers import chance, people, percent
from casualty_est.wording.phrases import documented_text, listed

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate

MENTION = 0.05  # smallest part of the level that the first paragraph names


# The title -----------------------------------------------------------------------------------


def title(estimate: Estimate) -> str:
    """Title of the report: what, where and attributed to whom."""
    if not has_total(estimate) and estimate.kind != "incidents":
        return "Estimates of the dead, by cell"
    cell = estimate.meta["rows"][0]["cell"]
    where = places(cell["scope"]).removesuffix(" (listed below)")
    name = f"{group(cell)} {outcome(cell)} {where}".strip()
    if attributed(cell):
        name += f", attributed to {cell['perpetrator']}"
    if not has_total(estimate):
        name += ", in listed incidents"
    return name[0].upper() + name[1:]


# The first paragraph -------------------------------------------------------------------------


def not_converged(estimate: Estimate) -> str:
    """Say that nothing may be quoted; empty where the fit is sound."""
    if estimate.converged:
        return ""
    reasons = "; ".join(estimate.meta["diagnostics"].get("reasons") or ["the checks failed"])
    return f"NOT CONVERGED: do not quote these numbers. The computation did not settle: {reasons}."


def lede(estimate: Estimate, prob: float = 0.95) -> list[str]:
    """Sentences of the first paragraph, for a reader with one minute."""
    warning = [] if estimate.converged else ["NOT CONVERGED: the numbers here are not results."]
    if not estimate.meta["has_level"]:
        return warning + no_headline(estimate)
    if not has_total(estimate) and estimate.kind != "incidents":
        return [*warning, *_no_total(estimate), *timeline.lede(estimate), *rests_on(estimate)]
    asked = question(estimate.meta["rows"][0]["cell"])
    if not has_total(estimate):
        asked = f"{asked[:-1]}, in incidents that some source lists?"
    modes = estimate.modes(0, prob)
    answer = several(modes, prob) if len(modes) > 1 else single(estimate, prob)
    parts = listed_parts(estimate, prob)
    time = timeline.lede(estimate)
    return [*warning, asked, *answer, *parts, *time, *rests_on(estimate, prob)]


def single(estimate: Estimate, prob: float) -> list[str]:
    """The answer where there is one number."""
    numbers = estimate.summary(prob).iloc[0]
    median, low, high = (float(numbers[name]) for name in ("median", "low", "high"))
    ends = f"{people(low, low, high)} to {people(high, low, high)}"
    return [
        f"Our estimate is about {people(median, low, high)} "
        f"({percent(prob)} credible interval {ends}).",
        "It is an estimate, not a count: if the assumptions of this report hold, the true number "
        f"lies between {ends.replace(' to ', ' and ')} with a probability of {percent(prob)}.",
    ]


def several(modes: Sequence[Mapping[str, float]], prob: float) -> list[str]:
    """The answer where the evidence supports several numbers: never one between them."""
    parts = [
        f"about {people(mode['median'], mode['low'], mode['high'])} ({percent(prob)} credible "
        f"interval {people(mode['low'], mode['low'], mode['high'])} to "
        f"{people(mode['high'], mode['low'], mode['high'])}; weight {whole(mode['weight'])})"
        for mode in modes
    ]
    n = in_words(len(modes))
    together = "both" if len(modes) == 2 else "all of them"
    return [
        f"The evidence supports {n} different numbers and cannot choose between them: "
        f"{listed(parts, 'or')}.",
        f"These are estimates, not counts; quote {together} or none, for a number in between, such "
        "as their mean, is supported by nothing.",
    ]


def listed_parts(estimate: Estimate, prob: float) -> list[str]:
    """Split the total into what some source lists and what none does, where the model can."""
    rows = estimate.meta["rows"]
    if has_completeness(estimate):
        return _on_no_list(estimate, prob)
    found = {}
    for i, row in enumerate(rows):
        same = row["cell"] == rows[0]["cell"] and row["strata"] == rows[0]["strata"]
        if same and row["part"] in ("listed", "unlisted") and len(estimate.modes(i, prob)) == 1:
            numbers = estimate.summary(prob).iloc[i]
            low, high = float(numbers["low"]), float(numbers["high"])
            found[row["part"]] = (
                f"about {people(float(numbers['median']), low, high)} "
                f"({people(low, low, high)} to {people(high, low, high)})"
            )
    if len(found) < 2:
        return []
    what = "incidents" if estimate.kind == "incidents" else "people"
    inside = f"are in {what} that" if what == "incidents" else "are people whom"
    return [
        f"Of this estimate, {found['listed']} {inside} at least one source lists, and "
        f"{found['unlisted']} {inside} no source lists (both {percent(prob)} credible intervals)."
    ]


def _on_no_list(estimate: Estimate, prob: float) -> list[str]:
    rows = estimate.meta["rows"]
    at = next(i for i, row in enumerate(rows) if row["part"] == "unlisted")
    if len(estimate.modes(at, prob)) > 1:
        return []
    numbers = estimate.summary(prob).iloc[at]
    low, median, high = (float(numbers[name]) for name in ("low", "median", "high"))
    return [
        f"Of these, about {people(median, low, high)} are on no list ({percent(prob)} credible "
        f"interval {people(low, low, high)} to {people(high, low, high)})."
    ]


def no_headline(estimate: Estimate) -> list[str]:
    """Say that there is no number, why, and what would be needed."""
    asked = question(estimate.meta["rows"][0]["cell"]) if has_total(estimate) else ""
    why = next((text for code, text in estimate.warnings if code == "no_level"), "")
    sentences = [
        asked,
        "This report gives no number.",
        "What the sources say fits a small toll of which they report much as well as a large toll "
        "of which they report little, and nothing here says which.",
        f"The reason: {why.split(', so there is')[0].rstrip('.')}." if why else "",
        "A number would need one of these: the role of at least one source (a party to the "
        "conflict, a monitor that documents deaths, ...), a source taken as a reference, a "
        "reporting ratio validated elsewhere, or an interval for one of the counts.",
    ]
    return [sentence for sentence in sentences if sentence]


def _no_total(estimate: Estimate) -> list[str]:
    why = next((text for code, text in estimate.warnings if code == "no_total"), "")
    reason = why.removeprefix("there is no unique total: ").split("; choose one")[0]
    return [
        "This report gives several estimates and no total" + (f": {reason}." if reason else "."),
        "Each number below holds for its own line of the table only; do not add them up.",
    ]


def rests_on(estimate: Estimate, prob: float = 0.95) -> list[str]:
    """What sets the level of the first estimate, in the words of the first paragraph."""
    if has_completeness(estimate):
        return lists_text.rests_on(estimate)
    if estimate.kind == "incidents":
        return _assumed_unbiased(estimate, incidents_text.rests_on(estimate, prob))
    sentences = []
    match estimate.level(0):
        case "prior":
            sentences.append(
                "No overlap between sources and no independent count fixes this level: it rests on "
                f"what we assume about how much of the truth each source reports{_pulls(estimate)}."
            )
            sentences.append("Other assumptions give other numbers; section 4 shows which.")
        case "anchor":
            names = [
                item["name"].replace("ratio of", "the reference source")
                for item in estimate.meta["assumptions"]
                if item["kind"] in ("anchor", "reference")
            ]
            sentences.append(
                "Its level was given from outside by the analyst "
                f"({listed(names)}); if that is wrong, this number is wrong with it."
            )
        case "data":
            sentences.append(
                "The level of this estimate comes from the overlap between the sources, and from "
                "what is assumed of the deaths that no source holds."
            )
    return _assumed_unbiased(estimate, sentences)


def _assumed_unbiased(estimate: Estimate, sentences: list[str]) -> list[str]:
    if not estimate.meta["settings"].get("assume_unbiased"):
        return sentences
    said = "The analyst chose to assume that sources without a role report the truth on average."
    return [*sentences, said]


def _pulls(estimate: Estimate) -> str:
    """Name the sources on whose assumed ratio the level rests, with shares where these exist."""
    found = estimate.identification(0)
    if found.kind != "gauge" or not found.rows:
        return ""
    pulls: dict[str, float] = {}
    errors: dict[str, float] = {}
    for row, item in zip(found.rows, estimate.meta["assumptions"], strict=True):
        if (name := item["source"]) is not None:
            pulls[name] = pulls.get(name, 0.0) + row["weight"]
            errors[name] = math.hypot(errors.get(name, 0.0), row["mcse"])
    order = sorted(pulls, key=lambda name: -pulls[name])
    if not order or pulls[order[0]] < MENTION:
        return ""
    if not all(SHARES[0] <= row["weight"] <= SHARES[1] for row in found.rows):
        first, *others = order[:2]
        # Sums over many ratios are too rough to say which of two like ones is the largest.
        if any(pulls[first] - pulls[n] < 2 * math.hypot(errors[first], errors[n]) for n in others):
            return ""
        return f", above all about {first}"
    error = max(row["mcse"] for row in found.rows)
    known = [name for name in order if pulls[name] >= max(MENTION, 2 * error)]
    if not known:  # the draws are too few to tell any of them from nothing
        return ""
    first, *others = known
    shares = {name: share_of_level(pulls[name], error) for name in (first, *others)}
    if pulls[first] <= 0.5 or not others:
        named = [f"{name} ({shares[name]})" for name in (first, *others)]
        return f", that is, about {listed(named)} of the weight" if others else f", about {first}"
    rest = listed([f"{name} ({shares[name]})" for name in others])
    return f", above all about {first} ({shares[first]} of the weight), then about {rest}"


def documented(estimate: Estimate, prob: float = 0.95) -> str:
    """The documented count, in a sentence of its own; why the interval may reach below it."""
    if estimate.kind == "incidents":
        return incidents_text.documented(estimate, prob)
    if not has_total(estimate):
        return ""
    row = estimate.meta["rows"][0]
    found = row["documented"]
    if not found and not any(source["role"] for source in estimate.meta["sources"]):
        return (
            "Nothing is shown as documented: no source was given a role, and only counts of "
            "perpetrators, monitors, governments and international bodies are."
        )
    if not found:
        return (
            "Documented, not estimated: no perpetrator, monitor, government or international "
            "source states a count for exactly this."
        )
    if estimate.kind == "lists":
        return f"Documented, not estimated: {found['low']:,} people on at least one list."
    said = f", stated by {found['source']}" if found["source"] else ""
    sentence = f"Documented, not estimated: {documented_text(found)}{said}."
    if not estimate.meta["has_level"] or estimate.summary(prob)["low"].iloc[0] >= found["low"]:
        return sentence
    return (
        f"{sentence} Our interval reaches below this count because the model allows that some of "
        "it is counted twice or wrongly; see section 4."
    )


# Beside the documented count ----------------------------------------------------------------


def under_documented(estimate: Estimate) -> str:
    """Explain why an estimate lies below a documented count, where one does."""
    summary = estimate.summary().to_dict("records")
    if not any(not missing(r["documented"]) and r["median"] < r["documented"] for r in summary):
        return ""
    return (
        "Where an estimate is lower than the documented count beside it, the model allows for that "
        "count to be too high; section 4 says how probable that is."
    )


def below_documented(estimate: Estimate) -> list[str]:
    """How likely the true number lies below a documented count: the one comparison of the two."""
    if not estimate.meta["has_level"] or has_completeness(estimate):
        return []  # everybody on a list is counted: below that number nothing can lie
    sentences = []
    for i, row in enumerate(estimate.meta["rows"]):
        if not row["documented"] or row["part"] != "total":
            continue
        low = row["documented"]["low"]
        probability = float((estimate.draws(i) < low).mean())
        told = f"{row_name(estimate, i)}: " if len(estimate) > 1 else ""
        sentence = (
            f"{told}the probability that the true number lies below the documented {low:,} is "
            f"{chance(probability)}."
        )
        sentences.append(sentence[0].upper() + sentence[1:])
    return sentences


# Attribution and limits ----------------------------------------------------------------------


def attribution(estimate: Estimate) -> str:
    """Whether responsibility is alleged or accepted, and by whom."""
    if estimate.kind == "incidents":
        return incidents_text.attribution(estimate)
    named = list(
        dict.fromkeys(
            row["cell"]["perpetrator"]
            for row in estimate.meta["rows"]
            if row["cell"]["perpetrator"] not in ("any", "")
        )
    )
    if not named:
        return "Attribution: none. Deaths are counted whoever caused them."
    own: list[str] = []
    others: list[str] = []
    parties = {part for name in named for part in name.split("+")}
    for claim in _statements(estimate):
        if claim["source"] in parties:
            own.append(f"{claim['source']} states “{claim['text']}”")
        else:
            # Whoever speaks for a party under another name has not accepted it in the party's.
            others.append(
                f"{claim['source']} states a number of its own for these deaths: “{claim['text']}”."
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


def _statements(estimate: Estimate) -> list[Mapping[str, Any]]:
    """Numbers that perpetrators state; of running totals that were restated the last."""
    found = [
        claim
        for claim in estimate.meta.get("claims", [])
        if claim["role"] == "perpetrator" and stated(claim)
    ]
    if not estimate.has_path:
        return found
    last: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for claim in sorted(found, key=lambda claim: claim["end"] or claim["reported"] or "9"):
        cell = (claim["scope"], claim["outcome"], claim["group"], claim["perpetrator"])
        last[claim["source"], *cell] = claim
    return list(last.values())


def limitations(estimate: Estimate) -> list[str]:
    """What this estimate cannot know, whoever made it."""
    lines = []
    if estimate.kind == "claims":
        lines += [
            "Totals cannot tell deaths that a source missed from deaths that it counted twice or "
            "wrongly: a reporting ratio is both together.",
            "What is assumed of a role comes from few conflicts and is rough; the sensitivity "
            "tables show what else would follow.",
        ]
    if estimate.kind == "incidents":
        lines += incidents_text.limitations(estimate)
    if estimate.kind == "lists":
        return [
            "Lists say nothing of people whom no list could have held. No test on the lists can "
            "show that there are none.",
            "The interval covers the kinds of dependence between lists that were averaged, not "
            "every kind there could be.",
            "Records of one person are taken as matched without error, and everybody on a list as "
            "one of the dead that are counted here; wrong matches change the answer.",
        ]
    lines.append(
        "The interval covers what the model is unsure of: how much of the truth each source "
        "reports, errors in its figures, and the count before the data. It does not cover claims "
        "that nobody entered, claims coded wrongly, or a wrong model."
    )
    lines.append(
        "Figures are taken as published. Deaths that are reported later are not in them, and a "
        "later figure may change the answer."
    )
    return lines


def note(words: str) -> str:
    """Make a sentence of a warning."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def privacy() -> str:
    """What the report leaves out on purpose."""
    return (
        "This report names no victim. Places are the labels of the table of data; before "
        "publication make sure that none is exact enough to put anybody at risk."
    )


def how_to_cite(estimate: Estimate) -> str:
    """How to cite the computation; authors and date are the analyst's to add."""
    meta = estimate.meta
    version = meta["versions"].get("casualty_est", "of unknown version")
    return (
        f"[Authors, date]. {title(estimate)}. Computed with casualty_est {version}, seed "
        f"{meta['seed']}."
    )


def refits_missing(estimate: Estimate) -> str:
    """Why a table of refits is not there."""
    if has_completeness(estimate):
        if len(estimate.meta["sources"]) < 3:
            return "There are two lists: without one of them, nothing can be said."
        return (
            "Not computed. A result loaded from a file has no model to fit again, and many refits "
            "are not started unasked: call est.leave_one_out() and est.consistency() after "
            "fitting, before the report is written or saved."
        )
    if estimate.kind == "incidents":
        return (
            "Not computed. A result loaded from a file has no model to fit again, and refits take "
            "a minute: call est.choices() and est.leave_one_out() after fitting, "
            "before the report is written or saved."
        )
    return (
        "Not computed. A result loaded from a file has no model to fit again, and many fits of a "
        "sampled model are not started unasked: call est.alone(), est.leave_one_out(), "
        "est.widened() and est.tipping(n) after fitting, before the report is written or saved."
    )
