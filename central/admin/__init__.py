"""Django's admin: what an administrator sees and may do."""

from central.admin import devices, organisation, oversight, people

__all__ = ["devices", "organisation", "oversight", "people"]
