"""What a technician may set, and how it is read: one list of options, several sources, every error at once.

The list is `options`; `load` puts the sources together into a `model.Config`.
"""
