"""Names of people in any script: one spelling, parts, and a key that survives transliteration."""
