"""The end of provisioning: a last look, the sheet, and the mark that says that the terminal was set up."""

from collections.abc import Callable
from pathlib import Path

from assets.texts import Texts
from kiosk.clock import Clock, viet_nam_time
from kiosk.config.phrase import Phrase
from kiosk.ledger.disk import replace_file
from kiosk.provision.errors import PartFailed
from kiosk.provision.own_commands import Checks
from kiosk.provision.saved import MARKER
from kiosk.provision.sheet_files import Sections, as_page, as_text, files_in
from kiosk.provision.works import Checked, SheetWritten


class Completion:
    """See `CheckPart`.

    Args:
        data_dir: The data folder.
        checks: What is looked at.
        clock: For the date on the sheet.
        language: Of the sheet.
    """

    def __init__(self, data_dir: Path, checks: Checks, clock: Clock, language: Callable[[], str]) -> None:
        self._data_dir = data_dir
        self._checks = checks
        self._clock = clock
        self._language = language

    def examine(self) -> Checked:
        """See `CheckPart`."""
        return self._checks.examine()

    def write_sheet(self, sections: Sections) -> SheetWritten:
        """See `CheckPart`."""
        _ = Texts(self._language())
        when = viet_nam_time(self._clock.wall_ns())
        text, page = files_in(self._data_dir)
        self._write(text, as_text(sections, when, _))
        self._write(page, as_page(sections, when, _))
        return SheetWritten((str(text), str(page)))

    def finish(self) -> None:
        """See `CheckPart`."""
        mark_provisioned(self._data_dir)

    def _write(self, file: Path, content: str) -> None:
        try:
            replace_file(file, content.encode(), keep_owner=True)
        except OSError as error:
            raise _unwritten(file, error) from error


def mark_provisioned(data_dir: Path) -> None:
    """From now on the units start with the kiosk. Raises `PartFailed`."""
    marker = data_dir / MARKER
    if marker.exists():
        return
    try:
        replace_file(marker, b"", keep_owner=True)
    except OSError as error:
        raise _unwritten(marker, error) from error


def _unwritten(file: Path, error: OSError) -> PartFailed:
    said: dict[str, str | int | Phrase] = {"file": str(file), "reason": str(error.strerror)}
    return PartFailed(Phrase("{file} cannot be written ({reason}). Is the card full or worn out?", said))
