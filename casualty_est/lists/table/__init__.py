"""Tables of capture histories."""
