"""The demo world: everybody in it is marked, whoever can be lost has a next step, one command makes it anew, and production has none of it."""

from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation, Patient
from dev.demo import clinic, shop
from dev.tour.scenes import SCENES
from followup.models import Step
from partners.models import Agreement, Answer
from partners.rules.grid import GRADES
from screening.models import Encounter, Reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings: Any, tmp_path: Path) -> None:
    settings.MODE = "demo"
    settings.SECRETS_DIR = tmp_path
    for key in (Path(settings.VAR_DIR) / "secrets").glob("*_key*"):
        (tmp_path / key.name).write_bytes(key.read_bytes())
    call_command("demo_people", stdout=StringIO())
    call_command("add_synthetic_persons", stdout=StringIO(), count=20_000)


def test_the_demo_world_is_believable_marked_and_made_anew_by_one_command(people: None, settings: Any) -> None:
    call_command("demo_world", stdout=StringIO())
    assert not Patient.objects.filter(is_demo=False).exists()
    reviews = Step.objects.filter(kind="clinician_review", state="open", encounter__store=None)
    waiting = Counter(reviews.values_list("encounter__programme", flat=True))
    assert waiting == {"retina-dr": len(clinic.QUEUE), "skin-lesion": len(clinic.SPOTS)}
    assert not Reading.objects.filter(outcome=None).exists()
    store = Organisation.objects.get(memberships__user__handle="shop.li")
    assert Encounter.objects.filter(store=store).count() == len(shop.ADULTS) + len(shop.CHILDREN) + 2
    agreement = Agreement.objects.get()
    assert agreement.spent == agreement.cap // 2

    # An answer is told at its full ten seconds.
    settings.CLOCK_SHIFT_SECONDS += 60
    for language in ("en", "zh-hans"):
        for code in SCENES:
            page = Client(headers={"accept-language": language}).get(reverse("tour", args=[code]))
            assert page.status_code == 200, code
    assert Client().get(reverse("tour", args=["partner"])).content.decode().count('class="bar"') == len(GRADES)

    answers = set(Answer.objects.values_list("pk", flat=True))
    before = set(Patient.objects.values_list("pk", flat=True))
    call_command("demo_world", "--reset", stdout=StringIO())
    assert not before & set(Patient.objects.values_list("pk", flat=True))
    assert Patient.objects.count() == len(before)
    assert set(Answer.objects.values_list("pk", flat=True)) == answers
    agreement.refresh_from_db()
    assert agreement.spent == agreement.cap // 2


def test_production_has_no_demo_world(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="does not exist in production"):
        call_command("demo_world")
