"""What ``run`` and ``demo`` share: from a configuration to a running kiosk and an exit code."""

import faulthandler
import gc
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import IO

import click

from assets.texts import Texts
from hardware.events import InputSource
from kiosk.app import Conductor, Kiosk, Parts
from kiosk.board import is_another, serial_number
from kiosk.clock import SystemClock
from kiosk.config.central import applied, objections
from kiosk.config.model import Config
from kiosk.config.options import languages
from kiosk.controller.rules import Rules, S
from kiosk.display import Display, NoDisplay, Words
from kiosk.edid import reported_mm
from kiosk.facts import examine
from kiosk.faults import ProgramCode
from kiosk.inputs import inputs_of, language_buttons, sources_of
from kiosk.ledger.errors import LedgerLocked, LedgerNewer
from kiosk.ledger.keeper import Keeper
from kiosk.ledger.kinds import Json
from kiosk.ledger.membership import Local, Membership
from kiosk.manner import Manner
from kiosk.messages.statements import ConfigStatement
from kiosk.panel import mm_per_px
from kiosk.report import Reporter
from kiosk.rotation import turned_size
from kiosk.screens.characters import as_read
from kiosk.screens.palette import THEMES
from kiosk.screens.wording import Wording
from kiosk.service.adjusted import NAME as ADJUSTED
from kiosk.service.adjusted import Adjusted
from kiosk.service.attendant import Attendant
from kiosk.service.hands import hands_of, no_attendant
from kiosk.sounds import headphones_of, headphones_volume_of, sound_of, tuning_of
from kiosk.starts import Starts
from kiosk.wait import DisplayLost
from kiosk.watchdog import Watchdog

log = logging.getLogger(__name__)

REFUSED = 1
"""Exit code when this program must not write that ledger."""
NO_DISPLAY = 3
"""Exit code when there is no display, or it has gone: the supervisor starts the program again."""


@dataclass(frozen=True)
class Options:
    """How a kiosk is started.

    Attributes:
        window: Size in pixels; None = the full screen.
        headless: Without any display.
        extra: Inputs beside those of the configuration.
        conductor: Ends the run when it has seen enough.
        remember: Called once it is ready: what the next start will need.
    """

    window: tuple[int, int] | None = None
    headless: bool = False
    extra: Sequence[InputSource] = field(default_factory=tuple)
    conductor: Conductor = lambda _state: False
    remember: Callable[[], None] = lambda: None


def events_stream(output: IO[str], *, wanted: bool) -> IO[str] | None:
    """Where event lines go: to standard output, when they were asked for or a machine reads it."""
    return output if wanted or not output.isatty() else None


def run_kiosk(config: Config, reporter: Reporter, options: Options) -> Keeper:
    """Run a kiosk until it is told to stop.

    Returns:
        The keeper, closed, for what a caller wants to know of the ledger.

    Raises:
        click.exceptions.Exit: With the exit code, when it could not run.
    """
    membership = Membership(config.data_dir / "ledger")
    membership.load()  # the ledger, which has the last word, is opened behind the first picture
    statement = membership.statement
    adjusted = Adjusted(config.data_dir / ADJUSTED)
    own, config = config, applied(adjusted.over(config), statement)
    words = words_of(config)
    _ = words[config.language][0]
    clock = SystemClock()
    keeper = Keeper(config.data_dir / "ledger", clock, program(), local_of(own))
    window = not options.headless
    try:
        keeper.claim()  # before a window opens over the one that is in use, and takes its keys away
    except (LedgerLocked, LedgerNewer) as error:
        raise _refused(error, _) from error
    starts = Starts(config.data_dir / "starts.json", clock)
    sound = sound_of(config, clock)
    hands = hands_of(own, adjusted, statement, sound, clock)
    parts = Parts(
        display=_display(config, options, words, starts),
        keeper=keeper,
        sources=[*sources_of(config, window=window), *options.extra],
        inputs=inputs_of(config, window=window) | {source.source for source in options.extra},
        rules=rules_of(config),
        reporter=reporter,
        clock=clock,
        examine=lambda: examine(
            program(), config.data_dir, clock, hands, another_board=is_moved(config.data_dir)
        ),
        another_board=lambda: is_moved(config.data_dir),
        attend=no_attendant if hands is None else Attendant(hands).attend,
        manner=lambda statement: manner_of(applied(adjusted.over(own), statement)),
        configured=statement,
        sound=sound,
        headphones=headphones_of(config, clock),
        conductor=options.conductor,
        remember=options.remember,
        watchdog=Watchdog(os.environ, clock.boottime_ns),
    )
    faulthandler.enable()  # a watchdog ends what hangs with SIGABRT: the log has where it hung, and no values
    gc.freeze()  # what has been imported stays
    gc.enable()
    try:
        Kiosk(parts).run()
    except (LedgerLocked, LedgerNewer) as error:
        raise _refused(error, _) from error
    except DisplayLost as error:
        log.error("the display has gone: %s", error)
        raise click.exceptions.Exit(NO_DISPLAY) from error
    if parts.display.healthy:
        starts.ended_well()
    return keeper


def is_moved(data_dir: Path) -> bool:
    """Whether the card is in another board than the one on which the terminal was enrolled."""
    membership = Membership(data_dir / "ledger")
    membership.load()
    return membership.enrolment is not None and is_another(membership.enrolment.board, serial_number())


def rules_of(config: Config) -> Rules:
    """The configured times, in nanoseconds."""
    visit = config.visit
    return Rules(
        repeat_interval_ns=round(visit.repeat_interval_s * S),
        correction_window_ns=round(visit.correction_window_s * S),
        thanks_ns=round(visit.thanks_s * S),
        languages=languages_of(config),
    )


def languages_of(config: Config) -> tuple[str, ...]:
    """What citizens may choose: the terminal's own language first, then those offered, where they can ask for them."""
    offered = config.languages or languages()
    others = offered if config.inputs.touch or language_buttons(config) else ()
    return (config.language, *(language for language in others if language != config.language))


def manner_of(config: Config) -> Manner:
    """What a terminal that runs can change, as configured."""
    return Manner(
        words=words_of(config),
        colours=THEMES[config.screen.theme],
        rules=rules_of(config),
        sound=tuning_of(config),
        headphones=headphones_volume_of(config),
    )


def words_of(config: Config) -> Words:
    """What this terminal calls things, in every language to choose."""
    return {language: words_in(config, language) for language in languages_of(config)}


def words_in(config: Config, language: str) -> tuple[Texts, Wording]:
    """A catalogue, and what this terminal calls things in its language."""
    texts = texts_of(language)
    return texts, wording_of(config, texts)


@lru_cache(maxsize=4)
def texts_of(language: str) -> Texts:
    """A catalogue; reading one takes a while, and a configuration of central's asks for it again."""
    return Texts(language)


def wording_of(config: Config, _: Texts) -> Wording:
    """What this terminal calls things: the configuration's words before the catalogue's."""
    return Wording.from_texts(_, config.words)


def program() -> str:
    """Name and version, for the ledger."""
    return f"hailong {version('hailong')}"


def local_of(config: Config) -> Local:
    """What this terminal makes of a configuration of central's.

    What a citizen is shown is what a rating is an answer to.
    """

    def shown(statement: ConfigStatement | None) -> Mapping[str, Json]:
        now = applied(config, statement)
        return _as_fields(wording_of(now, texts_of(now.language)))

    return Local(shown, objections(config))


def _as_fields(wording: Wording) -> dict[str, Json]:
    return {
        "unit": wording.unit,
        "department": wording.department,
        "counter": wording.counter,
        "field": wording.field,
        "question": as_read(wording.question),
        "labels": list(wording.labels),
    }


def _display(config: Config, options: Options, words: Words, starts: Starts) -> Display:
    if options.headless:
        return NoDisplay()
    from kiosk.window import DisplayUnavailable, Window
    from kiosk.windowed import WindowDisplay

    try:
        window = Window(options.window, rotation=config.screen.rotation)
    except DisplayUnavailable as error:
        starts.ended_well()  # a panel that comes late is no reason for plain text
        log.error("%s: %s", ProgramCode.NO_PANEL.value, error)
        _ = Texts(config.language)
        click.echo(_("There is no display. Please start it under a display, or with --headless."), err=True)
        raise click.exceptions.Exit(NO_DISPLAY) from error
    plain = starts.is_crash_loop
    if plain:
        log.error("K2: started again and again within a minute: the screen is drawn as plain text this time")
    return WindowDisplay(
        window,
        scale_of(config, windowed=options.window is not None),
        words,
        THEMES[config.screen.theme],
        touch=config.inputs.touch,
        keyboard=config.inputs.keyboard,
        language_key=config.inputs.language_key,
        plain=plain,
        code=ProgramCode.CRASH_LOOP if plain else None,
    )


def scale_of(config: Config, *, windowed: bool) -> Callable[[tuple[int, int]], float]:
    """Millimetres a pixel, from the size of the window."""
    # A window is a trial of some panel; what the monitor behind it reports says nothing about that.
    reported, rotation = None if windowed else reported_mm(), config.screen.rotation
    return lambda size: mm_per_px(turned_size(size, rotation), config.screen.panel, reported)


def _refused(error: LedgerLocked | LedgerNewer, _: Texts) -> click.exceptions.Exit:
    log.error("%s", error)
    click.echo(refusal(error, _), err=True)
    return click.exceptions.Exit(REFUSED)


def refusal(error: LedgerLocked | LedgerNewer, _: Texts) -> str:
    """Why this program must not write that ledger, and what to do."""
    if isinstance(error, LedgerNewer):
        return _(
            "The ledger {path} was made by a newer version of the program. Nothing was changed."
            " Please install the newer version."
        ).format(path=error.path)
    return _(
        "Another program is using this data folder ({path}). It goes on undisturbed."
        " Please stop it first, or choose another folder with --data-dir."
    ).format(path=error.lock.parent)
