"""Where a value came from, so that an error and ``hailong config show`` can say it."""

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from kiosk.config.phrase import Phrase, printable


class SourceKind(IntEnum):
    """The sources, from the weakest to the strongest: a later one replaces what an earlier one says."""

    BUILT_IN = 0
    SYSTEM_FILE = 1
    ENVIRONMENT = 2
    FILE = 3  # --config
    ARGUMENT = 4
    CENTRAL = 5  # for the few options that it may set


@dataclass(frozen=True)
class Origin:
    """The place where something was written.

    Attributes:
        kind: The source.
        file: The file, for the two kinds of file.
        line: The line in it, from 1; 0 when the file as a whole is meant.
        name: The environment variable, for the environment.
        revision: Of central's configuration.
    """

    kind: SourceKind
    file: Path | None = None
    line: int = 0
    name: str = ""
    revision: int = 0

    def describe(self) -> Phrase:
        """The place in words."""
        if self.file is not None:
            file = printable(str(self.file))
            if self.line:
                return Phrase("{file}, line {line}", {"file": file, "line": self.line})
            return Phrase("{file}", {"file": file})
        if self.kind is SourceKind.ENVIRONMENT:
            return Phrase("environment variable {name}", {"name": printable(self.name)})
        if self.kind is SourceKind.ARGUMENT:
            return Phrase("command line")
        if self.kind is SourceKind.CENTRAL and not self.revision:
            return Phrase("central server")
        if self.kind is SourceKind.CENTRAL:
            return Phrase("central server, revision {revision}", {"revision": self.revision})
        return Phrase("built in")


BUILT_IN = Origin(SourceKind.BUILT_IN)
