"""What the first version left behind, byte for byte: a data folder and a configuration.

There is no release yet. The first state of the program that ran as a whole is commit e617b14 of 2026-11-22; a package
there is since commit 09bbc81 of 2026-11-26. The ledger was written by the former::

    hailong demo --headless --presses 5,3,1,2,4 --exit --data-dir DATA
    hailong demo --headless --presses 5,5,4 --exit --data-dir DATA

and then, by that version's `Keeper` (no key of the demonstration does it): a rating 4, corrected to 2, the correction
taken back; a rating 5, taken back; a rating 1, corrected to 3. The ballast, which is zeros, is left out. The
configuration has every option of that version with its built-in value.
"""

import shutil
from pathlib import Path

from tests.kiosk.ledger.terminal import fill

HERE = Path(__file__).parent
CONFIGURATION = HERE / "hailong.toml"
ENTRIES = 24
"""Of the recorded ledger."""
COUNTED = {4: 5, 5: 3, 6: 1, 7: 2, 8: 4, 11: 5, 13: 5, 14: 4, 17: 4, 22: 3}
"""The level of each rating that counts, by seq."""


def data_folder(into: Path, entries: int = ENTRIES) -> Path:
    """A copy of the data folder, made longer by ratings of the first version's form."""
    for name in ("starts.json", "ledger/ledger.db", "ledger/ledger.id"):
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HERE / name, into / name)
    ledger_id = bytes.fromhex((HERE / "ledger/ledger.id").read_text(encoding="ascii"))
    fill(into / "ledger/ledger.db", ledger_id, entries - ENTRIES)
    return into
