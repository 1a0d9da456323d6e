"""`python manage.py demo_people`: the reading centre, its clinicians and one patient, made once; prints their logins."""

import secrets
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import consent_texts
from accounts.demo_logins import DemoLogin, demo_logins, keep_demo_logins
from accounts.models import LoginCode, Patient, User
from accounts.services.consent import give_consents
from accounts.services.sign_up import register_patient
from accounts.services.staff import ensure_clinician, ensure_reading_centre

# Nobody's number, and not the one that every example uses: who signs up with that must not meet this person.
PATIENT_PHONE = "+8613800000000"
PEOPLE = (("demo", "李桂芳", "patient"), ("dr.wang", "王敏", "clinician"), ("dr.chen", "陈静", "clinician"))


class Command(BaseCommand):
    help = "Makes the demo's people, with passwords of their own kept in the secrets folder. Refused in production."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo people do not exist in production.")
        known = {login.handle: login.password for login in demo_logins()}
        logins = [DemoLogin(handle, known.get(handle) or secrets.token_urlsafe(9), name, role) for handle, name, role in PEOPLE]
        with transaction.atomic():
            centre = ensure_reading_centre(name_zh="示范阅片中心", name_en=settings.READING_CENTRE_NAME)
            for login in logins:
                if login.role == "clinician":
                    ensure_clinician(
                        organisation=centre,
                        handle=login.handle,
                        name=login.name,
                        password=login.password,
                        is_demo=True,
                        on_duty=login.handle == "dr.wang",
                    )
                else:
                    _ensure_patient(login)
        keep_demo_logins(logins)
        self.stdout.write("Demo logins:")
        for login in logins:
            self.stdout.write(f"  {login.role:<10} {login.handle:<8} {login.password}")


def _ensure_patient(login: DemoLogin) -> None:
    user = User.objects.filter(handle=login.handle).first()
    if user is None:
        answers = LoginCode(phone=PATIENT_PHONE, name=login.name, birth_date=date(1968, 3, 21), birth_year=1968, language="zh-hans")
        user = register_patient(answers)
        User.objects.filter(pk=user.pk).update(handle=login.handle, is_demo=True)
        Patient.objects.filter(user=user).update(is_demo=True)
        user.refresh_from_db()
        give_consents(patient=Patient.objects.get(user=user), purposes=consent_texts.purposes(), by=user, language="zh-hans")
    if not user.check_password(login.password):
        user.set_password(login.password)
        user.save(update_fields=["password"])
