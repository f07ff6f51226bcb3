"""Texts that people type and that terminals show."""

import unicodedata
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from kiosk.messages.statements import DIRECTIONS

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField

_UNPRINTABLE = frozenset({"Cc", "Cs"})


def printable(text: str) -> None:
    """What no terminal takes: control characters, and what turns the direction. Raises `ValidationError`."""
    if any(unicodedata.category(c) in _UNPRINTABLE or c in DIRECTIONS for c in text):
        raise ValidationError(_("One line of text, without control characters."))


class Line(_CharField):
    """One line in composed form (Unicode Standard Annex 15, NFC), with single blanks.

    The same name typed on two systems is the same name, when it is kept and when it is looked for.
    """

    default_validators = [printable]  # noqa: RUF012 - Django's is a list of the class, too

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        """As it is kept and compared."""
        text = super().to_python(value)
        return " ".join(unicodedata.normalize("NFC", text).split()) if isinstance(text, str) else text

    def deconstruct(self) -> Any:  # noqa: ANN401 - Django's signature
        """To the database it is a text like others."""
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.CharField", arguments, options
