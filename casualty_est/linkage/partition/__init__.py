"""The posterior over partitions: which records are of the same person."""
