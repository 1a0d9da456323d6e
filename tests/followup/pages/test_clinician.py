"""The clinician's queue and case: shown in order, answered with the words read first, and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Patient, User
from core import clock
from core.ids import new_id
from followup.models import Step, Task
from followup.services.tasks import open_task
from screening.models import PhotoCorrection, ReportVersion
from screening.services.reports import compose_if_due
from tests.factories import make_clinician, make_encounter, make_patient, make_photo, make_user
from tests.followup.conftest import composed, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinician")]


@pytest.fixture
def page(clinician: User) -> Client:
    """A browser of the clinician, in English."""
    return browser_of(clinician)


def browser_of(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def answer(version: ReportVersion, **given: Any) -> dict[str, Any]:
    return {"base_number": version.number, "dme": "none", "OD": "0", "OS": "0", **given}


def url(name: str, version: ReportVersion) -> str:
    return reverse(name, args=[version.report.encounter_id])


def sign(page: Client, version: ReportVersion, **given: Any) -> Any:
    """Press *sign* twice: the first press shows the words."""
    shown = page.post(url("case_sign", version), answer(version, **given))
    return page.post(url("case_sign", version), answer(version, **given, echo=shown.context["echo"]))


def test_the_queue_shows_the_most_urgent_first_then_who_waits_longest(page: Client) -> None:
    calm = composed(make_patient(), 0, 0)
    referable = composed(make_patient(), 2, 0)
    critical = composed(make_patient(), 4, 0)
    shown = page.get(reverse("queue"))
    order = [line.line.step.encounter_id for line in shown.context["lines"]]
    assert order == [version.report.encounter_id for version in (critical, referable, calm)]
    assert [(label, count) for label, _shape, count in shown.context["counts"]] == [("Critical", 1), ("Referable", 1), ("Other", 1)]
    assert shown.context["case"].encounter.pk == critical.report.encounter_id


def test_a_review_past_its_time_is_said_to_be_overdue(page: Client) -> None:
    version = composed(make_patient(), 0, 0)
    Step.objects.filter(encounter=version.report.encounter, kind="clinician_review").update(due_at=clock.now() - timedelta(hours=3))
    shown = page.get(reverse("queue"))
    assert "3 h overdue" in shown.text
    assert "1 is overdue" in shown.text


def test_the_queue_costs_the_same_however_long_it_is(page: Client) -> None:
    composed(make_patient(), 0, 0)
    open_task(patient=make_patient(), kind="call_patient", about=new_id())
    with CaptureQueriesContext(connection) as short:
        page.get(reverse("queue"))
    for _more in range(3):
        composed(make_patient(), 1, 0)
        open_task(patient=make_patient(), kind="call_patient", about=new_id())
    with CaptureQueriesContext(connection) as long:
        page.get(reverse("queue"))
    assert len(long) == len(short)


def test_an_empty_queue_says_what_will_appear_there(page: Client) -> None:
    shown = page.get(reverse("queue"))
    assert "Nothing waits for a signature" in shown.text
    assert "Photos that failed and people whom no message reaches appear here." in shown.text


@pytest.mark.parametrize("name", ["queue", "case", "case_sign", "case_preview", "case_correct", "task_done"])
def test_for_patients_and_strangers_there_is_nothing_here(name: str) -> None:
    patient = make_patient()
    version = composed(patient, 0, 0)
    task = open_task(patient=patient, kind="call_patient", about=new_id())
    args = {"queue": [], "task_done": [task.pk]}.get(name, [version.report.encounter_id])
    for user in (patient.user, make_user()):
        client = browser_of(user)
        method = client.get if name in ("queue", "case") else client.post
        assert method(reverse(name, args=args)).status_code == 404
    method = Client().get if name in ("queue", "case") else Client().post
    assert method(reverse(name, args=args)).url.startswith("/sign-in/")


def test_a_case_of_somebody_who_does_not_share_is_not_found(page: Client) -> None:
    version = composed(make_patient(consents=("care", "automatic_reading")), 0, 0)
    assert page.get(url("case", version)).status_code == 404
    assert page.post(url("case_sign", version), answer(version)).status_code == 404


def test_no_page_of_the_clinic_changes_anything_by_being_looked_at(page: Client) -> None:
    version = composed(make_patient(), 0, 0)
    for name in ("case_sign", "case_preview", "case_correct"):
        assert page.get(url(name, version)).status_code == 405


def test_signing_shows_the_words_first_and_asks_once(page: Client) -> None:
    version = composed(make_patient(), 2, 0)
    shown = page.post(url("case_sign", version), answer(version, OD="2", dme="centre"))
    assert "Press once more" in shown.text
    assert "2 – Moderate" in shown.text
    assert "At the centre" in shown.text
    assert not ReportVersion.objects.filter(kind="signed").exists()
    response = page.post(url("case_sign", version), answer(version, OD="2", dme="centre", echo=shown.context["echo"]))
    assert response.status_code == 302
    assert ReportVersion.objects.get(kind="signed").finding["worst_grade"] == 2


def test_an_answer_that_changed_since_it_was_shown_is_asked_again(page: Client) -> None:
    version = composed(make_patient(), 0, 0)
    shown = page.post(url("case_sign", version), answer(version))
    again = page.post(url("case_sign", version), answer(version, OD="4", echo=shown.context["echo"]))
    assert "Press once more" in again.text
    assert not ReportVersion.objects.filter(kind="signed").exists()


def test_what_follows_is_what_signing_then_does(page: Client) -> None:
    patient = make_patient()
    version = composed(patient, 2, 0)
    preview = page.post(url("case_preview", version), answer(version, OD="3"))
    told = [words for words, _why in preview.context["after"]]
    sign(page, version, OD="3")
    (step,) = Step.objects.filter(patient=patient, state="open", encounter=version.report.encounter)
    assert step.kind == "referral"
    assert told == [f"{step.due_on.day} {step.due_on:%B %Y}: See an eye doctor"]


def test_a_preview_of_half_an_answer_names_what_is_open(page: Client) -> None:
    version = composed(make_patient(), 0, 0)
    given = answer(version)
    del given["OS"]
    preview = page.post(url("case_preview", version), given)
    assert "Please decide on this eye." in preview.text
    assert "echo" not in preview.context


def test_signing_goes_on_to_the_next_case_and_then_to_the_empty_queue(page: Client) -> None:
    first, second = composed(make_patient(), 4, 4), composed(make_patient(), 0, 0)
    assert sign(page, first, OD="4", OS="4").url == url("case", second)
    assert sign(page, second).url == reverse("queue")


def test_a_newer_version_is_told_and_what_was_typed_is_kept(page: Client) -> None:
    version = composed(make_patient(), 0, 0)
    given = answer(version, comment="fine vessels", OD="1")
    shown = page.post(url("case_sign", version), given)
    signed(version, make_clinician())
    response = page.post(url("case_sign", version), {**given, "echo": shown.context["echo"]})
    assert response.status_code == 409
    assert "Please look at it again." in response.text
    assert "fine vessels" in response.text
    assert response.context["form"]["base_number"].value() == "2"
    assert response.context["form"]["OD"].value() == "1"


@pytest.mark.parametrize("choice", ["not_readable", "retake"])
def test_an_unread_eye_needs_a_reason(page: Client, choice: str) -> None:
    version = composed(make_patient(), 0, 0)
    response = page.post(url("case_sign", version), answer(version, OD=choice))
    assert response.status_code == 422
    assert "Please say why the eye cannot be read." in response.text


@pytest.mark.parametrize(("choice", "kind"), [("not_readable", "examination_in_person"), ("retake", "retake")])
def test_an_unread_eye_leads_to_its_step(page: Client, choice: str, kind: str) -> None:
    patient = make_patient()
    version = composed(patient, 0, 0)
    sign(page, version, OD=choice, OD_reason="blur")
    assert Step.objects.filter(patient=patient, state="open", kind=kind, laterality="OD").count() == 1


def test_an_own_date_brings_the_next_check_nearer(page: Client) -> None:
    patient = make_patient()
    version = composed(patient, 0, 0)
    day = clock.today(patient.zone) + timedelta(days=30)
    sign(page, version, recall_on=day.isoformat())
    assert Step.objects.get(patient=patient, state="open", kind="recall").due_on == day


def test_a_day_that_has_passed_is_refused_in_words(page: Client) -> None:
    version = composed(make_patient(), 0, 0)
    yesterday = clock.now().date() - timedelta(days=2)
    response = page.post(url("case_sign", version), answer(version, recall_on=yesterday.isoformat()))
    assert response.status_code == 422
    assert "This day has passed." in response.text


def test_an_amendment_begins_with_what_was_signed_and_shows_both_versions(page: Client) -> None:
    version = composed(make_patient(), 0, 0)
    sign(page, version, OD="2", other_finding="cup larger than usual")
    shown = page.get(url("case", version))
    assert shown.context["form"]["OD"].value() == "2"
    assert shown.context["amended"]
    assert len(shown.context["versions"]) == 2
    latest = ReportVersion.objects.order_by("-number").first()
    sign(page, latest, OD="3", other_finding="cup larger than usual")
    assert list(ReportVersion.objects.order_by("number").values_list("kind", flat=True)) == ["preliminary", "signed", "signed"]


def test_a_first_answer_begins_empty_so_that_nobody_signs_the_programs_by_habit(page: Client) -> None:
    version = composed(make_patient(), 3, 0)
    form = page.get(url("case", version)).context["form"]
    assert form["OD"].value() is None


def test_a_case_shows_what_the_program_says_and_what_nobody_asked(page: Client) -> None:
    encounter = make_encounter(make_patient(diabetes=None))
    make_photo(
        encounter,
        "OD",
        grade=2,
        grade_set=[2, 3],
        quality="good",
        laterality_seen="OS",
        model_version="retina-dr 0.0",
        probabilities={"p_referable": 0.91},
        intervals={"p_referable": [0.84, 0.95]},
    )
    make_photo(encounter, "OS")
    version = compose_if_due(encounter)
    assert version is not None
    text = page.get(url("case", version)).text
    for words in ("2 – Moderate", "2, 3", "0.91 (0.84–0.95)", "retina-dr 0.0", "looks like the other eye", "not asked", "Diabetes not confirmed"):
        assert words in text


def test_swapped_eyes_are_noted_and_the_case_is_planned_anew(page: Client) -> None:
    version = composed(make_patient(), 3, 0)
    photos = version.photo_ids
    response = page.post(
        url("case_correct", version), {"photos-photos": photos, "photos-kind": "swap_eye", "photos-reason": "disc on the wrong side"}
    )
    assert response.url == url("case", version)
    assert PhotoCorrection.objects.filter(kind="swap_eye").count() == 2
    latest = ReportVersion.objects.order_by("-number").first()
    assert (latest.finding["right"]["grade"], latest.finding["left"]["grade"]) == (0, 3)


def test_a_correction_without_a_reason_is_not_taken(page: Client) -> None:
    version = composed(make_patient(), 3, 0)
    response = page.post(url("case_correct", version), {"photos-photos": version.photo_ids[:1], "photos-kind": "wrong_person"})
    assert response.status_code == 422
    assert "Please say how you know." in response.text
    assert not PhotoCorrection.objects.exists()


def test_a_photo_of_another_person_is_no_longer_shown(page: Client) -> None:
    version = composed(make_patient(), 3, 0)
    page.post(
        url("case_correct", version), {"photos-photos": version.photo_ids[:1], "photos-kind": "wrong_person", "photos-reason": "name on the photo"}
    )
    shown = page.get(url("case", version))
    assert shown.context["strangers"] == 1
    assert len(shown.context["pictures"]) == 1


def test_a_failed_photo_stands_on_the_list_for_a_person_until_it_is_done(page: Client) -> None:
    patient = make_patient()
    encounter = make_encounter(patient)
    photo = make_photo(encounter, "OD", outcome="failed")
    task = open_task(patient=patient, kind="photo_failed", about=photo.pk)
    shown = page.get(reverse("queue"))
    assert reverse("case", args=[encounter.pk]) in shown.text
    assert page.get(reverse("case", args=[encounter.pk])).status_code == 200
    page.post(reverse("task_done", args=[task.pk]))
    assert Task.objects.get(pk=task.pk).done_by is not None
    assert page.get(reverse("queue")).context["tasks"] == []


def test_who_must_call_sees_the_number(page: Client) -> None:
    patient = make_patient()
    patient.user.phone = "+8613800138000"
    patient.user.save()
    open_task(patient=patient, kind="call_patient", about=new_id())
    assert "+8613800138000" in page.get(reverse("queue")).text


def test_the_named_duty_clinician_heads_the_queue(page: Client, clinician: User) -> None:
    clinician.memberships.update(on_duty=True)
    assert f"on duty: {clinician.name}" in page.get(reverse("queue")).text


def test_a_name_reaches_no_cookie(page: Client) -> None:
    patient: Patient = make_patient()
    response = sign(page, composed(patient, 0, 0))
    assert patient.name not in str(response.cookies)


def test_a_signed_grade_goes_where_its_photo_goes(page: Client) -> None:
    patient = make_patient()
    version = composed(patient, 3, 0)
    sign(page, version, OD="4")
    correct = {"photos-photos": version.photo_ids, "photos-kind": "swap_eye", "photos-reason": "disc on the wrong side"}
    page.post(url("case_correct", version), correct)
    latest = ReportVersion.objects.order_by("-number").first()
    assert (latest.kind, latest.finding["right"]["grade"], latest.finding["left"]["grade"]) == ("preliminary", 0, 4)


def test_a_signed_grade_over_another_persons_photo_does_not_stay(page: Client) -> None:
    version = composed(make_patient(), 3, 0)
    sign(page, version, OD="3")
    (right,) = version.finding["right"]["photo_ids"]
    page.post(url("case_correct", version), {"photos-photos": [right], "photos-kind": "wrong_person", "photos-reason": "name on the photo"})
    latest = ReportVersion.objects.order_by("-number").first()
    assert (latest.kind, latest.finding["right"]["state"], latest.finding["worst_grade"]) == ("preliminary", "missing", 0)
    assert Step.objects.filter(encounter=version.report.encounter, state="open", kind="clinician_review").exists()
