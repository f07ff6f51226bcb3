"""Why a terminal could not be asked, for people."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_SILENT = _("The terminal does not answer at this address.")
_STRANGER = _("What answers at this address is not a terminal.")

REASONS: Mapping[str, str | Promise] = {
    "refused": _SILENT,
    "timeout": _SILENT,
    "route": _SILENT,
    "cut": _SILENT,
    "tls": _("What answers at this address does not have the terminal's key."),
    "redirect": _STRANGER,
    "not_central": _STRANGER,
    "busy": _("The terminal could not answer just then."),
    "not_allowed": _("This server may not connect to this address: see “--pull-allow”."),
    "not_pulled": _("There was nothing that could be fetched."),
}
"""By the first word of what is kept; the rest is English, for those who search for it."""


def explained(trouble: str) -> str:
    """In the reader's language, with the detail."""
    code, _colon, detail = trouble.partition(": ")
    return f"{REASONS[code]} ({detail})" if code in REASONS else trouble
