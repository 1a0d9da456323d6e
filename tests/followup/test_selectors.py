"""What each actor sees of plans, queues and lists, at a constant number of queries."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core.problems import Problem
from followup.models import Step, Task
from followup.selectors import history, home_of, review_queue, steps_visible_to, tasks_visible_to
from followup.services.delivery import deliver_due
from followup.services.steps import record_outcome
from followup.services.tasks import done, open_task
from tests.factories import answered, make_clinician, make_patient, make_user
from tests.followup.conftest import Wechat, composed, signed, tap

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("card", "daytime")]


def queries(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)


def test_home_shows_the_next_step_the_others_and_the_latest_report(clinician: User, wechat: Wechat) -> None:
    patient = make_patient()
    tap(patient, times=2)
    version = signed(composed(patient, 0, 1), clinician)
    answered(patient, symptom=True)
    home = home_of(patient)
    assert home.next_step is not None
    assert home.next_step.kind == "symptom_today"
    assert [step.kind for step in home.other_steps] == ["recall"]
    assert (home.latest, home.credits) == (version, 2)


def test_home_and_history_cost_the_same_however_long_the_record(clinician: User) -> None:
    patient = make_patient()
    signed(composed(patient, 0, 1), clinician)
    before = queries(lambda: home_of(patient)), queries(lambda: history(patient))
    for _ in range(2):
        signed(composed(patient, 0, 1), clinician)
    assert (queries(lambda: home_of(patient)), queries(lambda: history(patient))) == before == (3, 4)


def test_history_is_newest_first_and_tells_what_happened(clinician: User, wechat: Wechat) -> None:
    patient = make_patient()
    tap(patient)
    signed(composed(patient, 0, 1), clinician)
    deliver_due()
    moments = history(patient)
    assert [moment.at for moment in moments] == sorted((moment.at for moment in moments), reverse=True)
    assert {moment.kind for moment in moments} == {"photos", "signed", "step_closed", "message_sent"}


def test_the_queue_is_sorted_by_urgency_then_age_with_counts(clinician: User) -> None:
    calm, older, urgent = (make_patient() for _ in range(3))
    first = composed(older, 2, 0)
    composed(calm, 0, 0)
    composed(urgent, 0, 4)
    second = composed(make_patient(), 0, 2)
    queue = review_queue(clinician)
    assert [step.urgency for step in queue.steps] == ["urgent", "refer", "refer", "routine"]
    assert [step.encounter_id for step in queue.steps[1:3]] == [first.report.encounter_id, second.report.encounter_id]
    assert (queue.total, queue.counts, queue.overdue) == (4, {"urgent": 1, "refer": 2, "routine": 1}, 0)


def test_the_queue_counts_all_and_what_is_late_though_it_shows_a_page(clinician: User, settings: Any) -> None:
    for _ in range(3):
        composed(make_patient(), 0, 0)
    assert queries(lambda: review_queue(clinician)) == 3
    settings.CLOCK_SHIFT_SECONDS += 8 * 86400
    queue = review_queue(clinician, limit=1)
    assert (len(queue.steps), queue.total, queue.overdue) == (1, 3, 3)


def test_a_patient_and_a_stranger_have_no_queue_and_no_list(clinician: User) -> None:
    patient = make_patient()
    composed(patient, 0, 0)
    open_task(patient=patient, kind="call_patient", about=patient.pk)
    assert patient.user is not None
    for user in (patient.user, make_user()):
        assert review_queue(user).total == 0
        assert not tasks_visible_to(user).exists()
    assert tasks_visible_to(clinician).count() == 1


def test_a_patient_sees_her_own_steps_and_nobody_elses(clinician: User) -> None:
    patient, other = make_patient(), make_patient(consents=("care",))
    assert patient.user is not None
    assert {step.patient_id for step in steps_visible_to(patient.user)} == {patient.pk}
    assert {step.patient_id for step in steps_visible_to(clinician)} == {patient.pk}
    assert other.steps.exists()


def test_a_matter_is_done_once_by_a_member_of_its_owner(clinician: User) -> None:
    patient = make_patient()
    task = open_task(patient=patient, kind="call_patient", about=patient.pk)
    assert open_task(patient=patient, kind="call_patient", about=patient.pk) == task
    with pytest.raises(Http404):
        done(task=task, by=make_user())
    first = done(task=task, by=clinician)
    again = done(task=task, by=make_clinician())
    assert (again.done_by, again.done_at) == (clinician, first.done_at)
    open_task(patient=patient, kind="call_patient", about=patient.pk)
    assert Task.objects.get(pk=task.pk).done_at is None


@pytest.mark.parametrize("outcome", ["attended", "declined", "deceased"])
def test_only_a_recorded_outcome_closes_a_referral(clinician: User, outcome: str) -> None:
    patient = make_patient()
    signed(composed(patient, 3, 0), clinician)
    referral = Step.objects.get(patient=patient, kind="referral", state="open")
    for word in ("sent", "no_reply"):
        with pytest.raises(Problem) as refused:
            record_outcome(step=referral, outcome=word, by=clinician)
        assert refused.value.code == "not_an_outcome"
    with pytest.raises(Http404):
        record_outcome(step=referral, outcome=outcome, by=make_user())
    closed = record_outcome(step=referral, outcome=outcome, by=clinician)
    assert (closed.state, closed.closed_reason) == ("done", outcome)
    assert not closed.reminders.filter(state="queued").exists()
    assert Step.objects.filter(patient=patient, state="open", is_next=True).count() == 1
    with pytest.raises(Problem) as late:
        record_outcome(step=referral, outcome=outcome, by=clinician)
    assert late.value.code == "step_closed"
