"""Staff find a person of their store by her name: the keyed hash of it, also for those who are there already."""

from typing import Any

from django.db import migrations

import core.fields


def index_names(apps: Any, schema_editor: Any) -> None:
    for patient in apps.get_model("accounts", "Patient").objects.iterator():
        patient.save(update_fields=["name", "name_index"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_stores_and_guardians")]

    operations = [
        migrations.AddField(
            model_name="patient",
            name="name_index",
            field=core.fields.BlindIndexField("name", db_index=True, max_length=32, null=True),
        ),
        migrations.RunPython(index_names, migrations.RunPython.noop),
    ]
