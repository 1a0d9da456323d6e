"""A spot on the dermatologist's desk: hers alone, shown with what is known, answered with the words read first; private photos only on a press."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from accounts.services.consent import give_consents
from core import clock
from core.blobs import write_blob
from followup.models import Step
from screening.models import Encounter, ReportVersion
from screening.services.reports import compose_if_due
from tests.factories import make_clinician, make_patient
from tests.followup.conftest import composed
from tests.followup.pages.test_clinician import browser_of
from tests.spots import CALM, make_skin_photo, make_spot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinician")]


@pytest.fixture
def dermatologist() -> User:
    return make_clinician(specialty="skin")


@pytest.fixture
def page(dermatologist: User) -> Client:
    return browser_of(dermatologist)


def reported(site: str = "back", *, answers: dict[str, object] = CALM, **reading: Any) -> ReportVersion:
    """A spot with both photos read and its preliminary report."""
    spot = make_spot(make_patient(), site, answers=answers)
    make_skin_photo(spot, "overview")
    make_skin_photo(spot, **reading)
    version = compose_if_due(spot)
    assert version is not None
    return version


def url(name: str, version: ReportVersion) -> str:
    return reverse(name, args=[version.report.encounter_id])


def answer(version: ReportVersion, **given: Any) -> dict[str, Any]:
    return {"base_number": version.number, "lesion_class": "SEK", "urgency": "short", **given}


def sign(page: Client, version: ReportVersion, **given: Any) -> Any:
    """Press *sign* twice: the first press shows the words."""
    shown = page.post(url("case_sign", version), answer(version, **given))
    assert shown.status_code == 200, shown.context["form"].errors
    return page.post(url("case_sign", version), answer(version, **given, echo=shown.context["echo"]))


def signed_version(version: ReportVersion) -> ReportVersion:
    return ReportVersion.objects.get(report=version.report, kind="signed")


def test_eyes_and_spots_stand_in_the_queues_of_those_who_sign_them(page: Client, clinician: User) -> None:
    eyes, spot = composed(make_patient(), 2, 0), reported()
    hers = [line.line.step.encounter_id for line in page.get(reverse("queue")).context["lines"]]
    others = [line.line.step.encounter_id for line in browser_of(clinician).get(reverse("queue")).context["lines"]]
    assert hers == [spot.report.encounter_id]
    assert others == [eyes.report.encounter_id]
    assert page.get(url("case", eyes)).status_code == 404
    assert browser_of(clinician).get(url("case", spot)).status_code == 404
    assert browser_of(clinician).post(url("case_sign", spot), answer(spot)).status_code == 404


def test_the_case_tells_place_answers_rules_and_figures_with_their_version(page: Client) -> None:
    version = reported(answers=CALM | {"n2": True}, lesion_class="NEV", probabilities={"p_NEV": 0.9, "p_MEL": 0.02, "p_suspicious": 0.03})
    shown = page.get(url("case", version)).text
    for words in (
        "Back",
        "Clearly growing within weeks?",
        "Clearly growing within weeks",
        "NEV – Naevus",
        "0.90",
        "skin-lesion 0.0",
        "0.03 (0.01–0.05)",
    ):
        assert words in shown, words


def test_a_melanoma_stands_first_and_is_critical(page: Client) -> None:
    reported()
    melanoma = reported(lesion_class="MEL", suspicious=True, probabilities={"p_MEL": 0.8, "p_suspicious": 0.9})
    lines = page.get(reverse("queue")).context["lines"]
    assert lines[0].line.step.encounter_id == melanoma.report.encounter_id
    assert lines[0].line.step.rule_id == "review_critical"
    assert "Back" in lines[0].told


def test_signing_asks_once_with_what_follows_and_then_plans_it(page: Client) -> None:
    version = reported(lesion_class="BCC", suspicious=True, probabilities={"p_BCC": 0.8, "p_suspicious": 0.7})
    first = page.post(url("case_sign", version), answer(version, lesion_class="BCC", urgency="refer_soon"))
    assert not ReportVersion.objects.filter(kind="signed").exists()
    assert "Basal cell carcinoma" in first.text
    assert any("See a dermatologist" in told for told, _why in first.context["after"])
    sign(page, version, lesion_class="BCC", urgency="refer_soon")
    signed = signed_version(version)
    assert (signed.finding["lesion_class"], signed.finding["urgency"], signed.number) == ("BCC", "refer_soon", version.number + 1)
    assert Step.objects.filter(patient=version.report.encounter.patient, kind="referral", state="open").exists()
    assert AuditEvent.objects.filter(verb="sign_report", subject=signed.pk).exists()


def test_a_calm_spot_is_photographed_again_in_eight_weeks(page: Client) -> None:
    version = reported()
    sign(page, version)
    step = Step.objects.get(patient=version.report.encounter.patient, kind="recall", state="open", encounter=version.report.encounter)
    assert (step.due_on - clock.today("Asia/Shanghai")).days == 56


def test_less_than_a_red_flag_asks_needs_a_reason_that_stands_in_the_report(page: Client) -> None:
    version = reported(answers=CALM | {"n2": True})
    refused = page.post(url("case_sign", version), answer(version))
    assert refused.status_code == 422
    assert "reason" in refused.context["form"].errors
    sign(page, version, reason="grew after a bite, seen in person")
    assert signed_version(version).comment == "grew after a bite, seen in person"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"lesion_class": "other"}, "other_finding"),
        ({"lesion_class": "MEL", "urgency": "retake"}, "urgency"),
        ({"urgency": "emergency"}, "urgency"),
        ({"lesion_class": "XXX"}, "lesion_class"),
        ({"recall_on": "2020-01-01"}, "recall_on"),
        ({"lesion_class": ""}, "lesion_class"),
    ],
)
def test_what_cannot_be_signed_is_said_at_its_field(page: Client, given: dict[str, Any], field: str) -> None:
    refused = page.post(url("case_sign", reported()), answer(ReportVersion.objects.get()) | given)
    assert refused.status_code == 422
    assert field in refused.context["form"].errors


def test_another_photo_can_be_asked_for(page: Client) -> None:
    version = reported()
    sign(page, version, lesion_class="cannot_tell", urgency="retake")
    assert Step.objects.filter(encounter=version.report.encounter, kind="retake", state="open", reason="skin_asked_again").exists()


def test_a_newer_version_is_looked_at_again(page: Client) -> None:
    version = reported()
    stale = answer(version) | {"base_number": version.number + 5}
    shown = page.post(url("case_sign", version), stale)
    conflict = page.post(url("case_sign", version), stale | {"echo": shown.context["echo"]})
    assert conflict.status_code == 409


def test_a_photo_of_another_person_takes_its_finding_away(page: Client) -> None:
    version = reported(lesion_class="MEL", suspicious=True, probabilities={"p_MEL": 0.8})
    (close_up,) = version.report.encounter.photos.filter(slot="close_up")
    given = {"photos-photos": [str(close_up.pk)], "photos-kind": "wrong_person", "photos-reason": "a child's arm"}
    assert page.post(url("case_correct", version), given).status_code == 302
    latest = ReportVersion.objects.latest("created_at")
    assert (latest.number, latest.finding["lesion_class"]) == (version.number + 1, None)
    wrong_eye = page.post(url("case_correct", version), given | {"photos-kind": "swap_eye"})
    assert wrong_eye.status_code == 422


def private_case() -> tuple[ReportVersion, Encounter]:
    patient = make_patient()
    give_consents(patient=patient, purposes=["intimate_photo"], by=patient.user, language="zh-hans")
    spot = make_spot(patient, "genitals", answers=CALM)
    for slot in ("overview", "close_up"):
        photo = make_skin_photo(spot, slot, outcome="unread", reason="intimate_site")
        write_blob(photo.pk, "view", b"view", bytes(photo.wrapped_key or b""))
    version = compose_if_due(spot)
    assert version is not None
    return version, spot


def test_a_private_photo_is_shown_on_a_press_that_is_noted_and_in_no_list(page: Client, clinician: User) -> None:
    version, spot = private_case()
    photo = spot.photos.get(slot="close_up")
    for address in (reverse("queue"), url("case", version)):
        assert str(photo.pk) + "/view" not in page.get(address).text
    assert not AuditEvent.objects.filter(verb="reveal_photo").exists()
    asked = reverse("case_reveal", args=[spot.pk, photo.pk])
    assert browser_of(clinician).post(asked).status_code == 404
    shown = page.post(asked)
    sources = [picture.src for picture in shown.context["pictures"] if picture.src]
    assert len(sources) == 1
    assert page.get(sources[0]).content == b"view"
    assert AuditEvent.objects.filter(verb="reveal_photo", subject=photo.pk).count() == 1


def test_both_languages_show_the_case(dermatologist: User) -> None:
    version = reported()
    for language in ("zh-hans", "en"):
        client = Client(headers={"Accept-Language": language})
        client.force_login(dermatologist)
        assert client.get(url("case", version)).status_code == 200
