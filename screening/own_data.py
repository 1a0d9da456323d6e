"""Screening's part of erasing a person: the keys first, so that every copy of a photo is unreadable, then the rows."""

from functools import partial

from django.db import transaction

from accounts import own_data
from accounts.models import Patient
from core.blobs import delete_blob
from screening.models import Answers, Encounter, Fact, Lesion, Measurement, Photo, PhotoCorrection, Reading, Report, ReportVersion, ShadowReading


def erase(patient: Patient) -> None:
    """Remove everything screening holds of a person."""
    photos = list(Photo.objects.filter(patient=patient).values_list("pk", flat=True))
    ReportVersion.objects.filter(report__encounter__patient=patient).delete()
    Report.objects.filter(encounter__patient=patient).delete()
    PhotoCorrection.objects.filter(photo__patient=patient).delete()
    ShadowReading.objects.filter(photo__patient=patient).delete()
    Reading.objects.filter(photo__patient=patient).delete()
    Photo.objects.filter(patient=patient).delete()
    Answers.objects.filter(encounter__patient=patient).delete()
    Measurement.objects.filter(encounter__patient=patient).delete()
    Encounter.objects.filter(patient=patient).delete()
    Lesion.objects.filter(patient=patient).delete()
    Fact.objects.filter(patient=patient).delete()
    for photo in photos:
        transaction.on_commit(partial(delete_blob, photo))


def register() -> None:
    """Called once when the app is ready."""
    own_data.register("screening", erase=erase)
