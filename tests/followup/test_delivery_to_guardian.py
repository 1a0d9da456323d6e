"""A child has no phone: her reminder goes to a guardian of now, who agreed and banked it, and else to a person's list."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Guardianship, Patient
from accounts.services.consent import withdraw_consent
from core import clock
from followup.models import Reminder, Step, Task
from followup.selectors import credit_balance, recipient_of
from followup.services.delivery import deliver_due
from followup.services.reconcile import reconcile_patient
from tests.factories import make_child, make_patient
from tests.followup.conftest import Wechat, tap

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("card", "daytime")]


@pytest.fixture
def guardian(wechat: Wechat) -> Patient:
    found = make_patient()
    tap(found, 2)
    return found


@pytest.fixture
def child(guardian: Patient) -> Patient:
    """A child of the guardian to whom one message is owed now."""
    assert guardian.user is not None
    found = make_child(guardian=guardian.user)
    reconcile_patient(found)
    step = Step.objects.get(patient=found, state="open")
    step.reminders.all().delete()
    Reminder.objects.create(patient=found, step=step, code="before_14", about=step.pk, due_at=clock.now(), created_at=clock.now())
    return found


def test_message_about_a_child_goes_to_the_guardians_phone_and_costs_her_one(child: Patient, guardian: Patient, wechat: Wechat) -> None:
    assert deliver_due() == 1
    (message,) = wechat.messages
    assert child.name not in str(message)
    assert Reminder.objects.get(patient=child, code="before_14").outcome == "sent"
    assert credit_balance(guardian) == 1


def test_without_the_guardians_yes_for_this_child_a_person_calls(child: Patient, guardian: Patient, wechat: Wechat) -> None:
    assert guardian.user is not None
    withdraw_consent(patient=child, purpose="reminder_wechat", by=guardian.user)
    deliver_due()
    assert wechat.messages == []
    assert Task.objects.filter(patient=child, kind="call_patient").exists()
    assert credit_balance(guardian) == 2


def test_guardian_whose_time_is_over_gets_nothing(child: Patient, guardian: Patient, wechat: Wechat) -> None:
    Guardianship.objects.filter(child=child).update(ends_at=clock.now() - timedelta(minutes=1))
    assert recipient_of(child) == child
    deliver_due()
    assert wechat.messages == []
    assert Task.objects.filter(patient=child, kind="call_patient").exists()


def test_adult_is_her_own_recipient(guardian: Patient) -> None:
    assert recipient_of(guardian) == guardian


def test_refused_message_gives_the_guardians_credit_back(child: Patient, guardian: Patient, wechat: Wechat, settings: Any) -> None:
    settings.WECHAT_URL = "http://127.0.0.1:1"
    deliver_due()
    assert credit_balance(guardian) == 2
