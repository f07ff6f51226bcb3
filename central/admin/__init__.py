"""Django's admin: what an administrator sees and may do."""
