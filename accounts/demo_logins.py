"""The logins of the demo's people, for the sign-in page and the console. Nothing of it exists in production."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class DemoLogin:
    """One made-up person: `role` is patient, clinician, store_staff or partner."""

    handle: str
    password: str
    name: str
    role: str


def demo_logins() -> list[DemoLogin]:
    """The demo people that `demo_people` made; none outside the demo."""
    if settings.MODE != "demo":
        return []
    try:
        found = json.loads(_file().read_text())
    except (OSError, ValueError):
        return []
    return [DemoLogin(**entry) for entry in found]


def keep_demo_logins(logins: list[DemoLogin]) -> None:
    """Write them where only the service's own account reads them."""
    path = _file()
    path.touch(mode=0o600)
    path.write_text(json.dumps([asdict(login) for login in logins], ensure_ascii=False))


def _file() -> Path:
    return Path(settings.SECRETS_DIR) / "demo_logins.json"
