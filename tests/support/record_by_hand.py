"""One role of the record solved on a grid, and the whole record in PyMC."""

from __future__ import annotations

import numpy as np
from scipy import stats

ETA = np.linspace(-12, 10, 265)
LOG_B = np.linspace(-5.6, 2.8, 29)
LOG_W = np.linspace(-5.6, 2.8, 29)
MU = np.linspace(-4.5, 4.5, 61)
T4 = stats.t.ppf((np.arange(200) + 0.5) / 200, 4)


def grid_means(log_ratio, sd, conflict, *, share=False):
    """Posterior means of mu, log b and log w of one role without incidents."""
    density = np.empty((len(log_ratio), len(LOG_W), len(ETA)))
    for place, log_w in enumerate(LOG_W):
        value = ETA[:, None] + np.exp(log_w) * T4
        for row, (y, error) in enumerate(zip(log_ratio, sd, strict=True)):
            if share:
                value_of = -np.logaddexp(0, -value) + 0.05
                kernel = stats.norm.pdf(y, value_of, np.hypot(error, 0.15))
            else:
                kernel = stats.norm.pdf(y, value, error)
            density[row, place] = kernel.mean(axis=1)
    widths = np.maximum(np.exp(LOG_B), 0.06)  # not below the step of the grid
    common = stats.norm.pdf(ETA, MU[:, None, None], widths[None, :, None])
    common /= common.sum(axis=-1, keepdims=True)
    # With one role the pooled mean sums out: N(-1, 1) and N(pooled, 0.7).
    prior_mean = -1.0 + (np.log(2) if share else 0.0)
    spread = stats.norm(prior_mean, np.hypot(1.0, 0.7))
    # On the logit scale log b and log w have the same pooled means, log 2 higher.
    log_posterior = (
        stats.norm.logpdf(MU, 0, 1.5)[:, None, None]
        + spread.logpdf(LOG_B)[None, :, None]
        + spread.logpdf(LOG_W)[None, None, :]
    )
    for name in np.unique(conflict):
        product = density[np.asarray(conflict) == name].prod(axis=0)
        log_posterior = log_posterior + np.log(np.einsum("mbe,we->mbw", common, product) + 1e-300)
    weight = np.exp(log_posterior - log_posterior.max())
    weight /= weight.sum()
    return (
        float(weight.sum(axis=(1, 2)) @ MU),
        float(weight.sum(axis=(0, 2)) @ LOG_B),
        float(weight.sum(axis=(0, 1)) @ LOG_W),
    )


def pymc_means(rows):
    """Posterior means of (role, [total, incident, log b, log w]) of the whole record."""
    import pymc as pm

    share_role = rows.is_share
    share = share_role[rows.role]
    number = ~share
    stretch = np.where(share_role, np.log(2.0), 0.0)
    references = len(np.unique(rows.reference))
    reference_sd = np.zeros(references)
    reference_sd[rows.reference] = rows.ref_sd
    groups = len(rows.role_of_group)
    with pm.Model():
        mu = pm.Normal("mu", 0, 1.5, shape=len(rows.roles))
        shift = pm.Normal("shift", 0, np.where(share_role, 0.6, 0.3), shape=len(rows.roles))
        pooled_b = pm.Normal("pooled_b", -1, 1)
        pooled_w = pm.Normal("pooled_w", -1, 1)
        log_b = pm.Normal("log_b", pooled_b + stretch, 0.7, shape=len(rows.roles))
        log_w = pm.Normal("log_w", pooled_w + stretch, 0.7, shape=len(rows.roles))
        common = pm.Normal("common", 0, 1, shape=groups) * pm.math.exp(log_b)[rows.role_of_group]
        error = pm.Normal("error", 0, 1, shape=references) * reference_sd
        own = pm.Normal("own", 0, 1, shape=len(rows.role)) * rows.own_sd
        mean = mu[rows.role] + shift[rows.role] * rows.design[:, 1] + common[rows.group]
        scale = pm.math.exp(log_w)[rows.role]
        pm.StudentT(
            "numbers",
            nu=4,
            mu=(mean + error[rows.reference] + own)[number],
            sigma=scale[number],
            observed=rows.log_ratio[number],
        )
        single = pm.StudentT("single", nu=4, mu=0, sigma=1, shape=int(share.sum()))
        logit = mean[share] + scale[share] * single
        log_share = -pm.math.log1pexp(-logit)
        pm.Normal(
            "shares",
            log_share + 0.05 + error[rows.reference][share],
            0.15,
            observed=rows.log_ratio[share],
        )
        idata = pm.sample(
            draws=4000, tune=1500, chains=2, cores=1, random_seed=3, progressbar=False,
            nuts_sampler="nutpie", target_accept=0.95,
        )  # fmt: skip
    of = {name: idata.posterior[name].mean(("chain", "draw")).to_numpy() for name in
          ("mu", "shift", "log_b", "log_w")}  # fmt: skip
    divergent = int(idata.sample_stats["diverging"].sum())
    return np.column_stack([of["mu"], of["mu"] + of["shift"], of["log_b"], of["log_w"]]), divergent
