"""Posteriors of surveys."""
