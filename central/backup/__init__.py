"""Everything that a central server needs to be made again elsewhere, in one file; and back (docs/central.md)."""
