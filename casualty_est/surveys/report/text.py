"""Sentences of the report that only surveys have."""

from __future__ import annotations

from casualty_est.report import naming
from casualty_est.report.text import sentence_again
from casualty_est.surveys.estimate import SurveyEstimate
from casualty_est.surveys.model.matched import ANY
from casualty_est.surveys.schema import Study
from casualty_est.wording.language import N_, _, figure, separated
from casualty_est.wording.numbers import percent, portion, run
from casualty_est.wording.phrases import listed

DOCUMENTED = N_(
    "limitation", "Nothing is shown as documented: a survey estimates deaths and records no case."
)
LIMITATIONS = (
    N_(
        "limitation",
        "A survey covers the people in its frame. It tells us nothing about those who lived "
        "outside it or left before it, and about places where no interviewer could go it only "
        "repeats what was assumed.",
    ),
    N_(
        "limitation",
        "A household of which nobody is left cannot answer, and one that split up may answer "
        "twice.",
    ),
    N_(
        "limitation",
        "Respondents forget, date deaths wrongly, or hide the deaths of fighters. The interval "
        "covers such errors only as far as the stated bias does.",
    ),
    N_(
        "limitation",
        "The number of the living whom the sample represents comes from a census or a projection, "
        "and the estimate inherits its error.",
    ),
)
MONTH = 30.44  # days


def contradict() -> str:
    """What the first paragraph says of studies that contradict each other."""
    return _(
        "These results contradict each other, so we give no single estimate: chance and the bias "
        "that we assume do not explain the difference."
    )


def said(estimate: SurveyEstimate) -> str:
    """What the sample holds; of published estimates nothing, for they are told as claims are."""
    sample, cell = estimate.details.sample, estimate.meta.rows[0].cell
    if sample is None:
        return _said_by_none(estimate)
    what = naming.counted_briefly(cell)
    if estimate.details.form == "matched":
        found = {"number": figure(sample.deaths), "what": what}
        if sample.on_none is None:
            return _("A survey found {number} {what}.", **found)
        if not sample.on_none:
            return _("A survey found {number} {what}; each of them was on some list.", **found)
        return _(
            "A survey found {number} {what}; {others} of them were on no list.",
            others=figure(sample.on_none),
            **found,
        )
    asked = _asked(sample.households, sample.members)
    if estimate._bounded(0):
        return _("A survey of {asked} found no {what}.", asked=asked, what=what)
    return _(
        "A survey of {asked} found {number} {what}.",
        asked=asked,
        number=figure(sample.deaths),
        what=what,
    )


def _asked(households: int | None, members: int | None) -> str:
    """Whom a survey asked, as far as it says so."""
    asked = [
        _("{number} households", number=figure(households)) if households else "",
        _("{number} people", number=figure(members)) if members else "",
    ]
    return listed([one for one in asked if one]) or _("the sample")


def _said_by_none(estimate: SurveyEstimate) -> str:
    """What published samples say in which nobody died: no study says that nobody was killed."""
    if not estimate._bounded(0):
        return ""
    what = naming.counted_briefly(estimate.meta.rows[0].cell)
    return " ".join(
        _(
            "{source} found no {what} among {asked}.",
            source=study.source,
            what=what,
            asked=_asked(study.households, study.members),
        )
        for study in estimate.details.studies
        if study.row == 0
    )


def rests_briefly(estimate: SurveyEstimate) -> str:
    """What the number rests on, in one sentence of the first paragraph."""
    details = estimate.details
    here = [study for study in details.studies if study.row == 0]
    if estimate._bounded(0):
        return _bounds(estimate)
    if details.form == "matched":
        return _(
            "It rests on the sample: on how likely it was to find a death, whether on a list or "
            "not, and on how well its deaths could be looked up."
        )
    if details.form == "households":
        return _(
            "It is about the people in the sampling frame, and rests on the number of the living "
            "whom the sample represents."
        )
    if len(here) > 1:
        return _(
            "It weighs the studies by their precision and by what we assume about their bias, "
            "which none of them can show."
        )
    return _(
        "It rests on this one study, and on what we assume about its bias, which it cannot show."
    )


def _bounds(estimate: SurveyEstimate) -> str:
    """Why the number is a bound and no more."""
    side, name = estimate._bounded(0), estimate.details.form == "matched" and estimate._sized
    if not name:
        return _("Nobody in the sample died, so the number is an upper bound and no more.")
    if name == ANY:
        if side == "lower":
            return _(
                "None of the sampled deaths is on any list, so the number is a lower bound and no "
                "more."
            )
        return _(
            "Every one of the sampled deaths is on some list, so the number is an upper bound and "
            "no more."
        )
    if side == "lower":
        return _(
            "None of the sampled deaths is on {list}, so the number is a lower bound and no more.",
            list=name,
        )
    return _(
        "Every one of the sampled deaths is on {list}, so the number is an upper bound and no "
        "more.",
        list=name,
    )


def rests_on(estimate: SurveyEstimate) -> list[str]:
    """What the number rests on, for the first paragraph."""
    details = estimate.details
    if not estimate.meta.has_total:
        return []  # why there is no total is said already
    sentences = [sentence_again(one) for one in details.identification[0].sentences[:1]]
    if estimate._bounded(0):
        sentences.append(_bounds(estimate))
    if details.form == "households":
        sentences += [sentence_again(one) for one in details.identification[0].sentences[1:2]]
    return sentences


def attribution(estimate: SurveyEstimate) -> str:
    """Who is said to be responsible."""
    named = sorted({r.cell.perpetrator for r in estimate.meta.rows if naming.is_attributed(r.cell)})
    if not named:
        return _("Deaths are counted whoever caused them.")
    return _(
        "Deaths are attributed to {perpetrator} by what respondents said: an allegation, which the "
        "survey cannot check.",
        perpetrator=listed(named),
    )


def of_designs(estimate: SurveyEstimate) -> list[str]:
    """Response, clusters that were not visited, recall and denominators, study by study."""
    seen: dict[str, Study] = {}
    for study in estimate.details.studies:
        seen.setdefault(study.source, study)
    return [sentence for study in seen.values() for sentence in _of_design(study)]


def _of_design(study: Study) -> list[str]:
    sentences = []
    if study.response:
        sentences.append(
            _(
                "{source}: {level} of households answered.",
                source=study.source,
                level=percent(study.response),
            )
        )
    if study.selected and study.clusters and study.clusters < study.selected:
        missed = study.selected - study.clusters
        sentences.append(
            _(
                "{source}: {missed} of {selected} clusters ({portion}) were not visited. Where "
                "that "
                "was for want of security, mortality there is likely to be higher; the published "
                "estimate may allow for it or not.",
                source=study.source,
                missed=separated(f"{missed:,}"),
                selected=separated(f"{study.selected:,}"),
                portion=portion(missed / study.selected),
            )
        )
    if study.recall_days:
        months = study.recall_days / MONTH
        sentences.append(
            _(
                "{source}: respondents had to remember {months} months.",
                source=study.source,
                months=separated(f"{months:.0f}"),
            )
        )
    if study.members and study.population:
        sentences.append(
            _(
                "{source}: {members} people in the sample represent {population}, one for {each}.",
                source=study.source,
                members=separated(f"{study.members:,}"),
                population=separated(f"{study.population:,}"),
                each=separated(f"{study.population / study.members:,.0f}"),
            )
        )
    if study.deff:
        deff = study.deff
        sentences.append(
            _(
                "{source} printed no interval. Its design effect is taken as {deff} (95% interval "
                "{interval}), from clusters and households.",
                source=study.source,
                deff=figure(deff.median, 1),
                interval=run(figure(deff.low, 1), figure(deff.high, 1)),
            )
        )
    return sentences


def extinct(estimate: SurveyEstimate) -> str:
    """How many deaths lie in households of which nobody is left."""
    sample = estimate.details.sample
    if sample is None or sample.extinct is None:
        return ""
    gone = sample.extinct
    at = gone.share
    places = {"share": portion(at.median), "interval": run(portion(at.low), portion(at.high))}
    if gone.dial == 1:
        counts = _(
            "The way in which deaths cluster within its households implies that {share} of all "
            "deaths ({interval}) lie in such households; the estimate counts them.",
            **places,
        )
    else:
        counts = _(
            "The way in which deaths cluster within its households implies that {share} of all "
            "deaths ({interval}) lie in such households; the estimate counts {times} times as "
            "many.",
            times=separated(f"{gone.dial:g}"),
            **places,
        )
    none = _("There is no household in the sample of which nobody is left.")
    beyond = _(
        "This is extrapolation: one bomb kills a whole household in a way that no distribution of "
        "single deaths foresees."
    )
    return f"{none} {counts} {beyond}"
