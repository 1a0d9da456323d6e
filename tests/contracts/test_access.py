"""The access table holds, and covers every address: a new one without a row fails here (cBioPortal forgot twice)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from tests.contracts.access import ACTORS, TABLE, Row
from tests.contracts.world import World, make_world, taken_back
from tests.factories import client_of

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


def ask(user: User | None, method: str, path: str) -> int:
    if path.startswith("/api/v1/"):
        client: Any = client_of(user)
        return int(client.generic(method, path, "{}" if method in ("POST", "PUT") else "", content_type="application/json").status_code)
    browser = Client()
    if user is not None:
        browser.force_login(user)
    return int(browser.generic(method, path).status_code)


def statuses(world: World, name: str, names: list[str], method: str, actors: tuple[str, ...] = ACTORS) -> tuple[int, ...]:
    path = reverse(name, kwargs=world.arguments(names))
    return tuple(ask(world.users[actor], method, path) for actor in actors)


# The world takes longer to make than an address to ask: a few shares of the addresses with a world each, and what one writes is taken back.
SHARES = 6


@pytest.mark.django_db
@pytest.mark.parametrize("share", range(SHARES))
def test_every_actor_gets_what_the_table_says(share: int) -> None:
    world = make_world()
    faults: list[str] = []
    for name, names in list(addresses())[share::SHARES]:
        rows = {method: row for (address, method), row in TABLE.items() if address == name}
        if not rows:
            faults.append(f"{name} has no row in tests/contracts/access.py")
            continue
        for method in METHODS:
            with taken_back():
                faults += differences(world, name, names, method, rows.get(method))
    assert not faults, "\n".join(faults)


def differences(world: World, name: str, names: list[str], method: str, row: Row | None) -> list[str]:
    if row is None:
        found = statuses(world, name, names, method, ("signed_out", "patient", "store_staff", "clinician"))
        return [] if set(found) <= {401, 302, 404, 405} else [f"{method} {name} answers {found} and has no row"]
    found = statuses(world, name, names, method)
    told = dict(zip(ACTORS, zip(found, row.statuses, strict=True), strict=True))
    return [f"{method} {name}: {actor} gets {got}, not {wanted}" for actor, (got, wanted) in told.items() if got != wanted]


def test_no_row_is_about_an_address_that_is_gone() -> None:
    assert {name for name, _method in TABLE} <= {name for name, _names in addresses()}
