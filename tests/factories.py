"""One place that makes believable people for tests."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.models import Consent, ConsentText, Guardianship, Membership, Organisation, Patient, User
from accounts.services.consent import give_consents
from accounts.services.staff import ensure_reading_centre
from core import clock
from core.ids import new_id
from screening.models import Encounter, Fact, Photo, Reading
from screening.rules.skin.questionnaire import QUESTIONS, missing
from screening.services.facts import Answer, record_facts
from screening.services.storage import store_original
from screening.skin.services import open_spot
from tests import photos

ALL_PURPOSES = ("care", "automatic_reading", "share_clinic", "reminder_wechat")


def reading_centre() -> Organisation:
    return ensure_reading_centre(name_zh="示范阅片中心", name_en="Demo reading centre")


def make_user(**columns: Any) -> User:
    user = User(handle=str(new_id()), name="测试", created_at=clock.now(), **columns)
    user.set_unusable_password()
    user.save()
    return user


def make_patient(*, consents: Iterable[str] = ALL_PURPOSES, birth_year: int = 1966, diabetes: str | None = "type2", **columns: Any) -> Patient:
    """An adult who said yes to everything, with type 2 diabetes unless told otherwise."""
    reading_centre()
    user = make_user()
    patient = Patient.objects.create(user=user, name="李桂芳", birth_year=birth_year, created_at=clock.now(), **columns)
    consents = tuple(consents)
    if consents:
        give_consents(patient=patient, purposes=consents, by=user, language="zh-hans")
    if diabetes is not None:
        record_facts(patient=patient, answers=[Answer("diabetes", diabetes, clock.now().date())], source="self", by=user)
    return patient


def make_clinician(organisation: Organisation | None = None, *, specialty: str = "eye") -> User:
    return _member(organisation or reading_centre(), "clinician", specialty=specialty)


def make_store(name: str = "光明眼镜") -> Organisation:
    return Organisation.objects.create(kind="store", name_zh=name, name_en="Bright Optics", created_at=clock.now())


def make_staff(store: Organisation) -> User:
    return _member(store, "store_staff")


def _member(organisation: Organisation, role: str, **columns: Any) -> User:
    user = make_user()
    Membership.objects.create(user=user, organisation=organisation, role=role, starts_at=clock.now() - timedelta(days=1), **columns)
    return user


def make_child(*, birth_year: int = 2017, guardian: User | None = None) -> Patient:
    """A child whose guardian said yes to everything; the guardian is a patient of her own login."""
    guardian = guardian or make_patient().user
    assert guardian is not None
    child = Patient.objects.create(name="李小雨", birth_year=birth_year, created_at=clock.now())
    Guardianship.objects.create(
        child=child, guardian=guardian, relation="mother", verified="seen_in_person", verified_by=guardian, starts_at=clock.now() - timedelta(days=1)
    )
    for purpose in ALL_PURPOSES:
        _consent(child, purpose, guardian, reading_centre() if purpose == "share_clinic" else None)
    return child


def share_with(patient: Patient, store: Organisation) -> None:
    """The person shares her record with a store."""
    by = patient.user or patient.guardianships.get().guardian
    _consent(patient, "share_store", by, store)


def _consent(patient: Patient, purpose: str, by: User, organisation: Organisation | None) -> None:
    text, _ = ConsentText.objects.get_or_create(
        purpose=purpose, language="zh-hans", sha256=purpose, defaults={"version": "test", "text": purpose, "created_at": clock.now()}
    )
    Consent.objects.create(patient=patient, purpose=purpose, organisation=organisation, text=text, given_by=by, given_at=clock.now())


def client_of(user: User | None) -> APIClient:
    """A client of the API, signed in by bearer token like a mini-program."""
    client = APIClient(raise_request_exception=True)
    if user is not None:
        _row, token = AuthToken.objects.create(user=user)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def make_encounter(patient: Patient, *, opened_at: datetime | None = None) -> Encounter:
    return Encounter.objects.create(patient=patient, programme="retina-dr", opened_at=opened_at or clock.now())


def make_photo(encounter: Encounter, laterality: str = "OD", *, taken_at: datetime | None = None, **reading: Any) -> Photo:
    """A photo whose reading already ended as told (default: graded 0); `outcome=None` leaves it queued. Sends no events."""
    photo = _photo(encounter, kind="retina", laterality=laterality, taken_at=taken_at)
    if reading.setdefault("outcome", "graded") == "graded":
        reading.setdefault("grade", 0)
        reading.setdefault("probabilities", {"p_referable": 0.9 if reading["grade"] >= 2 else 0.02})
        reading.setdefault("model_version", "retina-dr 0.0")
    _reading(photo, "retina-dr", reading)
    return photo


def _photo(encounter: Encounter, *, taken_at: datetime | None = None, **columns: Any) -> Photo:
    now = clock.now()
    upload = store_original(photos.jpeg())
    return Photo.objects.create(
        pk=upload.photo_id,
        encounter=encounter,
        patient=encounter.patient,
        taken_at=taken_at or now,
        accepted_at=now,
        format="jpeg",
        width=320,
        height=240,
        byte_size=upload.size,
        content_hmac=new_id().bytes * 2,
        wrapped_key=upload.wrapped_key,
        **columns,
    )


def _reading(photo: Photo, programme: str, columns: dict[str, Any]) -> None:
    outcome = columns["outcome"]
    state = {None: "queued", "failed": "failed"}.get(outcome, "done")
    finished = None if outcome is None else photo.accepted_at
    at_once = {"due_at": photo.accepted_at, "created_at": photo.accepted_at}
    Reading.objects.create(photo=photo, programme=programme, state=state, finished_at=finished, **at_once, **columns)


CALM = {"bool": False, "scale": 0, "multi": ["none"]}


def calm_answers(age: int | None = 50, **told: Any) -> dict[str, Any]:
    """Every question about a spot answered, nothing pressing unless `told` says so."""
    given: dict[str, Any] = {"q1": "self", "q5": "one_spot", "q5b": "red", "q7": "weeks"} | told
    while lacking := missing(given, age):
        given |= {code: CALM[QUESTIONS[code].type] for code in lacking}
    return given


def make_spot(patient: Patient, *, body_site: str = "forearm", side: str = "left", answers: dict[str, Any] | None = None, **place: Any) -> Encounter:
    """A sitting about one spot, all questions answered calmly unless `answers` says otherwise ({} for none)."""
    assert patient.user is not None
    given = calm_answers() if answers is None else answers
    return open_spot(patient=patient, by=patient.user, encounter_id=new_id(), body_site=body_site, side=side, answers=given, **place)


def make_skin_photo(encounter: Encounter, slot: str = "close_up", *, intimate: bool = False, **reading: Any) -> Photo:
    """A photo of a spot whose reading already ended as told (default: a naevus); `outcome=None` leaves it queued. Sends no events."""
    outcome = reading.setdefault("outcome", "graded")
    if outcome == "graded" and slot == "close_up":
        seen = {"lesion_class": "NEV", "suspicious": False, "in_scope": True, "model_version": "skin-lesion 0.0", "probabilities": {"p_NEV": 0.9}}
        reading = seen | reading
    photo = _photo(encounter, kind="skin", slot=slot, intimate=intimate)
    _reading(photo, "skin-lesion", reading)
    return photo


def answered(patient: Patient, **facts: Any) -> None:
    """Record answers as the patient gave them today."""
    today = clock.now().date()
    record_facts(patient=patient, answers=[Answer(code, value, today) for code, value in facts.items()], source=Fact.Source.SELF, by=patient.user)


def at(year: int, month: int, day: int, hour: int = 2) -> datetime:
    """A moment in UTC; 02:00 is ten in the morning in China."""
    return datetime(year, month, day, hour, tzinfo=UTC)
