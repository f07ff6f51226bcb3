"""Units and counters from a table that an office keeps: read, understood whole, and only then written."""
