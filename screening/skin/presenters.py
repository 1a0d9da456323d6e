"""How a sitting about a spot is told to a client."""

from typing import Any

from screening.models import Encounter
from screening.rules.skin.questionnaire import missing
from screening.skin import faults
from screening.skin.findings import answer_rows, answers_now, asked_person
from screening.skin.selectors import emergency_in, lesion_of, photo_admission_in


def skin_encounter(encounter: Encounter) -> dict[str, Any]:
    """The members of SkinEncounter (4 queries)."""
    person, lesion = asked_person(encounter.patient, encounter.opened_at), lesion_of(encounter)
    answers = answers_now(answer_rows(encounter), person)
    stopped, admitted = emergency_in(encounter) is not None, photo_admission_in(encounter)
    reason = "emergency_stop" if stopped else admitted.reason
    return {
        "id": encounter.pk,
        "lesion": lesion.pk,
        "body_site": lesion.body_site,
        "side": lesion.side,
        "landmark": lesion.landmark or "",
        "opened_at": encounter.opened_at,
        "answers": answers,
        "not_asked": list(missing(answers, person.age)),
        "stopped": "emergency" if stopped else None,
        "photo_allowed": reason is None,
        "photo_reason": reason,
        "message": str(faults.EMERGENCY if stopped else faults.NO_PHOTO.get(reason or "", "")),
        "photos": list(encounter.photos.order_by("accepted_at", "id").values_list("pk", flat=True)),
    }
