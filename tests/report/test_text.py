"""Every sentence of the report, read as a journalist and as a hostile press officer would."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.claims.report import text as claims_text
from casualty_est.claims.report import what_if
from casualty_est.report import checklist, naming, tables, text
from casualty_est.report.lede import paragraph as lede_of
from casualty_est.result.schema import ClaimRow, Diagnostics, SourceRow, Span
from tests.support.by_hand import CELL
from tests.support.page import parts_of


def lede(est, prob=0.95):
    return lede_of(parts_of(est, prob))


def items(est, given=None):
    return checklist.run(parts_of(est, 0.95), given or {})


def documented(est, prob=0.95):
    return parts_of(est, prob).documented()


def a_claim(source="A", role="monitor", best=None, said="about", **over):
    """A claim as published of the usual cell."""
    known = {
        "source": source,
        "role": role,
        "text": said,
        "form": "about",
        "low": None,
        "best": best,
        "high": None,
        "level": "total",
        "scope": CELL.scope,
        "outcome": CELL.outcome,
        "group": CELL.group,
        "perpetrator": CELL.perpetrator,
        "start": CELL.start,
        "end": CELL.end,
        "reported": None,
        "citation": None,
        "line": None,
        "counted": True,
    }
    return ClaimRow(**(known | over))


def test_first_paragraph_says_who_how_sure_and_on_what_it_rests(coalition):
    assert lede(coalition) == [
        "Pentagon acknowledged around 800 civilians killed in Iraq and Syria between 8 August 2014 "
        "and 9 February 2018 (attributed to Coalition); Airwars documented at least 6,047.",
        "We estimate about 10,000; if our assumptions hold, there is a 95% chance that the true "
        "number lies between 5,400 and 24,000.",
        "These figures cannot show what all sources missed; the estimate depends above all on our "
        "assumption that Airwars reports about 52% of the true number.",
    ]
    (rests,) = parts_of(coalition).rests_on()
    assert rests.startswith("No overlap between sources and no independent count fixes this level")


def test_documented_and_estimated_never_share_a_breath(coalition):
    assert documented(coalition) == (
        "Documented, not estimated: at least 6,047 (Airwars). Our interval begins below this count "
        "because the model allows that some deaths were counted twice or wrongly; section 4 says "
        "how likely."
    )
    # The 50% interval begins above 6,047.
    assert documented(coalition, 0.5) == "Documented, not estimated: at least 6,047 (Airwars)."
    assert "6,047" not in lede(coalition)[1]


def test_without_a_list_nothing_is_documented():
    rows = [{"source": "A", "quantity": "100"}, {"source": "B", "quantity": "at least 200"}]
    est = ce.ClaimsModel(pd.DataFrame(rows), assume_unbiased=True).fit(seed=1)
    assert documented(est) == "No source documents these deaths case by case."


def test_level_of_the_interval_is_the_one_asked_for(coalition):
    assert (
        "a 90% chance that the true number lies between 6,000 and 20,000"
        in (lede(coalition, 0.9)[1])
    )


def test_two_modes_are_two_numbers_and_no_mean(two_modes):
    said = " ".join(lede(two_modes))
    assert "cannot choose between them: about 6,000" in said
    assert "weight 60%) or about 10,000" in said
    assert "Quote both or none." in said
    assert "about 7,6" not in said
    assert "how the sources overlap" in said


def test_modes_stand_apart_in_the_table(two_modes):
    _, documented, median, interval = tables.estimates(two_modes, 0.95).rows[0]
    assert documented == "4,400"
    assert median == "6,000 (weight 60%) or 10,000 (weight 40%)"
    assert " or " in interval


def test_listed_and_unlisted_are_named(listed_unlisted):
    assert "We estimate about 1,000 civilians killed" in " ".join(lede(listed_unlisted))
    said = " ".join(parts_of(listed_unlisted).details())
    assert "about 700 (5" in said
    assert "about 300 (2" in said
    assert "are people whom no source lists" in said
    lines = tables.estimates(listed_unlisted, 0.95).rows
    assert [line[0] for line in lines] == [
        "Total: civilians",
        "Civilians, listed part",
        "Civilians, unlisted part",
    ]


def test_no_role_no_number():
    table = [{"source": name, "quantity": n} for name, n in (("A", "800"), ("B", "6047"))]
    import pandas as pd

    est = ce.ClaimsModel(ce.Claims(pd.DataFrame(table))).fit(seed=1)
    said = " ".join(lede(est))
    assert "We give no estimate: these figures fit a small toll" in said
    assert "chance" not in said
    why, needed = parts_of(est).details()
    assert why == ("There is no number because no source has a role and nothing anchors the level.")
    assert "role of at least one source" in needed
    assert text.below_documented(est) == []
    assert what_if.rivals(est) == []


def test_a_fit_that_did_not_converge_says_so_first(fake, row):
    est = fake(
        np.full((2, 500, 1), 100.0) + np.arange(1000).reshape(2, 500, 1) / 100,
        [row()],
        diagnostics=Diagnostics("nuts", False, 1.4, 30.0, 7, reasons=("7 divergent transitions",)),
    )
    assert text.not_converged(est) == (
        "NOT CONVERGED: do not quote these numbers. The computation did not settle: "
        "7 divergent transitions."
    )
    assert lede(est)[0].startswith("NOT CONVERGED")


def test_no_unique_total_is_said_and_never_summed(fake, row):
    est = fake(
        np.full((2, 500, 2), 100.0) + np.arange(2000).reshape(2, 500, 2) / 100,
        [row(scope="Iraq"), row(scope="Syria")],
        has_total=False,
        no_total="the parts cover different windows",
    )
    assert lede(est) == [
        "We estimate each of them and give no total, because the parts cover different windows; "
        "do not add the estimates up."
    ]
    assert documented(est) == ""


def test_what_each_source_reports_is_an_estimate_of_its_ratio(coalition):
    pentagon, airwars = parts_of(coalition, 0.95).source_sentences()
    assert pentagon == (
        "If our estimate is right, Pentagon reported 8.3% of the true number (95% credible "
        "interval 3.2% to 18%). Before the data we assumed 15% (95% interval 2.1% to 110%). "
        "The data narrowed our uncertainty about it to 44% of what it was."
    )
    assert airwars.startswith("If our estimate is right, Airwars reported 59% of the true number")


def _ratios(*medians, learned=0.95):
    prior = Span(1.0, 0.4, 2.7)
    sources = [
        SourceRow(f"ratio of A ({i})", "A", prior=prior, prior_log_sd=0.5)
        for i in range(len(medians))
    ]
    numbers = [SimpleNamespace(ratio=r, low=0.4, high=3.0, learned=learned) for r in medians]
    return claims_text.of_sources(sources, numbers, 0.95)


def test_a_source_with_many_ratios_gets_one_text():
    (said,) = _ratios(0.83, 1.01, 1.05)
    assert said.startswith(
        "If our estimates are right, A reported between 83% and 100% of the true numbers; the "
        "table gives each. Before the data we assumed 100% (95% interval 40% to 270%). The data"
    )
    assert _ratios(0.93, 1.01, 1.05) == [
        "We assume that A reports 100% (95% interval 40% to 270%) of the true numbers. The "
        "data hardly changed that: it is an assumption, not a finding."
    ]
    assert "between 0.93 and 12 times the true numbers" in _ratios(0.93, 1.0, 12.0)[0]
    assert "reported 150% of the true numbers" in _ratios(1.5, 1.5, 1.5)[0]


@pytest.mark.parametrize(
    ("median", "learned", "said"),
    [
        # A fifth of the prior sd is .1 here: log 1.09 = .086, log 1.12 = .113.
        (1.09, 0.95, "it is an assumption, not a finding."),
        (1.12, 0.95, "The data hardly narrowed that, but they moved it."),
        (0.89, 1.10, "The data hardly narrowed that, but they moved it."),
        (1.09, 0.89, "The data narrowed our uncertainty about it to 89% of what it was."),
    ],
)
def test_the_data_were_silent_only_where_nothing_moved(median, learned, said):
    (sentence,) = _ratios(median, learned=learned)
    assert sentence.endswith(said)


def test_a_remainder_is_named_as_one(fake, row):
    rows = [row(), row(scope="Iraq"), replace(row(scope="Syria"), claimed=False)]
    table = tables.estimates(fake(np.full((2, 100, 3), 5000.0), rows), 0.95)
    assert [line[0] for line in table.rows] == [
        "Total: civilians, Iraq and Syria",
        "Civilians, Iraq",
        "Civilians, Syria (remainder: no source counts it alone)",
    ]
    assert table.stack


def test_an_exact_sum_has_no_monte_carlo_error(coalition):
    weighed = tables.weights(coalition)
    assert weighed.caption.endswith("; the sum is 1.")
    assert weighed.stack
    refits = parts_of(coalition, 0.95).refits()
    # The analyst's own numbers are not from the record, so nothing can be left in it.
    assert len(refits) == 2
    assert all(table.stack for table in refits)


def test_what_if_the_perpetrators_number_were_right(coalition):
    assert what_if.rivals(coalition) == [what_if.Rival(800.0, "Pentagon", "800")]
    sentences = what_if.what_if(coalition)
    # 6,047 / 800 = 7.56
    assert sentences[0] == (
        "If 800 were the true number, Airwars (at least 6,047) would have reported at least 7.6 "
        "times the true number."
    )
    assert any("assume beforehand that Airwars reports 13 times" in s for s in sentences)
    assert sentences[-1] == (
        "No change in what we assume about Pentagon or the count itself alone would make the "
        "estimate 800: we tried up to eight standard deviations, and ratios of up to a hundred."
    )


def test_at_least_below_the_estimate_is_no_rival(coalition):
    assert (6047.0, "Airwars") not in what_if.rivals(coalition, at_most=5)


def test_probability_below_the_documented_count(coalition):
    assert text.below_documented(coalition) == [
        "If our assumptions hold, the probability that the true number lies below the documented "
        "6,047 is 5.3%."
    ]


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        (
            [("Coalition", "perpetrator", 800.0)],
            "Attribution: accepted by the party itself only as far as its own statement goes "
            "(Coalition states “about”); beyond that, alleged.",
        ),
        (
            [("Pentagon", "perpetrator", 800.0)],
            "Pentagon, which the table lists as a perpetrator, states “about”.",
        ),
        ([("Pentagon", "perpetrator", 800.0)], "Attribution: alleged. No claim in the table"),
        ([("Airwars", "monitor", 6047.0)], "Attribution: alleged."),
    ],
)
def test_attribution_is_alleged_or_accepted(claims, said, fake, row):
    stated = tuple(a_claim(*claim) for claim in claims)
    est = fake(np.ones((2, 10, 1)), [row()], claims=stated)
    assert said in text.attribution(est, text.perpetrators_say(est))


def test_nobody_is_accused_where_no_actor_is_named(fake, row):
    est = fake(np.ones((2, 10, 1)), [row(perpetrator="any")])
    assert text.attribution(est).startswith("Attribution: none.")
    assert "attributed" not in naming.counted(est.meta.rows[0].cell)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ({}, "civilians killed in Iraq and Syria between 8 August 2014 and 9 February 2018"),
        ({"start": None}, "civilians killed in Iraq and Syria up to 9 February 2018"),
        ({"end": None}, "civilians killed in Iraq and Syria since 8 August 2014"),
        ({"group": "all", "outcome": "casualties", "start": None, "end": None, "scope": "all"},
         "people killed or injured"),
        ({"scope": "a+b+c+d", "start": "2018-01-01", "end": "2018-01-01"},
         "civilians killed in four places (listed below) on 1 January 2018"),
    ],
)  # fmt: skip
def test_cells_in_words(cell, said):
    full = replace(CELL, **cell)
    assert naming.counted(full) == f"{said} in actions attributed to Coalition"
    if full.start == full.end is None:
        assert naming.counted_whenever(full.target) == naming.counted(full)


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0828, "8.3%"), (0.5233, "52%"), (1.065, "110%"), (2.66, "270%"), (13.1, "13 times")],
)
def test_ratios_in_words(value, said):
    assert naming.ratio(value) == said


def test_checklist_names_what_is_missing_and_how_to_mend_it(coalition):
    by_text = {item.text: item for item in items(coalition)}
    assert by_text["Every claim that counts has a citation"].met
    link = by_text["Every claim that counts has a link"]
    assert not link.met
    assert "https://" in link.mend
    corrections = by_text["Corrections policy, and whom to write to"]
    assert not corrections.met
    assert corrections.key == "corrections"
    assert not any("matched" in name for name in by_text)  # claims match no records


def test_a_survey_is_not_told_to_publish_claims():
    table = pd.DataFrame({"source": ["A"], "estimate": ["1,000 (800-1,250)"]})
    one, other = (ce.SurveyModel(table.assign(source=[s])).fit(seed=1) for s in "AB")
    for est in (one, ce.Study(a=one, b=other).fit(seed=1)):
        assert not any("claims" in item.mend for item in items(est))


def test_a_statement_of_the_analyst_meets_its_item(two_modes, of_lists):
    given = {"corrections": "Write to us.", "funding": "  "}
    met = {item.key: item.met for item in items(two_modes, given) if item.key}
    assert met["corrections"]
    assert not met["funding"]
    assert "matching" not in met
    of = {item.key: item.met for item in items(of_lists(), given) if item.key}
    assert not of["matching"]  # lists do match records
    assert checklist.statements(given) == {"corrections": "Write to us."}


def test_an_unknown_statement_is_refused(two_modes):
    with pytest.raises(ce.UsageError, match=r"'correction' \(did you mean 'corrections'\?\); its"):
        items(two_modes, {"correction": "Write to us."})
    with pytest.raises(ce.UsageError, match=r"corrections, .*validation"):
        items(two_modes, {"nothing like it": "x"})


def test_checklist_sees_what_is_not_there(fake, row):
    est = fake(np.ones((2, 10, 1)), [row(scope="all", start=None, perpetrator="any")], versions={})
    missing = {item.text for item in items(est) if not item.met}
    assert {
        "The number is defined: who, what happened to them, where",
        "The period is stated, with its first and last day",
        "The actor to whom deaths are attributed is named",
        "Version of the code, seed, software",
        "The model in full",
    } <= missing


@pytest.mark.parametrize(
    ("citation", "hrefs"),
    [
        ("Airwars, https://airwars.org/a?b=1&c=2.", ["https://airwars.org/a?b=1&c=2"]),
        ("doi 10.1371/journal.pmed.1002056", ["https://doi.org/10.1371/journal.pmed.1002056"]),
        ("javascript:alert(1) data:text/html,x ftp://a.b file:///etc", []),
        ("http:///nohost and https://[bad", []),
        ('https://a.org/"onmouseover="x', ["https://a.org/"]),
    ],
)
def test_only_web_addresses_become_links(citation, hrefs):
    parts = tables.linked(citation)
    assert [part.href for part in parts if part.href] == hrefs
    assert "".join(part.text for part in parts) == citation


def test_what_was_given_for_comparison_must_be_a_table():
    given = {"caption": "Others", "head": ["Who", "Number"], "rows": [["Airwars", 6047]]}
    (table,) = tables.comparisons([given])
    assert table.rows == (("Airwars", "6047"),)
    for bad in ({}, {**given, "rows": [["Airwars"]]}, {**given, "head": None}, "text"):
        with pytest.raises(ce.UsageError, match="each of comparisons needs caption"):
            tables.comparisons([bad])


def test_authors_and_title_are_cited(coalition):
    name = "Civilians killed in Iraq and Syria, attributed to Coalition"
    assert text.title(coalition) == name
    cited = text.how_to_cite(coalition, name, None)
    assert cited.startswith(f"{name}. Computed with casualty_est")
    cited = text.how_to_cite(coalition, name, None, "1 May 2026")
    assert cited.startswith(f"{name}. 1 May 2026. Computed with casualty_est")
    cited = text.how_to_cite(coalition, "Raqqa", "A. Author", "1 May 2026")
    assert cited.startswith("A. Author, 1 May 2026. Raqqa. Computed with")
    cited = text.how_to_cite(coalition, "Raqqa", "A. Author and B. Writer, 2026.")
    assert cited.startswith("A. Author and B. Writer, 2026. Raqqa. Computed with")
