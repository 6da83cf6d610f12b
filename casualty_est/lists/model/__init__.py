"""Multiple systems estimation: families of models for overlapping lists."""
