"""A sitting about a spot as its pages need it, and which page comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import Patient
from screening.models import Encounter
from screening.pages.skin_parts import next_part
from screening.skin.findings import answer_rows, answers_now, asked_person, stopped_at
from screening.skin.selectors import lesion_of, own_spot
from screening.skin.words import place_in_words


@dataclass(frozen=True)
class Sitting:
    """The sitting, what was answered so far, the youngest age she can have, and whether an answer meant *call 120 now*."""

    encounter: Encounter
    answers: Mapping[str, object]
    age: int | None
    is_stopped: bool

    @classmethod
    def of(cls, patient: Patient, encounter_id: UUID) -> "Sitting":
        """Raises Http404 for somebody else's sitting and for one that is not about a spot (2 queries)."""
        encounter = own_spot(patient, encounter_id)
        rows, person = answer_rows(encounter), asked_person(patient, encounter.opened_at)
        return cls(encounter, answers_now(rows, person), person.age, stopped_at(rows, person) is not None)

    def place(self, language: str) -> str:
        """Where the spot is, in words."""
        return place_in_words(lesion_of(self.encounter), language)


def way_on(sitting: Sitting) -> tuple[Any, ...]:
    """The page that comes next, as `redirect` takes it: call 120, the next questions, or the photos."""
    pk = sitting.encounter.pk
    if sitting.is_stopped:
        return "skin_now", pk
    part = next_part(sitting.answers, sitting.age)
    return ("skin_questions", pk, part.number) if part else ("skin_photos", pk)
