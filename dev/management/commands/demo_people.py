"""`python manage.py demo_people`: the demo's organisations and everybody who signs in there, made once; prints their logins."""

import secrets
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import consent_texts
from accounts.demo_logins import DemoLogin, demo_logins, keep_demo_logins
from accounts.models import LoginCode, Patient, User
from accounts.services.consent import give_consents
from accounts.services.sign_up import make_user, register_patient
from accounts.services.staff import ensure_clinician, ensure_reading_centre, ensure_store, ensure_store_staff
from core import clock
from dev.demo.partner import demo_agreement

# Nobody's numbers, and not the one that every example uses: who signs up with that must not meet these people.
PATIENTS = {"demo": ("+8613800000000", date(1958, 3, 21)), "demo.mother": ("+8613800000001", date(1988, 10, 5))}
STORES = {"shop.li": ("光明眼镜 人民路店", "Bright Optics, Renmin Road"), "shop.sun": ("清视眼镜 湖滨店", "Clear Sight Optics, Lakeside")}
SPECIALTIES = {"dr.zhao": "skin"}
PEOPLE = (
    ("demo", "李桂芳", "patient"),
    ("demo.mother", "陈婷", "patient"),
    ("dr.wang", "王敏", "clinician"),
    ("dr.chen", "陈静", "clinician"),
    ("dr.zhao", "赵宁", "clinician"),
    ("shop.li", "李想", "store_staff"),
    ("shop.sun", "孙倩", "store_staff"),
    ("pharma.lin", "林岚", "partner"),
)


class Command(BaseCommand):
    help = "Makes the demo's people, with passwords of their own kept in the secrets folder. Refused in production."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo people do not exist in production.")
        known = {login.handle: login.password for login in demo_logins()}
        logins = [DemoLogin(handle, known.get(handle) or secrets.token_urlsafe(9), name, role) for handle, name, role in PEOPLE]
        with transaction.atomic():
            ensure_reading_centre(name_zh="示范阅片中心", name_en=settings.READING_CENTRE_NAME)
            for login in logins:
                ENSURE[login.role](login)
        keep_demo_logins(logins)
        self.stdout.write("Demo logins:")
        for login in logins:
            self.stdout.write(f"  {login.role:<12} {login.handle:<12} {login.password}")


def _ensure_clinician(login: DemoLogin) -> None:
    centre = ensure_reading_centre(name_zh="示范阅片中心", name_en=settings.READING_CENTRE_NAME)
    ensure_clinician(
        organisation=centre,
        handle=login.handle,
        name=login.name,
        password=login.password,
        is_demo=True,
        on_duty=login.handle != "dr.chen",
        specialty=SPECIALTIES.get(login.handle, "eye"),
    )


def _ensure_store_staff(login: DemoLogin) -> None:
    name_zh, name_en = STORES[login.handle]
    store = ensure_store(name_zh=name_zh, name_en=name_en)
    ensure_store_staff(store=store, handle=login.handle, name=login.name, password=login.password, is_demo=True)


def _ensure_patient(login: DemoLogin) -> None:
    user = User.objects.filter(handle=login.handle).first()
    if user is None:
        phone, birth = PATIENTS[login.handle]
        user = register_patient(LoginCode(phone=phone, name=login.name, birth_date=birth, birth_year=birth.year, language="zh-hans"))
        User.objects.filter(pk=user.pk).update(handle=login.handle, is_demo=True)
        Patient.objects.filter(user=user).update(is_demo=True)
        user.refresh_from_db()
        give_consents(patient=Patient.objects.get(user=user), purposes=consent_texts.purposes(), by=user, language="zh-hans")
    _set_password(user, login)


def _ensure_partner(login: DemoLogin) -> None:
    user = User.objects.filter(handle=login.handle).first()
    if user is None:
        user = make_user(handle=login.handle, name=login.name, language="zh-hans", password=login.password, at=clock.now(), is_demo=True)
    _set_password(user, login)
    demo_agreement(user)


def _set_password(user: User, login: DemoLogin) -> None:
    if not user.check_password(login.password):
        user.set_password(login.password)
        user.save(update_fields=["password"])


ENSURE: dict[str, Callable[[DemoLogin], None]] = {
    "clinician": _ensure_clinician,
    "store_staff": _ensure_store_staff,
    "patient": _ensure_patient,
    "partner": _ensure_partner,
}
