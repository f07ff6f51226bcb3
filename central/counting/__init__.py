"""From entries to ratings, and from ratings to counts."""
