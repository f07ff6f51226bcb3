"""The screens: they only draw. What to draw is a `kiosk.view.View`, where to draw it is `layout`."""

import os

# Whoever imports pygame first decides: its greeting would be a line among the events on standard output.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
