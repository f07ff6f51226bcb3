"""How dates are written, where Django's way is too long for a table."""
