"""One tap answers a reminder. Each answer has its effect; none closes what only a doctor's word can close."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Patient, User
from accounts.selectors import has_consent
from core import clock
from core.ids import new_id
from core.models import JobState
from core.problems import Problem
from followup.models import Reminder, Reply, Step, Task, WechatAccount
from followup.reply_links import reply_token
from followup.rules.replies import PAUSE
from followup.services.delivery import deliver_due
from followup.services.replies import reply_by_link, reply_to_step
from followup.services.steps import record_outcome
from screening.models import Fact
from tests.factories import client_of, make_patient
from tests.followup.conftest import Wechat, composed, signed, tap

pytestmark = pytest.mark.django_db
KINDS: dict[str, dict[str, Any]] = {
    "booked": {"on": 5},
    "been": {"on": -1, "place": "市一医院"},
    "under_doctor": {},
    "cannot_come": {"why": "distance"},
    "call_me": {},
    "not_me": {},
    "stop": {},
}


@pytest.fixture
def referral(clinician: User) -> Step:
    signed(composed(make_patient(), 2, 0), clinician)
    return Step.objects.get(kind="referral", state="open")


def answer(step: Step, kind: str, *, on: int | None = None, **given: Any) -> Reply:
    by = step.patient.user
    assert by is not None
    day = None if on is None else clock.today(step.patient.zone) + timedelta(days=on)
    return reply_to_step(step_id=step.pk, by=by, reply_id=new_id(), kind=kind, on=day, **given)


def queued(step: Step) -> dict[str, Reminder]:
    """What is still to be said of this matter, whichever step stands for it now."""
    rows = Reminder.objects.filter(patient=step.patient, step__kind=step.kind, step__encounter=step.encounter, state=JobState.QUEUED)
    return {reminder.code: reminder for reminder in rows}


def tasks(patient: Patient) -> set[str]:
    return set(Task.objects.filter(patient=patient, done_at__isnull=True).values_list("kind", flat=True))


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_closes_a_referral(referral: Step, kind: str) -> None:
    answer(referral, kind, **KINDS[kind])
    still = Step.objects.get(patient=referral.patient, kind="referral", state="open")
    assert still.due_on == referral.due_on


@pytest.mark.parametrize("kind", KINDS)
def test_persons_calls_stay_where_they_were(referral: Step, kind: str) -> None:
    calls = {code: reminder.due_at for code, reminder in queued(referral).items() if reminder.channel == "person"}
    answer(referral, kind, **KINDS[kind])
    assert calls
    assert {code: reminder.due_at for code, reminder in queued(referral).items() if reminder.channel == "person"} == calls


def test_booked_moves_the_messages_to_the_day_booked(referral: Step) -> None:
    answer(referral, "booked", on=20)
    codes = {code for code, reminder in queued(referral).items() if reminder.channel == "wechat"}
    assert codes == {"before_3_b1", "before_1_b1"}
    answer(referral, "booked", on=40)
    codes = {code for code, reminder in queued(referral).items() if reminder.channel == "wechat"}
    assert codes == {"before_28_b2", "before_3_b2", "before_1_b2"}


def test_booked_after_the_date_puts_a_person_on_it(referral: Step) -> None:
    late = (referral.due_on - clock.today(referral.patient.zone)).days + 1
    answer(referral, "booked", on=late)
    assert tasks(referral.patient) == {"booked_late"}


@pytest.mark.parametrize(
    ("kind", "task"), [("been", "ask_outcome"), ("under_doctor", "confirm_care"), ("cannot_come", "cannot_come"), ("call_me", "call_patient")]
)
def test_answer_goes_to_a_persons_list_and_messages_wait(referral: Step, kind: str, task: str) -> None:
    reply = answer(referral, kind, **KINDS[kind])
    assert Task.objects.get(patient=referral.patient, done_at__isnull=True).about == reply.pk
    assert tasks(referral.patient) == {task}
    assert all(reminder.due_at >= reply.at + PAUSE for reminder in queued(referral).values() if reminder.channel != "person")


def test_under_a_doctor_is_a_fact_from_now_on(referral: Step) -> None:
    answer(referral, "under_doctor")
    fact = Fact.objects.filter(patient=referral.patient, code="under_eye_doctor").latest("recorded_at")
    assert (fact.value, fact.source) == (True, "self")


def test_stop_ends_messages_and_nobody_calls_in_their_place(referral: Step, wechat: Wechat, daytime: None, clock_at: Any) -> None:
    tap(referral.patient, 3)
    answer(referral, "stop")
    assert not has_consent(referral.patient, "reminder_wechat")
    left = (referral.due_on - clock.today(referral.patient.zone)).days
    clock_at(10, days=left)
    deliver_due()
    assert wechat.messages == []
    assert tasks(referral.patient) == set()
    clock_at(11, days=left + 2)
    deliver_due()
    assert tasks(referral.patient) == {"call_patient"}


def test_not_me_unlinks_the_phone_and_a_person_looks_for_the_right_one(referral: Step, wechat: Wechat) -> None:
    tap(referral.patient)
    answer(referral, "not_me")
    assert not WechatAccount.objects.filter(patient=referral.patient).exists()
    assert tasks(referral.patient) == {"wrong_person"}


def test_same_tap_sent_twice_is_one_answer(referral: Step) -> None:
    by, tap_id = referral.patient.user, new_id()
    assert by is not None
    for _ in range(2):
        reply_to_step(step_id=referral.pk, by=by, reply_id=tap_id, kind="call_me")
    assert Reply.objects.count() == Task.objects.filter(kind="call_patient").count() == 1


def test_settled_step_takes_no_answer(referral: Step, clinician: User) -> None:
    record_outcome(step=referral, outcome="attended", by=clinician)
    with pytest.raises(Problem) as refused:
        answer(referral, "call_me")
    assert (refused.value.code, refused.value.status_code) == ("step_closed", 409)


def test_unfinished_answer_is_a_question_at_its_field(referral: Step) -> None:
    client = client_of(referral.patient.user)
    told = client.post(reverse("api_step_replies", args=[referral.pk]), {"id": str(new_id()), "kind": "been", "on": "2026-01-05"}, format="json")
    assert (told.status_code, told.json()["code"], told.json()["errors"][0]["pointer"]) == (422, "place_missing", "/place")
    assert not Reply.objects.exists()


def test_only_the_patient_answers_her_step(referral: Step, clinician: User) -> None:
    body = {"id": str(new_id()), "kind": "call_me"}
    for user in (make_patient().user, clinician):
        assert client_of(user).post(reverse("api_step_replies", args=[referral.pk]), body, format="json").status_code == 404


class TestLink:
    """What a message opens, on a phone where nobody is signed in."""

    @pytest.fixture
    def reminder(self, referral: Step) -> Reminder:
        return Reminder.objects.filter(step=referral, channel="wechat").earliest("due_at")

    def test_it_names_nobody_and_nothing(self, reminder: Reminder) -> None:
        page = Client().get(reverse("message", args=[reply_token(reminder)])).content.decode()
        assert reminder.patient.name not in page
        assert "referral" not in page

    def test_it_leads_the_patient_on_to_her_answers(self, reminder: Reminder) -> None:
        browser = Client()
        assert reminder.patient.user is not None
        browser.force_login(reminder.patient.user)
        assert browser.get(reverse("message", args=[reply_token(reminder)])).headers["Location"] == reverse("reply", args=[reminder.step_id])

    def test_it_silences_without_signing_in_and_answers_nothing_else(self, reminder: Reminder) -> None:
        place = reverse("message", args=[reply_token(reminder)])
        assert Client().post(place, {"kind": "booked"}).status_code == 404
        assert Client().post(place, {"kind": "stop"}).status_code == 200
        assert Client().post(place, {"kind": "stop"}).status_code == 200
        assert Reply.objects.get().given_by is None
        assert not has_consent(reminder.patient, "reminder_wechat")

    def test_forged_word_opens_nothing(self, reminder: Reminder) -> None:
        forged = reply_token(reminder)[:-2] + "xx"
        assert Client().get(reverse("message", args=[forged])).status_code == 404
        assert client_of(None).post(reverse("api_reminder_silences"), {"message": forged, "kind": "stop"}, format="json").status_code == 404

    def test_only_silencing_goes_by_link(self, reminder: Reminder) -> None:
        with pytest.raises(Problem):
            reply_by_link(reminder=reminder, kind="call_me")


class TestPages:
    @pytest.fixture
    def browser(self, referral: Step) -> Client:
        browser = Client(headers={"accept-language": "en"})
        assert referral.patient.user is not None
        browser.force_login(referral.patient.user)
        return browser

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_answer_has_its_place_on_the_page(self, browser: Client, referral: Step, kind: str) -> None:
        assert f'value="{kind}"' in browser.get(reverse("reply", args=[referral.pk])).content.decode()

    def test_what_was_typed_stays_when_the_day_is_missing(self, browser: Client, referral: Step) -> None:
        page = browser.post(reverse("reply", args=[referral.pk]), {"id": str(new_id()), "kind": "been", "on": "", "place": "City hospital"})
        assert page.status_code == 422
        assert 'value="City hospital"' in page.content.decode()

    def test_home_offers_the_answers(self, browser: Client, referral: Step) -> None:
        assert reverse("reply", args=[referral.pk]) in browser.get(reverse("home")).content.decode()

    def test_clinician_reads_the_answer_and_records_what_happened(self, referral: Step, clinician: User) -> None:
        answer(referral, "been", on=-1, place="市一医院")
        browser = Client()
        browser.force_login(clinician)
        desk = browser.get(reverse("queue")).content.decode()
        assert "市一医院" in desk
        place = reverse("outcome", args=[referral.pk])
        assert place in desk
        assert browser.post(place, {"outcome": ""}).status_code == 422
        assert browser.post(place, {"outcome": "attended"}).status_code == 302
        referral.refresh_from_db()
        assert (referral.state, referral.closed_reason) == ("done", "attended")
