"""Every prior and every printed constant of the model pages, held to the pages that state it.

A row is a module, a name in it, its value, a page and words of that page. In words a `{value}` (or
`{word}`, spelled out) stands for the number. Pages that read a number from the package when they
are built have the name in a cell; for those the words are what the cell says.
"""

from __future__ import annotations

import importlib
import inspect
import math
import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.incidents.model.model import IncidentModel
from casualty_est.priors import default_roles
from tests.support.incident_tables import overlapping

DOCS = Path(inspect.getfile(ce)).parents[1] / "docs"
CLAIMS, INCIDENTS = "models/claims.md", "models/incidents.md"
LISTS, TIMELINE = "models/lists.md", "models/timeline.md"
SPELLED = {0.25: "quarter", 0.5: "half", 3: "three", 4: "four", 5: "five", 8: "eight", 10: "ten",
           20: "twenty"}  # fmt: skip

HEDGES = "casualty_est.quantity.hedges"
READINGS, BETWEEN, EXACT = f"{HEDGES}.readings", f"{HEDGES}.between", f"{HEDGES}.exact"
ABOUT, AT_LEAST = f"{HEDGES}.about", f"{HEDGES}.at_least"
PRIORS, TIME = "casualty_est.priors.settings", "casualty_est.priors.time"
ROLES_OF, RATIO = "casualty_est.priors.roles", "casualty_est.claims.model.ratios"
CHECKS, MODES = "casualty_est.result.convergence", "casualty_est.result.posterior"
INC, SETTINGS = "casualty_est.incidents.model.layout", "casualty_est.incidents.model.settings"
FAM, INF = "casualty_est.lists.families", "casualty_est.lists.inference"
CELLS, READ = f"{FAM}.covariate_cells", "casualty_est.lists.table.covariates"

# A cell of the page reads the number when the page is built.
IN_CELLS = [
    (ABOUT, "SD_ABOUT", 0.15, CLAIMS, "about.SD_ABOUT"),
    (BETWEEN, "RANGE_LEAK", 0.1, CLAIMS, "between.RANGE_LEAK"),
    (READINGS, "LEAK_ZERO", 0.05, CLAIMS, "readings.LEAK_ZERO"),
    (READINGS, "LEAK_ONE_SIDED", 0.02, CLAIMS, "readings.LEAK_ONE_SIDED"),
    (f"{HEDGES}.estimate", "LEAK_ESTIMATE", 0.02, CLAIMS, "estimate.LEAK_ESTIMATE"),
    (READINGS, "SPIKE", 0.4, CLAIMS, "readings.SPIKE"),
    (READINGS, "GAP", 0.2, CLAIMS, "readings.GAP"),
    (READINGS, "NEGLIGIBLE_GRID", 0.01, CLAIMS, "readings.NEGLIGIBLE_GRID"),
    (PRIORS, "read_priors().single.mean", math.log(3000), CLAIMS, '"single": "one cell, totals"'),
    (PRIORS, "read_priors().single.sd", 3.0, CLAIMS, "prior = getattr(priors, field)"),
    (PRIORS, "read_priors().shared.mean", math.log(3000), CLAIMS, '"shared": "level shared by'),
    (PRIORS, "read_priors().shared.sd", 5.0, CLAIMS, "{prior.sd:g}"),
    (PRIORS, "read_priors().single_incident.mean", math.log(5), CLAIMS, '"single_incident": "one'),
    (PRIORS, "read_priors().single_incident.sd", 2.0, CLAIMS, '"one cell, incidents"'),
    (PRIORS, "read_priors().shared_incident.mean", math.log(5), CLAIMS, '"shared_incident": "lev'),
    (PRIORS, "read_priors().shared_incident.sd", 2.0, CLAIMS, "several cells, incidents"),
    (PRIORS, "read_priors().offset_sd", 1.5, CLAIMS, "priors.offset_sd"),
    (PRIORS, "read_priors().reporting_sd", 0.15, CLAIMS, "priors.reporting_sd"),
    (PRIORS, "read_priors().learned_sd.median", 0.15, CLAIMS, "priors.learned_sd"),
    (PRIORS, "read_priors().learned_sd.sd", 0.7, CLAIMS, "priors.learned_sd"),
    (PRIORS, "read_priors().tally_sd", 0.05, CLAIMS, "priors.tally_sd"),
    (
        PRIORS,
        "NORMAL_FRACTIONS",
        (0.5, 0.3, 0.2),
        CLAIMS,
        "role, source, target = NORMAL_FRACTIONS",
    ),
    (ROLES_OF, "OF_SOURCE", 0.6, CLAIMS, "{OF_SOURCE:g}"),
    ("casualty_est.priors.gibbs", "OVER_COUNT", (0.05, 0.15), CLAIMS, "OVER_COUNT"),
    (PRIORS, "SMALLEST_SD", 0.02, CLAIMS, "{SMALLEST_SD:g}"),
    (PRIORS, "DEFAULT_GROUPS['women'].share.median", 0.25, CLAIMS, "{group.share.median:g}"),
    (PRIORS, "DEFAULT_GROUPS['men'].share.median", 0.5, CLAIMS, "priors.groups.items()"),
    (PRIORS, "DEFAULT_GROUPS['children'].share.median", 0.25, CLAIMS, "priors.groups.items()"),
    (PRIORS, "DEFAULT_GROUPS['elderly'].share.median", 0.1, CLAIMS, "priors.groups.items()"),
    (PRIORS, "[g.share.sd for g in DEFAULT_GROUPS.values()]", (1.0,) * 5, CLAIMS, "group.share.sd"),
    ("casualty_est.claims.model.layout", "LEARN_FROM", 5, CLAIMS, "layout.LEARN_FROM"),
    (CHECKS, "MAX_RHAT", 1.01, CLAIMS, "check.MAX_RHAT"),
    (CHECKS, "MIN_ESS", 400.0, CLAIMS, "check.MIN_ESS"),
    (CHECKS, "MAX_DIVERGENT", 0.001, CLAIMS, "check.MAX_DIVERGENT"),
    (CHECKS, "MIN_BFMI", 0.3, CLAIMS, "check.MIN_BFMI"),
    ("casualty_est.result.checks", "CONTRADICTS", 0.01, CLAIMS, ".CONTRADICTS:g"),
    (INC, "TAIL", 1e-4, INCIDENTS, "layout.TAIL"),
    (INC, "OUTLIER", 0.01, INCIDENTS, "layout.OUTLIER"),
    (INC, "FALSE_ADMISSION", 0.002, INCIDENTS, "layout.FALSE_ADMISSION"),
    (SETTINGS, "SHARE", 6.0, INCIDENTS, "{settings.SHARE:g}/n"),
    (SETTINGS, "ANCHOR_SD", 0.1, INCIDENTS, "settings.ANCHOR_SD"),
    (EXACT, "EXACT_BELOW", 18, INCIDENTS, "exact.EXACT_BELOW - 1"),
    (EXACT, "ROUNDED", 0.45, INCIDENTS, "exact.ROUNDED"),
    (AT_LEAST, "BOUND_FACTORS", (1, 1.15, 1.35, 2, 4), INCIDENTS, "at_least.BOUND_FACTORS"),
    (AT_LEAST, "BOUND_WEIGHTS", (0.3, 0.25, 0.25, 0.15, 0.05), INCIDENTS, "at_least.BOUND_WEIGHTS"),
    (ABOUT, "ABOUT_FACTORS", (1.15, 1.5), INCIDENTS, "about.ABOUT_FACTORS"),
    (ABOUT, "ABOUT_WEIGHTS", (0.7, 0.3), INCIDENTS, "about.ABOUT_WEIGHTS"),
    (BETWEEN, "RANGE_LEAK", 0.1, INCIDENTS, "between.RANGE_LEAK"),
    (BETWEEN, "RANGE_FACTOR", 1.5, INCIDENTS, "between.RANGE_FACTOR"),
    (f"{FAM}.family", "MOST_CELLS", 8, LISTS, "family.MOST_CELLS"),
    (f"{FAM}.family", "MOST_LISTS", 40, LISTS, "family.MOST_LISTS"),
    (f"{FAM}.family", "FLOOR", 0.1, LISTS, "family.FLOOR"),
    (f"{INF}.engines", "FEWEST_RUNS", 4, LISTS, "four independent runs pooled"),
    (f"{FAM}.visibility", "NODES", 17, LISTS, "visibility.NODES"),
    (f"{FAM}.classes", "CLASSES", 4, LISTS, "classes.CLASSES"),
    (f"{INF}.averaged", "RULED_OUT", 10.0, LISTS, "averaged.RULED_OUT"),
    (f"{INF}.averaged", "SMALLEST_P", 0.01, LISTS, "averaged.SMALLEST_P"),
    (f"{INF}.averaged", "KNOWN", 0.02, LISTS, "averaged.KNOWN:g"),
    (f"{INF}.averaged", "KNOWN_OF_WIDTH", 0.15, LISTS, "averaged.KNOWN_OF_WIDTH"),
    (f"{INF}.averaged", "MOST_RUNS", 8, LISTS, "averaged.MOST_RUNS"),
    (f"{INF}.members", "DRAWS", 3000, LISTS, "members.DRAWS"),
    (f"{INF}.members", "SCREEN", 9.0, LISTS, "members.SCREEN"),
    (f"{INF}.smc", "PARTICLES", 2000, LISTS, "smc.PARTICLES"),
    (f"{INF}.covariates_smc", "PARTICLES", 600, LISTS, "covariates_smc.PARTICLES"),
]

# The page says it in prose or in a formula.
IN_WORDS = [
    (f"{HEDGES}.log_scale", "LOG_T4", math.log(3 / 8), CLAIMS, r"\frac{3}{8 s} \left( 1 +"),
    (READINGS, "TOKEN_SPAN", math.log(1e6), CLAIMS, "anywhere from one to a million on the log"),
    (RATIO, "DOF", 4, CLAIMS, "Student's $t$ with {value} degrees of freedom"),
    (RATIO, "LEAST_OVER_SD", 0.02, CLAIMS, "sd of {value}"),
    ("casualty_est.incidents.model.grid", "SINGLE", 30, INCIDENTS, "each number up to {value},"),
    (f"{FAM}.dirichlet_process", "CLASSES", 10, LISTS, "breaking a stick {word} times at most"),
    (f"{FAM}.dirichlet_process", "CLASSES", 10, LISTS, r"\sum_{k=1}^{{value}}"),
    (f"{FAM}.dirichlet_process", "SHAPE, RATE", (0.25, 0.25), LISTS,
     r"\mathrm{Gamma}(\tfrac14, \tfrac14)"),
    (f"{FAM}.decomposable", "REFERENCE", 10, LISTS, "stops at {word} times the listed people"),
    (f"{INF}.graphs", "SMALL", 0.01, LISTS, "such graphs have {percent}% of the answer"),
    (f"{FAM}.no_highest_order", "NoHighestOrder().xi", 1.0, LISTS,
     r"At $\xi = {value}$ there is no interaction of the highest order"),
    (f"{INF}.graphs", "BLOCK", 3.0, LISTS, "of {word} such standard deviations"),
    (f"{INF}.graphs", "NODES", 8, LISTS, "with {word} Gauss nodes"),
    (f"{FAM}.chordal", "[COUNTS[n] for n in (3, 4, 5, 6, 7)]", (8, 61, 822, 18_154, 617_675), LISTS,
     "over 8, 61, 822, 18,154 or 617,675 graphs on three to seven lists"),
    (f"{INF}.gibbs", "FEW", 20, LISTS, "down to some {word}"),
    (f"{INF}.gibbs", "WARM", 0.25, LISTS, "the first {word} is dropped"),
    (f"{INF}.gibbs", "ENOUGH", 1000.0, LISTS, "effective sample size {value},"),
    (f"{INF}.gibbs", "SWEEPS * MOST_LOOKS", 120_000, LISTS, "for {value} sweeps at most"),
    (CHECKS, "MAX_RHAT", 1.01, LISTS, r"rank R-hat of $\log N$ is at most {value} and"),
    (CHECKS, "MIN_ESS", 400.0, LISTS, "less than {value} effective draws"),
    (CELLS, "VALUES_SD", 0.8, LISTS, r"$U_c \sim N(0, {value}^2)$"),
    (CELLS, "WEIGHTS_SD", 0.8, LISTS, "ratio of two classes moves by $N(0, {value}^2)$"),
    (CELLS, "OWN", 0.4, LISTS, r"$\log t \sim N(\log {value}, 0.6^2)$"),
    (CELLS, "OWN_LOG_SD", 0.6, LISTS, r"$\log t \sim N(\log 0.4, {value}^2)$"),
    (f"{FAM}.covariates", "CLASSES", 3, LISTS, "One, two and {word} classes have the same prior"),
    (f"{INF}.covariates", "MORE", 4, LISTS, "{word} runs with twice as many moves are added"),
    (f"{INF}.averaged", "WANTED_OF_WIDTH", 0.05, LISTS, "not known to {percent}% of its width"),
    (READ, "BANDS", 8, LISTS, "enters in {word} bands of about equally many people"),
    (READ, "FEW_NUMBERS", 8, LISTS, "A number of more than {word} different values"),
    (READ, "FEW_NUMBERS", 8, "coding-lists.md", "words, or at most {word} different numbers"),
    (READ, "MOST_VALUES", 40, "coding-lists.md", "each a value, {value} values at most"),
    (MODES, "VALLEY", 0.5, LISTS, "falls below {word} of the lower of two peaks"),
    (TIME, "WEIBULL_SHAPE", 1.057, TIMELINE, "The shape is {value} unless"),
    (TIME, "TimePriors().terms", 8, TIMELINE, "({word}, unless `[path] terms`"),
    (TIME, "TimePriors().slow_sd", 0.2, TIMELINE, "`[restated] sd` ({value})"),
    (TIME, "TimePriors().slow_months", 12.0, TIMELINE, r"\Delta / {value}\ \text{months}"),
    ("casualty_est.claims.model.timeline", "PROFILE_DF", 8, TIMELINE,
     "with {word} degrees of freedom"),
    ("casualty_est.claims.model.timeline", "LEARN_SHORT", 5, TIMELINE,
     "learned from {word} such claims on"),
]  # fmt: skip

# No page states these: the value alone is held.
NOWHERE = [
    (MODES, "SMALLEST", 0.03),
    (MODES, "KNOWN", 0.05),
    (TIME, "TimePriors().short_sd", 0.5),
    (TIME, "TimePriors().path_sd", None),
    (TIME, "WIDE", {"median": 180.0, "factor": 4.0}),
    ("casualty_est.claims.model.timeline", "SHORT_SPREAD", 0.5),
    ("casualty_est.claims.model.timeline", "SLOW_FROM", 3),
    ("casualty_est.claims.table.over_time", "CONTRADICTS", 2 * math.sqrt(2) * 0.15),
    (PRIORS, "SMALLEST_ANCHOR_SD", 0.005),
    (ROLES_OF, "CENTRED", {"survey"}),
    ("casualty_est.priors.record", "ZERO_PRIOR", 0.5),
    ("casualty_est.priors.record", "DENIER", "perpetrator"),
    ("casualty_est.claims.gauge", "SHARES", (-0.02, 1.02)),
]

# The page prints a model; its text is asked.
LOG_ODDS = "log odds of lists -1.5 + common + own, sds 0.4 and 1"
OF_LISTS = [
    (f"{FAM}.member", "LIST_MEAN", -1.5, LOG_ODDS),
    (f"{FAM}.member", "COMMON_SD", 0.4, LOG_ODDS),
    (f"{FAM}.member", "LIST_SD", 1.0, LOG_ODDS),
    (f"{FAM}.loglinear", "SINGLE_SD", 1.0, "interaction of one pair ~ N(0, 1), every pair alike"),
    (f"{FAM}.ridge", "SCALES", (0.1, 0.3, 0.8), "scale 0.1, 0.3, 0.8 with equal weight"),
    (f"{FAM}.visibility", "SPREAD", 0.35, "loading of each list exp(l + 0.35 "),
    (f"{FAM}.visibility", "SPREADS", (0.35, 0.1), "exp(l + 0.35 or 0.1 z) with equal weight"),
    (f"{FAM}.visibility", "LOADING_MEAN", -0.4, "l ~ N(-0.4, 0.7)"),
    (f"{FAM}.visibility", "LOADING_SD", 0.7, "l ~ N(-0.4, 0.7)"),
    (f"{FAM}.visibility", "PAIR_SD", 1.0, "z ~ N(0, 1); interaction ~ N(0, 1)"),
    (f"{FAM}.classes", "CLASSES", 4, "4 classes, shares ~ Dirichlet(1)"),
    (f"{FAM}.classes", "LISTS_SD", 1.0, "log odds -1.5 + list + class + own, sds 1, 0.8 and"),
    (f"{FAM}.classes", "CLASSES_SD", 0.8, "sds 1, 0.8 and"),
    (f"{FAM}.classes", "OWN_SDS", (0.2, 0.7), "and 0.2 or 0.7 with equal weight"),
    (f"{FAM}.family", "FLOOR", 0.1, "do not rule out keeps at least 10%"),
]
OF_INCIDENTS = [
    (INC, "SIZE", ((1.0, 1.0), (0.0, 0.4)), "mean of the log ~ N(1, 1), log sd ~ N(0, 0.4)"),
    (INC, "TAIL", 1e-4, "of any size 0.0001"),
    (INC, "ZERO", (1.0, 9.0), "nobody killed ~ Beta(1, 9)"),
    (INC, "LONE_SD", 0.2, "log sd of own counts: 0.2, fixed: nobody else counts"),
    (INC, "OUTLIER", 0.01, "probability that a statement is about something else: 0.01"),
    (INC, "HURDLE", ((-2.0, 1.5), (0.4, 0.3), (0.0, 1.5)), "level ~ N(-2, 1.5), slope on log "
     "deaths ~ N(0.4, 0.3), sole suspect ~ N(0, 1.5)"),
    (INC, "FALSE_ADMISSION", 0.002, "of an incident that is not its own 0.002"),
    (INC, "FRACTION", (math.log(0.75), math.log(0.4), 0.3), "medians 0.75 and 0.4, log sd 0.3"),
    (INC, "CONCEDED_EXACT", (6.0, 4.0), "all deaths conceded ~ Beta(6, 4)"),
    (INC, "RECALL", ((-0.4, 0.6), (0.8, 0.4)), "level ~ N(-0.4, 0.6), slope on log deaths ~ "
     "N(0.8, 0.4)"),
    (SETTINGS, "GRADES['confirmed']", (49.0, 1.0), "grade confirmed, real and by the perpetrator "
     "~ Beta(49, 1)"),
    (SETTINGS, "GRADES['fair']", (17.0, 3.0), "fair, real and by the perpetrator ~ Beta(17, 3)"),
    (SETTINGS, "GRADES['weak']", (5.0, 5.0), "weak, real and by the perpetrator ~ Beta(5, 5)"),
    (SETTINGS, "GRADES['contested']", (6.0, 4.0), "contested, real and by the perpetrator ~ "
     "Beta(6, 4)"),
    (SETTINGS, "GRADES['discounted']", (1.0, 19.0), "discounted, real and by the perpetrator ~ "
     "Beta(1, 19)"),
    (SETTINGS, "SHARE", 6.0, "among 2 suspects ~ Beta(3, 3), one draw"),
]  # fmt: skip
OF_SEVERAL_LISTERS = [
    (INC, "COUNT_SD", (math.log(0.4), 0.4), "log sd of own counts: median 0.4, log sd 0.4"),
    (INC, "EXACT", (2.0, 3.0), "exactly right reports ~ Beta(2, 3)"),
    (INC, "INCLUSION", (0.0, 1.5), "inclusion, log odds: level ~ N(0, 1.5)"),
    (INC, "SLOPE", (0.5, 0.4), "slope on log deaths - 1 ~ N(0.5, 0.4)"),
    (INC, "VISIBILITY", (-0.4, 0.7), "sources share ~ N(-0.4, 0.7)"),
]

# Kind, median and sd of the ratio of totals, over-count: what is declared.
DECLARED = {
    "register": ("LogitNormal", 0.97, 0.7, (0.0, 0.03)),
    "reference": ("LogNormal", 1.0, 0.10, None),
    "none": ("LogNormal", 1.0, 1.5, None),
}
# What is learned: whether it is a completeness, times an over-count.
LEARNED = {
    "perpetrator": False,
    "party": False,
    "adversary": False,
    "accuser": False,
    "monitor": True,
    "merged_list": True,
    "government": False,
    "registry": True,
    "first_count": False,
    "gov_estimate": False,
    "media": False,
    "event_data": False,
    "international": True,
    "int_estimate": False,
    "third_state": False,
    "survey": False,
}
# Median and sd within an incident: a judgement.
WITHIN = {
    "perpetrator": (0.5, 0.75),
    "party": (0.8, 0.5),
    "adversary": (1.5, 0.6),
    "accuser": (1.5, 0.75),
    "monitor": (1.0, 0.5),
    "merged_list": (1.0, 0.5),
    "government": (1.0, 0.5),
    "registry": (1.0, 0.5),
    "register": (1.0, 0.10),
    "first_count": (1.0, 0.5),
    "gov_estimate": (1.0, 0.75),
    "media": (1.0, 0.5),
    "event_data": (1.0, 0.5),
    "international": (1.0, 0.3),
    "int_estimate": (1.0, 0.75),
    "third_state": (1.0, 0.5),
    "survey": (1.0, 0.25),
    "reference": (1.0, 0.10),
    "none": (1.0, 1.0),
}


def named(rows):
    return [pytest.param(*row, id=f"{row[0].rpartition('.')[2]}.{row[1]}") for row in rows]


def plain(value):
    """Numbers as floats and sequences as tuples, so that they can be compared."""
    if isinstance(value, int | float | Fraction):
        return pytest.approx(float(value), rel=1e-12)
    if isinstance(value, list | tuple):
        return tuple(map(plain, value))
    return value


def found(module, name):
    value = eval(name, dict(vars(importlib.import_module(module))))
    if isinstance(value, Mapping):
        return dict(value)
    return tuple(value) if isinstance(value, list) else value


@cache
def page(name):
    """The prose of a page in one line, and the source of its cells."""
    text = (DOCS / name).read_text(encoding="utf-8")
    cells = re.findall(r"^```\{code-cell\}.*?\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^```\{code-cell\}.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return " ".join(prose.split()), "\n".join(cells)


def said(words, value):
    """The words of a row with their number."""
    if isinstance(value, int | float):
        spelled = SPELLED.get(value, "no word")
        words = words.replace("{value}", f"{value:,.10g}").replace("{word}", spelled)
        words = words.replace("{percent}", f"{100 * value:.10g}")
    return words


@pytest.mark.parametrize(("module", "name", "value", "where", "words"), named(IN_CELLS))
def test_a_cell_of_the_page_reads_the_number(module, name, value, where, words):
    assert found(module, name) == plain(value)
    assert words in page(where)[1]


@pytest.mark.parametrize(("module", "name", "value", "where", "words"), named(IN_WORDS))
def test_the_page_says_the_number(module, name, value, where, words):
    assert found(module, name) == plain(value)
    assert said(words, value) in page(where)[0]


@pytest.mark.parametrize(("module", "name", "value"), named(NOWHERE))
def test_a_number_that_no_page_states(module, name, value):
    assert found(module, name) == plain(value)


@cache
def printed(kind):
    match kind:
        case "lists":
            return repr(ce.ListModel(ce.datasets.lists("kosovo"), cell={"scope": "Kosovo"}))
        case "incidents":
            reports = ce.datasets.incidents("coalition_syria_patterns")
            return repr(ce.IncidentModel(reports, anchor="Airwars"))
    return repr(IncidentModel(overlapping(np.random.default_rng(1))))


@pytest.mark.parametrize(("module", "name", "value", "words"), named(OF_LISTS))
def test_the_list_model_prints_its_prior(module, name, value, words):
    assert found(module, name) == plain(value)
    assert words in printed("lists")
    assert 'kosovo = ce.datasets.lists("kosovo")' in page(LISTS)[1]
    assert "print(model)" in page(LISTS)[1]


@pytest.mark.parametrize(("module", "name", "value", "words"), named(OF_INCIDENTS))
def test_the_incident_model_prints_its_prior(module, name, value, words):
    assert found(module, name) == plain(value)
    assert words in printed("incidents")
    assert 'print(ce.IncidentModel(reports, anchor="Airwars"))' in page(INCIDENTS)[1]


@pytest.mark.parametrize(("module", "name", "value", "words"), named(OF_SEVERAL_LISTERS))
def test_an_incident_model_of_several_listers_prints_its_prior(module, name, value, words):
    assert found(module, name) == plain(value)
    assert words in printed("several listers")


@pytest.mark.parametrize(("key", "numbers"), DECLARED.items(), ids=DECLARED)
def test_a_role_is_declared_to_have_these_priors(key, numbers):
    kind, median, sd, over = numbers
    core, count = default_roles()[key].totals.core, default_roles()[key].totals.over_count
    assert (type(core).__name__, core.median, core.sd) == (kind, plain(median), plain(sd))
    assert (None if count is None else (count.mean, count.sd)) == over


@pytest.mark.parametrize(("key", "documents"), LEARNED.items(), ids=LEARNED)
def test_a_learned_role_has_this_form(key, documents):
    """Its numbers are held against the record, in the tests of priors."""
    for prior in (default_roles()[key].totals, default_roles()[key].incidents):
        count = prior.over_count
        assert type(prior.core).__name__ == ("LogitNormal" if documents else "LogNormal")
        assert (None if count is None else (count.mean, count.sd)) == (
            (0.05, 0.15) if documents else None
        )


@pytest.mark.parametrize(("key", "numbers"), WITHIN.items(), ids=WITHIN)
def test_a_role_has_this_prior_within_an_incident(key, numbers):
    within = default_roles()[key].within
    assert type(within.core).__name__ == "LogNormal"
    assert (within.core.median, within.core.sd) == tuple(map(plain, numbers))
    assert within.over_count is None


def test_every_role_is_held_and_the_pages_print_them_all():
    assert list(WITHIN) == list(default_roles())
    assert {*DECLARED, *LEARNED} == set(default_roles())
    assert "for key, role in default_roles().items()" in page(CLAIMS)[1]
    assert "numbers(role.totals), numbers(role.incidents)" in page(CLAIMS)[1]
    assert "for key, role in default_roles().items()" in page(INCIDENTS)[1]
    assert "role.within" in page(INCIDENTS)[1]


def test_the_share_of_draws_that_a_mode_needs_is_on_the_page():
    share = found(MODES, "SMALLEST")
    sentence = re.search(r"if on either side at least (.+?) of the draws", page(LISTS)[0])
    assert sentence
    assert f"{100 * share:g}%" in sentence[1]
