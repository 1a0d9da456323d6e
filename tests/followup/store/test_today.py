"""The day of a store: its own visits with what is still open, its own overdue people, at the same cost for three and thirty."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation, Patient, User
from core import clock
from followup.models import Step
from screening.models import Encounter
from screening.services.reports import compose_if_due
from tests.factories import client_of, make_encounter, make_patient, make_photo, make_staff, make_store, reading_centre, share_with
from tests.followup.store.conftest import make_visit

pytestmark = pytest.mark.django_db


def test_each_visit_says_what_is_still_open(counter: Client, store: Organisation, person: Patient) -> None:
    visit = make_visit(person, store)
    make_photo(visit, "OD", outcome="retake", reason="blur")
    make_photo(visit, "OS", outcome=None)
    waiting = make_patient()
    share_with(waiting, store)
    reported = make_visit(waiting, store)
    for eye in ("OD", "OS"):
        make_photo(reported, eye)
    compose_if_due(reported)
    (line, first) = client_of(make_staff(store)).get("/api/v1/store/today").json()["visits"]
    assert line["encounter"] == str(reported.pk)
    assert line["open"] == ["report_waiting"]
    assert first["open"][0] == "waiting_for_reading"
    page = counter.get(reverse("store_today")).content.decode()
    assert "Being read" in page
    assert "A doctor will answer" in page


def test_other_stores_yesterday_and_withdrawn_people_are_not_on_it(counter: Client, store: Organisation, person: Patient, staff: User) -> None:
    Encounter.objects.filter(pk=make_visit(person, store).pk).update(opened_at=clock.now() - timedelta(days=2))
    elsewhere = make_store("明亮眼镜")
    other = make_patient()
    share_with(other, elsewhere)
    make_visit(other, elsewhere)
    make_visit(make_patient(), store)
    answer = client_of(staff).get("/api/v1/store/today").json()
    assert answer["visits"] == []
    assert "Nobody yet today" in counter.get(reverse("store_today")).content.decode()


def test_who_is_overdue_stands_once_and_a_spot_on_the_skin_never(counter: Client, store: Organisation, person: Patient, staff: User) -> None:
    late = clock.now().date() - timedelta(days=9)
    Step.objects.filter(patient=person).update(due_on=late)
    skin = make_patient()
    share_with(skin, store)
    spot = Encounter.objects.create(patient=skin, programme="skin-lesion", opened_at=clock.now())
    Step.objects.filter(patient=skin).update(due_on=late, encounter=spot)
    answer = client_of(staff).get("/api/v1/store/today").json()
    assert [line["patient"] for line in answer["overdue"]] == [str(person.pk)]
    assert not answer["overdue"][0]["may_call"]
    assert "was due by" in counter.get(reverse("store_today")).content.decode()


def test_only_staff_of_a_store_have_a_day(person: Patient) -> None:
    assert client_of(person.user).get("/api/v1/store/today").status_code == 404


def crowd(store: Organisation, people: int) -> None:
    late = clock.now().date() - timedelta(days=3)
    for _person in range(people):
        patient = Patient.objects.create(name="王秀英", birth_year=1960, created_at=clock.now())
        share_with_by(patient, store)
        encounter = make_encounter(patient)
        Encounter.objects.filter(pk=encounter.pk).update(store=store)
        Step.objects.create(
            patient=patient, encounter=encounter, kind="retake", laterality="OD", due_on=late, urgency="routine", rule_id="ungradable",
            rule_version="1", source="test", reason="ungradable", owner=reading_centre(), opened_at=clock.now(),
        )  # fmt: skip


def share_with_by(patient: Patient, store: Organisation) -> None:
    patient.user = make_patient(consents=(), diabetes=None).user
    Patient.objects.filter(user=patient.user).update(user=None)
    patient.save(update_fields=["user"])
    share_with(patient, store)


@pytest.mark.parametrize("face", ["page", "api"])
def test_the_list_costs_as_many_queries_for_thirty_as_for_three(counter: Client, staff: User, store: Organisation, face: str) -> None:
    client = client_of(staff)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            answer = counter.get(reverse("store_today")) if face == "page" else client.get("/api/v1/store/today")
        assert answer.status_code == 200
        return len(found)

    crowd(store, 3)
    cost()
    three = cost()
    crowd(store, 27)
    assert cost() == three
