"""Whatever a program sends, for every actor: never a 5xx, and never a status that the schema does not name."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core import NOT_SET

from tests.contracts.access import ACTORS
from tests.contracts.world import World, make_world, taken_back
from tests.contracts.write_schema import CHECKED_IN
from tests.factories import client_of

# Few, since each goes out for every actor; derandomised, so that what failed once fails again.
EXAMPLES = 6
OPERATIONS = {found.ok().label: found.ok() for found in schemathesis.openapi.from_path(str(CHECKED_IN)).get_all_operations()}


def path_of(case: schemathesis.Case, known: dict[str, Any]) -> str:
    """The address asked for; arguments that are `known` are about something that exists."""
    path = case.operation.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", quote(str(known.get(name, value)), safe=""))
    query = urlencode(case.query or {}, doseq=True, errors="replace")
    return f"{path}?{query}" if query else path


def status_of(client: Any, case: schemathesis.Case, path: str) -> int:
    if case.media_type == "multipart/form-data" and isinstance(case.body, dict):
        fields = {name: value if isinstance(value, (str, bytes)) else json.dumps(value, default=str) for name, value in case.body.items()}
        fields = {name: SimpleUploadedFile("file.jpg", value) if isinstance(value, bytes) else value for name, value in fields.items()}
        return int(client.generic(case.method, path, *_multipart(fields)).status_code)
    body = "" if case.body is NOT_SET else json.dumps(case.body, default=str)
    return int(client.generic(case.method, path, body, content_type="application/json").status_code)


def _multipart(fields: dict[str, Any]) -> tuple[bytes, str]:
    return encode_multipart(BOUNDARY, fields), MULTIPART_CONTENT


# One world for a share of the operations, as in test_access.
SHARES = 6


@pytest.mark.django_db
@pytest.mark.parametrize("share", range(SHARES))
def test_no_input_of_any_actor_meets_a_fault_or_an_undocumented_answer(share: int) -> None:
    world = make_world()
    clients = {actor: client_of(world.users[actor]) for actor in ACTORS}
    faults: set[str] = set()
    for label in list(OPERATIONS)[share::SHARES]:
        with taken_back():
            faults |= faults_of(label, world, clients)
    assert not faults, "\n".join(sorted(faults))


def faults_of(label: str, world: World, clients: dict[str, Any]) -> set[str]:
    operation = OPERATIONS[label]
    documented = {int(status) for status in operation.definition.raw["responses"]}
    faults: set[str] = set()

    @given(case=operation.as_strategy(), real=st.booleans())
    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def send(case: schemathesis.Case, real: bool) -> None:
        path = path_of(case, world.known if real else {})
        for actor, client in clients.items():
            with taken_back():
                status = status_of(client, case, path)
            if status not in documented:
                faults.add(f"{label}: {status} for {actor}, sent {case.body!r} to {path}"[:400])

    send()
    return faults
