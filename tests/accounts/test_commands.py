"""The commands that make a place and its people."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.models import Membership, Organisation, Patient, User
from accounts.selectors import actor_role, default_reading_centre, duty_clinician, has_consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> Path:
    settings.MODE = "demo"
    settings.SECRETS_DIR = tmp_path
    source = Path(settings.VAR_DIR) / "secrets"
    for key in source.glob("*_key*"):
        (tmp_path / key.name).write_bytes(key.read_bytes())
    return tmp_path / "demo_logins.json"


def test_demo_people_can_sign_in_with_the_printed_passwords(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo_people")
    printed = capsys.readouterr().out
    for login in json.loads(demo.read_text()):
        assert login["password"] in printed
        answer = APIClient().post("/api/v1/sessions", {"handle": login["handle"], "password": login["password"]})
        # Whom a partner's researcher asks for is an agreement's matter, not a role here.
        role = "none" if login["role"] == "partner" else login["role"]
        assert (answer.status_code, answer.json()["role"]) == (201, role)
    assert duty_clinician(default_reading_centre()) == User.objects.get(handle="dr.wang")
    assert duty_clinician(default_reading_centre(), "skin") == User.objects.get(handle="dr.zhao")
    for patient in Patient.objects.all():
        assert patient.is_demo
        assert all(has_consent(patient, purpose) for purpose in ("care", "automatic_reading", "share_clinic", "reminder_wechat"))


def test_a_second_run_changes_nothing(demo: Path) -> None:
    call_command("demo_people")
    before = demo.read_text()
    call_command("demo_people")
    assert demo.read_text() == before
    assert (User.objects.count(), Patient.objects.count(), Organisation.objects.count(), Membership.objects.count()) == (8, 2, 3, 5)


def test_lost_passwords_are_made_anew(demo: Path) -> None:
    call_command("demo_people")
    demo.unlink()
    call_command("demo_people")
    (login,) = (login for login in json.loads(demo.read_text()) if login["handle"] == "demo")
    assert User.objects.get(handle="demo").check_password(login["password"])


def test_demo_people_are_refused_in_production(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="do not exist in production"):
        call_command("demo_people")
    assert not User.objects.exists()


def test_production_must_name_its_reading_centre(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="Name the reading centre"):
        call_command("ensure_reading_centre")
    call_command("ensure_reading_centre", "--name-zh", "城东眼科", "--name-en", "East Eye Clinic")
    assert default_reading_centre().name_en == "East Eye Clinic"


def test_a_clinician_is_added_by_command(centre: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.management.commands.add_clinician.getpass", lambda _prompt: "twelve-letters")
    call_command("add_clinician", "dr.li", "李明", "--on-duty")
    clinician = User.objects.get(handle="dr.li")
    assert clinician.check_password("twelve-letters")
    assert actor_role(clinician) == "clinician"
    assert duty_clinician(centre) == clinician


def test_a_dermatologist_answers_for_the_skin_and_not_for_the_eyes(centre: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.management.commands.add_clinician.getpass", lambda _prompt: "twelve-letters")
    call_command("add_clinician", "dr.chen", "陈静", "--specialty", "skin", "--on-duty")
    assert (duty_clinician(centre, "skin"), duty_clinician(centre)) == (User.objects.get(handle="dr.chen"), None)


def test_a_short_password_is_refused(centre: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.management.commands.add_clinician.getpass", lambda _prompt: "short")
    with pytest.raises(CommandError, match="12 characters"):
        call_command("add_clinician", "dr.li", "李明")
    assert not User.objects.exists()
