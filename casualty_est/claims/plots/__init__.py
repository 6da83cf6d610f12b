"""Pictures that only claims over time have."""
