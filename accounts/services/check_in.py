"""A person shows a short code at a store's counter, and thereby shares her record with that store."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.consent_texts import SHARE_STORE
from accounts.models import CheckInCode, Organisation, Patient, User
from accounts.selectors import stores_of
from accounts.services.consent import give_consents
from core import clock
from core.crypto import blind_index
from core.problems import Problem

LIFETIME = timedelta(minutes=10)
LENGTH = 8
# Without the letters and digits that are read or typed as one another.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def make_check_in_code(*, patient: Patient, by: User) -> tuple[str, CheckInCode]:
    """A new code for ten minutes; the one before it ends. Only its keyed hash is kept.

    It is always the person's own, a guardian's too: whom she decides for is found behind her. Raises Http404 for anybody else.
    """
    if patient.user_id != by.pk:
        raise Http404
    code = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    now = clock.now()
    with transaction.atomic():
        CheckInCode.objects.filter(patient=patient, used_at__isnull=True).delete()
        row = CheckInCode.objects.create(patient=patient, code_index=_index(code), created_at=now, expires_at=now + LIFETIME)
        audit.record("make_check_in_code", actor=by, subject=row, patient=patient)
    return code, row


def check_in(*, code: str, store: Organisation, by: User, language: str) -> Patient:
    """Who shows the code: from now on she shares with the store, in the words of `language` that name it.

    The same store may send a code again within its ten minutes, after an answer that was lost. Raises Problem `check_in_code_wrong` (422)
    whatever the reason, Http404 where `by` is not staff of the store.
    """
    if not stores_of(by).filter(pk=store.pk).exists():
        raise Http404
    with transaction.atomic():
        found = (
            CheckInCode.objects.select_for_update(of=("self",))
            .select_related("patient__user")
            .filter(code_index=_index(code), expires_at__gt=clock.now())
            .first()
        )
        if found is None or found.organisation_id not in (None, store.pk):
            raise _wrong()
        patient = found.patient
        if found.used_at is None:
            found.used_at, found.used_by, found.organisation = clock.now(), by, store
            found.save(update_fields=["used_at", "used_by", "organisation"])
            audit.record("check_in", actor=by, subject=found, patient=patient, store=store.pk)
        assert patient.user is not None
        give_consents(patient=patient, purposes=[SHARE_STORE], by=patient.user, language=language, store=store, witness=by)
        return patient


def looks_like_a_code(text: str) -> bool:
    """Whether this may be a check-in code, as scanned or typed."""
    typed = _typed(text)
    return len(typed) == LENGTH and set(typed) <= set(ALPHABET)


def _typed(text: str) -> str:
    return "".join(character for character in text if character.isalnum()).upper()


def _index(code: str) -> bytes:
    return blind_index(_typed(code), field="accounts.checkincode.code")


def _wrong() -> Problem:
    return Problem(
        "check_in_code_wrong",
        _("This code is not right, or no longer valid. Please ask for a new one: it is made under Me, and holds for ten minutes."),
        status_code=422,
        pointer="/code",
    )
