"""The database itself refuses to change or delete an audit row.

PostgreSQL's TRUNCATE fires no row trigger, so flushing a test database works there;
on SQLite `tests/conftest.py` sets the triggers aside for it.
"""

from django.db import migrations

SET = {
    "sqlite": [
        "CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON accounts_auditevent "
        "BEGIN SELECT RAISE(ABORT, 'Audit rows are never changed.'); END",
        "CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON accounts_auditevent "
        "BEGIN SELECT RAISE(ABORT, 'Audit rows are never deleted.'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'Audit rows are never changed or deleted.' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE "
        "ON accounts_auditevent FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit()",
    ],
}
LIFT = {
    "sqlite": [
        "DROP TRIGGER audit_is_never_changed",
        "DROP TRIGGER audit_is_never_deleted",
    ],
    "postgresql": [
        "DROP TRIGGER audit_is_append_only ON accounts_auditevent",
        "DROP FUNCTION refuse_change_of_audit()",
    ],
}


def set_triggers(apps, schema_editor):
    for statement in SET[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def lift_triggers(apps, schema_editor):
    for statement in LIFT[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_shared_cache")]
    operations = [migrations.RunPython(set_triggers, lift_triggers)]
