"""The controller: what a press means, decided without any input or output.

``step(state, event, now) -> (state, effects)`` in `kiosk.controller.machine`; everything in this package is pure.
"""
