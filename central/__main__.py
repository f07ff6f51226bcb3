"""``python -m central`` is ``hailong-central``."""

from central.cli import main

main(prog_name="hailong-central")
