"""Django's admin: what an administrator sees and may do."""

from central.admin import devices, organisation, oversight, people, reading

__all__ = ["devices", "organisation", "oversight", "people", "reading"]
