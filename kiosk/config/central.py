"""Central's texts before the terminal's own: the same words as in the file of the machine, checked the same way."""

import logging
from dataclasses import fields, replace

from kiosk.config.errors import Refused
from kiosk.config.model import Config, ScreenTexts
from kiosk.config.options import BY_KEY
from kiosk.messages.statements import ConfigStatement

log = logging.getLogger(__name__)


def applied(config: Config, statement: ConfigStatement | None) -> Config:
    """The configuration with every text of central's that is not empty in place of the terminal's own.

    One that the file of the machine could not have either, such as one with a character that cannot be shown, is
    left out and logged.
    """
    if statement is None:
        return config
    names = [field.name for field in fields(ScreenTexts)]
    texts = {name: _text(f"texts.{name}", getattr(statement, name)) for name in names}
    labels = {
        f"level_{level}": _text(f"labels.level_{level}", label)
        for level, label in enumerate(statement.labels, 1)
    }
    return replace(
        config,
        texts=replace(config.texts, **{name: text for name, text in texts.items() if text}),
        labels=replace(config.labels, **{name: text for name, text in labels.items() if text}),
    )


def _text(key: str, text: str) -> str:
    try:
        return str(BY_KEY[key].kind.read(text))
    except Refused as error:
        log.warning("central's text for %s cannot be shown and is left out: %r", key, error)
        return ""
