"""What entries of kind `repeat` say that were here before they were looked at: `recount` expects it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from central.counting.meaning import Repeated, Trust, meaning_of

_MANY = 5_000
_ENTRIES = """
SELECT device_id, ledger_id, seq, payload FROM central_entry
 WHERE kind = 'repeat' AND (device_id, ledger_id, seq) > (%s, %s, %s) ORDER BY 1, 2, 3 LIMIT %s
"""
_KEEP = """
INSERT INTO central_repeat (device_id, ledger_id, seq, of, n1, n2, n3, n4, n5)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


def fill(_apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A few thousand at a time."""
    place = ("", b"", 0)
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(_ENTRIES, (*place, _MANY))
            rows = cursor.fetchall()
            found = []
            for device, ledger_id, seq, payload in rows:
                # Nobody's word is needed for these.
                said = meaning_of("repeat", bytes(payload), seq, 0, Trust(device, (), 0))
                if isinstance(said, Repeated):
                    found.append((device, ledger_id, seq, said.of, *said.counts))
                place = device, ledger_id, seq
            cursor.executemany(_KEEP, found)
            if len(rows) < _MANY:
                return


class Migration(migrations.Migration):
    dependencies = (("central", "0012_key_rotation"),)

    operations = (migrations.RunPython(fill, migrations.RunPython.noop),)
