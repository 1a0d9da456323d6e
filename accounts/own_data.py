"""What must reach into every app from below: each registers how it erases its part of a person, from AppConfig.ready."""

from collections.abc import Callable

from django.db import transaction

from accounts import audit
from accounts.models import CheckInCode, Consent, Guardianship, Patient

Erase = Callable[[Patient], None]
# From the top of the layers down, since rows above point to rows below.
ORDER = ("partners", "followup", "screening", "accounts")

_erasers: dict[str, Erase] = {}


def register(app_label: str, *, erase: Erase) -> None:
    """Note how an app removes everything it holds of a person."""
    _erasers[app_label] = erase


def erase_patient(patient: Patient) -> None:
    """Remove a made-up person – a sample or the demo's – from every app, in one transaction; the audit keeps the bare ids.

    A guardian is erased after her children. Raises ValueError for a real person.
    """
    if not (patient.is_sample or patient.is_demo):
        raise ValueError("only sample and demo patients are erased; a person's record is kept under the clinic's duty")
    with transaction.atomic():
        locked = Patient.objects.select_for_update().filter(pk=patient.pk).first()
        if locked is None:
            return
        audit.record("erase_patient", actor=None, subject=locked, patient=locked)
        for app_label in ORDER:
            if app_label in _erasers:
                _erasers[app_label](locked)


def erase_here(patient: Patient) -> None:
    """Accounts' own part: what was agreed to, who decides, and the login where there is one."""
    user = patient.user
    for model in (Consent, CheckInCode):
        model._default_manager.filter(patient=patient).delete()
    Guardianship.objects.filter(child=patient).delete()
    patient.delete()
    if user is not None:
        user.delete()
