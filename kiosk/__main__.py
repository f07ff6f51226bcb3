"""``python -m kiosk`` is ``hailong``."""

from kiosk.cli import main

main(prog_name="hailong")
