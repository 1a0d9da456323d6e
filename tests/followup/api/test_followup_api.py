"""What comes next, what may be read, and the clinician's answers, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from core import clock
from core.ids import new_id
from followup.models import CreditEntry, Step, Task
from followup.services.tasks import open_task
from screening.models import PhotoCorrection, ReportVersion
from tests.factories import answered, client_of, make_clinician, make_encounter, make_patient, make_photo, make_user
from tests.followup.conftest import Wechat, composed, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinician")]


@pytest.fixture
def api(clinician: User) -> APIClient:
    return client_of(clinician)


def signature(version: ReportVersion, **given: Any) -> dict[str, Any]:
    eyes = {"OD": {"state": "graded", "grade": 0}, "OS": {"state": "graded", "grade": 0}}
    return {"base_number": version.number, "decisions": eyes | given.pop("decisions", {}), **given}


def url(name: str, version: ReportVersion) -> str:
    return reverse(name, args=[version.report.encounter_id])


def queries(client: APIClient, address: str) -> int:
    with CaptureQueriesContext(connection) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


def test_a_patient_sees_her_own_steps_and_nobody_elses() -> None:
    patient, other = make_patient(), make_patient()
    found = client_of(patient.user).get(reverse("api_steps")).json()["results"]
    assert {step["patient"] for step in found} == {str(patient.pk)} != {str(other.pk)}
    assert [step["kind"] for step in found if step["is_next"]] == ["first_screen"]


def test_a_review_tells_its_patient_neither_date_nor_rule_nor_urgency(api: APIClient) -> None:
    patient = make_patient()
    composed(patient, 4, 0)
    for client, told in ((client_of(patient.user), False), (api, True)):
        steps = client.get(reverse("api_steps"), {"state": "open"}).json()["results"]
        (review,) = [step for step in steps if step["kind"] == "clinician_review"]
        for member in ("due_on", "due_at", "urgency", "rule_id", "rule_version", "source"):
            assert (review[member] is not None) is told


def test_closed_steps_are_told_apart(api: APIClient) -> None:
    patient = make_patient()
    composed(patient, 0, 0)
    found = api.get(reverse("api_steps"), {"state": "done"}).json()["results"]
    assert found
    assert all(step["closed_at"] for step in found)


def test_a_patient_reads_the_released_sentence_and_no_finding(api: APIClient, clinician: User) -> None:
    patient = make_patient()
    version = signed(composed(patient, 2, 0), clinician)
    english = {"HTTP_ACCEPT_LANGUAGE": "en"}
    told = client_of(patient.user).get(url("api_result", version), **english).json()
    due = Step.objects.get(patient=patient, kind="referral").due_on
    assert (told["code"], told["banner"], told["date"]) == ("see_a_doctor", "see", due.isoformat())
    assert told["text"] == f"Signs that a doctor should look at; please see one by {due.day} {due:%B %Y}"
    assert told["safety_net"]
    assert told["draft_rules"]
    assert told["signed"]
    assert told["preliminary"] is None
    assert told["next_step"]["kind"] == "referral"
    assert told["finding"] is None
    assert api.get(url("api_result", version)).json()["finding"]["worst_grade"] == 2


def test_the_same_result_speaks_both_languages(clinician: User) -> None:
    patient = make_patient()
    version = signed(composed(patient, 0, 0), clinician)
    told = client_of(patient.user).get(url("api_result", version), HTTP_ACCEPT_LANGUAGE="zh-hans").json()
    assert told["text"] == "本次检查未发现需要转诊的征象(不代表没有其他眼病)"


def test_before_a_signature_a_calm_reading_says_only_that_a_doctor_will_answer(settings: Any) -> None:
    patient = make_patient()
    version = composed(patient, 0, 0)
    for release in (False, True):
        settings.RELEASE_UNSIGNED = release
        told = client_of(patient.user).get(url("api_result", version)).json()
        assert told["code"] == "doctor_will_answer"
        assert told["date"] == (clock.today(patient.zone) + timedelta(days=7)).isoformat()


def test_a_symptom_is_told_whatever_is_signed(settings: Any) -> None:
    settings.RELEASE_UNSIGNED = False
    patient = make_patient()
    answered(patient, symptom=True)
    version = composed(patient, 0, 0)
    told = client_of(patient.user).get(url("api_result", version)).json()
    assert (told["code"], told["banner"], told["safety_net"]) == ("now_eye", "now", None)


def test_a_photo_after_a_signature_adds_that_a_doctor_will_answer_and_takes_nothing_back(settings: Any, clinician: User) -> None:
    settings.RELEASE_UNSIGNED = False
    patient = make_patient()
    first = signed(composed(patient, 2, 0), clinician)
    composed(patient, 3, encounter=first.report.encounter)
    told = client_of(patient.user).get(url("api_result", first)).json()
    assert told["code"] == "see_a_doctor"
    assert [message["code"] for message in told["also"]] == ["doctor_will_answer"]


def test_one_tap_is_one_credit_however_often_it_is_sent(wechat: Wechat) -> None:
    patient = make_patient()
    tap = {"id": str(new_id())}
    for _again in range(2):
        response = client_of(patient.user).post(reverse("api_reminder_credits"), tap)
        assert (response.status_code, response.json()) == (201, {**tap, "balance": 1})
    assert CreditEntry.objects.count() == 1


def test_staff_bank_no_credits(api: APIClient) -> None:
    assert api.post(reverse("api_reminder_credits"), {"id": str(new_id())}).status_code == 404


def test_the_queue_comes_in_its_order_page_by_page(api: APIClient) -> None:
    versions = [composed(make_patient(), *grades) for grades in ((0, 0), (2, 0), (4, 0), (0, 1))]
    seen, address = [], reverse("api_reviews") + "?page_size=1"
    while address:
        page = api.get(address).json()
        seen += [row["encounter"] for row in page["results"]]
        address = page["next"]
    assert seen == [str(versions[place].report.encounter_id) for place in (2, 1, 3, 0)]


def test_a_row_of_the_queue_tells_class_clock_and_finding(api: APIClient) -> None:
    version = composed(make_patient(), 4, 0)
    (row,) = api.get(reverse("api_reviews")).json()["results"]
    assert (row["review_class"], row["is_overdue"], row["finding"]["worst_grade"]) == ("critical", False, 4)
    assert row["review_url"] == url("api_review", version)


def test_lists_cost_the_same_however_long_they_are(api: APIClient) -> None:
    addresses = [reverse(name) for name in ("api_reviews", "api_steps", "api_tasks")]
    composed(make_patient(), 0, 0)
    open_task(patient=make_patient(), kind="call_patient", about=new_id())
    short = [queries(api, address) for address in addresses]
    for _more in range(3):
        composed(make_patient(), 2, 0)
        open_task(patient=make_patient(), kind="call_patient", about=new_id())
    assert [queries(api, address) for address in addresses] == short


def test_a_case_carries_the_reading_the_facts_and_what_was_not_asked(api: APIClient) -> None:
    version = composed(make_patient(), 2, 0)
    case = api.get(url("api_review", version)).json()
    assert case["base_number"] == 1
    assert [(photo["eye"], photo["reading"]["grade"]) for photo in case["photos"]] == [("OD", 2), ("OS", 0)]
    assert [fact["code"] for fact in case["facts"]] == ["diabetes"]
    assert "hba1c" in case["not_asked"]


def test_signing_makes_a_version_and_says_what_is_open_since(api: APIClient) -> None:
    version = composed(make_patient(), 2, 0)
    response = api.post(
        url("api_review_signature", version), signature(version, decisions={"OD": {"state": "graded", "grade": 3}}, comment="haemorrhages")
    )
    assert response.status_code == 201
    made = response.json()
    assert (made["number"], made["kind"], made["finding"]["worst_grade"], made["comment"]) == (2, "signed", 3, "haemorrhages")
    assert [step["kind"] for step in made["steps"]] == ["referral"]


def test_signing_what_has_changed_meanwhile_is_a_conflict_that_names_both(api: APIClient) -> None:
    version = composed(make_patient(), 0, 0)
    signed(version, make_clinician())
    response = api.post(url("api_review_signature", version), signature(version))
    assert response.status_code == 409
    problem = response.json()
    assert (problem["code"], problem["found"], problem["latest"]) == ("version_conflict", 1, 2)


@pytest.mark.parametrize(
    ("wrong", "status", "pointer"),
    [
        ({"decisions": {"OD": {"state": "graded"}}}, 400, "/decisions/OD/grade"),
        ({"decisions": {"OD": {"state": "graded", "grade": 5}}}, 400, "/decisions/OD/grade"),
        ({"decisions": {"OD": {"state": "retake", "grade": 1, "reason": "blur"}}}, 400, "/decisions/OD/grade"),
        ({"decisions": {"OD": {"state": "retake"}}}, 422, "/decisions/OD/reason"),
        ({"decisions": {"OD": {"state": "graded", "grade": 0, "sure": True}}}, 400, "/decisions/OD/sure"),
        ({"recall_on": "2020-01-01"}, 422, "/recall_on"),
        ({"dme": "everywhere"}, 400, "/dme"),
    ],
)
def test_a_wrong_answer_is_told_at_its_place(api: APIClient, wrong: dict[str, Any], status: int, pointer: str) -> None:
    version = composed(make_patient(), 0, 0)
    response = api.post(url("api_review_signature", version), signature(version, **wrong))
    assert response.status_code == status
    assert response.json()["errors"][0]["pointer"] == pointer
    assert not ReportVersion.objects.filter(kind="signed").exists()


def test_an_eye_without_a_decision_is_named(api: APIClient) -> None:
    version = composed(make_patient(), 0, 0)
    response = api.post(url("api_review_signature", version), {"base_number": 1, "decisions": {"OD": {"state": "graded", "grade": 0}}})
    assert (response.status_code, response.json()["code"]) == (422, "decision_missing")


def test_a_correction_is_added_and_the_case_comes_back_as_it_is_now(api: APIClient) -> None:
    version = composed(make_patient(), 2, 0)
    body = {"photos": version.photo_ids, "kind": "swap_eye", "reason": "disc on the wrong side"}
    response = api.post(url("api_review_corrections", version), body)
    assert response.status_code == 201
    assert [(photo["sent_as"], photo["eye"]) for photo in response.json()["photos"]] == [("OD", "OS"), ("OS", "OD")]
    assert response.json()["base_number"] == 2


def test_photos_of_another_encounter_are_not_corrected(api: APIClient) -> None:
    version, other = composed(make_patient(), 2, 0), composed(make_patient(), 0, 0)
    body = {"photos": [*version.photo_ids, other.photo_ids[0]], "kind": "wrong_person", "reason": "name on the photo"}
    assert api.post(url("api_review_corrections", version), body).status_code == 404
    assert not PhotoCorrection.objects.exists()


def test_a_matter_is_listed_with_its_photo_and_done_once(api: APIClient, clinician: User) -> None:
    patient = make_patient()
    encounter = make_encounter(patient)
    task = open_task(patient=patient, kind="photo_failed", about=make_photo(encounter, "OD", outcome="failed").pk)
    (row,) = api.get(reverse("api_tasks"), {"state": "open"}).json()["results"]
    assert (row["encounter"], row["done_url"]) == (str(encounter.pk), reverse("api_task_done", args=[task.pk]))
    for _again in range(2):
        done = api.post(row["done_url"]).json()
        assert done["done_by"] == clinician.name
    assert Task.objects.get(pk=task.pk).done_at is not None
    assert api.get(reverse("api_tasks"), {"state": "open"}).json()["results"] == []


@pytest.mark.parametrize("name", ["api_reviews", "api_review", "api_review_signature", "api_review_corrections", "api_tasks", "api_task_done"])
def test_the_clinicians_doors_are_not_there_for_anybody_else(name: str) -> None:
    patient = make_patient()
    version = composed(patient, 0, 0)
    task = open_task(patient=patient, kind="call_patient", about=new_id())
    args = {"api_reviews": [], "api_tasks": [], "api_task_done": [task.pk]}.get(name, [version.report.encounter_id])
    method = "get" if name in ("api_reviews", "api_review", "api_tasks") else "post"
    for user, status in ((patient.user, 404), (make_user(), 404), (None, 401)):
        assert getattr(client_of(user), method)(reverse(name, args=args)).status_code == status


def test_a_result_is_not_found_for_strangers_and_without_sharing(api: APIClient) -> None:
    version = composed(make_patient(consents=("care", "automatic_reading")), 0, 0)
    for client in (api, client_of(make_patient().user), client_of(make_user())):
        assert client.get(url("api_result", version)).status_code == 404
