from django.db import migrations

from liaison_crm.lib import trigrams

COLUMNS = [
    ("referrals_physician", "last_name"),
    ("referrals_physician", "first_name"),
    ("referrals_physician", "middle_name"),
    ("referrals_organization", "name"),
    ("referrals_practice", "name"),
    ("referrals_othername", "name"),
]


def make(apps, schema_editor):
    trigrams.make_indexes(schema_editor, COLUMNS)


def drop(apps, schema_editor):
    trigrams.drop_indexes(schema_editor, COLUMNS)


class Migration(migrations.Migration):
    """Indexes for parts of names, on PostgreSQL where pg_trgm can be had."""

    dependencies = [
        ("referrals", "0017_note_key"),
    ]

    operations = [migrations.RunPython(make, drop, elidable=False)]
