"""Tables of incidents, as published and as patterns."""
