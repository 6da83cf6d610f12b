"""Sentences of the report that only lists have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.lists.estimate import ListEstimate
from casualty_est.lists.families import group_in_words, group_title, recalled
from casualty_est.lists.shares import between, weight
from casualty_est.report import lede, naming
from casualty_est.report.text import sentence_again
from casualty_est.result.posterior import far_apart
from casualty_est.result.schema import Cell
from casualty_est.result.tables import row_numbers
from casualty_est.wording.again import told_again
from casualty_est.wording.hedged import on_page
from casualty_est.wording.language import (
    N_,
    _,
    figure,
    ngettext,
    pgettext,
    retold,
    spoken,
)
from casualty_est.wording.numbers import is_few, middle, percent, with_ends
from casualty_est.wording.phrases import capitalised, listed

if TYPE_CHECKING:
    from casualty_est.lists.report import ListParts

LINKS = N_(
    "assumption of lists",
    "the links between the lists are the same among the people on none of them",
)
# What families of models assume, and why lists say nothing, as families and results keep it.
ASSUMPTIONS = (
    LINKS,
    N_(
        "assumption of lists",
        "every person has the same chance to be on a list, whichever other lists name him or her",
    ),
    N_(
        "assumption of lists",
        "at most one pair of lists shares people more or less often than chance",
    ),
    N_(
        "assumption of lists",
        "lists depend on each other only in pairs, and most pairs weakly",
    ),
    N_(
        "assumption of lists",
        "some people are easier to see than others, for every list alike, along a normal scale",
    ),
    N_(
        "assumption of lists",
        "some people are easier to see than others, along a normal scale, and one pair of lists "
        "depends beyond that",
    ),
    N_(
        "assumption of lists",
        "the population falls into at most {number} groups, inside which lists are independent",
    ),
    N_(
        "assumption of lists",
        "people who are alike in the covariates fall into at most {number} groups, inside which "
        "lists are independent",
    ),
    N_(
        "assumption of lists",
        "among people who are alike in the covariates lists are independent",
    ),
    N_(
        "assumption of lists",
        "the population falls into groups, as many as the lists ask for and at most {number}, "
        "inside which lists are independent",
    ),
    N_(
        "assumption of lists",
        "some lists depend on each other and all others are independent given those, in a way that "
        "a chordal graph can draw",
    ),
    N_(
        "assumption of lists",
        "the odds ratio that ties the unseen cell to the seen ones has a stated value",
    ),
    N_(
        "assumption of lists",
        "the odds ratio that ties the unseen cell to the seen ones has a stated value, {ratio}",
    ),
    N_(
        "assumption of lists",
        "the odds ratio of the two lists has median {median} and lies between {low} and {high} "
        "with a probability of 95%",
    ),
)
NO_LEVEL = (
    N_(
        "why lists say nothing",
        "no person is on two lists, so the lists do not say how many people they miss",
    ),
    N_(
        "why lists say nothing",
        "every list names the same people: either nobody is missing, or the lists are copies of "
        "each other, and they cannot say which (copies='keep' if you know that they are not)",
    ),
    N_(
        "why lists say nothing",
        "list {list} lies inside list {other}: if it was copied from there, or sampled, it says "
        "nothing about the people whom both miss (copies='keep' if you know that it was not)",
    ),
)
BRIEF = 20  # words of an assumption that the first paragraph repeats


def assumption(estimate: ListEstimate) -> str:
    """What identifies the people on no list, in one sentence for a reader with one minute."""
    # A family that stands alone has its own group, or all members of the answer are of one family.
    fit, options = estimate.details.found, estimate.meta.settings.get("options", {})
    keys = list(dict.fromkeys(member.family for member in fit.families))
    family = recalled(keys[0], options) if len(keys) == 1 else None
    if family is not None:
        return _assumed(family.clause())
    kinds = listed([group_in_words(g.name) for g in fit.groups], "or")
    return _(
        "It rests on one assumption, which no list can check: whatever ties the lists to each "
        "other ({kinds}) ties them in the same way among the people they missed.",
        kinds=kinds,
    )


def _assumed(clause: str) -> str:
    return _(
        "It rests on one assumption, which no list can check: {assumption}.",
        assumption=clause if spoken().english else told_again(clause, "assumption of lists"),
    )


def said(estimate: ListEstimate) -> str:
    """How many people the lists name, as counted or as the matching has it."""
    row = estimate.meta.rows[0]
    count, lists = row.documented, len(estimate.meta.sources)
    assert count is not None
    told = {"number": capitalised(naming.in_words(lists)), "what": naming.counted_briefly(row.cell)}
    if people := count.matched:
        return ngettext(
            "{number} list has records of {people} {what}, as far as its records could be matched.",
            "{number} lists have records of {people} {what}, as far as their records could be "
            "matched.",
            lists,
            people=people if spoken().english else on_page(people),
            **told,
        )
    return ngettext(
        "{number} list names {people} {what}.",
        "{number} lists name {people} {what}.",
        lists,
        people=figure(count.low),
        **told,
    )


def answer(parts: ListParts) -> list[str]:
    """How many people are on no list, and how many that makes in all, once."""
    estimate, prob = parts.estimate, parts.prob
    rows = estimate.meta.rows
    beyond = next(i for i, row in enumerate(rows) if row.part == "unlisted")
    counted = rows[0].documented
    single = all(len(estimate.modes(i, prob)) == 1 for i in (0, beyond))
    if not single or counted is None or counted.matched:
        return lede.answer(parts)
    more, total = (row_numbers(estimate, i, prob) for i in (beyond, 0))
    assert more is not None
    assert total is not None
    if middle(more) == "0" or is_few(more):
        return lede.answer(parts)
    numbers = {"more": lede.about(more), "total": middle(total)}
    return [lede.joined(_beyond(rows[0].cell, numbers), lede.chance(total, prob, of_total=True))]


def left_out(estimate: ListEstimate) -> list[str]:
    """How many listed people are in no number, because their strata are too small."""
    people = sum(listed_there for _labels, listed_there in estimate.not_fitted())
    if not people:
        return []
    return [
        ngettext(
            "The total leaves out {people} person listed in a stratum too small for an estimate.",
            "The total leaves out {people} people listed in strata too small for an estimate.",
            people,
            people=figure(people),
        )
    ]


def _beyond(cell: Cell, numbers: dict[str, str]) -> str:
    """The clause on how many more there were, and how many in all."""
    match cell.outcome:
        case "injured":
            return _(
                "From how the lists overlap we estimate that {more} more were injured, {total} in "
                "all",
                **numbers,
            )
        case "casualties":
            return _(
                "From how the lists overlap we estimate that {more} more were killed or injured, "
                "{total} in all",
                **numbers,
            )
        case "killed":
            return _(
                "From how the lists overlap we estimate that {more} more were killed, {total} in "
                "all",
                **numbers,
            )
    return _(
        "From how the lists overlap we estimate that {more} more were {outcome}, {total} in all",
        outcome=cell.outcome,
        **numbers,
    )


def rests_briefly(estimate: ListEstimate) -> str:
    """The one assumption, in one sentence of the first paragraph."""
    if any(note.code == "two_lists" for note in estimate.warnings):
        return _(
            "Two lists cannot show whether they depend on each other; how far they may is our "
            "assumption."
        )
    allowed = [g for g in estimate.shown().found.groups if not g.ruled_out]
    if far_apart(allowed):
        numbers = listed([middle(g) for g in sorted(allowed, key=lambda g: g.median)])
        return _(
            "Models that fit the lists give different numbers, {numbers}, and no list can choose "
            "between them.",
            numbers=numbers,
        )
    return _(
        "The main assumption, which no list can test, is that {assumption}.",
        assumption=_on_page(_clause(estimate)),
    )


def _on_page(clause: str) -> str:
    """An assumption in the language of the page."""
    return retold(clause, ASSUMPTIONS, "assumption of lists") or f"“{clause}”"


def rests_in_short(estimate: ListEstimate) -> str:
    """The same where the paragraph is long already."""
    brief = rests_briefly(estimate)
    links = pgettext("assumption of lists", LINKS)
    if links not in brief:
        return brief
    return _("No list can test the main assumption, that {assumption}.", assumption=links)


def _clause(estimate: ListEstimate) -> str:
    """What is assumed, as a clause."""
    fit, options = estimate.details.found, estimate.meta.settings.get("options", {})
    keys = list(dict.fromkeys(member.family for member in fit.families))
    family = recalled(keys[0], options) if len(keys) == 1 else None
    if family is not None and len(family.assumption.split()) <= BRIEF:
        return family.assumption
    return LINKS


def rests_on(estimate: ListEstimate) -> list[str]:
    """What the number rests on, for the part on what the answer rests on."""
    codes = {note.code for note in estimate.warnings}
    sentences = [
        _(
            "Nobody has counted the people on no list: their number is inferred from how the "
            "lists overlap."
        ),
        assumption(estimate),
    ]
    if "two_lists" in codes:
        sentences.append(_("Two lists cannot say whether they depend on each other."))
    return [*sentences, *spread(estimate)]


def no_number(estimate: ListEstimate) -> str:
    """What the first paragraph says in place of a number."""
    reason = retold(estimate.meta.no_level, NO_LEVEL, "why lists say nothing")
    if reason is None:
        return _("We give no number for the people on no list.")
    return _("We give no number for the people on no list, because {reason}.", reason=reason)


def needed(estimate: ListEstimate) -> list[str]:
    """What a number would need, where there is none."""
    if estimate.meta.has_level:
        return []
    return [
        _(
            "A number would need another list, made independently of these, that shares some "
            "people with them."
        )
    ]


def facts(estimate: ListEstimate) -> list[str]:
    """What is said about single lists."""
    told = ("min_n", "copied", "shares_nobody", "replicates")
    return [
        f"{capitalised(note.text)}." if spoken().english else sentence_again(note.text)
        for note in estimate.warnings
        if note.code in told
    ]


def spread(estimate: ListEstimate) -> list[str]:
    """Say that kinds of dependence which the lists allow disagree, where they do."""
    allowed = [g for g in estimate.shown().found.groups if not g.ruled_out]
    if not far_apart(allowed):
        return []
    medians = sorted(allowed, key=lambda g: g.median)
    numbers = [middle(g) for g in medians]
    return [
        _(
            "The kinds of model that fit the lists give different numbers, {numbers}, and the "
            "lists cannot choose between them; section 3 shows each.",
            numbers=listed(numbers),
        )
    ]


def agreement(estimate: ListEstimate) -> str:
    """Whether the kinds of dependence that fit agree, in one sentence; empty for a single kind."""
    groups = estimate.shown().found.groups
    if len(groups) < 2:
        return ""
    allowed = [g for g in groups if not g.ruled_out]
    if not allowed:
        return _(
            "None of the kinds of dependence that were tried fits the people on the lists. The "
            "answer rests on those that come nearest, and its interval is too narrow."
        )
    if len(allowed) == 1:
        return _(
            "Of the kinds of dependence that were tried, only one fits the people on the lists: "
            "{kind}. That it fits them does not show that it fits the people on none.",
            kind=group_title(allowed[0].name),
        )
    if far_apart(allowed):
        return _(
            "The kinds of dependence that fit give answers farther apart than the narrowest of "
            "their intervals is wide: the lists cannot choose between them."
        )
    return _(
        "The answers of the kinds of dependence that fit lie no farther apart than the "
        "narrowest of their intervals is wide."
    )


def floor(estimate: ListEstimate) -> str:
    """How much of the answer comes from the floor under weights; empty where there is none."""
    fit = estimate.details.found
    if len(fit.groups) < 2 or fit.floor_share is None:
        return ""
    least = percent(estimate.meta.settings["floor"])
    moved = fit.floor_share
    if moved <= 0:
        return _(
            "Models that the lists do not rule out keep at least about {least} of the weight, "
            "whatever their evidence; here this changed nothing.",
            least=least,
        )
    return _(
        "Models that the lists do not rule out keep at least about {least} of the weight, whatever "
        "their evidence; {share} of the answer comes from that rule.",
        share=weight(moved),
        least=least,
    )


def known_populations(prob: float, covered: int, cases: int) -> str:
    """How often the interval held a number that is known."""
    told = _(
        "The size of each list is known. We hid each list in turn and estimated its size from the "
        "others, with the same method: the {level} interval was right for {covered} of {cases}.",
        level=percent(prob),
        covered=covered,
        cases=cases,
    )
    if covered == cases:
        return told
    beyond = _(
        "Where it was not, the lists depend on each other in a way that the method does not undo "
        "among those people; it may fail in the same way for the people on no list."
    )
    return f"{told} {beyond}"


def without_strata(estimate: ListEstimate) -> str:
    """Where a sum over strata is described by the table without strata; empty elsewhere."""
    whole = estimate.details.unstratified
    if whole is None:
        return ""
    together = estimate.details.together
    how = _("The estimate is the sum of the strata, each fitted by itself.")
    if together is not None:
        how = _("The estimate is the sum of the strata, fitted together.")
        how = f"{how} {between(together)}"
    same = _(
        "The figures and pictures of this section, the refits and the checks are of the same lists "
        "without strata, which answer {number}; the table of strata says what each stratum rests "
        "on.",
        number=with_ends(whole),
    )
    return f"{how} {same}"


def one_replicate(estimate: ListEstimate) -> str:
    """Of which replicate the tables are, where there are several; empty elsewhere."""
    if not estimate.details.replicates:
        return ""
    return _(
        "The estimate mixes all replicates. The tables and pictures below, up to those of section "
        "8, are of one table alone, the first replicate or the mean of all, so their numbers "
        "differ from the estimate; only the weights are means over all replicates."
    )


def covariates(estimate: ListEstimate) -> str:
    """What covariates do to the answer; empty where there are none."""
    names = estimate.meta.settings.get("covariates", [])
    if not names or not estimate.meta.has_level:
        return ""
    told = _(
        "The chances to be on a list may depend on {names}. Where such a value is not known, it is "
        "estimated from the lists that name the person and from what else is known of him or her; "
        "nobody is left out. Other kinds of dependence between lists are not averaged with this "
        "one.",
        names=listed(names),
    )
    plain = estimate.details.found.without_covariates
    if plain is None:
        return told
    beside = _(
        "The same lists without covariates, averaged over kinds of dependence, answer {number}.",
        number=with_ends(plain),
    )
    return f"{told} {beside}"


LIMITATIONS = (
    N_(
        "limitation",
        "Lists tell us nothing about people who could never have been recorded. No test on the "
        "lists can show that there are none.",
    ),
    N_(
        "limitation",
        "The interval covers the kinds of dependence between lists that were averaged, not every "
        "kind there could be.",
    ),
    N_(
        "limitation",
        "Records of one person are taken as matched without error, and everybody on a list as one "
        "of the dead that are counted here; wrong matches change the answer.",
    ),
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
