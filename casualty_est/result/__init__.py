"""The result of a fit: draws, what stands beside them, and the questions it answers."""
