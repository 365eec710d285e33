from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("referrals", "0012_margins_of_service_lines")]
    operations = [
        migrations.RemoveField(model_name="serviceline", name="margin_cents"),
    ]
