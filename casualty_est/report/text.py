"""Sentences of the report that fit any kind of evidence. Numbers come in full and leave rounded.

What was documented and what is estimated never share a sentence, except where the sentence is the
comparison itself (the probability that the true number lies below the documented one).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from casualty_est.report import naming
from casualty_est.report.statements import as_published
from casualty_est.result.schema import ClaimRow, Note
from casualty_est.result.tables import p_below_documented, row_numbers
from casualty_est.wording.again import known, told_again
from casualty_est.wording.hedged import on_page
from casualty_est.wording.language import N_, _, retold, separated, spoken
from casualty_est.wording.numbers import chance, percent, tail, with_ends
from casualty_est.wording.phrases import capitalised, documented_text, listed, with_source

if TYPE_CHECKING:
    from casualty_est.result.checks import Check, CheckedClaim
    from casualty_est.result.estimate import Estimate

# What an estimate from figures that sources state cannot know, whoever made it.
LIMITATIONS = (
    N_(
        "limitation",
        "The interval covers what the model is unsure of: how much of the truth each source "
        "reports, errors in its figures, and the count before the data. It does not cover "
        "statements that nobody entered, statements coded wrongly, or a wrong model.",
    ),
    N_(
        "limitation",
        "Figures are taken as published. Deaths that are reported later are not in them, and a "
        "later figure may change the answer.",
    ),
)
# Why a computation did not settle, as results keep it.
REASONS = (
    N_("reason", "the checks failed"),
    N_("reason", "chains disagree (largest R-hat {largest}, at most {wanted} wanted)"),
    N_("reason", "too few effective draws ({draws}, at least {wanted} wanted)"),
    N_("reason", "{number} divergent transitions"),
    N_("reason", "energy is poorly explored (BFMI {least}, at least {wanted} wanted)"),
)
PRIVACY = N_("limitation", "This report names no victim.")
# What stands in the places of kept sentences, beside those themselves.
KEPT = (
    *("identification", "note", "rule of time", "reason", "prior", "refit"),
    *("assumption of lists", "family", "grade", "role", "kind of evidence"),
)
REFITS_MISSING = (
    "Not computed. A result loaded from a file has no model to fit again, and many refits are not "
    "started unasked: call est.without_each_source() after fitting, before the report is written "
    "or saved."
)


def title(estimate: Estimate) -> str:
    """Title of the report: what, where and attributed to whom."""
    if naming.has_total(estimate):
        return first_name(estimate)
    return _("Estimates of the dead, by cell")


def first_name(estimate: Estimate) -> str:
    """Name of what the first estimate counts."""
    cell = estimate.meta.rows[0].cell
    name = naming.counted_somewhere(cell)
    if naming.is_attributed(cell):
        name = _("{title}, attributed to {perpetrator}", title=name, perpetrator=cell.perpetrator)
    return capitalised(name)


def not_converged(estimate: Estimate) -> str:
    """Say that nothing may be quoted; empty where the fit is sound."""
    if estimate.converged:
        return ""
    known = estimate.meta.diagnostics.reasons or (N_("reason", "the checks failed"),)
    told = [reason for one in known if (reason := retold(one, REASONS, "reason"))]
    if not told:
        return _("NOT CONVERGED: do not quote these numbers. The computation did not settle.")
    return _(
        "NOT CONVERGED: do not quote these numbers. The computation did not settle: {reasons}.",
        reasons="; ".join(told),
    )


def listed_parts(estimate: Estimate, prob: float, *, incidents: bool = False) -> list[str]:
    """Split the total into what some source lists and what none does, where the model can."""
    rows = estimate.meta.rows
    part = {}
    for i, row in enumerate(rows):
        same = row.cell == rows[0].cell and row.strata == rows[0].strata
        if same and row.part in ("listed", "unlisted") and len(estimate.modes(i, prob)) == 1:
            numbers = row_numbers(estimate, i, prob)
            part[row.part] = with_ends(numbers) if numbers else ""
    if len(part) < 2:
        return []
    if incidents:
        return [
            _(
                "Of this estimate, about {listed} are in incidents that at least one source "
                "lists, and about {unlisted} are in incidents that no source lists (both {level} "
                "credible intervals).",
                level=percent(prob),
                **part,
            )
        ]
    return [
        _(
            "Of this estimate, about {listed} are people whom at least one source lists, and about "
            "{unlisted} are people whom no source lists (both {level} credible intervals).",
            level=percent(prob),
            **part,
        )
    ]


def needed(estimate: Estimate) -> list[str]:
    """What a number would need, where there is none."""
    if estimate.meta.has_level:
        return []
    why = told_again(estimate.meta.no_level or "", "why lists say nothing", "note")
    return [
        *([_("There is no number because {why}.", why=why)] if why else []),
        _(
            "A number would need one of these: the role of at least one source (a party to the "
            "conflict, a monitor that documents deaths, ...), a source taken as a reference, a "
            "reporting ratio validated elsewhere, or an interval for one of the counts."
        ),
    ]


def rests_on(estimate: Estimate) -> list[str]:
    """What sets the level of the first estimate, as far as that is known of any evidence."""
    if estimate.level(0) != "data":
        return []
    return [
        _(
            "The level of this estimate comes from the overlap between the sources, and from "
            "what we assume about the deaths that no source records."
        )
    ]


def rests_briefly(estimate: Estimate) -> str:
    """The same in a sentence of the first paragraph."""
    if estimate.level(0) != "data":
        return ""
    return _(
        "It rests on how the sources overlap, and on what we assume about deaths that none "
        "of them records."
    )


def assumed_unbiased(estimate: Estimate) -> list[str]:
    """What the analyst chose to assume of sources without a role."""
    if not estimate.meta.settings.get("assume_unbiased"):
        return []
    return [
        _("The analyst chose to assume that sources without a role report the truth on average.")
    ]


def documented(estimate: Estimate, prob: float) -> str:
    """The documented count, in a sentence of its own; why the interval may reach below it."""
    if not naming.has_total(estimate):
        return ""
    row = estimate.meta.rows[0]
    published, parts = row.documented, row.in_parts
    if not published and parts:
        return _(
            "No source documents all of these deaths case by case. Lists of parts of them add "
            "up to {number} ({source}).",
            number=documented_text(parts),
            source=parts.source,
        )
    if not published:
        return _("No source documents these deaths case by case.")
    number = with_source(documented_text(published), published.source)
    sentence = _("Documented, not estimated: {number}.", number=number)
    if not reaches_below(estimate, published.low, prob):
        return sentence
    if p_below_documented(estimate, 0) is None:
        below = _(
            "Our interval begins below this count because the model allows that some deaths were "
            "counted twice or wrongly; no source says so."
        )
    else:
        below = _(
            "Our interval begins below this count because the model allows that some deaths were "
            "counted twice or wrongly; section 4 says how likely."
        )
    return f"{sentence} {below}"


def reaches_below(estimate: Estimate, count: float, prob: float) -> bool:
    """Whether the interval of the first estimate begins below a count."""
    numbers = row_numbers(estimate, 0, prob)
    return numbers is not None and numbers.low < count


def under_documented(estimate: Estimate) -> str:
    """Explain why an estimate lies below a documented count, where one does."""
    known = ((i, row_numbers(estimate, i, 0.95)) for i in range(len(estimate)))
    counts = [row.documented for row in estimate.meta.rows]
    below = [i for i, n in known if n and (count := counts[i]) and n.median < count.low]
    if not below:
        return ""
    if all(p_below_documented(estimate, i) is None for i in below):
        return _(
            "Where an estimate is lower than the documented count beside it, that follows from "
            "what we assume about counts of this kind. No source gives a lower number, and "
            "nothing here shows that fewer people died."
        )
    return _(
        "Where an estimate is lower than the documented count beside it, the model allows "
        "for that count to be too high; section 4 says how probable that is where a source "
        "says less."
    )


def below_documented(estimate: Estimate) -> list[str]:
    """How likely the true number lies below a documented count, where some source says less."""
    sentences = []
    for i, row in enumerate(estimate.meta.rows):
        probability = p_below_documented(estimate, i) if row.part == "total" else None
        if row.documented is None or probability is None:
            continue
        low = separated(f"{row.documented.low:,}")
        text = documented_text(row.documented)
        # "More than 500" is 501 and more, and nobody wrote 501.
        places = {"shown": low if low in text else _("count ({text})", text=text)}
        places["probability"] = chance(probability)
        if len(estimate) > 1:
            sentences.append(
                _(
                    "{row}: if our assumptions hold, the probability that the true number lies "
                    "below the documented {shown} is {probability}.",
                    row=naming.row_name(estimate, i),
                    **places,
                )
            )
            continue
        sentences.append(
            _(
                "If our assumptions hold, the probability that the true number lies below the "
                "documented {shown} is {probability}.",
                **places,
            )
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
        return _("Attribution: none. Deaths are counted whoever caused them.")
    own: list[str] = []
    others: list[str] = []
    parties = {part for name in named for part in name.split("+")}
    for claim in statements:
        if claim.source in parties:
            own.append(_("{source} states {figure}", source=claim.source, figure=_quoted(claim)))
        else:
            # Whoever speaks for a party under another name has not accepted it in the party's.
            others.append(
                _(
                    "{source}, which the table lists as a perpetrator, states {figure}.",
                    source=claim.source,
                    figure=_quoted(claim),
                )
            )
    sentences = [
        _(
            "Attribution: alleged. No claim in the table is made in the name of {party}.",
            party=listed(named),
        )
    ]
    if own:
        sentences = [
            _(
                "Attribution: accepted by the party itself only as far as its own statement goes "
                "({statements}); beyond that, alleged.",
                statements=listed(list(dict.fromkeys(own))),
            )
        ]
    return " ".join([*sentences, *dict.fromkeys(others)])


def _quoted(claim: ClaimRow) -> str:
    """A number as it was published; in another language its hedge is said in that."""
    return f"“{claim.text}”" if spoken().english else as_published(claim)


def note(noted: Note) -> str:
    """Make a sentence of what was noted."""
    if spoken().english:
        return f"{capitalised(noted.text.rstrip('.'))}."
    return sentence_again(noted.text)


def sentence_again(text: str) -> str:
    """A sentence, or a clause without its end, as an estimate keeps it, in words of the page."""
    if spoken().english:
        return text
    bare = text.rstrip(".")
    lower = bare[:1].lower() + bare[1:]
    forms = ((f"{bare}.", True), (f"{lower}.", True), (bare, False), (lower, False))
    for form, ended in forms:
        if (told := known(form, *KEPT, ended=ended)) is not None:
            return f"{capitalised(told.rstrip('.'))}."
    return _("The program noted in English: “{text}”.", text=bare)


def how_to_cite(estimate: Estimate, title: str, authors: str | None, made: str = "") -> str:
    """How to cite the computation; who answers for it goes first, and if nobody, the title."""
    version = estimate.meta.versions.get("casualty_est") or _("of unknown version")
    who = f"{', '.join(filter(None, (authors, made))).rstrip('.')}. " if authors else ""
    when = f" {made}." if made and not authors else ""
    computed = _(
        "Computed with casualty_est {version}, seed {seed}.",
        version=version,
        seed=estimate.meta.seed,
    )
    return f"{who}{title}.{when} {computed}"


def against_claims(check: Check) -> list[str]:
    """How far claims are from the rest, and of what each speaks where they speak of several."""
    alone = len({one.source for one in check.claims}) == 1
    of = [naming.counted_there(one.claim) if one.claim else "" for one in check.claims]
    several = len(set(of)) > 1
    return [
        _against_claim(one, what if several else "", alone)
        for one, what in zip(check.claims, of, strict=True)
        if one.contradicts
    ]


def _against_claim(claim: CheckedClaim, what: str, alone: bool) -> str:
    """How far a claim is from the rest, or from what is assumed where there is no rest."""
    told = f"“{claim.text}”" if spoken().english else on_page(claim.text)
    places = {
        "source": claim.source,
        "claim": _("{claim} for {what}", claim=told, what=what) if what else told,
        "probability": tail(claim.surprise),
    }
    if alone:
        return _(
            "{source}: {claim} is far from what we assume about it: given everything else, a "
            "statement so far off has a probability of {probability}.",
            **places,
        )
    return _(
        "{source}: {claim} contradicts the rest: given everything else, a statement so far off has "
        "a probability of {probability}.",
        **places,
    )
