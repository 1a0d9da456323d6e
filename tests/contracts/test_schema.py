"""The API's contract: the checked-in schema is the code's, and a mini-program can use all of it."""

import json
from typing import Any

import pytest

from tests.contracts.write_schema import CHECKED_IN, schema_of_code

# A mini-program has neither PATCH nor HEAD, sends one file a request, and sees only body and status of an upload.
METHODS = {"get", "post", "put", "delete"}
# Beside the body: where to find it again, when to come back, whether it changed. Each is repeated in the body.
REPEATED = {"Location": "status_url", "Retry-After": "retry_after"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return schema_of_code()


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, operation) for path, item in schema["paths"].items() for method, operation in item.items() if method != "parameters"]


def test_the_schema_in_the_repository_is_the_codes(schema: dict[str, Any]) -> None:
    assert json.loads(CHECKED_IN.read_text()) == schema, "run: python -m tests.contracts.write_schema"


def test_only_methods_a_mini_program_has(schema: dict[str, Any]) -> None:
    assert {method for _path, method, _operation in operations(schema)} <= METHODS


def test_every_upload_takes_one_file(schema: dict[str, Any]) -> None:
    uploads = 0
    for path, _method, operation in operations(schema):
        body = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
        if body:
            uploads += 1
            component = schema["components"]["schemas"][body["schema"]["$ref"].rsplit("/", 1)[-1]]
            files = [name for name, kind in component["properties"].items() if kind.get("format") == "binary" or kind.get("contentMediaType")]
            assert files == ["file"], path
    assert uploads == 1


def test_nothing_stands_only_in_a_header(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        for status, answer in operation["responses"].items():
            for header in answer.get("headers", {}):
                assert header in REPEATED, f"{method} {path} {status}: {header} stands only in a header"


def test_the_upload_repeats_its_address_and_its_waiting_time_in_the_body(schema: dict[str, Any]) -> None:
    accepted = schema["paths"]["/api/v1/photos"]["post"]["responses"]["202"]["content"]["application/json"]["schema"]["$ref"]
    members = schema["components"]["schemas"][accepted.rsplit("/", 1)[-1]]["properties"]
    assert {"id", "status_url", "retry_after"} <= set(members)


def test_every_operation_documents_its_problems(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert "application/problem+json" in answer["content"], f"{method} {path} {status}"
        assert "401" in operation["responses"] or operation.get("security") == [{}], f"{method} {path}"
