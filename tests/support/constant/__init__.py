"""A throw-away kind of evidence: one number that somebody knows."""
