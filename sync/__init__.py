"""Moves ratings away from the terminal; so far, checks that what was exported is what was stored."""
