"""Throw-away persons for *try with a sample*: in no queue, reminder or count, and gone after a day."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from accounts import audit, own_data
from accounts.models import Patient
from accounts.selectors import expired_samples
from accounts.services.sign_up import make_user
from core import clock
from core.ids import new_id

LIFETIME = timedelta(hours=24)
# An adult whose age the programme accepts; the photos are somebody else's.
BIRTH_YEAR = 1970


def make_sample_patient(*, language: str) -> Patient:
    """A made-up adult with a login of her own that no password opens; the page that makes her may sign her in."""
    with transaction.atomic():
        now = clock.now()
        user = make_user(handle=f"sample-{new_id()}", name="样例 Sample", language=language, password=None, at=now, is_demo=True)
        patient = Patient.objects.create(
            user=user,
            name="样例 Sample",
            birth_year=BIRTH_YEAR,
            zone=settings.PATIENT_ZONE,
            language=language,
            is_demo=True,
            is_sample=True,
            erase_at=now + LIFETIME,
            created_at=now,
        )
        audit.record("sample_patient_made", actor=None, subject=patient, patient=patient)
        return patient


def erase_expired_samples() -> int:
    """Erase every sample person whose day is over, one transaction each. Returns how many."""
    erased = 0
    for patient in expired_samples():
        own_data.erase_patient(patient)
        erased += 1
    return erased
