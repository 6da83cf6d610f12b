"""Engines of the lists model: evidence and draws of every family, and their average."""
