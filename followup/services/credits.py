"""*Remind me*: one tap links a patient's WeChat and banks one message; the ledger tells what is left."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Patient, User
from accounts.selectors import has_consent
from core import clock
from core.problems import Problem
from followup import wechat
from followup.models import Attempt, CreditEntry, WechatAccount
from followup.selectors import credit_balance

BANKED, SPENT, GIVEN_BACK, REFUSED = "banked", "spent", "given_back", "refused"


def bank_credit(*, patient: Patient, by: User, tap: UUID, js_code: str = "") -> int:
    """Bank the message accepted by one tap; the balance after it. The same `tap` (made by the client) counts once.

    `js_code` comes from wx.login on her phone; without one the local WeChat server plays the phone, outside production only.
    Raises Http404 for anybody but the patient, Problem `consent_missing` (403) without *reminder_wechat*, `wechat_refused` (422) for a code that
    WeChat does not take, `wechat_away` (503) when it does not answer – nothing is banked then.
    """
    if patient.user_id != by.pk or patient.is_sample:
        raise Http404
    if not has_consent(patient, "reminder_wechat"):
        raise Problem("consent_missing", _("Reminders by WeChat need your agreement first."), status_code=403, purpose="reminder_wechat")
    earlier = CreditEntry.objects.filter(tap=tap).first()
    if earlier is None:
        _bank(patient, by, tap, _openid(patient, tap, js_code))
    elif earlier.patient_id != patient.pk:
        raise Http404
    return credit_balance(patient)


def _openid(patient: Patient, tap: UUID, js_code: str) -> str:
    if not js_code and settings.PRODUCTION:
        raise Problem("wechat_code_missing", _("Please open this in WeChat to be reminded there."), status_code=422)
    provider = wechat.configured()
    try:
        return provider.openid(js_code or provider.local_tap(str(patient.pk), str(tap)))
    except wechat.Refused as refused:
        raise Problem("wechat_refused", _("WeChat did not accept this sign-in. Please tap again."), status_code=422, found=refused.code) from None
    except (wechat.NotReached, wechat.NoAnswer):
        raise Problem("wechat_away", _("WeChat does not answer at the moment. Please tap again later."), status_code=503, retry_after=60) from None


@transaction.atomic
def _bank(patient: Patient, by: User, tap: UUID, openid: str) -> None:
    Patient.objects.select_for_update().get(pk=patient.pk)
    now = clock.now()
    WechatAccount.objects.update_or_create(patient=patient, defaults={"openid": openid, "linked_at": now})
    entry, made = CreditEntry.objects.get_or_create(
        tap=tap, defaults={"patient": patient, "template": settings.WECHAT_TEMPLATE_ID, "amount": 1, "reason": BANKED, "at": now}
    )
    if made:
        audit.record("bank_credit", actor=by, subject=entry, patient=patient)


def spend(attempt: Attempt, patient: Patient) -> None:
    """Take the credit of one attempt, in the transaction that records it."""
    _enter(patient, -1, SPENT, attempt)


def give_back(attempt: Attempt, patient: Patient) -> None:
    """Return the credit of an attempt that certainly used none."""
    _enter(patient, 1, GIVEN_BACK, attempt)


def forfeit(patient: Patient) -> None:
    """WeChat says that there is none left, whatever the ledger believed: the channel is dead until the next tap."""
    for _credit in range(credit_balance(patient)):
        _enter(patient, -1, REFUSED, None)


def _enter(patient: Patient, amount: int, reason: str, attempt: Attempt | None) -> None:
    CreditEntry.objects.create(patient=patient, template=settings.WECHAT_TEMPLATE_ID, amount=amount, reason=reason, attempt=attempt, at=clock.now())
