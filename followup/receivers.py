"""What the apps below say happened, and what follows for the patient's plan – in the same transaction, so that neither stands without the other."""

from typing import Any

from accounts.events import consent_given, consent_withdrawn, patient_registered
from accounts.models import Patient
from followup.services.reconcile import reconcile_patient
from followup.services.reminders import owe_answer
from screening.events import (
    answers_recorded,
    facts_recorded,
    measurements_recorded,
    photo_accepted,
    photo_corrected,
    reading_finished,
    report_composed,
    report_finalised,
)
from screening.models import ReportVersion

CHANGES = (
    patient_registered,
    consent_given,
    consent_withdrawn,
    facts_recorded,
    answers_recorded,
    measurements_recorded,
    photo_accepted,
    photo_corrected,
    reading_finished,
    report_composed,
    report_finalised,
)


def plan_anew(sender: object, *, patient: Patient, **_: Any) -> None:
    """Whatever changed, the open steps are those that the rules now want."""
    reconcile_patient(patient)


def tell_of_answer(sender: object, *, patient: Patient, version: ReportVersion, **_: Any) -> None:
    """A doctor has answered: one message, at once."""
    owe_answer(patient, version.pk)


def connect() -> None:
    """Called once when the app is ready; the names keep a second call from planning twice."""
    for change in CHANGES:
        change.connect(plan_anew, dispatch_uid="followup.plan_anew")
    report_finalised.connect(tell_of_answer, dispatch_uid="followup.tell_of_answer")
