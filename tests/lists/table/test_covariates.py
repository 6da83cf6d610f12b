"""Columns that say what people are: categories, numbers in bands, blanks, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import InputError, UsageError
from casualty_est.lists.families import Covariates
from casualty_est.lists.table.traits import UNKNOWN

LISTS = ["A", "B", "C"]


@pytest.fixture
def people():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.integers(0, 2, (60, 3)), columns=LISTS)
    frame.loc[frame.sum(axis=1) == 0, "C"] = 1
    return frame.assign(
        sex=rng.choice(["f", "m", ""], 60),
        age=rng.integers(0, 95, 60).astype(str),
        side=rng.choice(["n", "s"], 60),
    )


def read(frame, covariates, **settings):
    return ce.CaptureHistories(frame, lists=LISTS, covariates=covariates, **settings)


def traits_of(histories):
    return histories.strata[0].table.traits


def test_people_of_each_value_are_counted(people):
    traits = traits_of(read(people, ["sex"]))
    (sex,) = traits.covariates
    assert sex.values == ("f", "m")
    for code, text in ((0, "f"), (1, "m"), (UNKNOWN, "")):
        here = traits.values[:, 0] == code
        assert traits.counts[here].sum() == (people["sex"] == text).sum()
        on_a = traits.counts[here] @ traits.histories[here, 0].astype(int)
        assert on_a == ((people["sex"] == text) & (people["A"] == 1)).sum()
    assert traits.open.tolist() == [(people["sex"] == "").sum()]


def test_blanks_are_told_and_nobody_is_dropped(people):
    people.loc[:2, "sex"] = ["unknown", "NA", "?"]
    histories = read(people, ["sex", "side"])
    assert histories.people == 60
    assert histories.covariates == ("sex", "side")
    (note,) = [text for _, text in histories.warnings if "'sex'" in text]
    blank = (~people["sex"].isin(["f", "m"])).sum()
    assert f"2 values: f, m; {blank} people have none, which is estimated" in note
    assert "with sex, side" in repr(histories)


def test_numbers_stand_in_bands_of_about_equally_many_people(people):
    people.loc[0, "age"] = ""
    traits = traits_of(read(people, ["age"]))
    (age,) = traits.covariates
    assert len(age.values) == 8
    numbers = people["age"][1:].astype(int)
    total = 0
    for band, (label, middle) in enumerate(zip(age.values, age.middles, strict=True)):
        low, _, high = label.partition(" to ")
        inside = numbers[(numbers >= int(low)) & (numbers <= int(high or low))]
        assert middle == pytest.approx(inside.mean())
        assert traits.counts[traits.values[:, 0] == band].sum() == len(inside)
        assert 4 <= len(inside) <= 11
        total += len(inside)
    assert total == 59


def test_few_numbers_are_values_in_their_order(people):
    people["district"] = [str(1 + i % 3 * 10) for i in range(60)]
    (district,) = traits_of(read(people, "district")).covariates
    assert district.values == ("1", "11", "21")
    assert not district.middles


def test_counts_and_persons_say_the_same(people):
    counted = people.groupby([*LISTS, "sex"]).size().rename("count").reset_index()
    assert read(counted, ["sex"]) == read(people[[*LISTS, "sex"]], ["sex"])
    assert read(people, ["sex"]) != read(people, ["side"])
    # Without lists named, a covariate is no list, though it is written as one.
    people["female"] = (people["sex"] == "f").astype(int)
    alone = ce.CaptureHistories(people[[*LISTS, "female"]], covariates=["female"])
    assert alone.lists == ("A", "B", "C")
    assert alone.covariates == ("female",)


def test_strata_keep_their_covariates_and_pool_them(people):
    divided = read(people, ["sex"], by="side")
    assert len(divided) == 2
    assert divided.covariates == ("sex",)
    whole = divided.pooled().table
    plain = read(people[[*LISTS, "sex"]], ["sex"]).strata[0].table
    np.testing.assert_array_equal(whole.traits.values, plain.traits.values)
    np.testing.assert_array_equal(whole.traits.counts, plain.traits.counts)
    np.testing.assert_array_equal(whole.counts, plain.counts)


def test_replicates_have_the_same_values(people, tmp_path):
    file = tmp_path / "replicates.csv"
    two = pd.concat([people.assign(run=1), people.assign(run=2, sex="f")])
    two.to_csv(file, index=False)
    tables = ce.CaptureHistories.read_replicates(
        file, replicate="run", lists=LISTS, covariates=["sex"]
    )
    assert [t.covariates for t in tables] == [("sex",), ("sex",)]
    ce.ListModel(tables)
    with pytest.raises(UsageError, match=r"replicate 2 has other covariates or values"):
        ce.ListModel([read(people, ["sex"]), read(people, ["side"])])


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (["x"] * 60, "'what': this covariate is 'x' for everybody, and so explains nothing"),
        ([""] * 60, "'what': every cell of this covariate is blank"),
        ([f"p{i}" for i in range(60)], "another value for every person, as an identifier has"),
        ([f"t{i % 45}" for i in range(60)], "this covariate has 45 values, and at most 40 can be"),
        (["n", "s", "total"] * 20, "a value of this name adds up the others"),
    ],
)
def test_covariates_that_say_nothing_are_refused(people, column, words):
    with pytest.raises(InputError) as error:
        read(people.assign(what=column), ["what"])
    assert words in str(error.value)


def test_a_column_has_one_use(people):
    with pytest.raises(UsageError, match="'A' cannot be a covariate and a list at once"):
        read(people, ["A"])
    with pytest.raises(UsageError, match="'sex' cannot be a covariate and a stratum at once"):
        read(people, ["sex"], by="sex")
    with pytest.raises(UsageError, match="cannot be a covariate and the number of people at once"):
        read(people.assign(count=1), ["count"])
    with pytest.raises(UsageError, match="covariates names a column twice"):
        read(people, ["sex", "sex"])
    with pytest.raises(UsageError, match="the table has no column 'gender'"):
        read(people, ["gender"])


def test_covariates_and_families_go_together(people):
    with_sex = read(people, ["sex"])
    model = ce.ListModel(with_sex)
    assert model.settings["families"] == ["covariates"]
    assert model.settings["covariates"] == ["sex"]
    assert "are not averaged" in " ".join(text for _, text in model.notes)
    alike = ce.ListModel(with_sex, families="covariates(classes=1)")
    assert alike.families_for(with_sex.strata[0])[0] == (Covariates(classes=1),)
    with pytest.raises(UsageError, match="ridge has no place for covariates"):
        ce.ListModel(with_sex, families="ridge")
    with pytest.raises(UsageError, match="needs a table with covariates: name their columns"):
        ce.ListModel(people[LISTS], families="covariates")
    with pytest.raises(UsageError, match="classes must be a whole number from 1 to 4, not 5"):
        Covariates(classes=5)
    with pytest.raises(UsageError, match="covariates needs at least 3 lists, not 2"):
        ce.ListModel(ce.CaptureHistories(people, lists=["A", "C"], covariates=["sex"]))
    with pytest.raises(UsageError, match="covariates has no PyMC model"):
        model.pymc_model_for(with_sex.strata[0])


def test_too_many_combinations_are_refused(people):
    values = {f"v{c}": [f"{c}x{i % 30}" for i in range(60)] for c in range(4)}
    wide = people.assign(**values)
    wide.loc[:5, list(values)] = ""
    model = ce.ListModel(read(wide, list(values)))
    with pytest.raises(UsageError, match=r"combined in 810,000 ways, more than can be told apart"):
        model.fit(seed=1)


# One row per person and list ----------------------------------------------------------------------


def long_of(frame, known):
    """The same people with a row for each list that holds them."""
    return pd.DataFrame(
        [
            {"person": f"P{i}", "list": name, **{column: row[column] for column in known}}
            for i, row in frame.iterrows()
            for name in LISTS
            if row[name]
        ]
    )


def test_a_row_per_person_and_list_says_the_same(people):
    known = ["sex", "age", "side"]
    long = ce.CaptureHistories.from_long(long_of(people, known), covariates=known)
    assert long == read(people, known)
    divided = ce.CaptureHistories.from_long(
        long_of(people, known), by="side", covariates=["sex", "age"]
    )
    assert divided == read(people, ["sex", "age"], by="side")


def test_a_person_has_what_any_row_says_and_nothing_where_rows_differ(people):
    long = long_of(people, ["sex"])
    several = long[long.duplicated("person", keep=False) & (long["sex"] != "")]
    blank, other = several.drop_duplicates("person").index[:2]
    long.loc[blank, "sex"] = "unknown"
    long.loc[other, "sex"] = "m" if long.loc[other, "sex"] == "f" else "f"
    histories = ce.CaptureHistories.from_long(long, covariates="sex")
    wanted = people.copy()
    wanted.loc[int(long.loc[other, "person"][1:]), "sex"] = ""
    assert traits_of(histories).open == traits_of(read(wanted, ["sex"])).open
    assert histories == read(wanted, ["sex"])
    told = [text for code, text in histories.warnings if code == "covariate"]
    assert told[0] == "the rows of 1 person say different things in 'sex': taken as not known"
    everybody = ce.CaptureHistories.from_long(
        long.assign(sex=["f", "m"] * (len(long) // 2) + ["f"] * (len(long) % 2)), covariates="sex"
    )
    assert "people say different things in 'sex'" in str(everybody.warnings)


def test_covariates_of_a_long_table_are_checked_and_name_nobody(people):
    long = long_of(people, ["sex"])
    with pytest.raises(InputError, match="name it in by= or covariates=, or remove it"):
        ce.CaptureHistories.from_long(long)
    with pytest.raises(UsageError, match="'person' cannot be a covariate and the person at once"):
        ce.CaptureHistories.from_long(long, covariates=["person"])
    with pytest.raises(UsageError, match="'list' cannot be a covariate and the list at once"):
        ce.CaptureHistories.from_long(long, covariates="list")
    with pytest.raises(UsageError, match="'sex' cannot be a covariate and a stratum at once"):
        ce.CaptureHistories.from_long(long, covariates="sex", by="sex")
    with pytest.raises(UsageError, match="the table has no column 'gender'; it has 3 columns"):
        ce.CaptureHistories.from_long(long, covariates="gender")
    named = long.assign(sex="Ana " + long["person"])
    with pytest.raises(InputError, match="another value for every person") as error:
        ce.CaptureHistories.from_long(named, covariates="sex")
    assert "Ana" not in str(error.value)


# What a result tells apart ------------------------------------------------------------------------


def test_a_result_counts_neighbouring_bands_of_a_number_together(people):
    (age,) = traits_of(read(people, ["age"])).covariates
    numbers = np.sort(people["age"].astype(int))
    assert age.groups == ((0, 1), (2, 3), (4, 5), (6, 7))
    ends = [tuple(map(int, label.split(" to "))) for label in age.labels]
    assert ends[0][0] == numbers[0]
    assert ends[-1][1] == numbers[-1]
    sizes = [((numbers >= low) & (numbers <= high)).sum() for low, high in ends]
    assert sum(sizes) == 60
    assert min(sizes) > 10
    (side,) = traits_of(read(people, ["side"])).covariates
    assert (side.groups, side.labels) == (((0,), (1,)), ("n", "s"))
