"""Everybody who might look, and what there is to look at: shared by the access table and the tests that send any input."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.models import Organisation, User
from core import clock
from core.blobs import write_blob
from followup.models import Step
from partners.models import Question, Snapshot
from partners.services.agreements import add_agreement, add_member
from partners.services.asking import ask
from screening.models import Encounter, Photo
from screening.services.reports import compose_if_due
from tests.factories import (
    answered,
    make_child,
    make_clinician,
    make_encounter,
    make_patient,
    make_photo,
    make_spot,
    make_staff,
    make_store,
    make_user,
    share_with,
)


@dataclass
class World:
    """One patient with a report waiting for its signature, and everybody who might look."""

    users: dict[str, User | None]
    encounter: Encounter
    photo: Photo
    step: Step
    visit: Encounter
    spot: Encounter
    question: Question

    @property
    def known(self) -> dict[str, Any]:
        """What the arguments of addresses are about."""
        return {
            "photo_id": self.photo.pk,
            "encounter_id": self.encounter.pk,
            "patient_id": self.encounter.patient_id,
            "visit_id": self.visit.pk,
            "spot_id": self.spot.pk,
            "slot": "close_up",
            "number": 1,
            "language": "en",
            "child_id": self.visit.patient_id,
            "task_id": self.encounter.patient.tasks.get(kind="photo_failed").pk,
            "step_id": self.step.pk,
            "question_id": self.question.pk,
            "token": "forged",
            "code": "patient",
            "variant": "view",
            "signature": "forged",
            "purpose": "reminder_wechat",
            "laterality": "OD",
            "name": "none",
        }

    def arguments(self, names: list[str]) -> dict[str, Any]:
        """The arguments of one address."""
        known = self.known
        return {name: known[name] for name in names}


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written inside is not there afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def make_world() -> World:
    """Everybody of ACTORS, and one of everything that addresses are about; the eye sitting is led by the store."""
    patient = make_patient()
    encounter = make_encounter(patient)
    photo = make_photo(encounter, "OD", grade=2)
    make_photo(encounter, "OS", outcome="failed")
    write_blob(photo.pk, "view", b"view", bytes(photo.wrapped_key or b""))
    answered(patient, symptom=False)
    compose_if_due(encounter)
    store, child = make_store(), make_child()
    for person in (patient, child):
        share_with(person, store)
    encounter.store = store
    encounter.save()
    # The store led this sitting: its pages are its staff's.
    encounter.store = store
    encounter.save(update_fields=["store"])
    elsewhere = Organisation.objects.create(kind="clinic", name_zh="别处", name_en="Elsewhere", created_at=clock.now())
    partner = make_user()
    users = {
        "signed_out": None,
        "patient": patient.user,
        "other_patient": make_patient().user,
        "guardian": child.guardianships.get().guardian,
        "store_staff": make_staff(store),
        "other_staff": make_staff(make_store()),
        "clinician": make_clinician(),
        "dermatologist": make_clinician(specialty="skin"),
        "outside_clinician": make_clinician(elsewhere),
        "partner": partner,
    }
    # What cannot be photographed any more is examined: a step that its patient may answer.
    step = Step.objects.filter(patient=patient, state="open").exclude(kind="clinician_review").first()
    assert step is not None
    visit = Encounter.objects.create(patient=child, programme="myopia", store=store, opened_at=clock.now())
    return World(users, encounter, photo, step, visit, make_spot(patient), partners_question(partner))


def partners_question(partner: User) -> Question:
    """What the partner's person asked of a snapshot that nobody is in yet."""
    now = clock.now()
    Snapshot.objects.create(built_at=now, last_year=now.year, secret="00" * 32)
    agreement = add_agreement(partner="Example", purpose="feasibility", starts_at=now, ends_at=now + timedelta(days=90), networks=["127.0.0.0/8"])
    add_member(agreement=agreement, user=partner.pk)
    return ask(agreement=agreement, question={}, asked_by=partner.pk)
