"""Every error is a problem a program can read and a person can understand; nothing is a 5xx that need not be."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from tests.factories import client_of, make_patient

pytestmark = pytest.mark.django_db


def test_unknown_api_addresses_answer_a_problem() -> None:
    answer = Client().get("/api/v1/nothing-here")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_signed_out_is_told_so() -> None:
    answer = client_of(None).get("/api/v1/photos")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"


@pytest.mark.parametrize("body", ["{", "[1,2", '"text"', "[" * 2000, '{"answers": NaN}', '{"answers": [{"code": 1e999}]}', ""])
def test_broken_json_is_the_senders_mistake(body: str) -> None:
    answer = client_of(make_patient().user).generic("POST", "/api/v1/facts", body, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")


def test_wrong_content_type_and_method_have_their_codes() -> None:
    client = client_of(make_patient().user)
    assert client.generic("POST", "/api/v1/facts", "<a/>", content_type="application/xml").json()["code"] == "unsupported_media_type"
    assert client.generic("PATCH", "/api/v1/facts", "{}", content_type="application/json").json()["code"] == "method_not_allowed"


def test_a_dead_database_is_a_503_with_a_time_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def dead(*_: Any) -> None:
        raise OperationalError("server closed the connection")

    client = client_of(make_patient().user)
    monkeypatch.setattr("screening.selectors.latest_facts", dead)
    answer = client.get("/api/v1/facts")
    assert answer.status_code == 503
    assert answer.json()["code"] == "temporarily_unavailable"
    assert answer.json()["retry_after"] >= 1


def test_every_answer_carries_a_request_id_that_the_problem_repeats() -> None:
    answer = client_of(None).get("/api/v1/photos")
    assert answer["X-Request-Id"] == answer.json()["request_id"]


def test_words_come_in_the_readers_language() -> None:
    chinese = Client().get("/api/v1/nothing-here", headers={"accept-language": "zh-CN"}).json()["title"]
    english = Client().get("/api/v1/nothing-here", headers={"accept-language": "en"}).json()["title"]
    assert english == "Nothing was found here."
    assert chinese != english
