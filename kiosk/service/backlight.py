"""How bright the panel is. Everybody may read that; setting it is asked of systemd (hailong-brightness.path)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CLASS = Path("sys/class/backlight")
REQUEST = "brightness.request"


@dataclass(frozen=True, slots=True)
class Backlight:
    """The first backlight of this machine.

    Attributes:
        device: Its folder.
        request: The file whose change systemd waits for; it holds per cent.
    """

    device: Path
    request: Path

    @classmethod
    def find(cls, environment: Mapping[str, str], root: Path = Path("/")) -> "Backlight | None":
        """The one that can be set here; None where there is none, or nobody would hear a request."""
        folder = environment.get("RUNTIME_DIRECTORY", "").partition(":")[0]
        devices = sorted((root / CLASS).glob("*/max_brightness"))
        return cls(devices[0].parent, Path(folder) / REQUEST) if folder and devices else None

    def percent(self) -> int | None:
        """How bright it is; None where it does not say."""
        try:
            now, most = (int((self.device / name).read_text()) for name in ("brightness", "max_brightness"))
        except (OSError, ValueError):
            return None  # said as such on the page
        return min(100, max(0, round(100 * now / most))) if most > 0 else None

    def ask(self, percent: int) -> None:
        """Leave a request. Raises `OSError`."""
        draft = self.request.with_name(self.request.name + ".new")
        draft.write_text(f"{percent}\n", encoding="ascii")
        draft.chmod(0o644)  # who sets it has no right but that of everybody
        draft.rename(self.request)
