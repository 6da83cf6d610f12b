"""Posteriors of families of models for overlapping lists."""
