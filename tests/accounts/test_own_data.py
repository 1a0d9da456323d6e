"""Erasing a throw-away person: every app in the order of its layers, or nothing at all."""

from datetime import timedelta

import pytest

from accounts import own_data
from accounts.models import AuditEvent, Organisation, Patient, User
from core import clock
from tests.factories import make_encounter, make_patient, make_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def sample(centre: Organisation) -> Patient:
    now = clock.now()
    return Patient.objects.create(name="Sample", birth_year=1970, is_sample=True, erase_at=now + timedelta(hours=24), created_at=now)


def test_a_sample_person_goes_with_all_that_was_hers(sample: Patient) -> None:
    make_photo(make_encounter(sample))
    own_data.erase_patient(sample)
    assert not Patient.objects.filter(pk=sample.pk).exists()
    assert AuditEvent.objects.filter(verb="erase_patient", subject=sample.pk).count() == 1
    own_data.erase_patient(sample)
    assert AuditEvent.objects.filter(verb="erase_patient").count() == 1


def test_a_real_person_is_never_erased_here(centre: Organisation) -> None:
    patient = make_patient()
    with pytest.raises(ValueError, match="only sample and demo"):
        own_data.erase_patient(patient)
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_a_person_of_the_demo_goes_with_her_login(centre: Organisation) -> None:
    patient = make_patient(is_demo=True)
    make_photo(make_encounter(patient))
    own_data.erase_patient(patient)
    assert not Patient.objects.filter(pk=patient.pk).exists()
    assert not User.objects.filter(pk=patient.user_id).exists()


def test_upper_layers_are_erased_first_and_a_failure_erases_nothing(sample: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stop(Exception):
        pass

    order: list[str] = []

    def stop(patient: Patient) -> None:
        raise Stop

    monkeypatch.setattr(own_data, "_erasers", {})
    own_data.register("accounts", erase=stop)
    own_data.register("screening", erase=lambda patient: order.append("screening"))
    own_data.register("followup", erase=lambda patient: order.append("followup"))
    with pytest.raises(Stop):
        own_data.erase_patient(sample)
    assert order == ["followup", "screening"]
    assert Patient.objects.filter(pk=sample.pk).exists()
    assert not AuditEvent.objects.filter(verb="erase_patient").exists()
