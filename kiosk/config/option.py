"""What an option is; the list of all of them is `options`."""

from dataclasses import dataclass

from kiosk.config.kinds import Kind, Value
from kiosk.config.phrase import Phrase
from kiosk.config.text_kinds import Text

ENVIRONMENT_PREFIX = "HAILONG_"


@dataclass(frozen=True)
class Option:
    """One thing that can be set.

    Attributes:
        key: Dotted key: the TOML table, if any, and the name in it.
        kind: What it takes.
        default: Its value when no source says anything.
        doc: What it does, for technicians.
        central: Whether the central server may set it as well; then its word counts. Never for what belongs to the
            hardware, to paths or to the network: a terminal must not be cut off from where it could be put right.
    """

    key: str
    kind: Kind
    default: Value
    doc: Phrase
    central: bool = False

    @property
    def table(self) -> str:
        """The TOML table; empty for the top of the file."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The name within the table."""
        return self.key.rpartition(".")[2]

    @property
    def variable(self) -> str:
        """The environment variable."""
        return ENVIRONMENT_PREFIX + self.key.replace(".", "_").upper()


def words(key: str, most: int, doc: Phrase) -> Option:
    """Words on the screen, empty where nothing is said."""
    return Option(key, Text(most), "", doc, central=True)
