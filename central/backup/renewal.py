"""What is done to a restored database before anybody reaches it (`central.backup.read`). Needs Django."""

from django.db import connection, transaction
from django.db.models import F

from central import audit, clock, configs, identity
from central.backup.archive import Manifest
from central.backup.read import NUMBERS_LEFT_OUT, REVISIONS_LEFT_OUT, Restored
from central.models import Device, DeviceStatus, EnrolmentCode
from central.reading import life

_SEQUENCES = """
SELECT format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value) FROM pg_sequences
"""


def renew(manifest: Manifest) -> Restored:
    """Make what is old useless, and say in the log of changes that it was done.

    The folder has a new secret by now: with it every session, link to log in, nonce and proof of a code is worthless.
    Open codes are burnt as well, so that the pages say so.

    Raises:
        django.db.Error: It was not done.
    """
    with transaction.atomic():
        identity.renew_secret()
        now = clock.now()
        codes = EnrolmentCode.objects.filter(used_at=None, burnt_at=None).update(burnt_at=now)
        _leave_numbers_out()
        Device.objects.update(config_revision=F("config_revision") + REVISIONS_LEFT_OUT)
        accepted = Device.objects.select_for_update(of=("self",)).select_related(
            "counter__unit", "counter__field"
        )
        told = 0
        for device in accepted.filter(status=DeviceStatus.ACCEPTED):
            configs.issue(device)
            told += 1
        after: dict[str, audit.Json] = {"created_at": manifest.created_at, "program": manifest.program}
        audit.record(audit.COMMAND, "restore", "server", None, after)
    life.renew()
    return Restored(codes, told)


def _leave_numbers_out() -> None:
    """Units and counters that were made since are named by their numbers in ledgers that will be delivered again."""
    with connection.cursor() as cursor:
        cursor.execute(_SEQUENCES)
        for name, last in cursor.fetchall():
            cursor.execute("SELECT setval(%s, %s)", (name, last + NUMBERS_LEFT_OUT))
