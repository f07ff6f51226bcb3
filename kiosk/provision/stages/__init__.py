"""The steps, one a module. Pure."""
