"""Small tables of claims, and what counting left of them."""

from __future__ import annotations

import datetime

import pandas as pd

from casualty_est import Claims, ClaimsModel
from tests.support.former import former_model


def model(*rows, **options):
    """A model of claims that are given as source, role and quantity."""
    names = ("source", "role", "quantity")
    return ClaimsModel(
        pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows]), **options
    )


def by_former_priors(*rows, **options):
    """The same with the former priors, whose tails are light enough to follow to three digits."""
    names = ("source", "role", "quantity")
    frame = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])
    return former_model(frame, **options)


def table(text):
    """Read a table written with bars and commas: columns first, then one row per line."""
    lines = [line.strip() for line in text.strip().splitlines()]
    columns = [cell.strip() for cell in lines[0].split("|")]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines[1:]]
    return Claims(pd.DataFrame(rows, columns=columns))


def stands(counted):
    return [(claim.source, claim.line) for claim in counted.claims]


def left(counted):
    return [(out.claim.line, out.code) for out in counted.left_out]


def day(text):
    return datetime.date.fromisoformat(text)
