"""Signing in and out: patients by phone and code, staff and demo people by handle and password."""

from datetime import datetime, timedelta
from typing import Literal

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from accounts import audit
from accounts.models import PasswordAttempt, User
from accounts.selectors import SIGN_UP_KEPT
from accounts.services.codes import lock_phone, pending_answers, use_code
from accounts.services.sign_up import register_patient
from core import clock
from core.crypto import blind_index
from core.problems import Problem

MOST_ATTEMPTS = 5
LOCKED_FOR = timedelta(minutes=15)


def confirm_code(*, phone: str, code: str) -> User:
    """The login whose phone is now proven; after a sign-up it is made here.

    Raises Problem `code_wrong`, or `no_account` to whoever holds a phone that nobody signed up with.
    """
    number = use_code(phone=phone, code=code)
    with transaction.atomic():
        lock_phone(number)
        user = User.objects.filter(phone_index=number).first()
        if user is None:
            answers = pending_answers(number, within=SIGN_UP_KEPT)
            user = register_patient(answers) if answers else None
        if user is None or not user.is_active:
            raise Problem("no_account", _("There is no account with this phone yet. Please make one first."), status_code=422, pointer="/phone")
        _note_sign_in(user, "code")
    return user


def confirm_password(*, handle: str, password: str) -> User:
    """The login of a member of staff or a demo person.

    Five failures in fifteen minutes close the door to a handle, known or not. Raises Problem `password_wrong` or `locked_out` (429).
    """
    index = blind_index(handle, field="accounts.passwordattempt.handle")
    _count_attempt(index)
    user = User.objects.filter(handle=handle.strip(), is_active=True).first()
    # An unknown handle costs the same hashing, so that time does not tell it from a known one.
    if user is None:
        make_password(password)
    if user is None or not check_password(password, user.password):
        audit.record("refuse_sign_in", actor=None, subject=user)
        raise Problem("password_wrong", _("The name or the password is not right."), pointer="/password")
    with transaction.atomic():
        PasswordAttempt.objects.filter(handle_index=index).delete()
        _note_sign_in(user, "password")
    return user


def issue_token(*, user: User) -> tuple[str, datetime]:
    """A bearer token for the API and the moment it ends; only its hash is kept."""
    with transaction.atomic():
        row, token = AuthToken.objects.create(user=user)
        audit.record("issue_token", actor=user, subject=user)
    return token, row.expiry


def sign_out(*, user: User, token: AuthToken | None = None) -> None:
    """Note that a person left; the given token ends."""
    with transaction.atomic():
        if token is not None:
            token.delete()
        audit.record("sign_out", actor=user, subject=user)


def _note_sign_in(user: User, method: Literal["code", "password"]) -> None:
    audit.record("sign_in", actor=user, subject=user, method=method)


def _count_attempt(index: bytes) -> None:
    now = clock.now()
    PasswordAttempt.objects.filter(at__lte=now - LOCKED_FOR).delete()
    # Written before it is counted: of a hundred guesses at once only five see a count within the limit.
    attempt = PasswordAttempt.objects.create(handle_index=index, at=now)
    lately = PasswordAttempt.objects.filter(handle_index=index)
    if lately.count() > MOST_ATTEMPTS:
        first = lately.order_by("at").values_list("at", flat=True)[0]
        # A refused guess does not count, or a stranger could keep the door closed for ever.
        attempt.delete()
        wait = max(1, round((first + LOCKED_FOR - now).total_seconds()))
        raise Problem(
            "locked_out",
            _("Too many wrong passwords. For your safety, signing in with this name pauses for a quarter of an hour."),
            status_code=429,
            pointer="/password",
            retry_after=wait,
        )
