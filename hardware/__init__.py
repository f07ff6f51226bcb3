"""Presses from five-level buttons, whatever wire they come by."""
