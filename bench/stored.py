"""From an upload's stored bytes to the stored reading, as a worker does it: claim, decrypt, read, encrypt view and map, one transaction.

The same transaction composes the report and plans the person's next step, which is no part of a reading: it is measured apart.
"""

import statistics
from collections.abc import Callable
from datetime import date
from itertools import count
from unittest.mock import patch

from bench.clocks import cpu_seconds
from bench.compute import floor_of
from bench.subjects import RETINA, Subject, camera_photo
from core import clock
from core.ids import new_id
from dev.demo.clinic import NO_EMERGENCY
from dev.demo.stage import make_person
from screening import events
from screening.models import Reading
from screening.services import reading
from screening.services.intake import accept_photo
from screening.services.reading import read_queued
from screening.services.storage import store_original
from screening.skin.services import open_spot

ROUNDS = 12


def run(subject: Subject) -> dict[str, str]:
    """Interleaved rounds of the floor and of one photo read from the queue; the database's own processor time is not in it."""
    photo, floor = camera_photo(subject), floor_of(subject)
    numbers = count()

    def read_one(read: Callable[[], object]) -> float:
        queue_photo(subject, photo + next(numbers).to_bytes(2, "big"))
        return cpu_seconds(read)

    read_queued()
    rounds = [(read_one(_read_alone), read_one(read_queued), cpu_seconds(lambda: floor(photo))) for _ in range(ROUNDS + 2)][2:]
    assert Reading.objects.order_by("-created_at")[0].outcome == Reading.Outcome.GRADED, "the photos were not read"
    alone, planned = (statistics.median(found[way] for found in rounds) for way in (0, 1))
    return {
        "stored reading with its attention map": f"{1000 * alone:.0f} ms, {1 / alone:.1f} per core second",
        "stored, against the floor": f"{statistics.median(found[0] / found[2] for found in rounds):.2f}",
        "the same with report and next step": f"{1000 * planned:.0f} ms, {1 / planned:.1f} per core second",
    }


def _read_alone() -> None:
    with patch.object(reading, "compose_if_due"), patch.object(events.reading_finished, "send"):
        read_queued()


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
