"""How the delivery goes, for whoever looks at the terminal. Nothing is decided by it."""

from enum import StrEnum

import msgspec

from sync.moment import Heard, Moment


class Why(StrEnum):
    """What the next try waits for."""

    HEARTBEAT = "heartbeat"  # nothing: central hears from the terminal every five minutes
    PENDING = "pending"  # an administrator
    BACKOFF = "backoff"  # after a failure
    KIOSK = "kiosk"  # the kiosk to run
    ENROLMENT = "enrolment"  # a technician


class Outcome(msgspec.Struct, frozen=True):
    """How a try ended.

    Attributes:
        kind: Empty = well; else `unreachable`, `refused`, `kiosk`, `kiosk_refused`, `not_enrolled`, `local`.
        code: Which trouble (`sync.errors.Trouble`), problem (docs/protocol.md) or fault (`sync.errors.Fault`).
        detail: English.
    """

    kind: str = ""
    code: str = ""
    detail: str = ""


class Progress(msgspec.Struct, frozen=True):
    """What `hailong sync status` tells.

    Attributes:
        outcome: Of the last try.
        at: When that was.
        since: Since when tries end as well or as badly as the last one.
        failures: Tries that failed since the last one that did not.
        delivered: When the last receipt came.
        next_at: When the next try is due; None = no program is there to make one.
        why: What it waits for.
        heard: What central said of the time.
        tries: All there were.
        batches: Delivered.
        entries: Delivered.
        pull: The address at which central may pull; empty = none.
    """

    outcome: Outcome | None = None
    at: Moment | None = None
    since: Moment | None = None
    failures: int = 0
    delivered: Moment | None = None
    next_at: Moment | None = None
    why: Why | None = None
    heard: Heard | None = None
    tries: int = 0
    batches: int = 0
    entries: int = 0
    pull: str = ""

    def after(self, outcome: Outcome, at: Moment) -> "Progress":
        """One more try has ended."""
        well = not outcome.kind
        as_before = self.outcome is not None and (not self.outcome.kind) == well
        return msgspec.structs.replace(
            self,
            outcome=outcome,
            at=at,
            since=self.since if as_before and self.since is not None else at,
            failures=0 if well else self.failures + 1,
            tries=self.tries + 1,
        )
