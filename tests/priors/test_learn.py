"""What is learned from the record agrees with grids, with PyMC, and with the shipped file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from casualty_est import datasets
from casualty_est.priors import learn as learning
from casualty_est.priors.gibbs import rows_of, sample
from casualty_est.priors.learn import learn, term_sds
from casualty_est.priors.learned import NONE_LEFT_OUT, NUMBERS, Learned, learned, shipped, to_csv
from tests.support.record_by_hand import grid_means, pymc_means

RECORD = datasets.record()
KOSOVO = "Kosovo 1998-99"


def statements(role, ratios, conflicts, sd=0.1):
    """Totals of one role; each with a better figure of its own."""
    template = replace(RECORD[0], role=role, level="war", hedge="exact", ref_sd_log=sd)
    return [
        replace(
            template,
            id=f"x{place}",
            conflict=conflict,
            ref_best=1000.0 + place,
            reported_best=ratio * (1000.0 + place),
        )
        for place, (ratio, conflict) in enumerate(zip(ratios, conflicts, strict=True))
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "ratios", "share"),
    [
        pytest.param("party", [0.3, 0.5, 0.9, 0.8, 0.2, 1.5], False, marks=pytest.mark.slow),
        ("monitor", [0.2, 0.3, 0.9, 1.0, 0.6, 0.05], True),
    ],
)
def test_one_role_agrees_with_a_grid(role, ratios, share):
    conflicts = ["a", "a", "b", "b", "c", "d"]
    rows = rows_of(statements(role, ratios, conflicts))
    only_mean = np.array([[1.5, 0.0, 0.0]])
    drawn = sample(rows, [-1], draws=6000, warmup=300, seed=1, term_sd=only_mean)
    ours = [drawn.terms[:, 0, 0, 0].mean(), drawn.log_b.mean(), drawn.log_w.mean()]
    expected = grid_means(np.log(ratios), [0.1] * 6, conflicts, share=share)
    assert ours == pytest.approx(expected, abs=0.12)


@pytest.mark.thorough
def test_a_left_out_conflict_leaves_only_the_prior():
    rows = rows_of(statements("party", [0.01, 0.02], ["a", "a"]))
    only_mean = np.array([[1.5, 0.0, 0.0]])
    drawn = sample(rows, [-1, 0], draws=1500, warmup=200, seed=1, term_sd=only_mean)
    mean, sd = drawn.terms[..., 0, 0].mean(axis=0), drawn.terms[..., 0, 0].std(axis=0)
    assert mean[0] < -2
    assert mean[1] == pytest.approx(0, abs=0.1)
    assert sd[1] == pytest.approx(1.5, abs=0.1)
    assert drawn.log_b[:, 1].mean() == pytest.approx(-1, abs=0.15)


def test_a_fold_alone_has_the_draws_that_it_has_among_others():
    rows = rows_of(RECORD)
    some = {"draws": 20, "warmup": 5, "seed": 3, "term_sd": term_sds(rows)}
    alone = sample(rows, [7], **some)
    among = sample(rows, [-1, 2, 7, 9], **some)
    np.testing.assert_allclose(alone.terms[:, 0], among.terms[:, 2], rtol=1e-6)
    np.testing.assert_allclose(alone.log_b[:, 0], among.log_b[:, 2], rtol=1e-6)


def test_only_main_rows_are_learned_from():
    rows = rows_of(RECORD)
    assert len(rows.statements) == 236
    assert {row.use for row in rows.statements} == {"main"}
    assert {role for role, share in zip(rows.roles, rows.is_share, strict=True) if share} == {
        "international",
        "merged_list",
        "monitor",
        "registry",
    }
    shared = rows.reference[[row.id.startswith("gin") for row in rows.statements]]
    assert len(shared) == 4
    assert len(set(shared)) == 1


def test_the_shipped_file_holds_every_conflict_and_role():
    rows = rows_of(RECORD)
    names = {(without, role) for without in ("", *rows.conflicts) for role in (*rows.roles, "none")}
    assert set(shipped()) == names
    assert all(
        getattr(row, name) == getattr(row, name) for row in shipped().values() for name in NUMBERS
    )


@pytest.mark.thorough
def test_one_fold_rebuilt_in_short_is_the_shipped_one_within_its_error(monkeypatch):
    monkeypatch.setattr(learning, "DRAWS", 700)
    monkeypatch.setattr(learning, "WARMUP", 100)
    table = learn(RECORD, folds=(KOSOVO,))
    assert {row.role for row in table} == {role for _, role in shipped()}
    for row in table:
        whole = shipped()[KOSOVO, row.role]
        for name in ("total", "incident", "log_b", "log_w"):
            sd = getattr(whole, f"{name}_sd")
            assert getattr(row, name) == pytest.approx(getattr(whole, name), abs=0.45 * sd), (
                row.role,
                name,
            )


@pytest.mark.slow
def test_one_fold_rebuilt_is_the_shipped_one():
    for row in learn(RECORD, folds=(KOSOVO,)):
        whole = shipped()[KOSOVO, row.role]
        for name in NUMBERS:
            # The same draws on one kind of processor; elsewhere within the error of the sampler.
            assert getattr(row, name) == pytest.approx(getattr(whole, name), abs=0.04)


@pytest.mark.slow
def test_pymc_agrees():
    rows = rows_of(RECORD)
    means, divergent = pymc_means(rows)
    assert divergent < 5
    for place, role in enumerate(rows.roles):
        whole = shipped()[NONE_LEFT_OUT, role]
        ours = [whole.total, whole.incident, whole.log_b, whole.log_w]
        assert ours == pytest.approx(means[place], abs=0.1), role


def test_a_conflict_without_rows_of_a_role_hardly_matters_and_its_own_does():
    whole, without = learned("monitor"), learned("monitor", (KOSOVO,))
    assert without.total > whole.total + 0.1  # three lists that held 7 to 17% of the dead
    assert learned("party", (KOSOVO,)).total == pytest.approx(learned("party").total, abs=0.05)
    assert learned("party", ("no such conflict",)) == learned("party")


def test_several_conflicts_left_out_add_up():
    one, two = learned("monitor", (KOSOVO,)), learned("monitor", ("Sudan 2023-",))
    both = learned("monitor", (KOSOVO, "Sudan 2023-"))
    whole = learned("monitor")
    assert both.total == pytest.approx(one.total + two.total - whole.total)
    assert both.total_sd >= max(one.total_sd, two.total_sd)


def test_the_file_is_written_as_it_is_read():
    row = Learned("a", "party", *(0.1234 + place for place in range(8)))
    header, line = to_csv([row]).splitlines()
    assert header.startswith("without,role,total,total_sd,incident")
    assert line.startswith("a,party,0.123,1.123,2.123")
