"""Texts of tables of claims that estimates keep in English, as templates; see `report.kept`."""

from __future__ import annotations

from casualty_est.wording.language import N_

LEFT_OUT = (
    N_("why a claim is left out", "it states no count, which is not zero"),
    N_("why a claim is left out", "published {day}, after {as_of}"),
    N_("why a claim is left out", "it repeats {where}"),
    N_("why a claim is left out", "it repeats what {source} states in {where}"),
    N_("why a claim is left out", "{source} restates it for {day} in {where}"),
    N_("why a claim is left out", "it is built on {source} ({where})"),
    N_("why a claim is left out", "like {source} ({where}) it is built on {parent}"),
    N_("why a claim is left out", "{where} of the same source stands for this day"),
    N_("why a claim is left out", "{where} of the same source stands for this week"),
    N_("why a claim is left out", "{where} of the same source stands for this month"),
)
READINGS = (
    N_("reading", "exact"),
    N_("reading", "zero"),
    N_("reading", "about"),
    N_("reading", "range"),
    N_("reading", "vague word"),
    N_("reading", "its own count"),
    N_("reading", "speaker's lower bound"),
    N_("reading", "speaker's upper bound"),
    N_("reading", "estimate with its {level}% interval"),
    N_("reading", "estimate with its {level}% interval, the level assumed"),
)
COUNTED = (
    N_("note", "1 claim left out: {why}"),
    N_("note", "{number} claims left out: {why}"),
    N_("note", "without a count"),
    N_("note", "published after the as-of date"),
    N_("note", "repeating a figure that its own source states"),
    N_("note", "built on claims that are counted"),
    N_("note", "built on the same sources as another claim"),
    N_("note", "repeating another claim of the same source"),
    N_("note", "superseded by a later total of the same source"),
    N_("note", "restated by the same source within one step of the grid"),
    N_("note", "{name} is counted as {source}"),
    N_("note", "1 quotation is counted as a claim of the quoted source"),
    N_("note", "{number} quotations are counted as a claim of the quoted source"),
    N_(
        "note",
        "{source} states {number} different numbers for {cell} ({where}): all are counted, as "
        "contradictory claims of one source",
    ),
    N_("note", "1 claim takes the window of those it overlaps, {windows} ({where})"),
    N_("note", "{number} claims take the window of those it overlaps, {windows} ({where})"),
)
OWN_GROUPS = (
    N_(
        "note",
        "elderly is taken as a part of civilians, and its people may be women or men, too",
    ),
    N_(
        "note",
        "{group} ({where}) is a label of your own, taken as a count apart: part of no other "
        "group, not of civilians either. If it lies inside one, write so under [groups] of the "
        "priors (inside)",
    ),
    N_("note", "{groups} are more labels of your own, each a count apart"),
    N_(
        "note",
        "{group} ({where}) may share people with {groups}, which have rows of their own, and is "
        "taken to share nobody: say what it lies inside under [groups] of the priors, or leave "
        "out one of the two",
    ),
    N_(
        "note",
        "{group} ({where}) may hold {groups}, which have rows of their own, and is taken to share "
        "nobody: leave out the sum, or the parts",
    ),
)
OVER_TIME = (
    N_(
        "note",
        "{number} claim without a first day: counted from {day}, the first of the table ({where})",
    ),
    N_(
        "note",
        "{number} claims without a first day: counted from {day}, the first of the table ({where})",
    ),
    N_("note", "{number} claim without a last day: counted to the day of publication ({where})"),
    N_("note", "{number} claims without a last day: counted to the day of publication ({where})"),
    N_(
        "note",
        "{number} claim without a last day or a date: counted to {day}, the last of the table "
        "({where})",
    ),
    N_(
        "note",
        "{number} claims without a last day or a date: counted to {day}, the last of the table "
        "({where})",
    ),
    N_(
        "note",
        "contradictory claims of one source: what {source} says of {cell} {how} by more than its "
        "error allows ({where})",
    ),
    N_("note", "differs on one day once and falls once"),
    N_("note", "differs on one day {times} times and falls once"),
    N_("note", "differs on one day once and falls {times} times"),
    N_("note", "differs on one day {times} times and falls {often} times"),
    N_("note", "differs on one day once"),
    N_("note", "differs on one day {times} times"),
    N_("note", "falls once"),
    N_("note", "falls {times} times"),
    N_("rule of time", "counts are followed over {grid} (as asked)"),
    N_("rule of time", "counts are followed over {grid} (chosen by the length of the span)"),
    N_("rule of time", "{number} days from {first} to {last}"),
    N_("rule of time", "{number} weeks from {first} to {last}"),
    N_("rule of time", "{number} months from {first} to {last}"),
    N_("rule of time", "exact repeats of one source are dropped"),
    N_("rule of time", "every restated number stands"),
    N_(
        "rule of time",
        "of one source, cell, first day and form of hedge the last number of each {step} stands; "
        "restated='all' (--restated all) keeps every one",
    ),
    N_("rule of time", "day"),
    N_("rule of time", "week"),
    N_("rule of time", "month"),
)
QUESTIONS = (
    N_("note", "{source} is {role} toward {group} ({where}), but {reason}"),
    N_("note", "{source} is {role} ({where}), but {reason}"),
    N_(
        "note",
        "a perpetrator counts the civilians it killed: toward combatants it is an adversary (it "
        "counts the enemy's dead) or a party (its own)",
    ),
    N_(
        "note",
        "a party counts its own dead soldiers: toward civilians it is a perpetrator if it killed "
        "them, and a government if it is their own",
    ),
    N_(
        "note",
        "an adversary counts the enemy's dead soldiers: toward civilians it is a perpetrator if it "
        "killed them, and a government if it is their own",
    ),
    N_("note", "its name speaks of several lists in one: if it is that, write merged_list"),
    N_(
        "note",
        "the number is round: government is for a list of persons. Write accuser for a total "
        "asserted of the enemy's deeds, gov_estimate for a guess, and first_count for officials in "
        "the first days",
    ),
    N_(
        "note",
        "the text counts {names}, and is taken as the number of {group} ({where}): correct the "
        "group if it is a part",
    ),
    N_(
        "note",
        "the window ends after the day of publication ({where}): check that its end is the last "
        "day that was counted",
    ),
    N_(
        "note",
        "{names} are both taken as reference and lie apart ({where}): give one of them another "
        "role",
    ),
)
COPIES = (
    N_(
        "note",
        "{names} state {numbers} for {cell} ({where}): is it one figure? Say so with quotes or "
        "derived_from, or write independent 1",
    ),
    N_(
        "note",
        "{names} state {number} equal numbers for {cell} ({where}): is it one figure? Say so with "
        "quotes or derived_from, or write independent 1",
    ),
    N_(
        "note",
        "{names} nearly agree {times} times for {cell} ({where}): is it one figure? Say so with "
        "quotes or derived_from, or write independent 1",
    ),
    N_(
        "note",
        "{names} keep the ratio {ratio} on {number} days for {cell} ({where}): is it one figure? "
        "Say so with quotes or derived_from, or write independent 1",
    ),
    N_(
        "note",
        "{source} states the sum of what {other} says of {scopes} ({where}): is it one figure? Say "
        "so with quotes or derived_from, or write independent 1",
    ),
    N_("note", "{number} more sets of numbers may be copies"),
)
CELLS = (
    N_("note", "{group} {outcome}, {scope}, perpetrator {perpetrator}"),
    N_("group", "all"),
    N_("scope", "all"),
    N_("perpetrator", "any"),
)
PRIORS = (
    N_("prior", "{distribution}; median {median}, 95% {low} to {high})"),
    N_("assumption", "anchor {name}"),
)
GAUGE = (  # of an estimate from claims, where a study keeps what it rests on
    N_("identification", "Of the level of this estimate, {parts}."),
    N_("identification", "{share} rests on what we assume about {source}'s reporting ratio"),
    N_("identification", "{share} rests on what we assume about {source}' reporting ratio"),
    N_("identification", "{share} on what we assume about {source}'s reporting ratio"),
    N_("identification", "{share} on what we assume about {source}' reporting ratio"),
    N_("identification", "{share} rests on the prior on the count itself"),
    N_("identification", "{share} on the prior on the count itself"),
    N_("identification", "about {share}"),
    N_("identification", "Nothing sets the level of this estimate."),
)
