"""`manage.py test_people N`: N believable patients who agreed to everything, with a token each, for fault and load tests. Never in production."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from knox.models import AuthToken

from accounts.consent_texts import purposes
from accounts.models import Patient
from accounts.services.consent import give_consents
from accounts.services.sign_up import make_user
from accounts.services.staff import ensure_clinician, ensure_reading_centre
from core import clock
from core.ids import new_id
from screening.services.facts import Answer, record_facts


class Command(BaseCommand):
    help = "Make patients and one clinician for tests; prints one JSON object with their tokens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("test people do not exist in production")
        centre = ensure_reading_centre(name_zh="示范阅片中心", name_en="Demo reading centre")
        clinician = ensure_clinician(organisation=centre, handle=f"dr.{new_id().hex[-8:]}", name="测试医师", password=new_id().hex, is_demo=True)
        tokens = [AuthToken.objects.create(user=self._patient(number))[1] for number in range(options["number"])]
        self.stdout.write(json.dumps({"patients": tokens, "clinician": AuthToken.objects.create(user=clinician)[1]}))

    def _patient(self, number: int) -> Any:
        now = clock.now()
        user = make_user(handle=str(new_id()), name=f"测试 {number}", language="zh-hans", password=None, at=now, is_demo=True)
        patient = Patient.objects.create(user=user, name=f"测试 {number}", birth_year=1950 + number % 40, created_at=now, is_demo=True)
        give_consents(patient=patient, purposes=purposes(), by=user, language="zh-hans")
        record_facts(patient=patient, answers=[Answer("diabetes", "type2", now.date())], source="self", by=user)
        return user
