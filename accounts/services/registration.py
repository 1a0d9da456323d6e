"""A store registers an adult at its counter: the code sent to her phone proves that it is hers, and that she is there to agree."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.consent_texts import SHARE_STORE, purposes_at_counter
from accounts.models import LoginCode, Organisation, Patient, User
from accounts.selectors import SIGN_UP_KEPT, patient_of, stores_of
from accounts.services.codes import lock_phone, pending_answers, use_code
from accounts.services.consent import CARE, give_consents
from accounts.services.sign_up import register_patient, start_sign_up
from core.problems import Problem

NEEDED = frozenset({CARE, SHARE_STORE})


@dataclass(frozen=True)
class Registered:
    """`is_new` is False where the phone had an account before: the person keeps it as it was."""

    patient: Patient
    is_new: bool


def start_registration(
    *, store: Organisation, by: User, name: str, phone: str, language: str, birth_date: date | None = None, birth_year: int | None = None
) -> LoginCode:
    """Check the answers and send a code to the person's phone, as at sign-up. Raises what `start_sign_up` raises, Http404 for other staff."""
    _require_staff(store, by)
    return start_sign_up(name=name, phone=phone, language=language, birth_date=birth_date, birth_year=birth_year)


def confirm_registration(*, store: Organisation, by: User, phone: str, code: str, purposes: Collection[str], language: str) -> Registered:
    """The person whose phone is now proven, with what she agreed to before this member of staff in the words of `language`.

    Raises Problem `sharing_needed` (422) without care and sharing with this store – asked before the code is used up –, `unknown_purpose`,
    `code_wrong`, `no_account`; Http404 for other staff.
    """
    _require_staff(store, by)
    if set(purposes) - set(purposes_at_counter()):
        raise Problem("unknown_purpose", _("This purpose is not asked about here."), pointer="/purposes")
    if not set(purposes) >= NEEDED:
        raise Problem(
            "sharing_needed",
            _("Without a yes to care and to sharing with this store nothing can be checked here."),
            status_code=422,
            pointer="/purposes",
        )
    number = use_code(phone=phone, code=code)
    with transaction.atomic():
        lock_phone(number)
        user = User.objects.filter(phone_index=number).first()
        is_new = user is None
        if user is None:
            answers = pending_answers(number, within=SIGN_UP_KEPT)
            user = register_patient(answers) if answers else None
        patient = patient_of(user) if user and user.is_active else None
        if user is None or patient is None:
            raise Problem("no_account", _("There is no account with this phone yet. Please make one first."), status_code=422, pointer="/phone")
        give_consents(patient=patient, purposes=purposes, by=user, language=language, store=store, witness=by)
        return Registered(patient, is_new)


def _require_staff(store: Organisation, by: User) -> None:
    if not stores_of(by).filter(pk=store.pk).exists():
        raise Http404
