"""``hailong``, and ``python -m kiosk``.

What has to be done before the rest is even imported: nothing here imports more than it must.
"""

import gc
import sys

from kiosk import ahead
from kiosk.streams import escape_what_cannot_be_written, open_standard_streams


def main() -> None:
    """Run the command line."""
    open_standard_streams()
    escape_what_cannot_be_written()
    if sys.argv[1:2] == ["run"]:
        ahead.read(ahead.list_file())
        gc.disable()  # an import makes much that stays; `run_kiosk` enables it again
    from kiosk.cli import main as command

    command(prog_name="hailong")


if __name__ == "__main__":
    main()
