"""What happened, as lines of JSON on standard output, for whoever started the program.

Lines are written on a thread of their own: a reader that has stopped reading must not stop the voting.
"""

import json
import logging
import queue
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import IO

from kiosk.ledger.chain import Entry
from kiosk.ledger.kinds import Json, Kind, parse

log = logging.getLogger(__name__)

_REPORTED = {Kind.RATING, Kind.CORRECTION, Kind.REPEAT}
_LAST_LINES_S = 2.0


class Reporter:
    """Writes events; a reporter without a stream does nothing.

    Args:
        stream: Where to; None = nowhere.

    Attributes:
        kept: How many entries of each kind were stored in this run.
    """

    def __init__(self, stream: IO[str] | None) -> None:
        self.kept: Counter[str] = Counter()
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        if stream is not None:
            # A daemon: a reader that never reads must not keep the program from ending either.
            self._thread = threading.Thread(target=self._write, args=(stream,), name="reporter", daemon=True)
            self._thread.start()

    def ready(self) -> None:
        """The first frame is visible, and a press would be kept."""
        self._put({"event": "ready"})

    def stored(self, entries: Iterable[Entry]) -> None:
        """Entries are on the disk. The level of a vote appears here and in the ledger, nowhere else."""
        for entry in entries:
            self.kept[entry.kind] += 1
            if entry.kind == Kind.SERVICE:
                said = parse(entry.payload)
                self._put({"event": "service", "page": said.get("page", said.get("menu"))})
            if entry.kind not in _REPORTED:
                continue
            body = parse(entry.payload)
            line: dict[str, Json] = {
                "event": "rating_stored",
                "seq": entry.seq,
                "level": body.get("level"),
                "kind": entry.kind,
                "hash": entry.hash.hex(),
            }
            if "of" in body:
                line["of"] = body["of"]
            self._put(line)

    def close(self) -> None:
        """Write what waits, for a moment. May be called twice."""
        if self._thread is not None:
            self._lines.put(None)
            self._thread.join(_LAST_LINES_S)
            self._thread = None

    def _put(self, line: Mapping[str, Json]) -> None:
        if self._thread is not None:
            self._lines.put(json.dumps(line, ensure_ascii=False))

    def _write(self, stream: IO[str]) -> None:
        try:
            while (line := self._lines.get()) is not None:
                stream.write(line + "\n")
                stream.flush()
        except (OSError, ValueError) as error:
            log.warning("nobody reads the events any more (%s); voting goes on", error)
