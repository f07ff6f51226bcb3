"""Words for what is noted beside the columns of a row: in the log of changes, and with an alarm."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOTED: Mapping[str, Promise] = {
    "accept": _("accepted without comparing keys"),
    "admitted": _("admitted"),
    "after": _("after entry"),
    "before": _("earlier"),
    "communes": _("communes, wards and special zones"),
    "expires_at": _("good until"),
    "head": _("hash of the last entry"),
    "held": _("entries that were held"),
    "last_heard": _("last heard"),
    "ledgers": _("ledgers of both"),
    "now": _("at present"),
    "provinces": _("provinces and cities"),
    "size": _("entries that the terminal has signed"),
    "waiting_since": _("waiting since"),
}
KINDS: Mapping[str, Promise] = {
    "ledger": _("ledger"),
    "organisation": _("units of the country"),
}
