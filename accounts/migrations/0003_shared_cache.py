"""The table of the cache in which all processes count sign-in attempts."""

from django.core.management import call_command
from django.db import migrations


def make_cache_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_audit_of_passwords")]
    operations = [
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
