"""Pictures that only incidents have."""
