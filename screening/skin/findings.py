"""A sitting about a spot in the words of the rules: its photos, its answers, its person, its finding."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Patient
from accounts.rules.age import youngest_age
from core.pure.days import local_day
from screening.classifiers import registry
from screening.models import Answers, Encounter
from screening.rules.skin.questionnaire import emergency
from screening.rules.skin.urgency import CLASSES, LesionFinding, SkinPhoto, lesion_finding, malignancy_floors
from screening.selectors import CorrectedPhoto, corrected_photos, signed_version

NEWBORN = timedelta(days=28)


@dataclass(frozen=True)
class Asked:
    """Who is asked, on the day of the sitting: `age` is the youngest possible in years, `newborn` None where the day of birth is not known."""

    age: int | None
    newborn: bool | None


def asked_person(patient: Patient, at: datetime) -> Asked:
    """The person as the questionnaire and the rules take her."""
    day = local_day(at, patient.zone)
    newborn = day - patient.birth_date < NEWBORN if patient.birth_date else None
    return Asked(youngest_age(day, birth_date=patient.birth_date, birth_year=patient.birth_year), newborn)


def answer_rows(encounter: Encounter) -> list[Answers]:
    """The answers as they were given, oldest first (1 query)."""
    return list(encounter.answers.order_by("recorded_at", "id"))


def answers_now(rows: list[Answers], person: Asked) -> dict[str, object]:
    """What holds of the answers: a later row supersedes an earlier one, question by question. An emergency once told stands."""
    given: dict[str, object] = {}
    for row in rows:
        given |= row.answers
        if _stops(given, person):
            break
    return given


def stopped_at(rows: list[Answers], person: Asked) -> datetime | None:
    """When an emergency was told, None where there was none."""
    given: dict[str, object] = {}
    for row in rows:
        given |= row.answers
        if _stops(given, person):
            return row.recorded_at
    return None


def _stops(given: Mapping[str, object], person: Asked) -> bool:
    return emergency(given, person.age, newborn=person.newborn) is not None


def skin_photos(encounter: Encounter) -> list[SkinPhoto]:
    """What the rules need of each photo that is this patient's (3 queries)."""
    return [_photo(seen) for seen in corrected_photos(encounter) if not seen.is_other_person]


def finding_now(encounter: Encounter) -> LesionFinding:
    """What answers and readings say today, never below the class that was signed (6 queries)."""
    signed = signed_version(encounter)
    person = asked_person(encounter.patient, encounter.opened_at)
    assert encounter.lesion is not None
    return lesion_finding(
        skin_photos(encounter),
        answers_now(answer_rows(encounter), person),
        site=encounter.lesion.body_site,
        age=person.age,
        floors=floors(encounter.programme),
        signed_class=signed_class(signed.finding) if signed else None,
        newborn=person.newborn,
    )


def floors(programme: str) -> Mapping[str, float]:
    """The malignancy floors of the live version."""
    return malignancy_floors(registry.live(programme).thresholds)


def signed_class(document: Mapping[str, Any]) -> str | None:
    """The class that a signed version carries, None where it names none of the six."""
    told = document.get("lesion_class")
    return told if told in CLASSES else None


def finding_document(finding: LesionFinding) -> dict[str, Any]:
    """A LesionFinding as JSON."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(finding).items()}


def finding_from(document: Mapping[str, Any]) -> LesionFinding:
    """The LesionFinding that a version carries."""
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in document.items()}
    return LesionFinding(**fields)


def _photo(seen: CorrectedPhoto) -> SkinPhoto:
    reading, usable = seen.reading, not seen.is_unreadable
    return SkinPhoto(
        photo_id=str(seen.photo.pk),
        slot=seen.photo.slot,
        outcome=seen.outcome,
        reason=reading.reason,
        lesion_class=reading.lesion_class if usable else "",
        suspicious=reading.suspicious,
        in_scope=reading.in_scope if usable else None,
        probabilities=reading.probabilities,
        accepted_at=seen.photo.accepted_at,
        taken_at=seen.photo.taken_at,
    )
