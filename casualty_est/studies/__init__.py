"""Studies that could be made next: what each would observe, and how likely that is given a draw.

A study is one class in a file of its own. `choose` takes from an estimate the draws that it speaks
of, `simulate` makes what it would find, `log_likelihood` says how probable a finding is under every
draw. A new one is a file and a line in `STUDIES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.studies.household_survey import HouseholdSurvey, survey
from casualty_est.studies.investigation import Investigation, investigate
from casualty_est.studies.known_deaths import Audit, audit
from casualty_est.studies.on_all_lists import Matched, matched
from casualty_est.studies.study import Study
from casualty_est.tables.checks import known

STUDIES: Mapping[str, type[Study]] = {
    kind.name: kind for kind in (Audit, HouseholdSurvey, Matched, Investigation)
}
MOST_NUMBERS = 2  # of one study on the command line

__all__ = [
    "STUDIES",
    "Audit",
    "HouseholdSurvey",
    "Investigation",
    "Matched",
    "Study",
    "audit",
    "investigate",
    "matched",
    "parse",
    "survey",
]


def parse(text: str) -> Study:
    """Read a study as the command line writes it, such as ``audit:Airwars:25,50:2``.

    Parameters
    ----------
    text : str
        ``audit:SOURCE:N[:DEFF]``, ``survey:DEATHS[:DEFF]``, ``matched:DEATHS[:DEFF]`` or
        ``investigate:[GRADE:]INCIDENTS``; sizes with commas between them.

    Returns
    -------
    Study

    Raises
    ------
    UsageError
        If it is none of these, or a number is out of range.
    """
    name, *fields = text.split(":")
    known([name.strip()], STUDIES, f"study {text!r}")
    kind = STUDIES[name.strip()]
    # A source may have a colon in its name: numbers are read from the end.
    numbers: list[Any] = []
    while fields and len(numbers) < MOST_NUMBERS and (read := _numbers(fields[-1])):
        numbers.insert(0, read)
        fields.pop()
    # Sizes come first and may be several; what follows is one number.
    alone = [one[0] for one in numbers[1:] if len(one) == 1]
    label = ":".join(fields).strip()
    study = None
    if len(alone) == len(numbers) - 1:
        study = kind.read(label, [*numbers[:1], *alone])
    if study is None:
        msg = f"study {text!r}: write {kind.form}"
        raise UsageError(msg)
    return study


def _numbers(text: str) -> list[float]:
    """Numbers with commas between them; empty where it is something else."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        return []
