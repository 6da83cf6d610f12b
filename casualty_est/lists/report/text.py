"""Sentences of the report that only lists have."""

from __future__ import annotations

from casualty_est.lists.estimate import ListEstimate
from casualty_est.lists.families import group_in_words, group_title, recalled
from casualty_est.lists.families.family import ASSUMED
from casualty_est.lists.shares import between, weight
from casualty_est.report import naming
from casualty_est.result.posterior import far_apart
from casualty_est.wording.numbers import middle, percent, share, with_ends
from casualty_est.wording.phrases import capitalised, listed


def assumption(estimate: ListEstimate) -> str:
    """What identifies the people on no list, in one sentence for a reader with one minute."""
    # A family that stands alone has its own group, or all members of the answer are of one family.
    fit, options = estimate.details.found, estimate.meta.settings.get("options", {})
    keys = list(dict.fromkeys(member.family for member in fit.families))
    family = recalled(keys[0], options) if len(keys) == 1 else None
    if family is not None:
        return family.report_sentence()
    kinds = listed([group_in_words(g.name) for g in fit.groups], "or")
    return ASSUMED.format(
        f"whatever ties the lists to each other ({kinds}) ties them in the same way among the "
        "people they missed"
    )


def rests_on(estimate: ListEstimate) -> list[str]:
    """What the number rests on, for the first paragraph."""
    codes = {note.code for note in estimate.warnings}
    sentences = []
    sentences.append(
        "Nobody has counted the people on no list: their number is inferred from how the lists "
        "overlap."
    )
    sentences.append(assumption(estimate))
    if "two_lists" in codes:
        sentences.append("Two lists cannot say whether they depend on each other.")
    return [*sentences, *_facts(estimate), *spread(estimate)]


def no_headline(estimate: ListEstimate) -> list[str]:
    """What the first paragraph says in place of a number."""
    question, why = naming.question(estimate.meta.rows[0].cell), estimate.meta.no_level
    return [
        *([question] if naming.has_total(estimate) else []),
        "This report gives no number for the people on no list.",
        f"The reason: {why}.",
        *_facts(estimate),
        "A number would need another list, made independently of these, that shares some people "
        "with them.",
    ]


def _facts(estimate: ListEstimate) -> list[str]:
    """What the first paragraph says about single lists."""
    told = ("copied", "shares_nobody", "replicates")
    return [f"{capitalised(note.text)}." for note in estimate.warnings if note.code in told]


def spread(estimate: ListEstimate) -> list[str]:
    """Say that kinds of dependence which the lists allow disagree, where they do."""
    allowed = [g for g in estimate.shown().found.groups if not g.ruled_out]
    if not far_apart(allowed):
        return []
    medians = sorted(allowed, key=lambda g: g.median)
    numbers = [middle(g) for g in medians]
    return [
        "The kinds of model that fit the lists give different numbers, "
        f"{listed(numbers)}, and the lists cannot choose between them; section 3 shows each."
    ]


def agreement(estimate: ListEstimate) -> str:
    """Whether the kinds of dependence that fit agree, in one sentence; empty for a single kind."""
    groups = estimate.shown().found.groups
    if len(groups) < 2:
        return ""
    allowed = [g for g in groups if not g.ruled_out]
    if not allowed:
        return (
            "None of the kinds of dependence that were tried fits the people on the lists. The "
            "answer rests on those that come nearest, and its interval is too narrow."
        )
    if len(allowed) == 1:
        return (
            f"Of the kinds of dependence that were tried, only one fits the people on the lists: "
            f"{group_title(allowed[0].name)}. That it fits them does not show that it fits the "
            "people on none."
        )
    if far_apart(allowed):
        return (
            "The kinds of dependence that fit give answers farther apart than the narrowest of "
            "their intervals is wide: the lists cannot choose between them."
        )
    return (
        "The answers of the kinds of dependence that fit lie no farther apart than the narrowest "
        "of their intervals is wide."
    )


def floor(estimate: ListEstimate) -> str:
    """How much of the answer comes from the floor under weights; empty where there is none."""
    fit = estimate.details.found
    if len(fit.groups) < 2 or fit.floor_share is None:
        return ""
    least = percent(estimate.meta.settings["floor"])
    moved = fit.floor_share
    amount = "Nothing" if moved <= 0 else capitalised(weight(moved))
    return (
        f"{amount} of the answer comes from the floor: a kind of dependence that the lists do not "
        f"rule out counts with at least about {least}, whatever its evidence."
    )


def known_populations(prob: float, covered: int, cases: int) -> str:
    """How often the interval held a number that is known."""
    told = (
        f"The members of a list are people whose number is known. Seen through the other lists "
        f"alone, with the same method, the {percent(prob)} interval holds the known number for "
        f"{covered} of {cases} lists."
    )
    if covered == cases:
        return told
    return (
        f"{told} Where it does not, the lists depend on each other in a way that the method does "
        "not undo among those people; it may fail in the same way for the people on no list."
    )


def without_strata(estimate: ListEstimate) -> str:
    """Where a sum over strata is described by the table without strata; empty elsewhere."""
    whole = estimate.details.unstratified
    if whole is None:
        return ""
    together = estimate.details.together
    how = "each fitted by itself." if together is None else f"fitted together. {between(together)}"
    return (
        f"The estimate is the sum of the strata, {how} The figures and pictures of "
        "this section, the refits and the checks are of the same lists without strata, which "
        f"answer {with_ends(whole)}; the table of strata says what each stratum rests on."
    )


def dial(estimate: ListEstimate) -> str:
    """The odds ratio that the answer implies, in one sentence; empty where there is none."""
    shown = estimate.shown().found.dial
    if not shown:
        return ""
    at, first, last = shown.implied, shown.curve[0], shown.curve[-1]
    ends = [middle(p) for p in (first, last)]
    return (
        "One number that no data can set ties the people on no list to the others: the odds ratio "
        "of the unseen cell. This answer implies "
        f"{share(at.median)} ({share(at.low)} to {share(at.high)}, 95% interval). "
        f"Between {share(first.ratio)} and {share(last.ratio)} the number goes from "
        f"{ends[0]} to {ends[1]}."
    )


LIMITATIONS = (
    "Lists say nothing of people whom no list could have held. No test on the lists can show that "
    "there are none.",
    "The interval covers the kinds of dependence between lists that were averaged, not every kind "
    "there could be.",
    "Records of one person are taken as matched without error, and everybody on a list as one of "
    "the dead that are counted here; wrong matches change the answer.",
)


def refits_missing(estimate: ListEstimate) -> str:
    """Why a table of refits is not there."""
    if len(estimate.meta.sources) < 3:
        return "There are two lists: without one of them, nothing can be said."
    return (
        "Not computed. A result loaded from a file has no model to fit again, and many refits "
        "are not started unasked: call est.without_each_source() and est.known_populations() after "
        "fitting, before the report is written or saved."
    )
