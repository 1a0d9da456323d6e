"""What every part of the demo world needs: a moved clock, photos that are not all the same, and made-up people marked as such."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

from django.conf import settings
from PIL import Image, ImageEnhance

from accounts.consent_texts import purposes
from accounts.models import Patient, User
from accounts.services.consent import give_consents
from accounts.services.sign_up import make_user
from core import clock
from core.ids import new_id
from screening.models import Encounter
from screening.rules.diabetic_retinopathy import LATERALITIES
from screening.selectors import corrected_photos, latest_version
from screening.services.facts import Answer, record_facts
from screening.services.intake import accept_photo
from screening.services.reading import read_queued
from screening.services.signing import EyeDecision, sign_report
from screening.services.storage import store_original

SAMPLES = Path(settings.BASE_DIR) / "dev" / "samples"


@contextmanager
def days_ago(days: float) -> Iterator[None]:
    """The product's clock so many days back, for what happened then."""
    shift = settings.CLOCK_SHIFT_SECONDS
    settings.CLOCK_SHIFT_SECONDS = shift - int(timedelta(days=days).total_seconds())
    try:
        yield
    finally:
        settings.CLOCK_SHIFT_SECONDS = shift


def photo_like(file: Path, seed: int) -> bytes:
    """The sample as another moment's camera would have taken it: a little turned, lighter or darker, saved anew. The same seed, the same bytes."""
    chance = random.Random(seed)  # noqa: S311 - a look, not a secret
    with Image.open(file) as picture:
        turned = picture.convert("RGB").rotate(chance.uniform(-4, 4), Image.Resampling.BICUBIC)
        lit = ImageEnhance.Brightness(turned).enhance(chance.uniform(0.88, 1.1))
        kept = BytesIO()
        lit.save(kept, "JPEG", quality=chance.randint(86, 94))
    return kept.getvalue()


def make_person(name: str, birth: date, *, facts: dict[str, object], login: User | None = None) -> Patient:
    """A made-up adult who agreed to everything asked at sign-up, with what is known of her diabetes; nobody signs in as her but `login`."""
    now = clock.now()
    user = login or make_user(handle=f"demo-{new_id().hex[-12:]}", name=name, language="zh-hans", password=None, at=now, is_demo=True)
    patient = Patient.objects.create(
        user=user, name=name, birth_date=birth, birth_year=birth.year, zone=settings.PATIENT_ZONE, created_at=now, is_demo=True
    )
    give_consents(patient=patient, purposes=purposes(), by=user, language="zh-hans")
    tell(patient, facts)
    return patient


def tell(patient: Patient, facts: dict[str, object]) -> None:
    """What the person answers today; HbA1c in %."""
    today = clock.today(patient.zone)
    units = {"hba1c": "%"}
    if facts:
        answers = [Answer(code, value, today, units.get(code, "")) for code, value in facts.items()]
        record_facts(patient=patient, answers=answers, source="self", by=patient.user)


def send_eyes(patient: Patient, right: str, left: str, *, seed: int, by: User | None = None, sitting: UUID | None = None) -> Encounter:
    """Both eyes (files of samples/retina, "" for none) through the door and the classifier, as an upload goes."""
    encounters = [
        accept_photo(
            patient=patient,
            by=by or patient.user,
            upload=store_original(photo_like(SAMPLES / "retina" / file, seed)),
            kind="retina",
            laterality=laterality,
            taken_at=clock.now(),
            encounter=sitting,
        ).photo.encounter
        for laterality, file in (("OD", right), ("OS", left))
        if file
    ]
    read_queued()
    return encounters[0]


def sign_as_read(encounter: Encounter, by: User) -> None:
    """A doctor signs both eyes as the program graded them; an eye that was not graded as not readable."""
    version = latest_version(encounter)
    assert version is not None
    decisions = {}
    for eye in LATERALITIES:
        grades = [seen.reading.grade for seen in corrected_photos(encounter) if seen.laterality == eye]
        graded = [grade for grade in grades if grade is not None]
        if grades:
            decisions[eye] = EyeDecision("graded", max(graded)) if graded else EyeDecision("not_readable", reason="blur")
    sign_report(encounter_id=encounter.pk, by=by, base_number=version.number, decisions=decisions)
