"""Studies: several estimates of one count, one posterior."""
