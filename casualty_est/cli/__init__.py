"""The command line: the same library, the same words."""
