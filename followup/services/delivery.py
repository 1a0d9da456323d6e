"""Every due reminder becomes one message, or a matter for a person. Never two messages, never none.

The attempt and the spent credit are committed before WeChat is spoken to, the outcome after. A worker that dies in between leaves an attempt
without an outcome: whoever claims the reminder next calls it unknown and puts a person on it, because the message may have arrived.
"""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction

from accounts import audit
from accounts.models import Patient
from accounts.selectors import has_consent
from core import clock, leases
from core.models import JobState
from followup import wechat
from followup.models import Attempt, Reminder, Step, WechatAccount
from followup.reply_links import reply_page
from followup.rules.quiet_hours import next_allowed
from followup.rules.reminders import channel_for
from followup.rules.sentences import sentence
from followup.rules.steps import TODAY
from followup.selectors import credit_balance, messages_ended, recipient_of
from followup.services import credits
from followup.services.tasks import open_task

log = structlog.get_logger("followup.delivery")
BATCH = 10
# Longer than a whole batch of calls that all run into their time limits.
LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=10)
# 10, 20, 40 ... minutes: after some ten hours of a busy platform a person calls.
BUSY_TRIES = 6

SENT, PERSON, CANCELLED, UNKNOWN = "sent", "person", "cancelled", "unknown"


@dataclass(frozen=True)
class Message:
    """A message whose attempt is on record: from here on WeChat may be spoken to, once. `recipient` holds the phone and pays with a credit."""

    reminder: Reminder
    patient: Patient
    recipient: Patient
    attempt: Attempt
    openid: str
    fields: dict[str, str]


def deliver_due() -> int:
    """Deal with every reminder that is due; how many were. Reminders of workers that died come back first."""
    leases.return_expired(Reminder)
    provider = wechat.configured()
    count = 0
    while batch := leases.claim(Reminder, limit=BATCH, lease=LEASE):
        for reminder in batch:
            message = _prepare(reminder)
            if message is not None:
                _send(provider, message)
            count += 1
    return count


@transaction.atomic
def _prepare(claimed: Reminder) -> Message | None:
    """The message to send now; None where the reminder was settled without one. Consent, step, hour and credit are looked at here, not before."""
    patient, recipient = _locked(Patient.objects.get(pk=claimed.patient_id))
    reminder = Reminder.objects.select_for_update().filter(pk=claimed.pk, lease_token=claimed.lease_token, state=JobState.CLAIMED).first()
    if reminder is None:
        return None
    tries = list(reminder.tries.order_by("id"))
    if any(attempt.outcome == Attempt.Outcome.STARTED for attempt in tries):
        _settle_unknown(reminder, patient, tries[-1])
    elif _is_moot(reminder, patient):
        leases.finish(reminder, outcome=CANCELLED)
    elif leases.spent([reminder]) or len(tries) >= BUSY_TRIES:
        _hand_over(reminder, patient, "call_patient")
    else:
        return _open_attempt(reminder, patient, recipient)
    return None


def _is_moot(reminder: Reminder, patient: Patient) -> bool:
    if patient.is_sample or not has_consent(patient, "care"):
        return True
    if reminder.step is not None and reminder.step.state != Step.State.OPEN:
        return True
    return reminder.channel != "person" and messages_ended(patient)


def _locked(patient: Patient) -> tuple[Patient, Patient]:
    """The patient and who holds the phone, both locked: a guardian is older than her child's record, so all take them in one order."""
    recipient = recipient_of(patient)
    rows = {row.pk: row for row in Patient.objects.select_for_update().filter(pk__in={patient.pk, recipient.pk}).order_by("pk")}
    return rows[patient.pk], rows[recipient.pk]


def _open_attempt(reminder: Reminder, patient: Patient, recipient: Patient) -> Message | None:
    account = WechatAccount.objects.filter(patient=recipient).first()
    channel = channel_for(reminder.channel, consented=has_consent(patient, "reminder_wechat"), credit=credit_balance(recipient) if account else 0)
    if channel != "wechat" or account is None:
        _hand_over(reminder, patient, "call_patient")
        return None
    now = clock.now()
    allowed = next_allowed(now, patient.zone, emergency=reminder.step is not None and reminder.step.urgency in TODAY)
    if allowed > now:
        leases.put_back(reminder, due_in=allowed - now)
        return None
    attempt = Attempt.objects.create(reminder=reminder, channel=channel, started_at=now)
    credits.spend(attempt, recipient)
    due = reminder.step.due_on if reminder.step else clock.today(patient.zone)
    fields = wechat.reminder_fields(sentence("notification_brief", recipient.language), due)
    return Message(reminder, patient, recipient, attempt, account.openid, fields)


def _send(provider: wechat.Wechat, message: Message) -> None:
    """Speak to WeChat once and write what came of it."""
    try:
        provider.send(message.openid, message.fields, language=message.recipient.language, page=reply_page(message.reminder))
    except wechat.NotReached:
        _conclude(message, Attempt.Outcome.REFUSED, code="not_reached", busy=True)
    except wechat.NoAnswer:
        _conclude(message, Attempt.Outcome.UNKNOWN)
    except wechat.Refused as refused:
        _conclude(message, Attempt.Outcome.REFUSED, code=str(refused.code), words=refused.message, busy=refused.code in wechat.BUSY)
    else:
        _conclude(message, Attempt.Outcome.ACCEPTED, code="0")


@transaction.atomic
def _conclude(message: Message, outcome: Attempt.Outcome, *, code: str = "", words: str = "", busy: bool = False) -> None:
    reminder, attempt = message.reminder, message.attempt
    # The patient's row first, as everywhere: two locks taken in one order never wait for each other.
    patient, _recipient = _locked(message.patient)
    open_attempt = Attempt.objects.filter(pk=attempt.pk, outcome=Attempt.Outcome.STARTED)
    if outcome == Attempt.Outcome.UNKNOWN:
        _settle_unknown(reminder, patient, attempt)
        return
    if not open_attempt.update(outcome=outcome, finished_at=clock.now(), provider_code=code, provider_message=words[:64]):
        # The lease ran out meanwhile, and somebody else has called this attempt unknown: a person is on it.
        return
    log.info("reminder_attempted", outcome=outcome, code=code)
    if outcome == Attempt.Outcome.ACCEPTED:
        leases.finish(reminder, outcome=SENT)
        audit.record("send_reminder", actor=None, subject=reminder, patient=patient, code=reminder.code)
    elif code == str(wechat.NO_CREDIT):
        credits.forfeit(message.recipient)
        _hand_over(reminder, patient, "call_patient")
    else:
        credits.give_back(attempt, message.recipient)
        if busy:
            leases.put_back(reminder, due_in=FIRST_WAIT * 2 ** (reminder.tries.count() - 1), error=code)
        else:
            _hand_over(reminder, patient, "message_refused")


def _settle_unknown(reminder: Reminder, patient: Patient, attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(outcome=Attempt.Outcome.UNKNOWN, finished_at=clock.now())
    log.warning("reminder_unknown")
    if leases.finish(reminder, state=JobState.FAILED, outcome=UNKNOWN):
        open_task(patient=patient, kind="message_unknown", about=reminder.pk)


def _hand_over(reminder: Reminder, patient: Patient, kind: str) -> None:
    if leases.finish(reminder, outcome=PERSON):
        open_task(patient=patient, kind=kind, about=reminder.pk)
