"""``hailong demo``: the terminal on any machine, without questions; or a visit played from a list of presses."""

import json
import os
import sys
from dataclasses import astuple, replace
from pathlib import Path

import click

from assets.texts import Texts
from hardware.events import Level
from hardware.fakes.scripted import ScriptedSource
from kiosk.commands.common import Common, common_options, set_up_logging
from kiosk.commands.run import screen_arguments, size
from kiosk.commands.start import Options, events_stream, run_kiosk
from kiosk.config.kinds import Value
from kiosk.config.model import Config, ScreenTexts
from kiosk.controller.state import Phase, State
from kiosk.ledger.kinds import Kind
from kiosk.report import Reporter

_ = Texts()

DATA = Path("demo-data")
_WINDOW = (1280, 800)
_HASTE: dict[str, Value] = {
    "visit.repeat_interval_s": 0.5,
    "visit.correction_window_s": 0.4,
    "visit.thanks_s": 1.0,
}


_SOMEWHERE = ScreenTexts(
    unit="UBND phường Sông Công",
    department="Trung tâm Phục vụ hành chính công",
    counter="Quầy 3",
    field="Đất đai – Xây dựng",
    question="",
)


def levels(text: str) -> tuple[Level, ...]:
    """``5,4,3``: levels, in the order of the visitors.

    Raises:
        click.BadParameter: Something else.
    """
    try:
        return tuple(Level(int(part)) for part in text.split(","))
    except ValueError as error:
        complaint = _("“{value}” are not presses; write levels 1 to 5 with commas, for example 5,4,3.")
        raise click.BadParameter(complaint.format(value=text)) from error


class Visitors:
    """Plays a list of presses as separate visitors, each when the one before is done.

    Args:
        script: The presses.
        leave: Whether to end the program when all of them are done.
    """

    def __init__(self, script: ScriptedSource, *, leave: bool) -> None:
        self._script = script
        self._leave = leave

    def __call__(self, state: State) -> bool:
        """Conduct: the next press, or the end."""
        free = state.phase in (Phase.IDLE, Phase.THANKED) and state.visit is None and not state.flights
        if not free:
            return False
        if self._script.release():
            return False
        return self._leave


@click.command(help=_("Try the terminal on this machine: no configuration, data in ./demo-data."))
@click.option("--windowed", type=size, metavar="WxH", help=_("The size of the window."))
@click.option("--headless", is_flag=True, help=_("Without a window, even where there is a display."))
@click.option(
    "--events", is_flag=True, help=_("One line of JSON on standard output for each thing that happens.")
)
@click.option("--presses", type=levels, metavar="5,4,3", help=_("Play these presses as separate visitors."))
@click.option("--exit", "leave", is_flag=True, help=_("End when the presses have been played."))
@common_options
def demo(
    common: Common,
    windowed: tuple[int, int] | None,
    headless: bool,
    events: bool,
    presses: tuple[Level, ...] | None,
    leave: bool,
) -> None:
    """A kiosk with the built-in configuration, in a window when there is a display."""
    set_up_logging()
    data_dir = (common.data_dir or DATA).absolute()
    arguments = screen_arguments(windowed or _WINDOW) | (_HASTE if presses else {})
    config = replace(common, data_dir=data_dir).load(arguments)
    config = config if any(astuple(config.texts)) else replace(config, texts=_SOMEWHERE)
    headless = headless or not _has_display()
    _greet(config, headless=headless)

    script = ScriptedSource(presses or ())
    reporter = Reporter(events_stream(sys.stdout, wanted=events))
    options = Options(
        window=config.screen.size,
        headless=headless,
        extra=(script,) if presses else (),
        conductor=Visitors(script, leave=leave),
    )
    try:
        keeper = run_kiosk(config, reporter, options)
        kept = reporter.kept
    finally:
        reporter.close()
    if presses:
        summary = {
            "stored": kept[Kind.RATING] + kept[Kind.CORRECTION] + kept[Kind.REPEAT],
            "counted": kept[Kind.RATING],
            "head": keeper.head.hash.hex(),
            "ledger": str(keeper.path),
        }
        click.echo(json.dumps(summary, ensure_ascii=False))


def _has_display() -> bool:
    from kiosk.window import display_available  # pygame takes a while, and is not needed headless

    return display_available(os.environ)


def _greet(config: Config, *, headless: bool) -> None:
    """What to press and where the data is, in both languages, for whoever tries it."""
    for _ in (Texts("vi"), Texts("en")):
        if headless:
            click.echo(
                _("No display was found or wanted. Press the keys 1 to 5 here; Ctrl-C ends."), err=True
            )
        else:
            click.echo(_("Touch or click a face, or press the keys 1 to 5; Ctrl-C ends."), err=True)
        click.echo(_("The ratings are kept in {folder}").format(folder=config.data_dir), err=True)
