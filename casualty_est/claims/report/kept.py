"""Fixed words of claims that estimates keep in English; see `report.kept`."""

from __future__ import annotations

from casualty_est.wording.language import N_

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
OVER_TIME = (
    N_("rule of time", "{number} days from {first} to {last}"),
    N_("rule of time", "{number} weeks from {first} to {last}"),
    N_("rule of time", "{number} months from {first} to {last}"),
    N_("rule of time", "day"),
    N_("rule of time", "week"),
    N_("rule of time", "month"),
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
