"""The failsafe: everybody is planned anew within a day, whatever events or messages do."""

from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import Consent, Patient
from core import clock
from followup.models import Sweep
from followup.selectors import without_a_step
from followup.services.reconcile import reconcile_patient

log = structlog.get_logger("followup.sweep")
SWEEP_EVERY = timedelta(hours=24)
SWEEP_BATCH = 200


def reconcile_stale() -> int:
    """Plan anew whoever has nothing open, then whoever was not looked at for a day; how many were. Independent of events and of messages."""
    now = clock.now()
    stale = [*without_a_step()[:SWEEP_BATCH], *_not_swept_since(now - SWEEP_EVERY)[:SWEEP_BATCH]]
    for patient in {patient.pk: patient for patient in stale}.values():
        try:
            with transaction.atomic():
                reconcile_patient(patient)
                Sweep.objects.update_or_create(patient=patient, defaults={"at": now})
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            # One patient whose plan cannot be made must not keep the failsafe from the others; check_followup names her.
            log.error("reconcile_failed", patient=str(patient.pk), error=type(error).__name__)
    return len(stale)


def _not_swept_since(moment: datetime) -> QuerySet[Patient]:
    return (
        Patient.objects.filter(Q(sweep__isnull=True) | Q(sweep__at__lt=moment), is_sample=False)
        .filter(Exists(Consent.objects.filter(patient=OuterRef("pk"), purpose="care")))
        .order_by(F("sweep__at").asc(nulls_first=True))
    )
