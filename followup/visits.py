"""A visit: one sitting in a store, as its staff may see it – her own store's, of a person who shares with it now."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Organisation, Patient, User
from accounts.selectors import patients_visible_to
from screening.models import Encounter
from screening.retina.sittings import SAME_SITTING
from screening.selectors import EYE, SKIN


@dataclass(frozen=True)
class Visit:
    """`encounter.programme` says what it is: "retina-dr" for an adult at the camera, "myopia" for a child."""

    encounter: Encounter
    patient: Patient
    store: Organisation


def visit_of(user: User, store: Organisation, encounter_id: UUID) -> Visit:
    """One visit; Http404 for an unknown one, another store's, or of a person who does not share any more (1 query)."""
    found = Encounter.objects.filter(pk=encounter_id, store=store, patient__in=patients_visible_to(user)).select_related("patient__user").first()
    if found is None:
        raise Http404
    return Visit(found, found.patient, store)


def sitting_of(visit: Visit) -> Encounter | None:
    """The sitting that the visit's photos of the eyes belong to: the visit itself, or for a child the one beside it; None before a photo."""
    if visit.encounter.programme == EYE:
        return visit.encounter
    began = visit.encounter.opened_at
    during = {"photos__accepted_at__gte": began, "photos__accepted_at__lt": began + SAME_SITTING}
    return Encounter.objects.filter(patient=visit.patient, programme=EYE, store=visit.store, **during).order_by("-opened_at").first()


def visits_of(patient: Patient, store: Organisation) -> QuerySet[Encounter]:
    """The person's visits to this store, the newest first (1 query when evaluated). Call it for a patient the actor may see."""
    return Encounter.objects.filter(patient=patient, store=store).exclude(programme=SKIN).order_by("-opened_at")
