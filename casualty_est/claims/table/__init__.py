"""Tables of claims, and which of them count as evidence."""
