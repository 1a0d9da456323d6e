"""The only door from patients to partners: what a snapshot may hold of research-consented persons. No other module here reads other apps' tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from accounts.models import Consent, Patient
from partners.rules.grid import NOT_GRADABLE, Grid
from screening.models import ReportVersion
from screening.rules.programmes import PROGRAMMES

PURPOSE = "research_rwd"
EYE = PROGRAMMES["retina-dr"].code


@dataclass(frozen=True)
class ResearchPerson:
    """One person of a snapshot: the year of her first graded eye check, and the worse eye of the latest one that a doctor signed."""

    person: UUID
    index_year: int
    latest_grade: int


def research_persons(grid: Grid) -> Iterator[ResearchPerson]:
    """Everybody who agrees to research and care now, with an index year on the grid. Doctors' grades only, never a classifier's (1 query)."""
    consents = Consent.objects.filter(patient=OuterRef("report__encounter__patient"), withdrawn_at__isnull=True)
    signed = (
        ReportVersion.objects.filter(kind=ReportVersion.Kind.SIGNED, report__encounter__programme=EYE, report__encounter__patient__is_sample=False)
        .filter(Exists(consents.filter(purpose=PURPOSE)), Exists(consents.filter(purpose="care")))
        .select_related("report__encounter__patient")
        .order_by("report__encounter__patient", "report__encounter__opened_at", "number")
    )
    person: Patient | None = None
    grades: dict[UUID, tuple[int, int | None]] = {}
    for version in signed.iterator(chunk_size=2000):
        encounter = version.report.encounter
        if person is not None and person.pk != encounter.patient_id:
            yield from _row(person, grades, grid)
            grades = {}
        person = encounter.patient
        # Of several signed versions the last holds.
        grades[encounter.pk] = (encounter.opened_at.astimezone(ZoneInfo(person.zone)).year, _worse_eye(version))
    if person is not None:
        yield from _row(person, grades, grid)


def _row(person: Patient, grades: dict[UUID, tuple[int, int | None]], grid: Grid) -> Iterator[ResearchPerson]:
    checks = list(grades.values())
    index_year = next((year for year, grade in checks if grade is not None), None)
    if index_year in grid.index_years:
        latest = checks[-1][1]
        yield ResearchPerson(person.pk, index_year, NOT_GRADABLE if latest is None else latest)


def _worse_eye(version: ReportVersion) -> int | None:
    grades = [version.finding[eye]["grade"] for eye in ("right", "left")]
    return max((int(grade) for grade in grades if grade is not None), default=None)
