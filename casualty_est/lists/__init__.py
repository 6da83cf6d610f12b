"""Lists: which people are on which of them."""
