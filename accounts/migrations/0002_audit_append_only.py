"""Nobody changes the audit: the role `app` has no right to, and this trigger stands behind it for everybody else.

TRUNCATE is left to the role's rights alone: test databases are emptied by it.
"""

from django.db import migrations

TABLES = ("accounts_auditevent", "accounts_auditseal")

REFUSE = """
CREATE FUNCTION refuse_to_change_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
"""
GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_to_change_audit();
"""
UNGUARD = "DROP TRIGGER append_only ON {table};"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION refuse_to_change_audit();"),
        *[migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table)) for table in TABLES],
    ]
