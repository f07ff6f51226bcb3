"""``hailong provision``: put this terminal into service, step by step, as often as it takes."""

import getpass
import io
import select
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from assets.texts import Texts
from kiosk.clock import SystemClock
from kiosk.commands.common import BAD_CONFIGURATION, Common, common_options, set_up_logging
from kiosk.commands.installed import installed_option, refuse_unsafe
from kiosk.commands.run import screen_arguments, size
from kiosk.commands.start import NO_DISPLAY, scale_of
from kiosk.config.load import SYSTEM_FILE
from kiosk.config.phrase import Phrase, printable
from kiosk.provision.completion import Completion
from kiosk.provision.errors import PartFailed
from kiosk.provision.nmcli import NetworkManager
from kiosk.provision.options_file import OptionsFile
from kiosk.provision.own_commands import Checks, Enroller, HardwareTest, Own, has_screen
from kiosk.provision.panel_line import PanelLine
from kiosk.provision.ports import Ports
from kiosk.provision.prompts import Prompts
from kiosk.provision.saved import MARKER, NAME
from kiosk.provision.session import Session
from kiosk.provision.timedate import TimeDate
from kiosk.rotation import Rotation, turned_size
from kiosk.screens.palette import THEMES
from kiosk.wait import DisplayLost
from kiosk.wizard.panel import OwnPanel
from kiosk.wizard.touch import Wizard

INTERRUPTED = 1
"""Exit code when nobody was there any more; the next time it goes on at the same step."""

_INTERRUPTED = Phrase("Interrupted. The same command goes on where this was: hailong provision")

_ = Texts()


class Terminal:
    """Standard input and output. What is typed in another encoding than the terminal's is no reason to end."""

    def __init__(self) -> None:
        self._left = False
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")

    def say(self, line: str) -> None:
        """See `Console`."""
        click.echo(line)

    def read(self, prompt: str, *, secret: bool) -> str | None:
        """See `Console`."""
        if self._left:
            return None
        try:
            if secret and sys.stdin.isatty():
                return getpass.getpass(prompt)
            click.echo(prompt, nl=False)
            line = sys.stdin.readline()
        except (EOFError, KeyboardInterrupt):
            return None
        except UnicodeDecodeError:  # getpass reads from the terminal by itself
            return "\ufffd"
        return line.rstrip("\r\n") if line else None

    def is_typed(self, within_s: float) -> bool:
        """See `Console`. A line counts when it is ended; what was read ahead is none of a terminal's."""
        try:
            ready, _, _ = select.select([sys.stdin], [], [], within_s)
        except (OSError, ValueError):
            return True  # nothing that can be waited for: reading says what it is
        except KeyboardInterrupt:
            self._left = True
            return True
        return bool(ready)


@click.command(
    help=_(
        "Put this terminal into service: language, screen, buttons, network, time, enrolment, last check. Every step "
        "can be repeated, left out with a reason, and undone. Interrupted, it goes on where it was, and ends with 1."
    )
)
@click.option("--touch", is_flag=True, help=_("On the screen, by touch, instead of in this terminal."))
@click.option(
    "--windowed", type=size, metavar="WxH", help=_("In a window of this size instead of the full screen.")
)
@installed_option
@common_options
def provision(common: Common, touch: bool, windowed: tuple[int, int] | None, installed: bool) -> None:
    """Ask in this terminal, or on the screen."""
    set_up_logging()
    if installed:
        refuse_unsafe(common.load())
    if touch:
        if not by_touch(common, windowed):
            raise click.exceptions.Exit(INTERRUPTED)
        return
    try:
        session = session_of(common, live=True)
    except PartFailed as failure:
        click.echo(printable(failure.problem.render(_)), err=True)
        raise click.exceptions.Exit(BAD_CONFIGURATION) from failure
    try:
        ended = Prompts(session, Terminal()).run()
    except KeyboardInterrupt:  # while something is being done: what is written already stays
        ended = False
    if not ended:
        click.echo("\n" + _INTERRUPTED.render(Texts(session.language)))
        raise click.exceptions.Exit(INTERRUPTED)


def by_touch(common: Common, windowed: tuple[int, int] | None) -> bool:
    """The same on the screen: whether the technician came to the end."""
    from kiosk.window import DisplayUnavailable, Window
    from kiosk.windowed_wizard import WizardWindow

    config = common.load(screen_arguments(windowed))
    shown = config.screen.size if config.screen.windowed else None

    def rotation() -> Rotation:
        return common.load().screen.rotation

    def mm_per_px(picture: tuple[int, int]) -> float:
        return scale_of(common.load(), windowed=shown is not None)(picture)

    try:
        window = Window(shown, rotation=config.screen.rotation, typing=True)
    except DisplayUnavailable as error:
        click.echo(_("There is no display. Please start it under a display, or without --touch."), err=True)
        raise click.exceptions.Exit(NO_DISPLAY) from error
    with window:
        panel = OwnPanel(
            lambda: window.panel_size, lambda: mm_per_px(turned_size(window.panel_size, rotation()))
        )
        ports = replace(ports_of(common, config.data_dir, live=False), panel=panel)
        try:
            session = Session(config.data_dir / NAME, ports)
            glass = WizardWindow(window, mm_per_px, rotation, THEMES[config.screen.theme])
            marker = config.data_dir / MARKER
            was_set_up = marker.exists()  # by hand, once more
            return Wizard(
                session,
                glass,
                SystemClock().boottime_ns,
                set_up_elsewhere=lambda: not was_set_up and marker.exists(),
            ).run()
        except PartFailed as failure:
            click.echo(printable(failure.problem.render(_)), err=True)
            raise click.exceptions.Exit(BAD_CONFIGURATION) from failure
        except DisplayLost as error:
            raise click.exceptions.Exit(NO_DISPLAY) from error


def session_of(common: Common, *, live: bool) -> Session:
    """A provisioning with the real parts of this machine.

    Args:
        common: The arguments of the command.
        live: What other commands say and ask is seen in this terminal.

    Raises:
        ConfigError, PartFailed: The configuration cannot be used.
    """
    data_dir = common.load().data_dir
    return Session(data_dir / NAME, ports_of(common, data_dir, live=live))


def ports_of(common: Common, data_dir: Path, *, live: bool) -> Ports:
    """The real parts of this machine; the arguments are those of `session_of`."""
    clock, screen = SystemClock(), has_screen(common.environment)
    own = Own(arguments_of(common), common.environment, has_screen=screen)
    file = common.config_file or common.system_file or SYSTEM_FILE
    ledger = data_dir / "ledger"
    language: Callable[[], str] = lambda: common.load().language  # noqa: E731 - it may change on the way
    return Ports(
        options=OptionsFile(file, common.load_with_origins),
        panel=PanelLine(own.arguments, own.environ, has_screen=screen),
        inputs=HardwareTest(own, live=live),
        network=NetworkManager(),
        time=TimeDate(clock),
        enrolment=Enroller(own, ledger),
        check=Completion(data_dir, Checks(own, ledger, language, prompt=live), clock, language),
    )


def arguments_of(common: Common) -> tuple[str, ...]:
    """``--config`` and ``--data-dir``, as they were given, for another command."""
    given = {"--config": common.config_file, "--data-dir": common.data_dir}
    return tuple(part for name, value in given.items() if value is not None for part in (name, str(value)))
