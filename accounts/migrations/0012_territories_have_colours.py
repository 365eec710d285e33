from django.db import migrations

COLOURS = (
    "teal",
    "orange",
    "violet",
    "green",
    "red",
    "blue",
    "olive",
    "pink",
    "brown",
    "grey",
)


def give_colours(apps, schema_editor):
    """Neighbours in the list differ, until somebody chooses."""
    territories = apps.get_model("accounts", "Territory").objects
    keys = list(territories.order_by("name", "pk").values_list("pk", flat=True))
    for at, colour in enumerate(COLOURS):
        territories.filter(pk__in=keys[at :: len(COLOURS)]).update(colour=colour)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_dated_zips")]

    operations = [migrations.RunPython(give_colours, migrations.RunPython.noop)]
