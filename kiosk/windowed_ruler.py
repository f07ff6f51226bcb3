"""Shows the line of `hailong provision` on the panel: ``python -m kiosk.windowed_ruler``, until its input ends.

A process of its own: a process opens one window, once, and the prompts are in a terminal. It says on one line of
JSON how large the panel is, however the picture on it is turned, ``{"size_px": [1280, 800], "mm_per_px": 0.17}``, once
the line is shown.
"""

import json
import sys
from threading import Thread

import click

from assets.texts import Texts
from kiosk.commands.common import Common, common_options
from kiosk.commands.start import NO_DISPLAY, scale_of
from kiosk.provision.page import RULER_MM
from kiosk.rotation import turned_size
from kiosk.screens.palette import THEMES
from kiosk.screens.ruler import draw_ruler
from kiosk.wait import DisplayLost
from kiosk.window import DisplayUnavailable, Resized, Window


@click.command()
@common_options
def show(common: Common) -> None:
    """Draw, say how large it is, and wait."""
    config = common.load()
    _ = Texts(config.language)
    text = _("It should be {length} mm long.").format(length=RULER_MM)
    size = config.screen.size if config.screen.windowed else None
    try:
        window = Window(size, rotation=config.screen.rotation)
    except DisplayUnavailable as error:
        raise click.exceptions.Exit(NO_DISPLAY) from error
    scale = scale_of(config, windowed=size is not None)
    ended: list[bool] = []

    def until_input_ends() -> None:
        sys.stdin.buffer.read()
        ended.append(True)
        window.wake()

    def draw() -> None:
        draw_ruler(window.surface, scale(window.size), RULER_MM, text, THEMES[config.screen.theme])
        window.present()
        panel = turned_size(window.size, config.screen.rotation)
        said = {"size_px": panel, "mm_per_px": scale(window.size)}
        click.echo(json.dumps(said))
        sys.stdout.flush()

    with window:
        Thread(target=until_input_ends, daemon=True).start()
        try:
            draw()
            while not ended:
                window.wait(1.0)
                if any(isinstance(record, Resized) for record in window.events(0)):
                    draw()
                window.present()
        except DisplayLost:
            return


if __name__ == "__main__":
    show()
