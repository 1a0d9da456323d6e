"""A child's visit over the API: opened once, measured once, asked at the field, seen by her own and by nobody else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Organisation, Patient, User
from accounts.services.consent import withdraw_consent
from core import clock
from core.ids import new_id
from followup.models import Step
from screening.models import Encounter, Measurement
from tests.factories import client_of, make_child, make_clinician, make_patient, make_staff, make_store, share_with

pytestmark = pytest.mark.django_db


@dataclass
class Counter:
    """A store with a child at its counter."""

    store: Organisation
    staff: User
    child: Patient
    api: APIClient

    def opened(self, **changed: Any) -> str:
        body = {"id": str(new_id()), "patient": str(self.child.pk), **changed}
        answer = self.api.post("/api/v1/visits", body, format="json")
        assert answer.status_code == 200, answer.json()
        return str(answer.json()["id"])

    def send(self, visit: str, *entries: dict[str, Any]) -> Any:
        return self.api.post(f"/api/v1/visits/{visit}/measurements", {"measurements": list(entries)}, format="json")


@pytest.fixture
def counter() -> Counter:
    store, child = make_store(), make_child(birth_year=clock.now().year - 10)
    share_with(child, store)
    staff = make_staff(store)
    return Counter(store, staff, child, client_of(staff))


def entry(code: str, eye: str = "OD", **fields: Any) -> dict[str, Any]:
    return {"id": str(new_id()), "code": code, "eye": eye, "taken_at": clock.now().isoformat(), **fields}


def both_eyes(sphere: str = "+1.00", acuity: str = "5.0", **common: Any) -> list[dict[str, Any]]:
    return [
        found
        for eye in ("OD", "OS")
        for found in (
            entry("acuity", eye, value=acuity, notation="five_point", **common),
            entry("refraction", eye, sphere=sphere, cylinder="-0.25", axis="0", device="autorefractor", **common),
        )
    ]


def told(answer: Any, kind: str = "faults") -> list[tuple[str, str]]:
    assert answer["content-type"].startswith("application/problem+json")
    return [(found["pointer"], found["code"]) for found in answer.json()[kind]]


def test_measured_visit_says_what_it_says_and_plans_the_next_one(counter: Counter) -> None:
    visit = counter.opened()
    assert counter.send(visit, *both_eyes()).status_code == 200
    state = counter.api.get(f"/api/v1/visits/{visit}").json()
    assert state["labels"] == {"OD": "normal_uncycloplegic", "OS": "normal_uncycloplegic"}
    assert (state["rows"], state["referring"], state["incomplete"]) == (["normal_uncycloplegic"], [], False)
    step = Step.objects.get(patient=counter.child, state="open")
    assert (step.kind, step.rule_id, step.is_next) == ("recheck", "normal_uncycloplegic", True)


def test_suspected_myopia_opens_a_referral(counter: Counter) -> None:
    visit = counter.opened()
    counter.send(visit, *both_eyes("-1.00", "4.7"))
    steps = Step.objects.filter(patient=counter.child, state="open")
    assert set(steps.values_list("kind", "rule_id")) == {("referral", "suspected_myopia"), ("recheck", "suspected_myopia")}
    assert steps.get(is_next=True).kind == "referral"


def test_visit_opened_twice_is_one(counter: Counter) -> None:
    visit = counter.opened()
    assert counter.opened(id=visit) == visit
    assert Encounter.objects.filter(programme="myopia").count() == 1


def test_batch_sent_twice_is_measured_once_and_answered_alike(counter: Counter) -> None:
    visit, batch = counter.opened(), both_eyes()
    first, again = counter.send(visit, *batch), counter.send(visit, *batch)
    assert first.json() == again.json()
    assert Measurement.objects.count() == len(batch)


def test_id_that_stands_for_something_else_is_a_conflict_with_both_versions(counter: Counter) -> None:
    visit, sent = counter.opened(), entry("acuity", value="4.9", notation="five_point")
    counter.send(visit, sent)
    answer = counter.send(visit, {**sent, "value": "5.0"})
    assert (answer.status_code, answer.json()["code"]) == (409, "measurement_conflict")
    assert (answer.json()["kept"]["value"], answer.json()["sent"]["value"]) == ("4.9", "5.0")
    assert Measurement.objects.get().entered["value"] == "4.9"


@pytest.mark.parametrize(
    ("fields", "told_as"),
    [
        ({"code": "refraction", "sphere": "-1", "cylinder": "-0.5", "axis": "190"}, ("/measurements/0/axis", "axis_range")),
        ({"code": "refraction", "sphere": "-1", "cylinder": "-0.5"}, ("/measurements/0/axis", "axis_missing")),
        ({"code": "acuity", "value": "0.8"}, ("/measurements/0/notation", "notation_missing")),
        ({"code": "acuity", "value": "2.5"}, ("/measurements/0/value", "never_an_acuity")),
        ({"code": "acuity", "value": "=1+1"}, ("/measurements/0/value", "not_a_number")),
        ({"code": "axial_length", "value": "NaN"}, ("/measurements/0/value", "not_a_number")),
        ({"code": "axial_length", "value": "12"}, ("/measurements/0/value", "out_of_range")),
    ],
)
def test_fault_stands_at_its_field_and_nothing_is_kept(counter: Counter, fields: dict[str, str], told_as: tuple[str, str]) -> None:
    answer = counter.send(counter.opened(), {**entry("acuity"), **fields}, *both_eyes())
    assert answer.status_code == 422
    assert told(answer) == [told_as]
    assert answer.json()["code"] == told_as[1]
    assert Measurement.objects.count() == 0


def test_two_measurements_with_one_id_are_told_and_nothing_is_kept(counter: Counter) -> None:
    sent = entry("acuity", value="5.0", notation="five_point")
    answer = counter.send(counter.opened(), sent, {**sent, "eye": "OS"})
    assert (answer.status_code, answer.json()["code"]) == (422, "id_twice")
    assert Measurement.objects.count() == 0


def test_moment_before_she_was_born_is_told(counter: Counter) -> None:
    early = f"{counter.child.birth_year - 1}-01-01T00:00:00+08:00"
    answer = counter.api.post("/api/v1/visits", {"id": str(new_id()), "patient": str(counter.child.pk), "opened_at": early}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "before_birth")
    sent = counter.send(counter.opened(), entry("acuity", value="5.0", taken_at=early))
    assert told(sent) == [("/measurements/0/taken_at", "before_birth")]


def test_time_to_come_is_a_fault(counter: Counter) -> None:
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    assert told(counter.send(counter.opened(), entry("acuity", value="5.0", taken_at=tomorrow))) == [("/measurements/0/taken_at", "in_future")]


def test_plus_eight_after_minus_one_is_asked_and_kept_once_confirmed(counter: Counter) -> None:
    counter.send(counter.opened(), *both_eyes("-1.00"))
    visit = counter.opened()
    unusual = entry("refraction", sphere="+8.00", device="autorefractor")
    asked = counter.send(visit, unusual)
    assert (asked.status_code, asked.json()["code"]) == (422, "confirm")
    assert told(asked, "questions") == [("/measurements/0/sphere", "jump")]
    assert counter.send(visit, {**unusual, "confirmed": True}).status_code == 200
    assert Measurement.objects.get(pk=unusual["id"]).confirmed == ["jump"]


def test_length_without_a_point_is_asked_and_kept_as_meant(counter: Counter) -> None:
    visit, typed = counter.opened(), entry("axial_length", value="2345", device="optical")
    assert told(counter.send(visit, typed), "questions") == [("/measurements/0/value", "hundredths")]
    row = counter.send(visit, {**typed, "confirmed": True}).json()["measurements"][0]
    assert (row["value"], row["entered"]["value"]) == ("23.450", "2345")


def test_eyes_of_one_batch_are_compared(counter: Counter) -> None:
    batch = [entry("axial_length", "OD", value="23.00"), entry("axial_length", "OS", value="24.00")]
    assert told(counter.send(counter.opened(), *batch), "questions") == [("/measurements/1/value", "eyes_differ")]


def test_comma_and_plus_cylinder_are_kept_in_one_spelling_with_what_was_typed(counter: Counter) -> None:
    sent = entry("refraction", sphere="+1,00", cylinder="+0,50", axis="90")
    row = counter.send(counter.opened(), sent).json()["measurements"][0]
    assert (row["sphere"], row["cylinder"], row["axis"]) == ("1.500", "-0.500", 180)
    assert row["entered"] == {"sphere": "+1,00", "cylinder": "+0,50", "axis": "90"}


def test_second_sitting_that_could_not_be_measured_refers(counter: Counter, settings: Any) -> None:
    counter.send(counter.opened(), entry("acuity", category="not_measurable"))
    assert not Step.objects.filter(patient=counter.child, state="open", kind="referral").exists()
    settings.CLOCK_SHIFT_SECONDS = 30 * 24 * 3600
    counter.send(counter.opened(), entry("acuity", category="not_measurable"))
    assert Step.objects.get(patient=counter.child, state="open", kind="referral").rule_id == "not_measurable"


def test_child_of_18_is_none(counter: Counter) -> None:
    adult = make_patient()
    share_with(adult, counter.store)
    answer = counter.api.post("/api/v1/visits", {"id": str(new_id()), "patient": str(adult.pk)}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "not_a_child")


def test_history_has_the_newest_first(counter: Counter) -> None:
    counter.send(counter.opened(), entry("acuity", value="4.9", notation="five_point"))
    counter.send(counter.opened(), entry("acuity", value="5.0", notation="five_point"))
    rows = counter.api.get(f"/api/v1/children/{counter.child.pk}/measurements").json()["results"]
    assert [row["entered"]["value"] for row in rows] == ["5.0", "4.9"]


def test_own_people_see_the_visit_and_nobody_else_does(counter: Counter) -> None:
    visit = counter.opened()
    counter.send(visit, *both_eyes())
    guardian = counter.child.guardianships.get().guardian
    other = make_store("另一家")
    share_with(counter.child, other)
    expected = {guardian: 200, counter.staff: 200, make_clinician(): 200, make_staff(other): 404, make_patient().user: 404}
    assert {user: client_of(user).get(f"/api/v1/visits/{visit}").status_code for user in expected} == expected


def test_visit_is_no_result_and_no_review(counter: Counter) -> None:
    visit = counter.opened()
    counter.send(visit, *both_eyes("-1.00", "4.7"))
    for user in (counter.child.guardianships.get().guardian, counter.staff, make_clinician()):
        assert client_of(user).get(f"/api/v1/results/{visit}").status_code == 404
        assert client_of(user).get(f"/api/v1/reviews/{visit}").status_code == 404


WHO: dict[str, Callable[[Counter], User]] = {
    "guardian": lambda counter: counter.child.guardianships.get().guardian,
    "clinician": lambda counter: make_clinician(),
    "other_staff": lambda counter: make_staff(make_store("另一家")),
}


@pytest.mark.parametrize("who", WHO)
def test_only_staff_of_the_store_measure(counter: Counter, who: str) -> None:
    visit, batch = counter.opened(), both_eyes()
    counter.api = client_of(WHO[who](counter))
    assert counter.send(visit, *batch).status_code == 404
    assert Measurement.objects.count() == 0


def test_store_measures_nobody_whose_guardian_withdrew(counter: Counter) -> None:
    visit = counter.opened()
    guardian = counter.child.guardianships.get().guardian
    withdraw_consent(patient=counter.child, purpose="share_store", by=guardian)
    assert counter.send(visit, *both_eyes()).status_code == 404


class TestRegistration:
    def body(self, guardian: Patient, **changed: Any) -> dict[str, Any]:
        return {
            "guardian": str(guardian.pk),
            "name": "<b>小明</b>",
            "birth_date": f"{clock.now().year - 7}-01-02",
            "sex": "M",
            "relation": "father",
            "verified": "document_seen",
            "purposes": ["care", "share_store"],
            **changed,
        }

    def test_twice_in_one_day_is_one_child_and_said_so(self, counter: Counter) -> None:
        guardian = make_patient()
        share_with(guardian, counter.store)
        first = counter.api.post("/api/v1/store/children", self.body(guardian), format="json")
        again = counter.api.post("/api/v1/store/children", self.body(guardian), format="json")
        assert (first.status_code, again.status_code) == (201, 200)
        assert (first.json()["created"], again.json()["created"]) == (True, False)
        assert first.json()["id"] == again.json()["id"]

    @pytest.mark.parametrize(
        ("changed", "status", "code"),
        [
            ({"birth_date": "2999-01-01"}, 422, "birth_implausible"),
            ({"birth_date": "1980-01-01"}, 422, "not_a_child"),
            ({"purposes": ["care"]}, 422, "guardian_must_agree"),
            ({"sex": "X"}, 400, "invalid"),
            ({"nickname": "x"}, 400, "invalid"),
        ],
    )
    def test_what_cannot_be_is_told(self, counter: Counter, changed: dict[str, Any], status: int, code: str) -> None:
        guardian = make_patient()
        share_with(guardian, counter.store)
        answer = counter.api.post("/api/v1/store/children", self.body(guardian, **changed), format="json")
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_guardian_who_does_not_share_is_nobody_here(self, counter: Counter) -> None:
        assert counter.api.post("/api/v1/store/children", self.body(make_patient()), format="json").status_code == 404
