"""How strongly the fields of two records speak for one person."""
