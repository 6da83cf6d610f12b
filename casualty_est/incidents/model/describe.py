"""An incidents model in words: its sources, its settings and every prior with its numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from casualty_est.incidents.model import layout as lay
from casualty_est.incidents.model.ratios import ratio_grounds, ratio_text
from casualty_est.incidents.model.readings import FOUND, findings
from casualty_est.incidents.model.settings import CONFIRMED
from casualty_est.wording.phrases import with_source

if TYPE_CHECKING:
    from casualty_est.incidents.model.model import IncidentModel

SHOWN = 8
FRACTION_GROUND = (
    "judged from what the US-led Coalition conceded in Syria, 2014-2022 (Airwars archive): no "
    "evidence of its own there"
)
UNLISTED_WORDS = {
    "overlap": "from the overlap of the sources that list incidents",
    "recall": "from the incidents that the judge reported itself, and whether others had",
    "none": "not estimated",
}


def describe(model: IncidentModel) -> str:
    """Lines that say what the model is."""
    layout, readings = model.layout, model.layout.readings
    patterns = readings.patterns
    lines = [
        f"IncidentModel: {patterns.incidents:,} incidents of {len(patterns.sources)} sources "
        f"({len(layout.arrays.count):,} different ones)",
        "",
        "Sources",
    ]
    for s, name in enumerate(patterns.sources):
        held = int(patterns.count[readings.listed[:, s]].sum())
        kind = "judges incidents, and reported" if s == readings.judge else "lists"
        told = f"{kind} {held:,}" if s != readings.investigation else _looked(model)
        lines.append(f"  {name} ({model.roles[name] or 'none given'}): {told}")
        lines.append(f"    own count within an incident: {ratio_text(model, s)}")
        lines += [
            f"      {with_source(g.figure, g.citation if g.citation not in g.figure else None)}"
            for g in ratio_grounds(model, s)
        ]
    lines += ["", "Settings"]
    lines.append(f"  {layout.anchor.text}")
    cut = "cut: the data may not change that; it is drawn anew in each draw"
    lines.append(f"  scale {cut if layout.cut else 'joint: the data may change that'}")
    exact = "some reports are exactly right" if layout.exact_reports else "no report is exact"
    lines.append(f"  {exact}; ranges {model.settings['range_rule']}")
    lines.append(f"  unlisted incidents: {UNLISTED_WORDS[layout.unlisted]}")
    if readings.target:
        lines.append(f"  deaths of which {readings.target} is a suspect")
    lines += ["", "Priors", *_priors(model)]
    notes = [f"Note: {text}." for _, text in model.notes]
    lines += ["", *notes[:SHOWN]] if notes else []
    if notes[SHOWN:]:
        lines.append(f"and {len(notes) - SHOWN} more notes")
    return "\n".join(lines)


def _looked(model: IncidentModel) -> str:
    """At how many sites an investigation looked, and where it found deaths."""
    inv = model.layout.readings.investigation
    assert inv is not None
    count, found = model.patterns.count, findings(model.patterns, inv)
    sites, some = (int(count[which].sum()) for which in (found > 0, found == FOUND))
    drawn = int(count[(found > 0) & (model.patterns.prob > 0)].sum())
    told = f"investigated {sites:,} sites and found deaths at {some:,}"
    return f"{told}; a design drew {drawn:,} of them" if drawn else told


def _normal(mean: float, sd: float) -> str:
    return f"N({mean:.3g}, {sd:g})"


def _priors(model: IncidentModel) -> list[str]:
    layout, has = model.layout, {block.name for block in model.layout.parameters.blocks}
    (m, m_sd), (s, s_sd) = lay.SIZE
    lines = [
        f"  deaths of an incident: log-normal, mean of the log ~ {_normal(m, m_sd)}, log sd ~ "
        f"{_normal(s, s_sd)}, up to {int(layout.grid.high[-1]):,}; of any size {lay.TAIL:g}"
    ]
    if "zero" in has:
        lines.append(f"  nobody killed ~ Beta({lay.ZERO[0]:g}, {lay.ZERO[1]:g})")
    if "inclusion" in has:
        lines.append(
            f"  inclusion, log odds: level ~ {_normal(*lay.INCLUSION)}, slope on log deaths - 1 ~ "
            f"{_normal(*lay.SLOPE)}, log of the pull of a visibility that sources share ~ "
            f"{_normal(*lay.VISIBILITY)}"
        )
    if "log_count_sd" in has:
        sd = math.exp(lay.COUNT_SD[0])
        other = ""
        if "found" in has:
            median = math.exp(lay.INVESTIGATED_SD[0])
            other = f"; of the investigation median {median:g}, log sd {lay.INVESTIGATED_SD[1]:g}"
        lines.append(f"  log sd of own counts: median {sd:g}, log sd {lay.COUNT_SD[1]:g}{other}")
    else:
        lines.append(f"  log sd of own counts: {lay.LONE_SD:g}, fixed: nobody else counts")
    if "exact" in has:
        lines.append(f"  exactly right reports ~ Beta({lay.EXACT[0]:g}, {lay.EXACT[1]:g})")
    lines += [
        f"  {name} says that nobody died, whatever happened ~ Beta({p.first:.3g}, {p.second:.3g}) "
        f"({p.ground})"
        for name, p in layout.denials.items()
    ]
    lines.append(f"  probability that a statement is about something else: {lay.OUTLIER:g}")
    if "hurdle" in has:
        level, slope, sole = (_normal(*pair) for pair in lay.HURDLE)
        lines.append(
            f"  acceptance, log odds: level ~ {level}, slope on log deaths ~ {slope}, sole suspect "
            f"~ {sole}; of an incident that is not its own {lay.FALSE_ADMISSION:g}"
        )
    if "fraction" in has:
        a, b = math.exp(lay.FRACTION[0]), math.exp(lay.FRACTION[1])
        lines.append(
            f"  share conceded ~ Beta with medians {a:.2g} and {b:.2g}, log sd {lay.FRACTION[2]:g}"
            f" ({FRACTION_GROUND})"
        )
    if "conceded_exact" in has:
        a, b = lay.CONCEDED_EXACT
        lines.append(f"  all deaths conceded ~ Beta({a:g}, {b:g})")
    for name in layout.grades:
        a, b = model.incident_priors.grades[name]
        unused = name == CONFIRMED and bool(model.circularity)
        where = "; used only where the incident was not accepted" if unused else ""
        lines.append(
            f"  grade {name}, real and by the perpetrator ~ Beta({a:.3g}, {b:.3g}) "
            f"({model.incident_priors.ground(name)}){where}"
        )
    for n in layout.shares:
        c = model.incident_priors.share
        lines.append(
            f"  share of one among {n} suspects ~ Beta({c / n:.3g}, {c - c / n:.3g}), one draw for "
            f"all their incidents"
        )
    if "found" in has:
        a, b = model.incident_priors.found
        lines.append(
            f"  the investigation finds the deaths of an incident ~ Beta({a:g}, {b:g}); where "
            "nobody died it finds none"
        )
    if "recall" in has:
        level, slope = (_normal(*pair) for pair in lay.RECALL)
        lines.append(f"  recall, log odds: level ~ {level}, slope on log deaths ~ {slope}")
    return lines
