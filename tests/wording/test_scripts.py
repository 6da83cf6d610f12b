"""Names written from right to left inside of an English report."""

from __future__ import annotations

import re

import pandas as pd

import casualty_est as ce
from casualty_est.report.said import Said
from casualty_est.wording.scripts import in_order
from tests.support.page import page_of

CITY, NETWORK = "الرقة", "الشبكة السورية لحقوق الإنسان"
MARK = "\u200e"


def test_what_follows_a_name_stays_behind_it() -> None:
    assert in_order(f"killed in {CITY}, 6 June") == f"{MARK}killed in {CITY}{MARK}, 6 June"
    # Two names keep their order, and one of several words is one name.
    assert in_order(f"{NETWORK}, {CITY}") == f"{MARK}{NETWORK}{MARK}, {CITY}{MARK}"
    assert in_order(in_order(CITY)) == in_order(CITY)


def test_other_texts_and_addresses_stay_as_they_are() -> None:
    for text in ("killed in Raqqa, 6 June", "Київ, 24 лютого", f"https://example.org/{CITY}/1"):
        assert in_order(text) == text


def test_pictures_and_pages_of_such_names() -> None:
    rows = {
        "source": [NETWORK, "Coalition"],
        "role": ["monitor", "perpetrator"],
        "quantity": ["at least 1,256", "about 180"],
        "scope": [CITY, CITY],
        "start": ["2017-06-06", "2017-06-06"],
        "end": ["2017-10-17", "2017-10-17"],
    }
    est = ce.ClaimsModel(ce.Claims(pd.DataFrame(rows))).fit(seed=1)
    texts = [
        text.get_text()
        for text in est.plot.total().findobj(match=lambda one: hasattr(one, "get_text"))
    ]
    assert any(f"{CITY}{MARK}, 6 June" in text for text in texts)
    page = page_of(est, said=Said(audience="public"))
    assert f"{NETWORK}{MARK} documented at least 1,256" in page
    assert not re.search(rf"{CITY}(?!{MARK})", page.split("<main>")[0].split("<header>")[1])
