"""What the tests of screening's pages share: a patient, her browser, and a classifier's card."""

from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import Patient, User
from screening.classifiers import registry
from tests.factories import make_patient


@pytest.fixture(autouse=True)
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    """A live classifier whose numbers do not change with the next training run."""
    found = SimpleNamespace(name="retina-dr 0.0", may_reassure=False, thresholds={"referable": 0.5})
    monkeypatch.setattr(registry, "live", lambda programme: found)


@pytest.fixture
def patient(db: None) -> Patient:
    return make_patient()


@pytest.fixture
def page(patient: Patient) -> Client:
    """The patient's own browser, reading English."""
    assert patient.user is not None
    return browser_of(patient.user)


def browser_of(user: User | None) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    if user is not None:
        client.force_login(user)
    return client
