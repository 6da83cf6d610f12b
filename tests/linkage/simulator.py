"""Lists of invented people with a known truth: families killed together, typos, duplicates, gaps.

It shares no code with the package. Names are syllables put together, so that no test holds the name
of anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

START = date(2023, 10, 7)
SYLLABLES = [c + v for c in "bdfhklmnrstz" for v in ("a", "i", "u")]


@dataclass
class World:
    """Tables by list, and who is who."""

    tables: dict[str, pd.DataFrame]
    person: dict[str, np.ndarray]  # by list: the number of the person of each record
    people: int

    @property
    def everybody(self):
        return np.concatenate(list(self.person.values()))

    def overlaps(self):
        """People by pattern of lists, as in truth."""
        held = [set(people.tolist()) for people in self.person.values()]
        counts = np.zeros(2 ** len(held), dtype=int)
        for person in set().union(*held):
            counts[sum((person in people) << k for k, people in enumerate(held))] += 1
        return counts


def vocabulary(rng, size):
    words = set()
    while len(words) < size:
        words.add("".join(rng.choice(SYLLABLES, rng.integers(2, 4))) + rng.choice(list("nrmlds")))
    return np.array(sorted(words))[rng.permutation(size)]


def zipf(rng, words, power, size):
    chance = 1.0 / np.arange(3, len(words) + 3) ** power
    return rng.choice(words, size, p=chance / chance.sum())


def typo(rng, word):
    """One letter left out, doubled, changed or moved."""
    if len(word) < 3:
        return word
    at = int(rng.integers(1, len(word) - 1))
    kind = rng.integers(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + str(rng.choice(list("aeioubdfhklmnrst"))) + word[at + 1 :]
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


def population(rng, people):
    given, family = vocabulary(rng, 220), vocabulary(rng, max(120, people // 12))
    places = vocabulary(rng, 25)
    rows = []
    while len(rows) < people:
        father, grandfather = zipf(rng, given, 0.9, 2)
        name = zipf(rng, family, 0.8, 1)[0]
        place, day = rng.choice(places), int(rng.gamma(2.0, 25.0))
        # Two in five events kill brothers and sisters; the others one person.
        size = 1 if rng.random() < 0.6 else 1 + int(rng.poisson(1.6))
        for sibling in dict.fromkeys(zipf(rng, given, 0.9, size)):
            rows.append((sibling, father, grandfather, name, int(rng.integers(0, 70)), day, place))
    return rows[:people]


def recorded(rng, row, typos, gaps):
    age, day, place = row[4:]
    parts = [typo(rng, part) if rng.random() < typos else part for part in row[:4]]
    shown = [parts[0]]
    if rng.random() > gaps:
        shown.append(parts[1])
        if rng.random() > gaps:
            shown.append(parts[2])
    shown.append(parts[3])
    if rng.random() < 0.15:
        age = max(0, age + int(rng.integers(-3, 4)))
    if rng.random() < 0.1:
        day += int(rng.integers(-3, 4))
    when = START + timedelta(days=max(0, day))
    text = when.isoformat()
    if rng.random() < gaps:
        text = text[:7]
    if rng.random() < gaps / 2:
        text = ""
    return {
        "name": " ".join(shown),
        "age": "" if rng.random() < gaps / 2 else str(age),
        "date": text,
        "place": "" if rng.random() < gaps / 2 else str(place),
    }


def world(seed, people=600, chances=(0.45, 0.4, 0.3), typos=0.07, gaps=0.2, repeats=0.08):
    """Independent lists of one population."""
    rng = np.random.default_rng(seed)
    rows = population(rng, people)
    tables, person = {}, {}
    for k, chance in enumerate(chances):
        name = f"list{chr(65 + k)}"
        held = np.flatnonzero(rng.random(people) < chance)
        again = held[rng.random(len(held)) < repeats]
        numbers = rng.permutation(np.concatenate([held, again]))
        frame = pd.DataFrame([recorded(rng, rows[i], typos, gaps) for i in numbers])
        frame.insert(0, "id", [f"{name[-1]}{i:05}" for i in range(len(frame))])
        tables[name], person[name] = frame, numbers
    return World(tables, person, people)


def labels(truth, records, candidates, chosen):
    """Answers of a perfect reviewer: rows of labels.csv for the chosen records."""
    everybody = truth.everybody
    rows = []
    for record in chosen:
        same = [j for j in candidates[record] if everybody[j] == everybody[record]]
        elsewhere = (everybody == everybody[record]).sum() - 1 - len(same)
        for j in same or [None]:
            answer = "none" if j is None else records[j]
            outside = "1" if j is None and elsewhere else ""
            rows.append({"record": records[record], "candidate": answer, "found_outside": outside})
    return pd.DataFrame(rows)
