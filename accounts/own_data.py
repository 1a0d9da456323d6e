"""What must reach into every app from below: each registers how it erases its part of a person, from AppConfig.ready."""

from collections.abc import Callable

from django.db import transaction

from accounts import audit
from accounts.models import Patient

Erase = Callable[[Patient], None]
# From the top of the layers down, since rows above point to rows below.
ORDER = ("partners", "followup", "screening", "accounts")

_erasers: dict[str, Erase] = {}


def register(app_label: str, *, erase: Erase) -> None:
    """Note how an app removes everything it holds of a person."""
    _erasers[app_label] = erase


def erase_patient(patient: Patient) -> None:
    """Remove a throw-away sample person from every app, in one transaction; the audit keeps the bare ids. Raises ValueError for a real person."""
    if not patient.is_sample:
        raise ValueError("only sample patients are erased; a person's record is kept under the clinic's duty")
    with transaction.atomic():
        locked = Patient.objects.select_for_update().filter(pk=patient.pk).first()
        if locked is None:
            return
        audit.record("erase_patient", actor=None, subject=locked, patient=locked)
        for app_label in ORDER:
            if app_label in _erasers:
                _erasers[app_label](locked)


def erase_here(patient: Patient) -> None:
    """Accounts' own part. A sample person has no login and no consents, so the row is all there is."""
    patient.delete()
