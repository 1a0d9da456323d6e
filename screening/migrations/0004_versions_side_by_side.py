import core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0003_measurements"),
    ]

    operations = [
        migrations.AddField(
            model_name="modelversion",
            name="status",
            field=models.CharField(choices=[("live", "Live"), ("shadow", "Shadow"), ("retired", "Retired")], default="live", max_length=8),
        ),
        migrations.AddField(
            model_name="reading",
            name="findings_seen",
            field=models.JSONField(default=list, help_text="Other findings at or over their thresholds; their chances stand in `probabilities`."),
        ),
        migrations.CreateModel(
            name="ShadowReading",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Queued"), ("claimed", "Claimed"), ("done", "Done"), ("failed", "Failed")], default="queued", max_length=8
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("priority", models.SmallIntegerField(default=5)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("alone", models.BooleanField(default=False)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_token", models.UUIDField(null=True)),
                ("last_error", models.CharField(blank=True, default="", max_length=40)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("programme", models.CharField(max_length=24)),
                ("version", models.CharField(max_length=16)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("graded", "Graded"), ("retake", "Retake"), ("refused", "Refused"), ("failed", "Failed"), ("unread", "Unread")],
                        default="",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=32)),
                ("probabilities", models.JSONField(default=dict)),
                ("grade", models.SmallIntegerField(null=True)),
                ("referable", models.BooleanField(null=True)),
                ("lesion_class", models.CharField(blank=True, default="", max_length=3)),
                ("suspicious", models.BooleanField(null=True)),
                (
                    "photo",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="shadow_readings", to="screening.photo"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "queued")), fields=["priority", "due_at"], name="shadow_to_claim"),
                    models.Index(condition=models.Q(("state", "claimed")), fields=["lease_until"], name="shadow_leased"),
                ],
                "constraints": [models.UniqueConstraint(fields=("photo", "programme", "version"), name="a_shadow_reads_a_photo_once")],
            },
        ),
    ]
