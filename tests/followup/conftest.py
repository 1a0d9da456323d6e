"""What the tests of followup share: a clinician on duty, daytime, a classifier's card, the local WeChat platform on a port."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from accounts.models import Patient, User
from core import clock
from core.ids import new_id
from dev.wechat.platform import Platform
from dev.wechat.server import Place, Server
from dev.wechat.store import Store
from followup.services.credits import bank_credit
from screening.classifiers import registry
from screening.models import Encounter, ReportVersion
from screening.services.reports import compose_if_due
from screening.services.signing import EyeDecision, sign_report
from tests.factories import make_clinician, make_encounter, make_photo


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> registry.ModelCard:
    """A live classifier whose numbers do not change with the next training run."""
    found = registry.ModelCard(
        programme="retina-dr",
        version="0.0",
        status=registry.LIVE,
        weights=Path("none"),
        sha256="0" * 64,
        input_px=224,
        may_reassure=False,
        for_whom="adults with diabetes",
        terms="none",
        thresholds={"referable": 0.5},
        calibration={},
        least_in_set=0.05,
        prior={},
        golden={},
    )
    monkeypatch.setattr(registry, "live", lambda programme: found)
    return found


@pytest.fixture
def clinician(db: None, card: registry.ModelCard) -> User:
    """Somebody at the default reading centre."""
    return make_clinician()


@pytest.fixture
def clock_at(settings: Any) -> Callable[..., None]:
    """Move the clock forward to the next time that it is `hour` o'clock where patients live, and `days` further."""

    def move(hour: int, *, days: int = 0) -> None:
        settings.CLOCK_SHIFT_SECONDS = 0
        moment = clock.now()
        local = moment.astimezone(ZoneInfo(settings.PATIENT_ZONE)).replace(hour=hour, minute=0, second=0, microsecond=0)
        ahead = (local - moment) % timedelta(days=1) + timedelta(days=days)
        settings.CLOCK_SHIFT_SECONDS = int(ahead.total_seconds()) + 1

    return move


@pytest.fixture
def daytime(clock_at: Callable[..., None]) -> None:
    """Ten in the morning: no quiet hours."""
    clock_at(10)


@dataclass
class Wechat:
    """The local platform in this process."""

    platform: Platform
    url: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [entry for entry in self.platform.inbox() if entry["kind"] == "message"]


@pytest.fixture
def wechat(tmp_path: Path, settings: Any) -> Iterator[Wechat]:
    """The local platform on a free port, and the service pointed at it."""
    store = Store(tmp_path / "inbox.sqlite3")
    platform = Platform(store, appid=settings.WECHAT_APPID, secret=settings.WECHAT_SECRET)
    server = Server(0, platform, Place(service_url="http://testserver", zone="Asia/Shanghai", patience_s=5))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    settings.WECHAT_URL = f"http://127.0.0.1:{server.server_address[1]}"
    yield Wechat(platform, settings.WECHAT_URL)
    server.shutdown()
    server.server_close()
    thread.join()
    store.close()


def tap(patient: Patient, times: int = 1) -> None:
    """The patient taps *Remind me*."""
    assert patient.user is not None
    for _ in range(times):
        bank_credit(patient=patient, by=patient.user, tap=new_id())


def composed(patient: Patient, *grades: int, encounter: Encounter | None = None) -> ReportVersion:
    """A preliminary report over both eyes (right, left)."""
    encounter = encounter or make_encounter(patient)
    for laterality, grade in zip(("OD", "OS"), grades, strict=False):
        make_photo(encounter, laterality, grade=grade)
    with transaction.atomic():
        version = compose_if_due(encounter)
    assert version is not None
    return version


def signed(version: ReportVersion, by: User, **decisions: Any) -> ReportVersion:
    """The report signed as the program read it, unless `decisions` say otherwise."""
    eyes = {}
    for eye, side in (("OD", "right"), ("OS", "left")):
        if version.finding[side]["photo_ids"]:
            eyes[eye] = EyeDecision("graded", version.finding[side]["grade"])
    options = {name: decisions.pop(name) for name in ("recall_on", "other_finding") if name in decisions}
    return sign_report(encounter_id=version.report.encounter_id, by=by, base_number=version.number, decisions=eyes | decisions, **options)
