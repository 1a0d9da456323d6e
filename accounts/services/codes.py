"""One-time codes: asked for, sent, tried and used up. All counting is done by PostgreSQL, so that no two requests count past each other."""

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.codes import deliver_code
from accounts.models import LoginCode
from accounts.phones import normalise_phone
from core import clock
from core.crypto import blind_index
from core.problems import Problem

DIGITS = 6
LIFETIME = timedelta(minutes=10)
MOST_ATTEMPTS = 5
MOST_AN_HOUR = 5
FORGOTTEN_AFTER = timedelta(days=1)


def request_code(*, phone: str) -> LoginCode:
    """Send a sign-in code. Known and unknown phones get the same answer; only who holds the phone learns more.

    Raises Problem `phone_invalid`, or `too_many_codes` (429) after five in an hour.
    """
    return send_code(LoginCode(phone=normalise_phone(phone)))


def send_code(login_code: LoginCode) -> LoginCode:
    """Complete, store and send a code whose phone (and, at sign-up, answers) are set. Raises Problem `too_many_codes`."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    login_code.code_hash = make_password(code)
    with transaction.atomic():
        lock_phone(login_code.phone)
        login_code.created_at = clock.now()
        login_code.expires_at = login_code.created_at + LIFETIME
        LoginCode.objects.filter(created_at__lt=login_code.created_at - FORGOTTEN_AFTER).delete()
        _limit_hourly(login_code)
        login_code.save(force_insert=True)
    deliver_code(login_code.phone, code)
    return login_code


def use_code(*, phone: str, code: str) -> str:
    """Use up the newest code of a phone and return the phone in E.164. Raises Problem `phone_invalid`, or `code_wrong` whatever the reason."""
    number = normalise_phone(phone)
    newest = LoginCode.objects.filter(phone_index=number).order_by("-created_at", "-id").first()
    if newest is None or not _count_attempt(newest) or not check_password(code.strip(), newest.code_hash):
        raise _wrong()
    if not LoginCode.objects.filter(pk=newest.pk, used_at__isnull=True).update(used_at=clock.now()):
        raise _wrong()
    return number


def lock_phone(phone: str) -> None:
    """Let one transaction at a time act for this phone (E.164); the lock ends with it."""
    key = int.from_bytes(blind_index(phone, field="accounts.lock.phone")[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def pending_answers(phone: str, *, within: timedelta) -> LoginCode | None:
    """The latest sign-up's answers for a phone (E.164) that has been proven meanwhile."""
    recent = LoginCode.objects.filter(phone_index=phone, name__isnull=False, created_at__gt=clock.now() - within)
    return recent.order_by("-created_at", "-id").first()


def _limit_hourly(login_code: LoginCode) -> None:
    an_hour_ago = login_code.created_at - timedelta(hours=1)
    lately = LoginCode.objects.filter(phone_index=login_code.phone, created_at__gt=an_hour_ago).order_by("-created_at")
    sent_at = list(lately.values_list("created_at", flat=True)[:MOST_AN_HOUR])
    if len(sent_at) == MOST_AN_HOUR:
        raise Problem(
            "too_many_codes",
            _("Five codes were sent to this phone within an hour. Please use the last one, or try again later."),
            status_code=429,
            pointer="/phone",
            limit=MOST_AN_HOUR,
            retry_after=max(1, round((sent_at[-1] - an_hour_ago).total_seconds())),
        )


def _count_attempt(login_code: LoginCode) -> bool:
    usable = LoginCode.objects.filter(pk=login_code.pk, used_at__isnull=True, attempts__lt=MOST_ATTEMPTS, expires_at__gt=clock.now())
    return bool(usable.update(attempts=F("attempts") + 1))


def _wrong() -> Problem:
    return Problem("code_wrong", _("This code is not right, or no longer valid. Please check it, or ask for a new one."), pointer="/code")
