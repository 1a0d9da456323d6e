"""Try with a sample: a throw-away person whose photos take the real way and who is in no queue, reminder or count."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.http import Http404

from accounts import own_data
from accounts.models import Patient
from core import clock
from core.pure.tables import read_rows
from screening.imaging.sniff import sniff
from screening.models import Encounter, Fact
from screening.services.intake import queue_photo
from screening.services.storage import store_original

KEPT_FOR = timedelta(hours=24)
FOLDER = Path(settings.BASE_DIR) / "dev" / "samples" / "retina"
PAIRS = {"none": {"OD": "none_right.jpg", "OS": "none_left.jpg"}, "changes": {"OD": "moderate_right.jpg", "OS": "proliferative_left.jpg"}}


@transaction.atomic
def try_sample(name: str) -> Encounter:
    """Send both eyes of a sample pair through the queue for a new throw-away person. Raises Http404 for an unknown name."""
    if name not in PAIRS:
        raise Http404
    now = clock.now()
    person = Patient.objects.create(name="Sample", birth_year=now.year - 60, is_sample=True, erase_at=now + KEPT_FOR, created_at=now)
    Fact.objects.create(patient=person, code="diabetes", value="type2", effective_on=now.date(), source=Fact.Source.SELF, recorded_at=now)
    encounter = Encounter.objects.create(patient=person, programme="retina-dr", opened_at=now)
    for laterality, file in PAIRS[name].items():
        original = (FOLDER / file).read_bytes()
        queue_photo(
            encounter=encounter,
            by=None,
            upload=store_original(original),
            found=sniff(BytesIO(original), len(original)),
            kind="retina",
            laterality=laterality,
            taken_at=now,
        )
    return encounter


def erase_expired() -> int:
    """Erase the sample persons whose day is over; how many."""
    expired = list(Patient.objects.filter(is_sample=True, erase_at__lt=clock.now())[:500])
    for person in expired:
        own_data.erase_patient(person)
    return len(expired)


def credit_lines() -> list[str]:
    """Who made the sample photos and under which licence, one line a source."""
    rows = [row for row in read_rows(FOLDER / "samples.csv") if any(row["file"] in pair.values() for pair in PAIRS.values())]
    return list(dict.fromkeys(f"{row['credit']} ({row['licence']})" for row in rows))
