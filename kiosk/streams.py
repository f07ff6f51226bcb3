"""Standard input, output and error, where a program was started without, or in a locale that lacks our letters."""

import io
import os
import sys


def open_standard_streams() -> None:
    """Give a program that was started without standard input, output or error the null device instead.

    Their numbers would otherwise go to the next files that are opened, and a word meant for a person would be
    written into the ledger, or a press read from our own wake pipe.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free is this one: those below are open by now.
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def escape_what_cannot_be_written() -> None:
    """Where the locale has no Vietnamese letters, write their numbers instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
