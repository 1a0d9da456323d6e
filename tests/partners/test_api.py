"""The programs' door: a token checked on every call, questions as JSON, problems as problem+json."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client
from rest_framework.test import APIClient

from core import clock
from partners.models import Agreement, AgreementClient, Question, Snapshot
from partners.services import answering
from partners.services.agreements import add_client, revoke_client
from tests.factories import client_of, make_user
from tests.partners.conftest import program_of

pytestmark = pytest.mark.django_db
QUESTIONS, AGREEMENT = "/api/v1/partner/questions", "/api/v1/partner/agreement"
FORM = "application/x-www-form-urlencoded"


def test_a_program_asks_waits_and_reads(program: APIClient, snapshot: Snapshot, settings: Any) -> None:
    asked = program.post(QUESTIONS, {"by": ["latest_grade"]}, format="json")
    assert asked.status_code == 202
    assert asked.json()["state"] == "waiting"
    answering.answer_due()
    assert program.get(asked["Location"]).json()["state"] == "waiting"
    settings.CLOCK_SHIFT_SECONDS += 20
    found = program.get(asked["Location"])
    assert found.headers["Cache-Control"] == "private, no-store"
    document = found.json()
    assert (document["state"], document["charged"], document["left"], document["sigma"]) == ("answered", 5000, 95_000, 10)
    assert [cell["latest_grade"] for cell in document["cells"]] == [0, 1, 2, 3, 4, 5]
    assert document["query"] == {"measure": "persons", "where": {}, "by": ["latest_grade"]}


def test_the_agreement_names_its_budget_and_every_level(program: APIClient, snapshot: Snapshot) -> None:
    found = program.get(AGREEMENT, HTTP_ACCEPT_LANGUAGE="en").json()
    assert (found["cap"], found["left"], found["price"], found["synthetic"]) == (100_000, 100_000, 5000, True)
    assert [entry["level"] for entry in found["index_year"]] == list(range(snapshot.last_year - 4, snapshot.last_year + 1))
    assert found["latest_grade"][4] == {"level": 4, "words": "Proliferative"}


def test_a_spent_budget_is_a_problem(program: APIClient, agreement: Agreement, snapshot: Snapshot, settings: Any) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(cap=4999)
    asked = program.post(QUESTIONS, {}, format="json")
    assert asked.status_code == 202, "told with the answers, at the same tick"
    answering.answer_due()
    settings.CLOCK_SHIFT_SECONDS += 20
    problem = program.get(asked["Location"])
    assert (problem.status_code, problem.json()["code"]) == (409, "budget_spent")


BODIES = [
    ('{"where": {"latest_grade": [9]}}', "unknown_level"),
    ('{"where": {"latest_grade": [NaN]}}', "malformed"),
    ('{"where": {"latest_grade": [1e999]}}', "unknown_level"),
    ('{"where": {"latest_grade": [' + "9" * 5000 + "]}}", "malformed"),
    ('{"where": ' * 300 + "1" + "}" * 300, "unknown_dimension"),
    ("[" * 100_000, "malformed"),
    ('{"snapshot": "old"}', "unknown_field"),
    ("[]", "not_an_object"),
    ("{", "malformed"),
    ('"persons"', "not_an_object"),
]


@pytest.mark.parametrize(("body", "code"), BODIES, ids=range(len(BODIES)))
def test_bad_questions_are_problems_and_cost_nothing(program: APIClient, snapshot: Snapshot, agreement: Agreement, body: str, code: str) -> None:
    refused = program.post(QUESTIONS, body, content_type="application/json")
    assert refused.status_code == 400
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert refused.json()["code"] == code
    assert not Question.objects.exists()
    agreement.refresh_from_db()
    assert agreement.spent == 0


def test_no_snapshot_is_said(program: APIClient) -> None:
    assert program.post(QUESTIONS, {}, format="json").json()["code"] == "no_snapshot"


def test_another_agreements_question_is_unknown(program: APIClient, agreement: Agreement, snapshot: Snapshot) -> None:
    asked = program.post(QUESTIONS, {}, format="json")
    other = Agreement.objects.create(
        partner="Other", purpose="p", starts_at=agreement.starts_at, ends_at=agreement.ends_at, networks=["127.0.0.1"], cap=0, created_at=clock.now()
    )
    assert program_of(other).get(asked["Location"]).status_code == 404


def test_a_persons_token_and_no_token_open_nothing(agreement: Agreement) -> None:
    forged = APIClient()
    forged.credentials(HTTP_AUTHORIZATION="Bearer forged")
    for client in (APIClient(), client_of(make_user()), forged):
        for answer in (client.get(AGREEMENT), client.post(QUESTIONS, {}, format="json")):
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_every_call_looks_again(program: APIClient, agreement: Agreement, settings: Any) -> None:
    assert program.get(AGREEMENT).status_code == 200
    assert program.get(AGREEMENT, REMOTE_ADDR="192.0.2.7").json()["code"] == "address_not_agreed"
    assert program.get(AGREEMENT, REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="127.0.0.1").status_code == 403, "a header is no address"
    Agreement.objects.filter(pk=agreement.pk).update(ends_at=clock.now())
    assert program.get(AGREEMENT).json()["code"] == "agreement_not_in_force"
    Agreement.objects.filter(pk=agreement.pk).update(ends_at=clock.now() + timedelta(days=1))
    assert program.get(AGREEMENT).status_code == 200
    revoke_client(client_id=AgreementClient.objects.get().client_id)
    assert program.get(AGREEMENT).status_code == 401


def test_a_token_ends_after_an_hour(program: APIClient) -> None:
    Token.objects.update(expires_at=clock.now())
    assert program.get(AGREEMENT).status_code == 401


def ask_for_token(body: str, **headers: str) -> Any:
    return Client().post("/oauth/token", body, content_type=FORM, **headers)


def test_the_token_endpoint_gives_client_credentials_and_nothing_else(agreement: Agreement) -> None:
    found = add_client(agreement=agreement)
    known = f"client_id={found.client_id}&client_secret={found.client_secret}"
    good = ask_for_token(f"grant_type=client_credentials&{known}")
    bearer = {"Authorization": f"Bearer {good.json()['access_token']}"}
    assert Client().get(AGREEMENT, headers=bearer).status_code == 200
    assert good.status_code == 200
    assert good.json()["token_type"] == "Bearer"
    assert "refresh_token" not in good.json()
    assert ask_for_token(f"grant_type=client_credentials&client_id={found.client_id}&client_secret=wrong").json() == {"error": "invalid_client"}
    for kind in ("password", "refresh_token", "authorization_code", "urn:ietf:params:oauth:grant-type:device_code", ""):
        assert ask_for_token(f"grant_type={kind}&{known}").json() == {"error": "unsupported_grant_type"}
    assert Client().post("/oauth/token", {"grant_type": "client_credentials"}).json() == {"error": "invalid_request"}, "no files, no multipart"
    assert Client().get("/oauth/token").status_code == 405


def test_guessing_secrets_meets_a_closed_door(agreement: Agreement) -> None:
    statuses = [ask_for_token("grant_type=client_credentials&client_id=x&client_secret=y").status_code for _ in range(31)]
    assert set(statuses[:30]) <= {400, 401}
    assert statuses[30] == 429
    assert ask_for_token("grant_type=client_credentials", REMOTE_ADDR="192.0.2.9").status_code != 429, "others are not locked out"
