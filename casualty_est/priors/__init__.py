"""Prior distributions named by median and interval, and source roles with their grounds."""

from casualty_est.priors.distributions import LogitNormal, LogNormal, Normal
from casualty_est.priors.roles import Ground, RatioPrior, Role, default_roles
from casualty_est.priors.settings import Anchor, Group, Priors, read_priors

__all__ = [
    "Anchor",
    "Ground",
    "Group",
    "LogNormal",
    "LogitNormal",
    "Normal",
    "Priors",
    "RatioPrior",
    "Role",
    "default_roles",
    "read_priors",
]
