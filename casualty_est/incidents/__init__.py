"""Incidents: what each source says of each strike."""
