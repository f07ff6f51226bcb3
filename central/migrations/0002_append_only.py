"""Entries and the log of changes are never changed and never removed, whoever asks."""

from django.db import migrations

TABLES = ("central_entry", "central_auditlog")

FUNCTION = """
CREATE FUNCTION central_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""

TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION central_refuse_change()
"""


class Migration(migrations.Migration):
    """Triggers, which Django's models cannot say."""

    dependencies = (("central", "0001_initial"),)

    operations = (
        migrations.RunSQL(FUNCTION, "DROP FUNCTION central_refuse_change()"),
        *(
            migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER {table}_append_only ON {table}")
            for table in TABLES
        ),
    )
