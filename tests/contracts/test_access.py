"""The access table holds, and covers every address: a new one without a row fails here (cBioPortal forgot twice)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Organisation, User
from core import clock
from core.blobs import write_blob
from screening.models import Encounter, Photo
from screening.services.reports import compose_if_due
from tests.contracts.access import ACTORS, TABLE
from tests.factories import answered, client_of, make_clinician, make_encounter, make_patient, make_photo

METHODS = ("GET", "POST", "PUT", "DELETE")


def addresses() -> Iterator[tuple[str, list[str]]]:
    """Every named address with the names of its arguments."""

    def walk(patterns: list[Any], prefix: str, arguments: list[str]) -> Iterator[tuple[str, list[str]]]:
        for found in patterns:
            own = arguments + list(found.pattern.converters)
            if isinstance(found, URLResolver):
                yield from walk(found.url_patterns, f"{found.namespace}:" if found.namespace else prefix, own)
            elif isinstance(found, URLPattern):
                assert found.name, f"an address without a name: {found.pattern}"
                yield prefix + found.name, own

    yield from walk(get_resolver().url_patterns, "", [])


@dataclass
class World:
    """One patient with a report waiting for its signature, and everybody who might look."""

    users: dict[str, User | None]
    encounter: Encounter
    photo: Photo

    def arguments(self, names: list[str]) -> dict[str, Any]:
        known: dict[str, Any] = {
            "photo_id": self.photo.pk,
            "encounter_id": self.encounter.pk,
            "task_id": self.encounter.patient.tasks.get(kind="photo_failed").pk,
            "variant": "view",
            "signature": "forged",
            "purpose": "reminder_wechat",
            "laterality": "OD",
            "name": "none",
        }
        return {name: known[name] for name in names}


@pytest.fixture
def world() -> World:
    patient = make_patient()
    encounter = make_encounter(patient)
    photo = make_photo(encounter, "OD", grade=2)
    make_photo(encounter, "OS", outcome="failed")
    write_blob(photo.pk, "view", b"view", bytes(photo.wrapped_key or b""))
    answered(patient, symptom=False)
    compose_if_due(encounter)
    elsewhere = Organisation.objects.create(kind="clinic", name_zh="别处", name_en="Elsewhere", created_at=clock.now())
    users = {
        "signed_out": None,
        "patient": patient.user,
        "other_patient": make_patient().user,
        "clinician": make_clinician(),
        "outside_clinician": make_clinician(elsewhere),
    }
    return World(users, encounter, photo)


def ask(user: User | None, method: str, path: str) -> int:
    if path.startswith("/api/v1/"):
        client: Any = client_of(user)
        return int(client.generic(method, path, "{}" if method in ("POST", "PUT") else "", content_type="application/json").status_code)
    browser = Client()
    if user is not None:
        browser.force_login(user)
    return int(browser.generic(method, path).status_code)


def statuses(world: World, name: str, names: list[str], method: str) -> tuple[int, ...]:
    path = reverse(name, kwargs=world.arguments(names))
    return tuple(ask(world.users[actor], method, path) for actor in ACTORS)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "names"), list(addresses()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_actor_gets_what_the_table_says(world: World, name: str, names: list[str]) -> None:
    rows = {method: row for (address, method), row in TABLE.items() if address == name}
    assert rows, f"{name} has no row in tests/contracts/access.py"
    for method in METHODS:
        found = statuses(world, name, names, method)
        if method in rows:
            assert found == rows[method].statuses, f"{method} {name}: {dict(zip(ACTORS, found, strict=True))}"
        else:
            assert set(found) <= {401, 302, 404, 405}, f"{method} {name} answers {found} and has no row"


def test_no_row_is_about_an_address_that_is_gone() -> None:
    assert {name for name, _method in TABLE} <= {name for name, _names in addresses()}
