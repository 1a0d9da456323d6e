"""Who is at the counter: found by code, name or phone among the store's own people, or registered with her phone and her yes."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Consent, Organisation, Patient, User
from accounts.services.check_in import make_check_in_code
from tests.factories import make_child, make_patient, make_staff, make_store, share_with
from tests.followup.store.conftest import browser_of, make_visit

pytestmark = pytest.mark.django_db


def sought(counter: Client, text: str) -> Any:
    return counter.post(reverse("store_find"), {"sought": text})


def test_a_scanned_code_leads_straight_to_its_person(counter: Client) -> None:
    patient = make_patient()
    code, _row = make_check_in_code(patient=patient, by=patient.user)
    assert sought(counter, code).headers["Location"] == reverse("store_person", args=[patient.pk])
    assert counter.get(reverse("store_person", args=[patient.pk])).status_code == 200


def test_a_wrong_code_is_said_at_the_field_and_stays_there(counter: Client) -> None:
    shown = sought(counter, "ABCD2345").content.decode()
    assert "This code is not right" in shown
    assert 'value="ABCD2345"' in shown


@pytest.mark.parametrize("text", ["李桂芳", " 李桂芳 ", "138 1111 3333"])
def test_her_own_people_are_found_by_full_name_or_phone(counter: Client, person: Patient, text: str) -> None:
    assert person.user is not None
    person.user.phone = "+8613811113333"
    person.user.save()
    assert sought(counter, text).headers["Location"] == reverse("store_person", args=[person.pk])


def test_what_is_sought_is_posted_and_other_stores_people_are_not_found(counter: Client, store: Organisation) -> None:
    elsewhere = make_patient()
    share_with(elsewhere, make_store("明亮眼镜"))
    page = sought(counter, "李桂芳")
    assert page.status_code == 200
    assert "Nobody of this store has this name or phone" in page.content.decode()
    assert counter.get(reverse("store_person", args=[elsewhere.pk])).status_code == 404
    assert counter.post(reverse("store_start_visit", args=[elsewhere.pk])).status_code == 404


def test_two_of_one_name_are_told_apart_and_a_child_is_found_by_her_guardians_phone(counter: Client, store: Organisation, person: Patient) -> None:
    twin, child = make_patient(birth_year=1950), make_child()
    guardian = child.guardianships.get().guardian
    guardian.phone = "+8613911110000"
    guardian.save()
    for patient in (twin, child):
        share_with(patient, store)
    shown = sought(counter, "李桂芳").content.decode()
    assert reverse("store_person", args=[twin.pk]) in shown
    assert reverse("store_person", args=[person.pk]) in shown
    assert sought(counter, "13911110000").headers["Location"] == reverse("store_person", args=[child.pk])


def test_a_person_is_registered_on_two_screens(counter: Client, store: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr("accounts.services.codes.deliver_code", lambda phone, code: sent.append(code))
    given = {"name": "<b>赵德明</b>", "birth": "19610402", "phone": "138 1111 0000"}
    assert counter.post(reverse("store_register"), given).headers["Location"] == reverse("store_register_code")
    shown = counter.get(reverse("store_register_code")).content.decode()
    assert "Bright Optics" in shown
    assert " checked" not in shown
    assert "13811110000" not in shown
    refused = counter.post(reverse("store_register_code"), {"care": "on", "code": sent[-1]})
    assert "sharing with this store" in refused.content.decode()
    assert not Patient.objects.exists()
    done = counter.post(reverse("store_register_code"), {"care": "on", "share_store": "on", "code": sent[-1]})
    patient = Patient.objects.get()
    assert done.headers["Location"] == reverse("store_person", args=[patient.pk])
    assert set(Consent.objects.values_list("purpose", flat=True)) == {"care", "share_store"}
    page = counter.get(done.headers["Location"]).content.decode()
    assert "&lt;b&gt;赵德明&lt;/b&gt;" in page
    assert "<b>赵德明</b>" not in page


@pytest.mark.parametrize(("birth", "words"), [("2999-01-01", "cannot be right"), ("2015-01-01", "guardian"), ("soon", "1958-03-21")])
def test_a_birth_date_that_cannot_be_is_asked_at_its_field(counter: Client, birth: str, words: str) -> None:
    shown = counter.post(reverse("store_register"), {"name": "赵德明", "birth": birth, "phone": "138 1111 0000"}).content.decode()
    assert words in shown
    assert "赵德明" in shown


def test_without_a_code_on_its_way_there_is_nothing_to_confirm(counter: Client) -> None:
    assert counter.get(reverse("store_register_code")).headers["Location"] == reverse("store_register")


def test_an_adults_visit_begins_once_and_a_childs_another_way(counter: Client, store: Organisation, person: Patient) -> None:
    begun = {counter.post(reverse("store_start_visit", args=[person.pk])).headers["Location"] for _press in range(2)}
    visit = person.encounters.get()
    assert begun == {reverse("store_measure", args=[visit.pk])}
    assert visit.store == store
    child = make_child()
    share_with(child, store)
    assert counter.post(reverse("store_start_visit", args=[child.pk])).headers["Location"] == reverse("store_person", args=[child.pk])
    assert not child.encounters.exists()


def test_a_sitting_begun_at_home_is_completed_here(counter: Client, store: Organisation, person: Patient) -> None:
    home = make_visit(person, None)  # type: ignore[arg-type]
    assert counter.post(reverse("store_start_visit", args=[person.pk])).headers["Location"] == reverse("store_measure", args=[home.pk])
    home.refresh_from_db()
    assert home.store == store


def test_every_page_of_a_visit_is_closed_to_other_stores_patients_and_after_withdrawal(
    counter: Client, store: Organisation, person: Patient, staff: User
) -> None:
    visit = make_visit(person, store)
    pages = [reverse(name, args=[visit.pk]) for name in ("store_measure", "store_photo", "store_result", "store_plan", "store_paper")]
    assert [counter.get(page).status_code for page in pages] == [200] * 5
    other = browser_of(make_staff(make_store("明亮眼镜")))
    assert person.user is not None
    for browser in (other, browser_of(person.user)):
        assert [browser.get(page).status_code for page in pages] == [404] * 5
    Consent.objects.filter(patient=person, purpose="share_store").delete()
    assert [counter.get(page).status_code for page in pages] == [404] * 5
