"""From the kinds of a study to one posterior of its count."""
