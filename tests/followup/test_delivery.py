"""A due reminder becomes one message, or a matter for a person: never two, never none."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection

from accounts.models import Patient
from accounts.services.consent import withdraw_consent
from core import clock, leases
from core.models import JobState
from followup.models import Attempt, CreditEntry, Reminder, Step, Task, WechatAccount
from followup.selectors import credit_balance
from followup.services import delivery
from followup.services.delivery import deliver_due
from tests.factories import make_clinician, make_patient
from tests.followup.conftest import Wechat, composed, signed, tap

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("card", "daytime")]


@pytest.fixture
def patient(wechat: Wechat) -> Patient:
    """Somebody with one banked message whose report was just signed."""
    found = make_patient()
    tap(found)
    signed(composed(found, 0, 0), make_clinician())
    return found


def owed(patient: Patient) -> Reminder:
    return Reminder.objects.get(patient=patient, code="doctor_answered")


def assert_left_to_a_person(patient: Patient, kind: str) -> None:
    reminder = owed(patient)
    assert Task.objects.get(patient=patient, kind=kind, done_at=None).about == reminder.pk
    assert reminder.state in (JobState.DONE, JobState.FAILED)
    assert deliver_due() == 0


def test_a_signed_report_becomes_one_message_with_nothing_private_in_it(patient: Patient, wechat: Wechat) -> None:
    assert deliver_due() == 1
    (message,) = wechat.messages
    day = clock.today(patient.zone)
    assert message["fields"] == {"thing1": "您有一项健康复查提醒,请登录查看", "date2": f"{day.year}年{day.month}月{day.day}日"}
    reminder = owed(patient)
    assert (reminder.state, reminder.outcome) == (JobState.DONE, "sent")
    assert reminder.tries.get().outcome == Attempt.Outcome.ACCEPTED
    assert credit_balance(patient) == 0
    assert deliver_due() == 0
    assert len(wechat.messages) == 1


def test_english_fits_the_field_of_the_platform(patient: Patient, wechat: Wechat) -> None:
    Patient.objects.update(language="en")
    deliver_due()
    assert wechat.messages[0]["fields"]["thing1"] == "Check-up reminder"


def test_the_attempt_and_the_spent_credit_are_on_record_before_wechat_is_spoken_to(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []

    def send(*_: Any, **__: Any) -> None:
        seen.append((owed(patient).tries.get().outcome, credit_balance(patient)))

    monkeypatch.setattr("followup.wechat.Wechat.send", send)
    deliver_due()
    assert seen == [(Attempt.Outcome.STARTED, 0)]


def test_without_a_credit_a_person_has_it(wechat: Wechat) -> None:
    patient = make_patient()
    signed(composed(patient, 0, 0), make_clinician())
    deliver_due()
    assert_left_to_a_person(patient, "call_patient")
    assert wechat.messages == []
    assert not Attempt.objects.exists()


def test_consent_withdrawn_since_it_was_planned_is_seen_at_delivery(patient: Patient, wechat: Wechat) -> None:
    assert patient.user is not None
    withdraw_consent(patient=patient, purpose="reminder_wechat", by=patient.user)
    deliver_due()
    assert_left_to_a_person(patient, "call_patient")
    assert wechat.messages == []
    assert credit_balance(patient) == 1


def test_care_withdrawn_means_silence(patient: Patient, wechat: Wechat) -> None:
    assert patient.user is not None
    withdraw_consent(patient=patient, purpose="care", by=patient.user)
    deliver_due()
    assert owed(patient).outcome == "cancelled"
    assert wechat.messages == []
    assert not Task.objects.exists()


def test_a_closed_step_is_not_reminded_of(patient: Patient, wechat: Wechat) -> None:
    deliver_due()
    tap(patient)
    step = Step.objects.get(patient=patient, kind="recall", state="open")
    step.reminders.filter(code="before_28").update(due_at=clock.now())
    Step.objects.filter(pk=step.pk).update(state="done", closed_at=clock.now(), is_next=False)
    deliver_due()
    assert step.reminders.get(code="before_28").outcome == "cancelled"
    assert len(wechat.messages) == 1


@pytest.mark.parametrize("hour", [21, 23, 3, 7])
def test_quiet_hours_hold_until_eight_in_the_morning(patient: Patient, wechat: Wechat, clock_at: Callable[..., None], hour: int) -> None:
    clock_at(hour, days=1)
    deliver_due()
    assert wechat.messages == []
    reminder = owed(patient)
    assert reminder.state == JobState.QUEUED
    assert not reminder.tries.exists()
    assert timedelta(0) < reminder.due_at - clock.now() <= timedelta(hours=11)
    clock_at(8, days=2)
    assert deliver_due() == 1
    assert len(wechat.messages) == 1


def test_a_refusal_is_not_repeated_and_empties_the_ledger(patient: Patient, wechat: Wechat) -> None:
    tap(patient, times=2)
    wechat.platform.fault = "refuse"
    deliver_due()
    assert_left_to_a_person(patient, "call_patient")
    attempt = owed(patient).tries.get()
    assert (attempt.outcome, attempt.provider_code) == (Attempt.Outcome.REFUSED, "43101")
    assert credit_balance(patient) == 0
    wechat.platform.fault = ""
    tap(patient)
    assert credit_balance(patient) == 1


def test_a_lost_answer_is_unknown_and_never_sent_again(patient: Patient, wechat: Wechat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("followup.wechat.TIMEOUT_SECONDS", 0.15)
    wechat.platform.fault = "timeout"
    deliver_due()
    wechat.platform.fault = ""
    assert_left_to_a_person(patient, "message_unknown")
    assert owed(patient).tries.get().outcome == Attempt.Outcome.UNKNOWN
    assert len(wechat.messages) == 1
    assert credit_balance(patient) == 0


def test_a_worker_that_died_while_speaking_leaves_an_unknown_and_no_second_message(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise SystemExit

    monkeypatch.setattr("followup.wechat.Wechat.send", die)
    with pytest.raises(SystemExit):
        deliver_due()
    assert owed(patient).tries.get().outcome == Attempt.Outcome.STARTED
    Reminder.objects.filter(pk=owed(patient).pk).update(lease_until=leases.DatabaseClock() - timedelta(seconds=1))
    assert deliver_due() == 1
    assert_left_to_a_person(patient, "message_unknown")
    assert owed(patient).tries.get().outcome == Attempt.Outcome.UNKNOWN


def test_a_worker_that_died_before_speaking_costs_nothing(patient: Patient, wechat: Wechat) -> None:
    leases.claim(Reminder, limit=5, lease=timedelta(seconds=60))
    Reminder.objects.filter(state=JobState.CLAIMED).update(lease_until=leases.DatabaseClock() - timedelta(seconds=1))
    assert deliver_due() == 1
    assert len(wechat.messages) == 1


def test_a_busy_platform_is_tried_later_with_the_credit_kept(patient: Patient, wechat: Wechat, settings: Any) -> None:
    wechat.platform.fault = "busy"
    deliver_due()
    reminder = owed(patient)
    assert (reminder.state, reminder.last_error) == (JobState.QUEUED, "-1")
    assert credit_balance(patient) == 1
    assert deliver_due() == 0
    wechat.platform.fault = ""
    settings.CLOCK_SHIFT_SECONDS += int(delivery.FIRST_WAIT.total_seconds()) + 1
    assert deliver_due() == 1
    assert len(wechat.messages) == 1
    assert credit_balance(patient) == 0


def test_a_platform_that_stays_busy_gives_way_to_a_person(patient: Patient, wechat: Wechat) -> None:
    wechat.platform.fault = "busy"
    for _ in range(delivery.BUSY_TRIES + 1):
        deliver_due()
        Reminder.objects.filter(pk=owed(patient).pk, state=JobState.QUEUED).update(due_at=clock.now())
    assert_left_to_a_person(patient, "call_patient")
    assert owed(patient).tries.count() == delivery.BUSY_TRIES
    assert credit_balance(patient) == 1


def test_a_platform_that_cannot_be_reached_was_sent_nothing(patient: Patient, settings: Any) -> None:
    settings.WECHAT_URL = "http://127.0.0.1:9"
    deliver_due()
    reminder = owed(patient)
    assert (reminder.state, reminder.last_error) == (JobState.QUEUED, "not_reached")
    assert credit_balance(patient) == 1


def test_a_token_that_another_took_is_renewed_once(patient: Patient, wechat: Wechat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("followup.wechat.Wechat.token", stale_token(wechat))
    assert deliver_due() == 1
    assert len(wechat.messages) == 1


def stale_token(wechat: Wechat) -> Callable[..., str]:
    """A token that died in somebody else's forced refresh; only `renewed` brings a living one."""
    asked = {"grant_type": "client_credential", "appid": "demo-appid", "secret": "demo-secret"}

    def token(_self: Any, *, renewed: bool = False) -> str:
        answer = wechat.platform.stable_token(asked | {"force_refresh": renewed})
        return str(answer["access_token"]) if renewed else "dead"

    return token


def test_bad_data_goes_to_a_person_with_the_credit_kept(patient: Patient, settings: Any) -> None:
    WechatAccount.objects.update(openid="o-nobody")
    deliver_due()
    assert_left_to_a_person(patient, "message_refused")
    assert owed(patient).tries.get().provider_code == "40003"
    assert credit_balance(patient) == 1


def test_a_rung_for_a_person_sends_nothing(patient: Patient, wechat: Wechat) -> None:
    deliver_due()
    tap(patient)
    reminder = Reminder.objects.get(patient=patient, code="overdue_28_call", step__kind="recall")
    Reminder.objects.filter(pk=reminder.pk).update(due_at=clock.now())
    deliver_due()
    assert Task.objects.get(about=reminder.pk).kind == "call_patient"
    assert len(wechat.messages) == 1


def test_a_lease_lost_while_waiting_writes_nothing(patient: Patient, wechat: Wechat) -> None:
    (mine,) = leases.claim(Reminder, limit=1, lease=timedelta(seconds=60))
    Reminder.objects.filter(pk=mine.pk).update(lease_token=mine.pk)
    assert delivery._prepare(mine) is None
    assert not Attempt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_message(wechat: Wechat) -> None:
    patient = make_patient()
    tap(patient, times=3)
    signed(composed(patient, 0, 0), make_clinician())

    def work() -> None:
        close_old_connections()
        deliver_due()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(wechat.messages) == 1
    assert Attempt.objects.count() == 1
    assert credit_balance(patient) == 2
    assert CreditEntry.objects.filter(amount=-1).count() == 1
