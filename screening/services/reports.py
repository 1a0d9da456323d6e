"""The readings of one encounter become a report: when it is time is said by its programme, signed it is in screening.services.signing."""

from django.db import transaction

from accounts.models import Patient
from core import clock
from screening.models import Encounter, ReportVersion
from screening.programmes import programme

COMPOSE_BATCH = 200


def compose_due() -> int:
    """Compose every encounter whose waiting time is over; how many were looked at."""
    due = list(Encounter.objects.filter(compose_after__lte=clock.now()).order_by("compose_after").values_list("pk", flat=True)[:COMPOSE_BATCH])
    for pk in due:
        with transaction.atomic():
            compose_if_due(Encounter.objects.get(pk=pk))
    return len(due)


def compose_if_due(encounter: Encounter) -> ReportVersion | None:
    """Make the next preliminary version if the programme's rules say it is time and something new is to be said.

    Call inside a transaction; it takes the patient's row lock, so that two workers finishing two photos at once see each other.
    """
    Patient.objects.select_for_update().get(pk=encounter.patient_id)
    return programme(encounter.programme).compose(encounter)
