"""The times of a visit. Defaults and ranges are those of docs/visit.md; three of them are configuration."""

from dataclasses import dataclass

from assets.texts import DEFAULT_LANGUAGE

MS = 1_000_000
"""Nanoseconds in a millisecond."""
S = 1_000_000_000
"""Nanoseconds in a second."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Times in nanoseconds, numbers of presses.

    Attributes:
        repeat_interval_ns: A visit lasts until this long has passed without a press.
        correction_window_ns: From the visit's first press, not sliding: another level corrects the first.
        thanks_ns: How long the thank-you stays at least (and never less than the window).
        corrections: At most so many in a visit.
        commit_gap_ns: Between one commit and a correction or a count: pounding makes at most two a second.
        flush_ns: How often a visit that does not end writes its counts.
        hint_ns: How long "one button, please" stays.
        wait_ns: Saving for so long shows "please wait".
        give_up_ns: Saving for so long shows the fault screen.
        chatter_presses: So many repeats of one physical button ...
        chatter_ns: ... within this time are a fault of the button, until it was quiet for as long.
        languages: What citizens may switch to, in turn; the first one is the terminal's own.
        language_ns: How long another language than that stays without a visit.
        service_idle_ns: The service page closes by itself after so long without an input ...
        service_most_ns: ... and after so long in any case: citizens cannot vote while it is open.
    """

    repeat_interval_ns: int = 5 * S
    correction_window_ns: int = 3 * S
    thanks_ns: int = 3 * S
    corrections: int = 5
    commit_gap_ns: int = 500 * MS
    flush_ns: int = 60 * S
    hint_ns: int = 2500 * MS
    wait_ns: int = 3 * S
    give_up_ns: int = 10 * S
    chatter_presses: int = 30
    chatter_ns: int = 60 * S
    languages: tuple[str, ...] = (DEFAULT_LANGUAGE,)
    language_ns: int = 30 * S
    service_idle_ns: int = 60 * S
    service_most_ns: int = 600 * S
