"""From an upload's stored bytes to the stored reading, as a worker does it: claim, decrypt, read, encrypt view and map, one transaction."""

import statistics
from datetime import date

from bench.clocks import cpu_seconds
from bench.compute import floor_of
from bench.subjects import RETINA, Subject, camera_photo
from core import clock
from core.ids import new_id
from dev.demo.clinic import NO_EMERGENCY
from dev.demo.stage import make_person
from screening.models import Reading
from screening.services.intake import accept_photo
from screening.services.reading import read_queued
from screening.services.storage import store_original
from screening.skin.services import open_spot

ROUNDS = 12


def run(subject: Subject) -> dict[str, str]:
    """Interleaved rounds of one photo read from the queue and of the floor; the database's own processor time is not in it."""
    photo, floor = camera_photo(subject), floor_of(subject)
    read_queued()
    rounds = []
    for number in range(ROUNDS + 2):
        queue_photo(subject, photo + number.to_bytes(2, "big"))
        rounds.append((cpu_seconds(read_queued), cpu_seconds(lambda: floor(photo))))
    rounds = rounds[2:]
    assert Reading.objects.order_by("-created_at")[0].outcome == Reading.Outcome.GRADED, "the photos were not read"
    return {
        "stored readings per core second": f"{1 / statistics.median(whole for whole, _ in rounds):.1f}",
        "stored, against the floor": f"{statistics.median(whole / least for whole, least in rounds):.2f}",
    }


def queue_photo(subject: Subject, photo: bytes) -> None:
    """A new person sends one photo."""
    person = make_person("bench", date(1960, 1, 1), facts={})
    sitting = None
    if subject is not RETINA:
        answers = {**NO_EMERGENCY, "q5": "one_spot", "q5b": "dark"}
        sitting = open_spot(patient=person, by=person.user, encounter_id=new_id(), body_site="back", side="", answers=answers).pk  # type: ignore[arg-type]
    accept_photo(
        patient=person,
        by=person.user,
        upload=store_original(photo),
        kind=subject.kind,
        laterality="OD" if subject is RETINA else "",
        slot="" if subject is RETINA else "close_up",
        taken_at=clock.now(),
        encounter=sitting,
    )
