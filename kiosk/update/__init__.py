"""Another version of the program, signed by the server: it is ready within a minute, or the one before is back.

What must work while the package is half exchanged (`model`, `driver`, `machine`, `files`, `standalone`) needs nothing
but Python's own library, and is run from a copy beside the package (`staging`).
"""
