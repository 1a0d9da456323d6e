"""What the tests of a store's pages share: a store, a member of staff with her browser, a person who shares with it."""

import pytest
from django.test import Client

from accounts.models import Organisation, Patient, User
from screening.classifiers import registry
from screening.models import Encounter
from tests.factories import make_encounter, make_patient, make_staff, make_store, reading_centre, share_with


@pytest.fixture
def store(db: None, card: registry.ModelCard) -> Organisation:
    reading_centre()
    return make_store()


@pytest.fixture
def staff(store: Organisation) -> User:
    return make_staff(store)


@pytest.fixture
def counter(staff: User) -> Client:
    """The browser at the counter, read in English."""
    return browser_of(staff)


@pytest.fixture
def person(store: Organisation) -> Patient:
    """An adult with diabetes who shares with the store."""
    patient = make_patient()
    share_with(patient, store)
    return patient


def browser_of(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def make_visit(patient: Patient, store: Organisation) -> Encounter:
    encounter = make_encounter(patient)
    encounter.store = store
    encounter.save(update_fields=["store"])
    return encounter
