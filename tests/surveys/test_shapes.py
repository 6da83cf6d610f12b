"""Surveys in the shapes that people have: read by their meaning, or told what to write."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce

STUDY = {"source": ["IFHS"], "estimate": [151_000], "low": [104_000], "high": [223_000]}


def households(**columns):
    frame = pd.DataFrame(
        {"psu": np.arange(60) // 6, "members": 5, "deaths": np.arange(60) % 7 == 0}
    )
    return frame.astype(int).assign(**columns)


def deaths(**columns):
    frame = pd.DataFrame({"death": range(40), "psu": np.arange(40) // 4})
    return frame.assign(A=np.arange(40) % 2, B=np.arange(40) % 3 == 0).assign(**columns)


def told(frame):
    with pytest.raises((ce.InputError, ce.UsageError)) as caught:
        ce.Survey(pd.DataFrame(frame))
    return str(caught.value)


def ends(survey):
    quantity = survey.rows[0].quantity
    return quantity.low, quantity.best, quantity.high, quantity.level


# Published estimates -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ("study", "estimate", "lower", "upper"),
        ("Author", "Point estimate", "CI low", "CI high"),
        ("SOURCE", "ESTIMATE", "LCI", "UCI"),
        ("survey", "estimated_deaths", "lower_95", "upper_95"),
    ],
)
def test_usual_names_of_columns_are_read_and_said(names):
    survey = ce.Survey(pd.DataFrame(dict(zip(names, STUDY.values(), strict=True))))
    assert ends(survey) == (104_000, 151_000, 223_000, 0.95)
    assert survey.sources == ("IFHS",)
    assert f"'{names[2]}' as low" in dict(survey.warnings)["recognised"] or names[2] == "low"


@pytest.mark.parametrize(
    ("column", "text", "level"),
    [
        ("95% CI", "104,000-223,000", 0.95),
        ("ci", "[104,000 to 223,000]", 0.95),
        ("interval", "90% CI 104,000-223,000", 0.9),
    ],
)
def test_an_interval_in_a_column_of_its_own(column, text, level):
    survey = ce.Survey(pd.DataFrame({"source": ["IFHS"], "estimate": ["151,000"], column: [text]}))
    assert ends(survey) == (104_000, 151_000, 223_000, level)
    assert f"{column!r} as the interval of estimate" in dict(survey.warnings)["recognised"]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Violent deaths", "killed"),
        ("excess", "died in excess"),
        ("all-cause", "died"),
        ("Died", "died"),
        ("non-violent", "died without violence"),
        ("Injuries", "injured"),
    ],
)
def test_outcomes_in_other_words_are_read_and_said(text, outcome):
    survey = ce.Survey(pd.DataFrame(STUDY | {"outcome": [text]}))
    assert survey.rows[0].outcome == outcome
    assert f"{text!r} as {outcome}" in dict(survey.warnings)["reworded"]


def test_denominators_need_no_column_of_estimates():
    design = {"deaths": [302], "members": [12_801], "population": [26_112_353]}
    survey = ce.Survey(
        pd.DataFrame({"source": ["X"], **design, "clusters": [47], "households": [1849]})
    )
    assert survey.rows[0].quantity.best == round(302 / 12_801 * 26_112_353)


@pytest.mark.parametrize(
    "text", ["5.5 per 1,000 per year", "1.4 / 10,000 / day", "2.5%", "13 per cent", "5.5"]
)
def test_a_rate_is_told_to_be_multiplied(text):
    frame = {"source": ["X"], "estimate": [text], "low": [4], "high": [7]}
    assert "multiply it, and the ends of its interval" in told(frame)


def test_a_column_of_rates_is_told_to_be_multiplied():
    frame = {"source": ["X"], "CDR": ["1.4"], "low": ["1.1"], "high": ["1.8"]}
    assert "a rate or a share is no number of people" in told(frame)
    assert pytest.approx(471_900) == 5.5 / 1000 * 26_000_000 * 3.3  # the example that it prints


def test_nobody_dead_with_an_interval_is_told_the_way():
    assert "fill deaths with 0, members, population" in told(
        {"source": ["X"], "estimate": ["0 (0-30)"]}
    )


def test_a_standard_error_is_told_to_become_an_interval():
    assert "1.96 of 'se' below and above" in told(
        {"source": ["X"], "estimate": [655_000], "se": [140_000]}
    )


def test_the_wrong_cell_is_named():
    with pytest.raises(ce.InputError, match=r"column 'estimate', '655\.000'"):
        ce.Survey(pd.DataFrame(STUDY | {"estimate": ["655.000"]}))


def test_months_are_windows():
    row = ce.Survey(pd.DataFrame(STUDY | {"start": ["March 2003"], "end": ["July 2006"]})).rows[0]
    assert (str(row.start), str(row.end)) == ("2003-03-01", "2006-07-31")


# Households ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        {"psu": "hv001", "members": "hv009"},
        {"psu": "Cluster", "members": "HH total", "deaths": "Died"},
        {"psu": "cluster_id", "members": "household_size"},
    ],
)
def test_questionnaires_are_read_by_the_names_of_their_columns(names):
    survey = ce.Survey(households().rename(columns=names))
    assert (len(survey), survey.households.clusters) == (60, 10)
    said = dict(survey.warnings)["recognised"]
    assert f"{names['members']!r} as members (people at the start, the dead included)" in said


def test_deaths_of_one_cause_beside_all_deaths_are_asked_about():
    assert "which deaths are counted, 'deaths' or 'violent_deaths'?" in told(
        households(violent_deaths=0)
    )
    alone = ce.Survey(households().rename(columns={"deaths": "violent_deaths"}))
    assert "'violent_deaths' as deaths" in dict(alone.warnings)["recognised"]


def test_comings_and_goings_are_said_to_change_nothing():
    notes = dict(ce.Survey(households(births=0, joined=1)).warnings)
    assert "'births' and 'joined' do not change that number" in notes["at_start"]


def test_whole_floats_and_na_are_read():
    frame = households(missing="NA").astype({"members": str})
    frame["members"] += ".0"
    survey = ce.Survey(frame)
    assert survey.households.members.sum() == 300
    assert "60 households say nothing about missing" in dict(survey.warnings)["blank_as_0"]


@pytest.mark.parametrize("unit", [1.0, 1_000_000])
def test_weights_that_say_no_number_of_people_are_no_population(unit):
    uneven = unit * (0.9 + 0.2 * (np.arange(60) % 2))
    for weight in (unit, uneven):
        with pytest.raises(ce.UsageError, match="give the number of people"):
            ce.SurveyModel(households(weight=weight))
        ce.SurveyModel(households(weight=weight), population=9000)
    with pytest.raises(ce.UsageError, match="stand for 150,000,000,000 people"):
        ce.SurveyModel(households(weight=5e8))
    assert "stand for 36,000 people" in repr(ce.SurveyModel(households(weight=120)))


def test_a_population_below_the_sample_is_refused():
    with pytest.raises(ce.UsageError, match="is smaller than the 300 people in the sample"):
        ce.SurveyModel(households(), population=299)


def test_which_deaths_are_counted_is_said():
    def notes(**cell):
        return [text for _, text in ce.SurveyModel(households(), population=9000, **cell).notes]

    assert any("taken as killed; for deaths of any cause" in text for text in notes())
    assert not any("taken as killed" in text for text in notes(cell={"outcome": "died"}))


# Matched deaths ------------------------------------------------------------------------------


def test_marks_of_yes_and_no_are_read():
    frame = deaths()
    words = frame.assign(A=np.where(frame["A"] == 1, "Y", "N"), B=np.where(frame["B"], "T", "F"))
    assert (ce.Survey(words).matched.on == ce.Survey(frame.astype(int)).matched.on).all()


def test_one_mark_and_blanks_are_no_whole_list():
    frame = deaths().astype(object)
    frame["A"] = np.where(frame["A"] == 1, "1", "")
    assert "column 'A': no cell says 0, and a blank means that nobody looked" in told(frame)


@pytest.mark.parametrize(
    "columns", [{"female": 1}, {"weight": 1}, {"name": [f"SECRET{i}" for i in range(40)]}]
)
def test_a_column_that_is_no_list_is_asked_about_once(columns):
    text = told(deaths(**columns))
    assert f"column {next(iter(columns))!r}: every column but death and psu is a list" in text
    assert "1 problem" in text
    assert "SECRET" not in text


def test_a_cluster_is_no_list():
    survey = ce.Survey(deaths().rename(columns={"psu": "cluster"}))
    assert survey.matched.lists == ("A", "B")
    assert survey.matched.psu.max() == 9


def test_a_list_holds_at_least_the_sampled_deaths_on_it():
    with pytest.raises(ce.UsageError, match="20 deaths of the sample are on A, which cannot hold"):
        ce.SurveyModel(deaths(B=0), listed={"A": 19})
    with pytest.raises(ce.UsageError, match="are on the lists, which cannot hold only 19"):
        ce.SurveyModel(deaths(B=0), listed={"any": 19})
    assert ce.SurveyModel(deaths(B=0), listed={"A": 20})


# Answers that would pretend -------------------------------------------------------------------


def test_one_cluster_gives_no_interval_by_weights():
    """Its residuals sum to 0, so the variance by weights would be 0."""
    alone = households(psu=1)
    with pytest.raises(ce.UsageError, match="one cluster cannot say how far clusters differ"):
        ce.SurveyModel(alone.assign(weight=50))
    model = ce.SurveyModel(alone, population=9000)
    assert "one_cluster" in dict(model.notes)
    assert model.fit(seed=1, draws=100).details.sample.weighted is None


def test_nobody_dead_in_a_published_sample_is_an_upper_bound():
    row = {"deaths": [0], "members": [3000], "population": [20_000], "clusters": [30]}
    model = ce.SurveyModel(pd.DataFrame({"source": ["X"], **row, "households": [600]}))
    assert dict(model.notes)["upper_bound"].startswith("nobody in the sample of X died")


# Options ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("population", "told_so"),
    [
        ("x", "population is a number of people, or a file with the columns"),
        ("-5", "population must be a number from 1"),
        ("nowhere.csv", "there is no file"),
    ],
)
def test_a_population_that_is_none(population, told_so):
    with pytest.raises(ce.UsageError, match=told_so):
        ce.SurveyModel(households(), population=population)


@pytest.mark.parametrize("text", ["9,000", "9e3", "9000"])
def test_a_population_in_figures(text):
    assert "stand for 9,000 people" in repr(ce.SurveyModel(households(), population=text))


def test_a_stratum_has_one_population(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("stratum,population\na,5000\nb,7000\na,9000\n", encoding="utf-8")
    frame = households(stratum=["a"] * 30 + ["b"] * 30)
    with pytest.raises(ce.InputError, match="this stratum is in the table twice"):
        ce.SurveyModel(frame, population=path)


def test_one_size_of_a_list_is_enough():
    with pytest.raises(ce.UsageError, match=r"the size of one list, or of all.* not of A, B"):
        ce.SurveyModel(deaths(), listed={"A": 100, "B": 90})


def test_households_with_a_column_called_death_are_households():
    survey = ce.Survey(households().rename(columns={"deaths": "death"}))
    assert (survey.form, survey.households.deaths.sum()) == ("households", 9)


def test_clusters_of_two_spellings_are_said():
    frame = households(psu=["C1", "c1"] * 30, stratum=["North"] * 30 + ["north "] * 30)
    texts = [text for code, text in ce.Survey(frame).warnings if code == "similar_names"]
    assert "'C1' and 'c1' are taken as different clusters" in texts[-1]
    assert "'North' and 'north' are taken as different strata" in texts[0]


@pytest.mark.parametrize(
    ("changes", "told_so"),
    [
        ({"prob": [0.05]}, "column 'prob', '0.05': the level of an interval is 0.5 to 0.999"),
        ({"low": ["-4000"]}, "column 'low', '-4000': fewer than 0 people cannot have died"),
        ({"source": ["Total"]}, "a row of this name is a sum of others"),
    ],
)
def test_the_cell_that_is_wrong_is_named(changes, told_so):
    text = told(STUDY | changes)
    assert told_so in text
    assert "rate" not in text


def test_a_level_in_another_language_is_no_rate():
    text = "151,000 (IC 95%: 104,000-223,000)"
    survey = ce.Survey(pd.DataFrame({"source": ["IFHS"], "estimate": [text]}))
    assert ends(survey) == (104_000, 151_000, 223_000, 0.95)


def test_a_place_called_total_is_the_whole():
    frame = {"source": ["A"] * 3, "estimate": [100, 200, 300], "low": 50, "high": 400}
    survey = ce.Survey(pd.DataFrame(frame | {"scope": ["North", "South", "Total"]}))
    assert [row.scope for row in survey.rows] == ["North", "South", "all"]
    assert "'Total' as all" in dict(survey.warnings)["reworded"]
