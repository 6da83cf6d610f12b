"""From lists of names to capture histories, with how sure the matching is."""
