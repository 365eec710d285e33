"""Every installation starts with the service lines and codes of reference/."""

import csv
from pathlib import Path

from django.db import migrations

REFERENCE = Path(__file__).resolve().parent.parent / "reference"


def rows(name):
    with (REFERENCE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def load_defaults(apps, schema_editor):
    ServiceLine = apps.get_model("referrals", "ServiceLine")
    Specialty = apps.get_model("referrals", "Specialty")
    lines = {
        row["service_line"]: ServiceLine.objects.create(
            name=row["service_line"], is_hospital_based=row["hospital_based"] == "yes"
        )
        for row in rows("service_lines.csv")
    }
    Specialty.objects.bulk_create(
        Specialty(code=row["taxonomy_code"], service_line=lines[row["service_line"]])
        for row in rows("service_line_taxonomy.csv")
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_registry_updated_on")]
    operations = [migrations.RunPython(load_defaults, migrations.RunPython.noop)]
