"""A shadow version reads beside the live one: seen by nobody, lost by nothing, and never in the live one's way."""

import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from accounts import own_data
from accounts.services.consent import withdraw_consent
from config.celery import app
from core import clock
from screening.classifiers import registry, retina
from screening.classifiers.outcome import Outcome
from screening.classifiers.registry import ModelCard, WeightsChanged
from screening.models import ModelVersion, Photo, Reading, ReportVersion, ShadowReading
from screening.services import reading, shadows
from screening.services.model_versions import note_version
from tests.factories import make_patient
from tests.screening.test_reading import GRADED, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What each version says; a version that is an exception raises it."""
    live = registry.live(retina.PROGRAMME)
    shadow = replace(live, version="9.9", status="shadow")
    words: dict[str, Any] = {live.version: GRADED, "9.9": replace(GRADED, grade=2, referable=True, probabilities={"p_referable": 0.7})}

    def read(photo: bytes, card: ModelCard) -> Outcome:
        if isinstance(words[card.version], Exception):
            raise words[card.version]
        return words[card.version]

    real = registry.version
    monkeypatch.setattr(retina, "read_photo", read)
    monkeypatch.setattr(registry, "shadows", lambda programme: (shadow,))
    monkeypatch.setattr(registry, "version", lambda programme, number: shadow if number == "9.9" else real(programme, number))
    return words


def test_a_photo_is_read_by_the_shadow_after_the_live_version_and_once(said: dict[str, Any]) -> None:
    photo = send(make_patient())
    assert reading.read_queued() == 1
    row = ShadowReading.objects.get()
    assert (row.state, row.photo_id, row.version) == ("queued", photo.pk, "9.9")
    shadows.queue_shadows(Reading.objects.get(photo=photo))
    assert shadows.read_shadows() == 1
    assert shadows.read_shadows() == 0
    row.refresh_from_db()
    assert (row.state, row.outcome, row.grade, row.referable) == ("done", "graded", 2, True)
    assert dict(ModelVersion.objects.values_list("version", "status")) == {registry.live(retina.PROGRAMME).version: "live", "9.9": "shadow"}


def test_what_the_shadow_says_changes_nothing_that_is_seen(said: dict[str, Any]) -> None:
    patient = make_patient()
    send(patient, "OD")
    reading.read_queued()
    shadows.read_shadows()
    found = Reading.objects.get()
    assert (found.grade, found.referable, found.model_version) == (0, False, GRADED.model_version)
    assert not ReportVersion.objects.exists()


def test_a_shadow_worker_that_dies_loses_nothing(said: dict[str, Any]) -> None:
    send(make_patient())
    reading.read_queued()
    ShadowReading.objects.update(state="claimed", lease_token=ShadowReading.objects.get().pk, lease_until=clock.now() - timedelta(days=1))
    assert shadows.read_shadows() == 0
    assert shadows.return_expired_leases() == 1
    assert shadows.read_shadows() == 1
    assert ShadowReading.objects.get().state == "done"


def test_a_shadow_that_breaks_ends_failed_and_the_live_reading_stands(said: dict[str, Any]) -> None:
    said["9.9"] = MemoryError()
    send(make_patient())
    reading.read_queued()
    for _ in range(8):
        shadows.read_shadows()
        ShadowReading.objects.filter(state="queued").update(due_at=clock.now() - timedelta(seconds=1))
    row = ShadowReading.objects.get()
    assert (row.state, row.outcome, row.last_error) == ("failed", "failed", "MemoryError")
    assert Reading.objects.get().outcome == "graded"


def test_a_shadow_whose_weights_changed_does_not_stop_the_live_one(said: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(programme: str) -> tuple[ModelCard, ...]:
        raise WeightsChanged(programme)

    monkeypatch.setattr(registry, "shadows", changed)
    send(make_patient())
    assert reading.read_queued() == 1
    assert Reading.objects.get().outcome == "graded"
    assert not ShadowReading.objects.exists()


def test_consent_withdrawn_meanwhile_counts_for_the_shadow_too(said: dict[str, Any]) -> None:
    patient = make_patient()
    send(patient)
    reading.read_queued()
    withdraw_consent(patient=patient, purpose="automatic_reading", by=patient.user)
    shadows.read_shadows()
    row = ShadowReading.objects.get()
    assert (row.outcome, row.probabilities) == ("unread", {})


def test_what_is_not_read_by_the_program_is_not_read_by_a_shadow(said: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retina, "view_only", lambda _: (b"view", 320, 240))
    send(make_patient(consents=("care", "share_clinic")))
    reading.read_queued()
    assert not ShadowReading.objects.exists()


def test_erasing_a_person_erases_what_shadows_said(said: dict[str, Any]) -> None:
    patient = make_patient()
    send(patient)
    reading.read_queued()
    assert ShadowReading.objects.exists()
    patient.is_sample, patient.erase_at = True, clock.now()
    patient.save()
    own_data.erase_patient(patient)
    assert not ShadowReading.objects.exists()
    assert not Photo.objects.exists()


def test_the_agreement_report_compares_photo_by_photo(said: dict[str, Any]) -> None:
    patient = make_patient()
    photo = send(patient)
    reading.read_queued()
    shadows.read_shadows()
    out = StringIO()
    call_command("agreement", "retina", "--with", "9.9", stdout=out)
    report = json.loads(out.getvalue())
    assert (report["photos"], report["patients"], report["outcomes"]) == (1, 1, {"graded -> graded": 1})
    assert report["only_shadow_calls"]["value"] == 1
    assert report["largest_shifts"] == [{"photo": str(photo.pk), "live": 0.05, "shadow": 0.7}]
    assert patient.name not in out.getvalue()


def test_a_new_live_version_relieves_the_one_before(said: dict[str, Any]) -> None:
    card = registry.live(retina.PROGRAMME)
    note_version(card)
    note_version(replace(card, version="9.9", status="shadow"))
    note_version(replace(card, version="9.9"))
    assert dict(ModelVersion.objects.values_list("version", "status")) == {card.version: "retired", "9.9": "live"}


def test_shadows_have_a_queue_of_their_own() -> None:
    assert app.amqp.router.route({}, "screening.tasks.read_shadows")["queue"].name == "shadow"
    assert "screening.tasks.read_shadows" in app.tasks
