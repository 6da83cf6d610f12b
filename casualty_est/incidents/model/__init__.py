"""The model of incidents."""
