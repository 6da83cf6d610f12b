"""Surveys: a probability sample of households, or of the dead, and what it says of all of them."""
