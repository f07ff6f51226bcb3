"""One way in for entries, whichever way they came."""
