"""One hedged number: what people write, and what it says."""
