"""Engines: the exact route, NUTS, and the checks that every fit gets."""
