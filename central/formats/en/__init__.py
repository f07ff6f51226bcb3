"""English, with the day first as in Vietnam."""
