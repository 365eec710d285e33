from django.db import migrations

from liaison_crm.lib import trigrams

COLUMNS = [
    ("referrals_practice", "city"),
    ("referrals_practice", "address_line_1"),
    ("referrals_practice", "front_desk_names"),
    ("referrals_practice", "scheduler_names"),
]


def make(apps, schema_editor):
    trigrams.make_indexes(schema_editor, COLUMNS)


def drop(apps, schema_editor):
    trigrams.drop_indexes(schema_editor, COLUMNS)


class Migration(migrations.Migration):
    """The rest of what practices are found by, as 0018."""

    dependencies = [
        ("referrals", "0026_status_of_an_npi"),
    ]

    operations = [migrations.RunPython(make, drop, elidable=False)]
