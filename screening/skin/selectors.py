"""Reads of the skin programme, scoped to an actor: her sittings about a spot, and whether the spot may be photographed."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Patient, User
from accounts.selectors import has_consent
from screening.models import Encounter, Lesion
from screening.rules.programmes import PROGRAMMES
from screening.rules.skin.admission import PhotoAdmission, photo_admission
from screening.rules.skin.questionnaire import emergency
from screening.selectors import encounters_visible_to
from screening.skin.findings import answer_rows, answers_now, asked_person

SKIN = PROGRAMMES["skin-lesion"].code


def visible_spot(user: User, encounter_id: UUID) -> Encounter:
    """A sitting about a spot that this actor may see (1 query); Http404 for unknown and forbidden alike."""
    encounter = encounters_visible_to(user).filter(programme=SKIN, pk=encounter_id).select_related("lesion").first()
    if encounter is None:
        raise Http404
    return encounter


def own_spot(patient: Patient, encounter_id: UUID) -> Encounter:
    """The person's own sitting about a spot, with its lesion (1 query). Raises Http404 for anything else."""
    encounter = Encounter.objects.filter(pk=encounter_id, patient=patient, programme=SKIN).select_related("lesion", "patient").first()
    if encounter is None:
        raise Http404
    return encounter


def lesion_of(encounter: Encounter) -> Lesion:
    """The spot a sitting of the skin programme is about. Raises Http404 for another programme's."""
    if encounter.lesion is None:
        raise Http404
    return encounter.lesion


def photo_admission_in(encounter: Encounter) -> PhotoAdmission:
    """Whether the spot of this sitting may be photographed now (1 query)."""
    age = asked_person(encounter.patient, encounter.opened_at).age
    return photo_admission(lesion_of(encounter).body_site, age, has_consent(encounter.patient, "intimate_photo"))


def emergency_in(encounter: Encounter) -> str | None:
    """The question whose answer stopped this sitting, None where nothing did (1 query)."""
    person = asked_person(encounter.patient, encounter.opened_at)
    return emergency(answers_now(answer_rows(encounter), person), person.age, newborn=person.newborn)


def unfinished_spots(patient: Patient, *, now: datetime) -> QuerySet[Encounter]:
    """The person's sittings of the last day that made no report yet, the newest first (1 query)."""
    begun = Encounter.objects.filter(patient=patient, programme=SKIN, report__isnull=True, opened_at__gt=now - timedelta(days=1))
    return begun.select_related("lesion").order_by("-opened_at")


def known_spots(patient: Patient) -> QuerySet[Lesion]:
    """The spots of this person that were looked at before, the newest first (1 query)."""
    return Lesion.objects.filter(patient=patient, encounters__report__isnull=False).distinct().order_by("-created_at")
