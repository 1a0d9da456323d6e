"""What the tests of accounts share: a caught postman, quick hashing and a default reading centre."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Organisation
from tests.factories import reading_centre

PHONE = "+8613911110000"
SIGN_UP = {"name": "李桂芳", "birth_date": "1958-03-21", "phone": "139 1111 0000", "language": "zh-hans"}


@dataclass
class Postman:
    """Keeps what would have been sent, newest last."""

    letters: list[tuple[str, str]] = field(default_factory=list)

    def deliver(self, phone: str, code: str) -> None:
        self.letters.append((phone, code))

    @property
    def code(self) -> str:
        return self.letters[-1][1]

    @property
    def wrong_code(self) -> str:
        return f"{(int(self.code) + 1) % 1_000_000:06}"


@pytest.fixture(autouse=True)
def quick_hashing(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def postman(monkeypatch: pytest.MonkeyPatch) -> Postman:
    found = Postman()
    monkeypatch.setattr("accounts.services.codes.deliver_code", found.deliver)
    return found


@pytest.fixture
def centre(db: None) -> Organisation:
    return reading_centre()


@pytest.fixture
def api(db: None) -> APIClient:
    return APIClient(raise_request_exception=True)
