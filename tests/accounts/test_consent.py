"""What a person agrees to, at the API; what others hear of it."""

from collections.abc import Iterator

import pytest
from django.dispatch import Signal

from accounts.events import consent_given, consent_withdrawn, patient_registered
from accounts.models import AuditEvent, Consent, ConsentText, Organisation
from accounts.selectors import has_consent
from accounts.services.codes import LoginCode
from accounts.services.sign_up import register_patient
from core import clock
from tests.factories import client_of, make_clinician, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Iterator[list[tuple[Signal, str]]]:
    """The signals that were sent, with their purpose."""
    found: list[tuple[Signal, str]] = []

    def listen(signal: Signal, **sent: object) -> None:
        assert sent["patient"] is not None
        found.append((signal, str(sent.get("purpose", ""))))

    for signal in (patient_registered, consent_given, consent_withdrawn):
        signal.connect(listen)
    yield found
    for signal in (patient_registered, consent_given, consent_withdrawn):
        signal.disconnect(listen)


def test_every_purpose_is_off_until_given(centre: Organisation) -> None:
    patient = make_patient(consents=())
    assert not any(has_consent(patient, purpose) for purpose in ("care", "automatic_reading", "share_clinic", "reminder_wechat"))
    answer = client_of(patient.user).post("/api/v1/consents", {"purposes": ["care", "share_clinic"]})
    assert answer.status_code == 201
    assert [consent["purpose"] for consent in answer.json()] == ["care", "share_clinic"]
    assert has_consent(patient, "care")
    assert not has_consent(patient, "automatic_reading")


@pytest.mark.parametrize(("language", "name"), [("zh-hans", "示范阅片中心"), ("en", "Demo reading centre")])
def test_the_words_that_were_read_are_kept_with_the_clinic_they_name(centre: Organisation, language: str, name: str) -> None:
    patient = make_patient(consents=())
    client = client_of(patient.user)
    client.post("/api/v1/consents", {"purposes": ["care", "share_clinic"]}, headers={"Accept-Language": language})
    consent = Consent.objects.get(purpose="share_clinic")
    assert consent.organisation == centre
    assert (consent.text.language, consent.text.version) == (language, "1")
    assert name in consent.text.text
    texts = {words["purpose"]: words for words in client.get(f"/api/v1/consent-texts?language={language}").json()}
    assert consent.text.text == texts["share_clinic"]["text"]


def test_the_same_words_are_stored_once(centre: Organisation) -> None:
    for _person in range(2):
        make_patient(consents=("care",))
    assert ConsentText.objects.count() == 1
    assert Consent.objects.count() == 2


def test_without_care_there_is_nothing_to_agree_about(centre: Organisation) -> None:
    patient = make_patient(consents=())
    refused = client_of(patient.user).post("/api/v1/consents", {"purposes": ["automatic_reading"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "care_needed")
    assert not Consent.objects.exists()


@pytest.mark.parametrize("purposes", [[], ["share_store"], ["care", "marketing"]])
def test_purposes_that_are_not_asked_cannot_be_given(centre: Organisation, purposes: list[str]) -> None:
    patient = make_patient(consents=())
    assert client_of(patient.user).post("/api/v1/consents", {"purposes": purposes}).json()["code"] == "invalid"
    assert not Consent.objects.exists()


def test_giving_again_changes_nothing(centre: Organisation, heard: list[tuple[Signal, str]]) -> None:
    patient = make_patient(consents=("care",))
    before = Consent.objects.get()
    heard.clear()
    assert client_of(patient.user).post("/api/v1/consents", {"purposes": ["care"]}).status_code == 201
    assert Consent.objects.get() == before
    assert not heard


def test_a_withdrawn_consent_ends_now_and_stays_on_record(centre: Organisation, heard: list[tuple[Signal, str]]) -> None:
    patient = make_patient()
    heard.clear()
    answer = client_of(patient.user).delete("/api/v1/consents/reminder_wechat")
    assert answer.status_code == 200
    assert [consent["purpose"] for consent in answer.json()] == ["care", "automatic_reading", "share_clinic"]
    assert not has_consent(patient, "reminder_wechat")
    ended = Consent.objects.get(purpose="reminder_wechat")
    assert ended.withdrawn_by == patient.user
    assert heard == [(consent_withdrawn, "reminder_wechat")]
    assert client_of(patient.user).post("/api/v1/consents", {"purposes": ["reminder_wechat"]}).status_code == 201
    assert Consent.objects.filter(purpose="reminder_wechat").count() == 2


def test_withdrawing_care_is_explained_first_and_ends_everything(centre: Organisation, heard: list[tuple[Signal, str]]) -> None:
    patient = make_patient()
    client = client_of(patient.user)
    asked = client.delete("/api/v1/consents/care")
    assert (asked.status_code, asked.json()["code"]) == (409, "confirmation_needed")
    assert has_consent(patient, "care")
    heard.clear()
    done = client.delete(asked.json()["confirm"])
    assert (done.status_code, done.json()) == (200, [])
    assert {purpose for _signal, purpose in heard} == {"care", "automatic_reading", "share_clinic", "reminder_wechat"}
    assert not Consent.objects.filter(withdrawn_at=None).exists()


def test_an_unknown_purpose_is_not_found(centre: Organisation) -> None:
    assert client_of(make_patient().user).delete("/api/v1/consents/marketing").status_code == 404


def test_staff_have_nothing_to_agree_to(centre: Organisation) -> None:
    client = client_of(make_clinician())
    assert client.get("/api/v1/consents").status_code == 404
    assert client.post("/api/v1/consents", {"purposes": ["care"]}).status_code == 404
    assert client.delete("/api/v1/consents/share_clinic").status_code == 404


def test_each_consent_leaves_a_line_that_names_its_words(centre: Organisation) -> None:
    patient = make_patient(consents=("care",), diabetes=None)
    client_of(patient.user).delete("/api/v1/consents/care?confirm=care")
    lines = list(AuditEvent.objects.filter(patient=patient.pk, verb__endswith="_consent").order_by("id"))
    assert [(line.verb, line.detail["purpose"]) for line in lines] == [("give_consent", "care"), ("withdraw_consent", "care")]
    assert lines[0].detail["text"] == str(ConsentText.objects.get().pk)


def test_a_registration_is_told_once(centre: Organisation, heard: list[tuple[Signal, str]]) -> None:
    register_patient(LoginCode(phone="+8613911110000", name="李桂芳", birth_year=1958, language="en", created_at=clock.now()))
    assert heard == [(patient_registered, "")]
