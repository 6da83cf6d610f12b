"""Pictures that only lists have."""
