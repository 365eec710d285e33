"""The one margin of a service line becomes its margin of all days."""

from django.db import migrations


def keep_margins(apps, schema_editor):
    ServiceLine = apps.get_model("referrals", "ServiceLine")
    Margin = apps.get_model("referrals", "Margin")
    entered = ServiceLine.objects.exclude(margin_cents=None).order_by("pk")
    Margin.objects.bulk_create(
        Margin(service_line_id=pk, cents=cents)
        for pk, cents in entered.values_list("pk", "margin_cents")
    )


def give_back(apps, schema_editor):
    ServiceLine = apps.get_model("referrals", "ServiceLine")
    Margin = apps.get_model("referrals", "Margin")
    for margin in Margin.objects.filter(effective_from=None):
        ServiceLine.objects.filter(pk=margin.service_line_id).update(
            margin_cents=margin.cents
        )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0011_dated_margins")]
    operations = [migrations.RunPython(keep_margins, give_back)]
