"""Errors of the inputs.

::

    HardwareError
    ├── GpioError
    │   ├── GpioUnavailable      (also ImportError)
    │   ├── GpioChipNotFound     (also LookupError)
    │   └── GpioPinBusy          (also OSError)
    └── PadError
        ├── PadNotFound          (also FileNotFoundError)
        ├── PadBusy              (also OSError)
        └── PadPatternError      (also ValueError)
            ├── PadPatternSyntax
            ├── PadPatternGroups
            └── PadPatternCostly
"""


class HardwareError(Exception):
    """Root of everything that `hardware` raises."""


class GpioError(HardwareError):
    """The GPIO buttons cannot be used."""


class GpioUnavailable(GpioError, ImportError):
    """lgpio is not installed, or what is installed under that name is not usable."""


class GpioChipNotFound(GpioError, LookupError):
    """No GPIO chip carries the label that was looked for."""


class GpioPinBusy(GpioError, OSError):
    """A pin is already in use by another program."""


class PadError(HardwareError):
    """The serial pad cannot be used."""


class PadNotFound(PadError, FileNotFoundError):
    """The configured serial port does not exist."""


class PadBusy(PadError, OSError):
    """Another program holds the serial port."""


class PadPatternError(PadError, ValueError):
    """The regular expression for the pad's lines cannot be used."""


class PadPatternSyntax(PadPatternError):
    """It is not a regular expression."""


class PadPatternGroups(PadPatternError):
    """It does not say where the level is."""


class PadPatternCostly(PadPatternError):
    """It could take too long on some lines."""
