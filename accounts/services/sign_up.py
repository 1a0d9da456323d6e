"""A person makes an account: the answers wait with the code until the phone is proven."""

from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.events import patient_registered
from accounts.models import LoginCode, Patient, User
from accounts.phones import normalise_phone
from accounts.rules.age import youngest_age
from accounts.services.codes import send_code
from core import clock
from core.ids import new_id
from core.problems import Problem

ADULT = 18
NAME_LENGTH = 40
OLDEST_YEAR = 1900


def start_sign_up(*, name: str, phone: str, language: str, birth_date: date | None = None, birth_year: int | None = None) -> LoginCode:
    """Check the answers and send a code to the phone; the account is made when the code comes back (`confirm_code`).

    A phone that has an account already gets the same answer, and its code then signs in. With a year alone the youngest possible age counts.
    Raises Problem `name_missing`, `birth_missing`, `birth_implausible`, `guardian_needed`, `phone_invalid` or `too_many_codes`.
    """
    called = name.strip()
    if not 1 <= len(called) <= NAME_LENGTH:
        raise Problem("name_missing", _("Please write your name, at most 40 characters."), pointer="/name")
    number = normalise_phone(phone)
    year = _plausible_year(birth_date, birth_year)
    today = clock.today(settings.PATIENT_ZONE)
    if youngest_age(today, birth_date=birth_date, birth_year=year) < ADULT:
        raise Problem(
            "guardian_needed",
            _("Under 18 there is no account of one's own yet. A parent or guardian can register you at a store."),
            status_code=422,
            pointer="/birth_year" if birth_date is None else "/birth_date",
            limit=ADULT,
        )
    return send_code(LoginCode(phone=number, name=called, birth_date=birth_date, birth_year=year, language=language))


def register_patient(answers: LoginCode) -> User:
    """Make the login and the patient of a sign-up whose phone is proven. Call inside the transaction that holds `lock_phone`."""
    assert answers.name is not None
    assert answers.birth_year is not None
    now = clock.now()
    user = make_user(handle=str(new_id()), name=answers.name, phone=answers.phone, language=answers.language, password=None, at=now)
    patient = Patient.objects.create(
        user=user,
        name=answers.name,
        birth_date=answers.birth_date,
        birth_year=answers.birth_year,
        zone=settings.PATIENT_ZONE,
        language=answers.language,
        created_at=now,
    )
    audit.record("register_patient", actor=user, subject=patient, patient=patient)
    patient_registered.send(sender=Patient, patient=patient)
    return user


def make_user(*, handle: str, name: str, language: str, password: str | None, at: datetime, phone: str | None = None, is_demo: bool = False) -> User:
    """A login; without a password it signs in by code alone."""
    return User.objects.create(
        handle=handle, name=name, phone=phone, language=language, password=make_password(password), is_demo=is_demo, created_at=at
    )


def _plausible_year(birth_date: date | None, birth_year: int | None) -> int:
    if birth_date is None and birth_year is None:
        raise Problem("birth_missing", _("Please give your birth date, or the year alone."), pointer="/birth_year")
    year = birth_date.year if birth_date else birth_year
    assert year is not None
    today = clock.today(settings.PATIENT_ZONE)
    if not OLDEST_YEAR <= year <= today.year or (birth_date and (birth_date > today or birth_year not in (None, year))):
        raise Problem("birth_implausible", _("This birth date cannot be right."), pointer="/birth_date" if birth_date else "/birth_year")
    return year
