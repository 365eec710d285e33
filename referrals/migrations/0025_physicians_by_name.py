from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0024_undo_in_the_journal")]

    operations = [
        migrations.AddIndex(
            model_name="physician",
            index=models.Index(
                fields=["last_name", "first_name", "id"], name="physicians_by_name"
            ),
        ),
    ]
