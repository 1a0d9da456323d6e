"""Sittings about a spot on the skin, for tests."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Patient
from core import clock
from core.ids import new_id
from screening.models import Encounter, Photo, Reading
from screening.rules.skin.questionnaire import EMERGENCY
from screening.services.storage import store_original
from screening.skin.programme import hides
from screening.skin.services import open_spot
from tests import photos

NO_EMERGENCY: dict[str, object] = dict.fromkeys(EMERGENCY, False)
# A light spot that does nothing: every question that applies to an adult is answered, and no answer asks for anything.
CALM: dict[str, object] = NO_EMERGENCY | {
    "q1": "self",
    "q2": False,
    "q3": ["none"],
    "q4": False,
    "q5": "one_spot",
    "q5b": "skin_colour",
    "q7": "years",
    "q7b": True,
    "q8": 0,
    "q8b": 0,
    "q9": False,
    "m6": False,
    "m8": False,
    "n1": False,
    "n2": False,
    "t1": ["none"],
    "x1": ["none"],
}


def make_spot(patient: Patient, site: str = "back", *, side: str = "", answers: Mapping[str, object] = NO_EMERGENCY) -> Encounter:
    """A sitting about a spot, opened and answered as the person does it."""
    assert patient.user is not None
    return open_spot(patient=patient, by=patient.user, encounter_id=new_id(), body_site=site, side=side, answers=answers)


def make_skin_photo(encounter: Encounter, slot: str = "close_up", **reading: Any) -> Photo:
    """A photo whose reading already ended as told (default: a seborrhoeic keratosis); `outcome=None` leaves it queued. Sends no events."""
    now = clock.now()
    upload = store_original(photos.jpeg())
    photo = Photo.objects.create(
        pk=upload.photo_id,
        encounter=encounter,
        patient=encounter.patient,
        kind="skin",
        slot=slot,
        intimate=hides(encounter),
        taken_at=now,
        accepted_at=now,
        format="jpeg",
        width=320,
        height=240,
        byte_size=upload.size,
        content_hmac=new_id().bytes * 2,
        wrapped_key=upload.wrapped_key,
    )
    outcome = reading.setdefault("outcome", "graded")
    if outcome == "graded" and slot == "close_up":
        reading.setdefault("lesion_class", "SEK")
        reading.setdefault("in_scope", True)
        reading.setdefault("suspicious", False)
        reading.setdefault("class_set", [reading["lesion_class"]] if reading["lesion_class"] else ["SEK"])
        reading.setdefault("probabilities", {"p_SEK": 0.97, "p_MEL": 0.01, "p_BCC": 0.01, "p_SCC": 0.0, "p_suspicious": 0.02})
        reading.setdefault("intervals", {"p_suspicious": [0.01, 0.05]})
        reading.setdefault("model_version", "skin-lesion 0.0")
    state = {None: "queued", "failed": "failed"}.get(outcome, "done")
    finished = None if outcome is None else now
    Reading.objects.create(photo=photo, programme="skin-lesion", due_at=now, created_at=now, state=state, finished_at=finished, **reading)
    return photo
