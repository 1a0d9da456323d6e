"""Every read of a child's visits, scoped to an actor, with the number of queries it costs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import Organisation, Patient, User
from accounts.selectors import patients_visible_to, specialties_of, stores_of
from screening.models import Encounter, Measurement
from screening.myopia.rows import sitting_of
from screening.rules.myopia.sitting import Sitting
from screening.rules.myopia.state import ChildFinding, child_finding

MYOPIA = "myopia"


@dataclass(frozen=True)
class Visit:
    """One visit of a child with what it says; `earlier` are the rows of the visit before, which decide whether a date is the first of its kind."""

    encounter: Encounter
    sitting: Sitting
    finding: ChildFinding
    rows_before: frozenset[str]


def visits_visible_to(user: User) -> QuerySet[Encounter]:
    """The only door to visits (3 queries): who sees the child sees them; of clinicians those of the eye, of stores' staff those of their own."""
    if not _may_read_eyes(user):
        return Encounter.objects.none()
    stores = stores_of(user)
    visible = Encounter.objects.filter(programme=MYOPIA, patient__in=patients_visible_to(user)).select_related("patient", "store")
    return visible.filter(store__in=stores.values("pk")) if stores.exists() else visible


def visible_visit(user: User, visit_id: UUID) -> Encounter:
    """One visit (3 queries). Raises Http404 where it is unknown or not this actor's to see."""
    visit = visits_visible_to(user).filter(pk=visit_id).first()
    if visit is None:
        raise Http404
    return visit


def visible_child(user: User, child_id: UUID) -> Patient:
    """Somebody whose measurements this actor may read (2 queries). Raises Http404 otherwise."""
    child = patients_visible_to(user).filter(pk=child_id).first() if _may_read_eyes(user) else None
    if child is None:
        raise Http404
    return child


def measurements_of(patient: Patient) -> QuerySet[Measurement]:
    """Everything ever measured of a child, newest first (1 query when evaluated); the caller has scoped the child."""
    return Measurement.objects.filter(encounter__patient=patient).order_by("-id")


def child_visits(patient: Patient) -> list[Visit]:
    """The visits in which something was measured, oldest first (2 queries)."""
    encounters = list(Encounter.objects.filter(patient=patient, programme=MYOPIA))
    rows = list(Measurement.objects.filter(encounter__in=encounters)) if encounters else []
    pairs = [(encounter, sitting_of(patient, [row for row in rows if row.encounter_id == encounter.pk])) for encounter in encounters]
    found = sorted(((encounter, sitting) for encounter, sitting in pairs if sitting is not None), key=lambda pair: (pair[1].taken_at, pair[0].pk))
    visits: list[Visit] = []
    for encounter, sitting in found:
        finding = child_finding(sitting, [before.sitting for before in visits])
        visits.append(Visit(encounter, sitting, finding, frozenset(visits[-1].finding.rows) if visits else frozenset()))
    return visits


def latest_before(patient: Patient, visit: Encounter | None = None) -> dict[tuple[str, str], Measurement]:
    """The last number of each kind and eye from the child's other visits, by (code, eye): what stands beside a field (1 query)."""
    rows = Measurement.objects.filter(Q(encounter__patient=patient), ~Q(encounter=visit) if visit else Q(), category="").order_by("taken_at", "id")
    return {(row.code, row.laterality): row for row in rows}


def visit_today(patient: Patient, store: Organisation, since: datetime) -> Encounter | None:
    """The child's visit to this store opened since a moment, so that a second press joins the first (1 query)."""
    return Encounter.objects.filter(patient=patient, programme=MYOPIA, store=store, opened_at__gte=since).order_by("-opened_at").first()


def _may_read_eyes(user: User) -> bool:
    """Whoever signs for something signs for the eye; everybody else is no clinician."""
    specialties = specialties_of(user)
    return not specialties or "eye" in specialties
