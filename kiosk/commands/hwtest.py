"""``hailong hwtest``: press everything and see what comes. Nothing is counted."""

from pathlib import Path
from typing import NoReturn

import click

from assets.texts import Texts
from kiosk.clock import SystemClock
from kiosk.commands.common import Common, common_options, set_up_logging
from kiosk.commands.run import screen_arguments, size
from kiosk.commands.start import (
    NO_DISPLAY,
    REFUSED,
    local_of,
    program,
    refusal,
    scale_of,
    wording_of,
)
from kiosk.config.model import Config
from kiosk.config.phrase import Phrase, printable
from kiosk.display import Display, NoDisplay
from kiosk.doctor.machine import Machine
from kiosk.doctor.running import find_kiosk
from kiosk.hwtest.session import Bench, Board, HardwareTest, lines_to
from kiosk.inputs import inputs_of, language_buttons, sources_of
from kiosk.ledger.errors import LedgerLocked, LedgerNewer
from kiosk.ledger.keeper import Keeper
from kiosk.owner import become_owner
from kiosk.screens.palette import THEMES
from kiosk.sounds import headphones_of, sound_of
from kiosk.wait import DisplayLost

MISSING = 4
"""Exit code of ``--until-complete`` when something was never heard."""

_ = Texts()


@click.command(
    help=_(
        "Show which input works: every press as it comes, on the screen and here. Presses are kept as tests and "
        "never counted. The kiosk must be stopped meanwhile."
    )
)
@click.option(
    "--windowed", type=size, metavar="WxH", help=_("In a window of this size instead of the full screen.")
)
@click.option("--headless", is_flag=True, help=_("Without a screen: buttons, pad, or keys of the terminal."))
@click.option("--seconds", type=click.FloatRange(min=0.1), metavar="N", help=_("End after so many seconds."))
@click.option(
    "--until-complete",
    is_flag=True,
    help=_("End as soon as every button has come; ends with 4 when something is missing then."),
)
@click.option(
    "--summary",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("Write what was found into this file as well."),
)
@common_options
def hwtest(
    common: Common,
    windowed: tuple[int, int] | None,
    headless: bool,
    seconds: float | None,
    until_complete: bool,
    summary: Path | None,
) -> None:
    """Until Ctrl-C, or the time is up."""
    set_up_logging()
    config = common.load(screen_arguments(windowed))
    become_owner(config.data_dir)
    texts, clock = Texts(config.language), SystemClock()

    lock = config.data_dir / "ledger" / "ledger.lock"
    if find_kiosk(Machine(), lock) is not None:
        # The lock itself would say so a moment later, but by then our window would be before the kiosk's.
        _refuse(LedgerLocked(lock), texts)

    def write(phrase: Phrase) -> None:
        click.echo(printable(phrase.render(texts)))

    display, boards = _screen(config, texts, headless=headless)
    keeper = Keeper(config.data_dir / "ledger", clock, program(), local_of(config))
    bench = Bench(
        display=display,
        boards=[lines_to(write), *boards],
        keeper=keeper,
        sources=sources_of(config, window=not headless),
        inputs=inputs_of(config, window=not headless),
        clock=clock,
        language=language_buttons(config),
        sound=sound_of(config, clock),
        headphones=headphones_of(config, clock),
    )
    test = HardwareTest(bench, seconds, until_complete=until_complete)
    try:
        test.run()
    except (LedgerLocked, LedgerNewer) as error:
        _refuse(error, texts)
    except DisplayLost as error:
        click.echo(_("The display has gone."), err=True)
        raise click.exceptions.Exit(NO_DISPLAY) from error
    if summary is not None:
        lines = "".join(f"{printable(phrase.render(texts))}\n" for phrase in test.summary)
        summary.write_text(lines, encoding="utf-8")
    if until_complete and not test.is_complete:
        raise click.exceptions.Exit(MISSING)


def _refuse(error: LedgerLocked | LedgerNewer, texts: Texts) -> NoReturn:
    click.echo(refusal(error, texts), err=True)
    raise click.exceptions.Exit(REFUSED) from error


def _screen(config: Config, texts: Texts, *, headless: bool) -> tuple[Display, list[Board]]:
    """The window, if there is to be one; it is a board as well."""
    if headless:
        return NoDisplay(), []
    from kiosk.window import DisplayUnavailable, Window
    from kiosk.windowed_hwtest import TrialDisplay

    try:
        panel = config.screen.size if config.screen.windowed else None
        window = Window(panel, rotation=config.screen.rotation)
    except DisplayUnavailable as error:
        click.echo(_("There is no display. Please start it under a display, or with --headless."), err=True)
        raise click.exceptions.Exit(NO_DISPLAY) from error
    display = TrialDisplay(
        window,
        scale_of(config, windowed=panel is not None),
        (texts, wording_of(config, texts)),
        THEMES[config.screen.theme],
        touch=config.inputs.touch,
        keyboard=config.inputs.keyboard,
        language_key=config.inputs.language_key,
    )
    return display, [display]
