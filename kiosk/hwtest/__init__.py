"""Which input works: the presses of a technician, shown as they come and kept as `test` entries, never counted."""
