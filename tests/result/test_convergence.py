"""Each convergence check at both sides of its limit, on draws made up for it."""

from __future__ import annotations

import arviz as az
import numpy as np
import pytest

from casualty_est.result.convergence import diagnose, not_converged

CHAINS, DRAWS = 4, 3000
RNG = np.random.default_rng(7)
GOOD = RNG.standard_normal((CHAINS, DRAWS, 2))
ENERGY = RNG.standard_normal((CHAINS, DRAWS))


def checked(values=GOOD, *, divergent=0, energy=ENERGY):
    diverging = np.zeros(energy.shape, dtype=bool)
    diverging.ravel()[:divergent] = True
    return diagnose({"x": values}, {"diverging": diverging, "energy": energy})


def autocorrelated(phi, draws=DRAWS):
    """Chains in which each value keeps a part of the one before."""
    noise = np.random.default_rng(11).standard_normal((CHAINS, draws))
    series = np.empty_like(noise)
    series[:, 0] = noise[:, 0]
    for t in range(1, draws):
        series[:, t] = phi * series[:, t - 1] + np.sqrt(1 - phi**2) * noise[:, t]
    return series


def test_independent_chains_have_converged():
    diagnosis = checked()
    assert (diagnosis.method, diagnosis.converged, diagnosis.reasons) == ("nuts", True, ())
    assert diagnosis.max_rhat == pytest.approx(1.0, abs=0.002)
    assert diagnosis.min_ess > 0.8 * CHAINS * DRAWS
    assert diagnosis.min_bfmi == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(("shift", "converged"), [(0.12, True), (0.25, False)])
def test_chains_that_lie_apart_have_not(shift, converged):
    """The first parameter is fine: the worst of all counts."""
    values = np.random.default_rng(5).standard_normal((2, 20_000, 2))
    values[0, :, 1] += shift
    diagnosis = checked(values)
    assert 1.002 < diagnosis.max_rhat < 1.0099 if converged else 1.0101 < diagnosis.max_rhat < 1.015
    assert diagnosis.min_ess < 400 or converged
    assert (
        any("chains disagree (largest R-hat 1.01" in why for why in diagnosis.reasons) != converged
    )


@pytest.mark.parametrize(("rhat", "converged"), [(1.0099, True), (1.01, True), (1.0101, False)])
def test_rhat_may_be_up_to_1_01(monkeypatch, rhat, converged):
    monkeypatch.setattr(az, "rhat", lambda data: data.mean() * 0 + rhat)
    diagnosis = checked()
    assert diagnosis.max_rhat == pytest.approx(rhat)
    assert diagnosis.converged is converged
    expected = "" if converged else "chains disagree (largest R-hat 1.011, at most 1.01 wanted)"
    assert "".join(diagnosis.reasons) == expected


@pytest.mark.parametrize(("draws", "converged"), [(90, False), (130, True)])
def test_few_draws_are_too_few(draws, converged):
    diagnosis = checked(GOOD[:, :draws], energy=ENERGY[:, :draws])
    assert diagnosis.converged is converged
    assert 400 <= diagnosis.min_ess < 600 if converged else 200 < diagnosis.min_ess < 400
    if not converged:
        why = next(why for why in diagnosis.reasons if "effective" in why)
        fewest = int(diagnosis.min_ess)
        assert why == f"too few effective draws ({fewest}, at least 400 wanted)"


@pytest.mark.parametrize("method", ["bulk", "tail"])
@pytest.mark.parametrize(("ess", "converged"), [(399.9, False), (400.0, True)])
def test_400_effective_draws_are_enough_in_the_bulk_and_in_the_tails(
    monkeypatch, method, ess, converged
):
    def fake(data, method="bulk", prob=None, wanted=method):
        assert prob == ((0.025, 0.975) if method == "tail" else None)
        return data.mean() * 0 + (ess if method == wanted else 5000.0)

    monkeypatch.setattr(az, "ess", fake)
    diagnosis = checked()
    assert diagnosis.min_ess == pytest.approx(ess)
    assert diagnosis.converged is converged


@pytest.mark.parametrize(
    ("divergent", "converged"), [(0, True), (1, True), (12, True), (13, False), (200, False)]
)
def test_one_divergent_transition_in_a_thousand_is_allowed(divergent, converged):
    diagnosis = checked(divergent=divergent)
    assert diagnosis.divergences == divergent
    assert diagnosis.converged is converged
    assert diagnosis.reasons == (() if converged else (f"{divergent} divergent transitions",))


@pytest.mark.parametrize(("phi", "converged"), [(0.8, True), (0.88, False), (0.99, False)])
def test_energy_that_hardly_moves_is_told(phi, converged):
    """Its squared steps come to 2 (1 - phi) of its variance."""
    energy = autocorrelated(phi)
    diagnosis = checked(energy=energy)
    assert diagnosis.min_bfmi == pytest.approx(2 * (1 - phi), abs=0.06)
    assert diagnosis.converged is converged
    if not converged:
        (why,) = diagnosis.reasons
        assert why.startswith("energy is poorly explored (BFMI 0.")
        assert why.endswith(", at least 0.3 wanted)")


def test_the_worst_chain_sets_the_energy():
    energy = ENERGY.copy()
    energy[2] = autocorrelated(0.9)[2]
    assert checked(energy=energy).min_bfmi == pytest.approx(0.2, abs=0.04)


def test_the_energy_limit_itself_is_good_enough():
    """Four steps of energy whose BFMI is .3 to the last digit, or a hair less."""
    for bfmi, converged in ((0.3, True), (0.2999, False)):
        steps = np.sin(np.arange(DRAWS))
        low, high = 0.0, 100.0
        for _ in range(200):  # a slope that raises the variance until the steps are as small
            slope = (low + high) / 2
            energy = steps + slope * np.arange(DRAWS) / DRAWS
            reached = np.square(np.diff(energy)).sum() / np.square(energy - energy.mean()).sum()
            low, high = (slope, high) if reached > bfmi else (low, slope)
        energy = np.tile(steps + low * np.arange(DRAWS) / DRAWS, (CHAINS, 1))
        assert checked(energy=energy).converged is converged


def test_all_that_fails_is_told_in_one_note():
    diagnosis = checked(GOOD[:, :20], divergent=9, energy=autocorrelated(0.99, 20))
    assert len(diagnosis.reasons) >= 3
    note = not_converged(diagnosis.reasons, ("more draws", "fewer sources"))
    assert note.code == "not_converged"
    assert note.text.startswith(f"NOT CONVERGED: {diagnosis.reasons[0]}; {diagnosis.reasons[1]}")
    assert note.text.endswith("What helps: (1) more draws; (2) fewer sources")


def test_too_few_draws_for_any_diagnostic_have_not_converged():
    diagnosis = checked(GOOD[:, :3], energy=ENERGY[:, :3])
    assert not diagnosis.converged


def test_a_number_that_fails_never_looks_as_if_it_passed(monkeypatch):
    monkeypatch.setattr(az, "rhat", lambda data, **_: data.mean() * 0 + 1.01002)
    monkeypatch.setattr(az, "ess", lambda data, **_: data.mean() * 0 + 399.9)
    assert checked().reasons == (
        "chains disagree (largest R-hat 1.011, at most 1.01 wanted)",
        "too few effective draws (399, at least 400 wanted)",
    )
