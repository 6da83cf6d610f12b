"""Multiple systems estimation: one file per family of distributions over capture histories."""
