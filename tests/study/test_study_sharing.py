"""What a source is worth in one kind, taken from another: closed forms, refusals, the file."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import casualty_est as ce
from casualty_est.errors import InputError, UsageError
from casualty_est.result.schema import SourceRow, Span
from casualty_est.result.shared import NormalPrior, shared_by
from casualty_est.study.inference.sharing import told
from casualty_est.study.model.sharing import normal_prior
from casualty_est.study.table.file import StudyFile
from tests.support.known import EVEN, KnownEstimate, known

MEAN = 9.0
SAID, NOISE = 8.6, 0.05  # log of what the source said of all, and the sd of that
PRIOR = NormalPrior(-0.5, 0.4)  # of the log of its ratio, in the kind that takes
MEASURED = (-0.2, 0.15)


def row_of(name, prior):
    ends = Span(*np.exp([prior.mean, *(prior.mean + prior.sd * stats.norm.ppf([0.025, 0.975]))]))
    return SourceRow(name, name, prior=ends, prior_log_sd=prior.sd)


class Taking(KnownEstimate):
    """One claim: log said = log N + b + noise, with a flat log N."""

    row = row_of("M", PRIOR)

    def shared(self):
        told_of = [(self.row, what, draws) for _, what, draws in self.worth]
        return shared_by(self, lambda row: self.prior, told_of, self.said)


def taking(row=None, seed=2):
    rng = np.random.default_rng(seed)
    b = PRIOR.mean + PRIOR.sd * rng.permutation(EVEN)
    log_n = SAID - b + NOISE * rng.permutation(EVEN)
    est = known(log_n, kind=Taking, worth=[("M", "ratio_total", np.exp(b))])
    est.row = row or Taking.row
    return est


def measuring(tie=0.0, count=(MEAN, 0.2), quantity="ratio_within", seed=3, measured=MEASURED):
    """A kind that knows a count and what the source is worth, with correlated errors."""
    rng = np.random.default_rng(seed)
    z = rng.permutation(EVEN)
    log_n = count[0] + count[1] * z
    b = measured[0] + measured[1] * (tie * z + np.sqrt(1 - tie**2) * rng.permutation(EVEN))
    return known(log_n, worth=[("M", quantity, np.exp(b))])


def study(giver, *, sd=0.0, **options):
    joined = ce.Study(other=known(MEAN + 0.5 * EVEN), takes=taking(), gives=giver)
    joined.relation("M", "takes", "gives", "independent")
    joined.share("M", "takes", "gives", sd=sd)
    return joined.fit(seed=1, **options)


def moments(joint):
    logs = np.log(joint.draws())
    return logs.mean(), logs.std()


@pytest.mark.parametrize("sd", [0.0, 0.2])
def test_a_kind_that_is_cut_tells_of_the_source_alone(sd):
    joint = study(measuring(), sd=sd, eta={"gives": 0})
    mean, variance = SAID - MEASURED[0], NOISE**2 + MEASURED[1] ** 2 + sd**2
    precision = 1 / variance + 1 / 0.5**2
    expected = (mean / variance + MEAN / 0.5**2) / precision
    got, spread = moments(joint)
    assert got == pytest.approx(expected, abs=0.01)
    assert spread == pytest.approx(precision**-0.5, rel=0.04)
    # What the source is worth in the kind that took it follows.
    bias = np.log(joint.worth_of("M", "takes"))
    assert bias.mean() == pytest.approx(MEASURED[0], abs=0.08)
    assert bias.std() < PRIOR.sd / 1.5


@pytest.mark.parametrize("tie", [0.0, -0.6, 0.7])
def test_where_both_move_the_count_nothing_counts_twice(tie):
    """The joint Normal of count and ratio, with what the source said as one more observation."""
    joint = study(measuring(tie))
    covariance = np.array(
        [[0.2**2, tie * 0.2 * MEASURED[1]], [tie * 0.2 * MEASURED[1], MEASURED[1] ** 2]]
    )
    precision = np.linalg.inv(covariance)
    pull = precision @ [MEAN, MEASURED[0]]
    sees = np.ones(2) / NOISE  # of N + b
    precision = precision + np.outer(sees, sees)
    pull = pull + sees * SAID / NOISE
    precision[0, 0] += 1 / 0.5**2
    pull[0] += MEAN / 0.5**2
    there = np.linalg.inv(precision)
    got, spread = moments(joint)
    assert got == pytest.approx((there @ pull)[0], abs=0.012)
    assert spread == pytest.approx(np.sqrt(there[0, 0]), rel=0.06)


def test_the_density_given_the_count_is_that_of_a_conditional_normal():
    rng = np.random.default_rng(4)
    z = rng.standard_normal((20_000, 2))
    n, b = 9 + 0.3 * z[:, 0], 0.2 * (0.8 * z[:, 0] + 0.6 * z[:, 1])
    at, log_n = np.array([-0.2, 0.0, 0.1]), np.array([8.8, 9.0, 9.3])
    law = stats.norm(0.2 * 0.8 * (log_n - 9) / 0.3, 0.2 * 0.6)
    np.testing.assert_allclose(told(b, n, at, log_n), law.logpdf(at), atol=0.06)
    np.testing.assert_allclose(told(b, None, at, log_n), stats.norm(0, 0.2).logpdf(at), atol=0.05)


@pytest.mark.thorough
def test_what_was_taken_is_said_and_kept(tmp_path):
    joint = study(measuring(), eta={"gives": 0})
    said = "takes what M is worth from gives: 0.82 (0.61 to 1.1) in place of its prior 0.61"
    kind = joint.details.kinds[1]
    assert any(said in text for text in kind.ledger)
    joint.save(tmp_path / "joint.nc")
    assert ce.Estimate.load(tmp_path / "joint.nc").details.kinds[1].ledger == kind.ledger
    page = joint.report(tmp_path / "joint.html").read_text("utf-8")
    assert "takes what M is worth from gives" in page


def test_a_prior_is_a_normal_by_its_quantiles():
    assert normal_prior(Taking.row).mean == pytest.approx(-0.5)
    assert normal_prior(Taking.row).sd == 0.4
    skewed = SourceRow("M", "M", prior=Span(0.6, 0.2, 1.0), prior_log_sd=0.4)
    assert normal_prior(skewed) is None
    assert normal_prior(SourceRow("M", "M")) is None


def test_what_cannot_be_shared_is_refused():
    pair = {"takes": taking(), "gives": measuring()}
    joined = ce.Study(**pair)
    with pytest.raises(UsageError, match="'took' is not a kind of this study"):
        joined.share("M", "took", "gives")
    with pytest.raises(UsageError, match="given twice"):
        joined.share("M", "takes", "takes")
    with pytest.raises(UsageError, match="must have one parameter of 'X' with a prior, and has 0"):
        joined.share("X", "takes", "gives")
    with pytest.raises(UsageError, match="0 parameters of 'M' in gives fit: say which"):
        joined.share("M", "takes", "gives", quantity="ratio_total")
    with pytest.raises(UsageError, match="sd must lie between 0 and 2"):
        joined.share("M", "takes", "gives", sd=-1)
    skewed = SourceRow("M", "M", prior=Span(0.6, 0.2, 1.0), prior_log_sd=0.4)
    with pytest.raises(UsageError, match="is no log-normal"):
        ce.Study(takes=taking(skewed), gives=measuring()).share("M", "takes", "gives")


def test_a_measurement_far_from_the_draws_is_refused():
    with pytest.raises(UsageError, match="lies too far from the draws of takes"):
        study(measuring(measured=(2.0, 0.05)), eta={"gives": 0})


def test_the_last_word_counts_and_is_printed():
    joined = ce.Study(takes=taking(), gives=measuring())
    joined.share("M", "takes", "gives", sd=0.1)
    joined.share("m", "takes", "gives", sd=0.3)
    assert [one.sd for one in joined.shares] == [0.3]
    assert "takes takes what m is worth from gives, up to a log sd of 0.3" in repr(joined)


def test_the_file_of_a_study(tmp_path):
    taking().save(tmp_path / "one.nc")
    text = '[kinds.one]\nfile = "one.nc"\n[kinds.two]\nfile = "one.nc"\n[[shares]]\nsource = "M"\n'
    (tmp_path / "study.toml").write_text(text + 'label = "one"\nby = 3\n', "utf-8")
    with pytest.raises(InputError) as error:
        StudyFile.read(tmp_path / "study.toml")
    told_of = str(error.value)
    assert "sharing 1: 'by' is unknown" in told_of
    assert "sharing 1 needs other, each a text" in told_of
    (tmp_path / "study.toml").write_text(text + 'label = "one"\nother = "two"\nsd = 0.1\n', "utf-8")
    read = StudyFile.read(tmp_path / "study.toml")
    joined = read.study({"one": taking(), "two": measuring()})
    assert [(one.source, one.label, one.other, one.sd) for one in joined.shares] == [
        ("M", "one", "two", 0.1)
    ]
