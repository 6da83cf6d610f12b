"""The incidents model: true deaths of each incident, and who reports what of it."""
