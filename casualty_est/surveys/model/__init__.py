"""Priors and likelihoods of surveys."""
