"""The drawings of the guides: wiring from the pins that the code has, the panel of buttons, and the place."""
