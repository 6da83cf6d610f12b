"""Evidence of a kind that no wing knows: what the ground floor says of any result."""
