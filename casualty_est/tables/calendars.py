"""Days of other calendars: named, so that they can be written in the Gregorian one.

They are not converted: the months of the Islamic calendar begin on days that differ by country, and
a day may be off by one.
"""

from __future__ import annotations

import re

_ISLAMIC = re.compile(
    r"\bmuharram|\bsafar\b|\brabi'? ?(?:al|ul|i)|\bjumad[ae]|\brajab\b|\bsha'?ban\b|\bramadh?an\b|"
    r"\bshawwal\b|\b(?:dhu|zul|thul)[ '-]?(?:al|l|k|q|h)|\b(?:1[34][0-9]{2}) ?(?:a\.?h\.?|h)\b|"
    r"\u0645\u062d\u0631\u0645|\u0635\u0641\u0631|\u0631\u0628\u064a\u0639 \u0627\u0644|"
    r"\u062c\u0645\u0627\u062f[\u0649\u064a]|\u0631\u062c\u0628|\u0634\u0639\u0628\u0627\u0646|"
    r"\u0631\u0645\u0636\u0627\u0646|\u0634\u0648\u0627\u0644|\u0630[\u0648\u064a] \u0627\u0644|"
    r"\u0647\u0640"
)
_IRANIAN = re.compile(
    r"\bfarvardin|\bordibehesht|\bkhordad|\bmordad|\bshahrivar|\baban\b|\bazar\b|\bbahman|\besfand|"
    "\u0641\u0631\u0648\u0631\u062f\u06cc\u0646|\u0627\u0631\u062f\u06cc\u0628\u0647\u0634\u062a|"
    "\u062e\u0631\u062f\u0627\u062f|\u0645\u0631\u062f\u0627\u062f|\u0634\u0647\u0631\u06cc\u0648\u0631|"
    "\u0622\u0628\u0627\u0646|\u0628\u0647\u0645\u0646|\u0627\u0633\u0641\u0646\u062f"
)
_ISLAMIC_YEARS = range(1300, 1500)  # 1882 to 2076
_IRANIAN_YEARS = range(1340, 1450)  # 1961 to 2070
_THAI_YEARS = range(2400, 2650)  # 1857 to 2106
_TO_THAI, _TO_IRANIAN = 543, 621
_YEARS_OF_ISLAM = 0.970229  # Gregorian years in one of 354 days
_MEND = "write the day in the Gregorian calendar, as 2018-02-09"


def named_calendar(text: str) -> str:
    """Say of a date in words which other calendar it is of; empty where no month shows it."""
    low = text.casefold().replace("\u2019", "'")
    named = "Islamic calendar (Hijri)" if _ISLAMIC.search(low) else ""
    if not named and _IRANIAN.search(low):
        named = "Iranian calendar (Solar Hijri)"
    return f"this is a day of the {named}: {_MEND}" if named else ""


def calendar_of(year: int) -> str:
    """Say of a year of which other calendars it may be; empty where of none."""
    told = []
    if year in _ISLAMIC_YEARS:
        told.append(
            f"of the Islamic calendar (Hijri), about {622 + _YEARS_OF_ISLAM * (year - 1):.0f}"
        )
    if year in _IRANIAN_YEARS:
        told.append(f"of the Iranian calendar (Solar Hijri), {year + _TO_IRANIAN}")
    if year in _THAI_YEARS:
        told.append(f"of the Buddhist calendar, {year - _TO_THAI}")
    return f"the year {year} may be one {', or '.join(told)}: {_MEND}" if told else ""
