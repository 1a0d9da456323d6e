"""A child is registered by her guardian, once, and is her guardian's until she is 18."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.http import Http404
from django.test import Client

from accounts.models import Consent, Guardianship, Patient
from accounts.rules.guardianship import coming_of_age, must_agree
from accounts.selectors import children_of, decides_for, guardians_of, has_consent, patients_visible_to
from accounts.services.guardians import RegisteredChild, register_child
from core import clock
from core.problems import Problem
from tests.factories import make_patient, make_staff, make_store, share_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter() -> dict[str, Any]:
    """A mother at the counter of a store that she shares with, and what is written down of her son of nine."""
    store = make_store()
    mother = make_patient()
    share_with(mother, store)
    return {
        "guardian": mother,
        "name": "李小雨",
        "birth_date": _years_ago(9),
        "relation": "mother",
        "verified": "document_seen",
        "child_agrees": True,
        "purposes": ["care", "share_store", "reminder_wechat"],
        "store": store,
        "by": make_staff(store),
    }


def _years_ago(years: int) -> date:
    return clock.now().date().replace(day=1) - timedelta(days=365 * years + years // 4 + 40)


def register(counter: dict[str, Any], **changed: Any) -> RegisteredChild:
    return register_child(**{**counter, **changed})


def refused(counter: dict[str, Any], **changed: Any) -> tuple[str, str | None]:
    with pytest.raises(Problem) as problem:
        register(counter, **changed)
    assert Patient.objects.filter(user=None).count() == 0
    return problem.value.code, problem.value.pointer


def test_child_has_no_login_and_her_guardian_decides_for_her(counter: dict[str, Any]) -> None:
    child = register(counter).child
    mother = counter["guardian"].user
    assert child.user is None
    assert decides_for(mother, child)
    assert list(children_of(mother)) == [child]
    assert list(guardians_of(child)) == [counter["guardian"]]
    assert child in patients_visible_to(counter["by"])


def test_consents_are_the_guardians_and_only_those_ticked(counter: dict[str, Any]) -> None:
    child = register(counter).child
    given = Consent.objects.filter(patient=child)
    assert {consent.given_by for consent in given} == {counter["guardian"].user}
    assert {consent.purpose for consent in given} == {"care", "share_store", "reminder_wechat"}
    assert not has_consent(child, "share_clinic")


def test_same_child_twice_in_one_day_is_the_one_that_exists_and_is_said_so(counter: dict[str, Any]) -> None:
    first = register(counter)
    again = register(counter, name=" 李小雨  ", purposes=["care", "share_store", "share_clinic"])
    assert (first.is_new, again.is_new) == (True, False)
    assert again.child == first.child
    assert has_consent(again.child, "share_clinic")


def test_twins_are_two_children(counter: dict[str, Any]) -> None:
    assert register(counter).child != register(counter, name="李小雪").child


def test_guardianship_ends_by_itself_at_18(counter: dict[str, Any], settings: Any) -> None:
    child = register(counter).child
    ends = Guardianship.objects.get(child=child).ends_at
    assert ends is not None
    settings.CLOCK_SHIFT_SECONDS = int((ends - clock.now()).total_seconds()) - 60
    assert decides_for(counter["guardian"].user, child)
    settings.CLOCK_SHIFT_SECONDS += 120
    assert not decides_for(counter["guardian"].user, child)


def test_who_is_born_on_29_february_comes_of_age_on_1_march() -> None:
    assert coming_of_age(date(2016, 2, 29)) == date(2034, 3, 1)
    assert coming_of_age(date(2017, 5, 4)) == date(2035, 5, 4)


def test_child_is_asked_from_8_years_on(counter: dict[str, Any]) -> None:
    assert [must_agree(age) for age in (7, 8, 17)] == [False, True, True]
    assert refused(counter, child_agrees=False) == ("child_must_agree", "/child_agrees")
    assert register(counter, birth_date=_years_ago(6), child_agrees=False).is_new


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"birth_date": date(2999, 1, 1)}, ("birth_implausible", "/birth_date")),
        ({"birth_date": date(1890, 1, 1)}, ("birth_implausible", "/birth_date")),
        ({"birth_date": date(1990, 1, 1)}, ("not_a_child", "/birth_date")),
        ({"name": "  "}, ("name_missing", "/name")),
        ({"name": "x" * 41}, ("name_missing", "/name")),
        ({"relation": "aunt"}, ("relation_unknown", "/relation")),
        ({"verified": "wechat"}, ("relation_unknown", "/relation")),
        ({"purposes": ["care"]}, ("guardian_must_agree", "/purposes")),
        ({"purposes": ["care", "share_store", "automatic_reading"]}, ("guardian_must_agree", "/purposes")),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_makes_nobody(counter: dict[str, Any], changed: dict[str, Any], told: tuple[str, str]) -> None:
    assert refused(counter, **changed) == told


def test_birth_date_tomorrow_is_told(counter: dict[str, Any]) -> None:
    tomorrow = clock.today(counter["guardian"].zone) + timedelta(days=1)
    assert refused(counter, birth_date=tomorrow)[0] == "birth_implausible"


def test_staff_of_another_store_registers_nobody(counter: dict[str, Any]) -> None:
    other = make_store("另一家眼镜")
    for changed in ({"by": make_staff(other)}, {"store": other, "by": make_staff(other)}, {"guardian": make_patient()}):
        with pytest.raises(Http404):
            register(counter, **changed)


def test_guardian_takes_back_what_she_agreed_to_for_her_child_from_her_phone(counter: dict[str, Any]) -> None:
    child = register(counter).child
    phone, address = Client(headers={"accept-language": "en"}), f"/family/{child.pk}/consents/"
    phone.force_login(counter["guardian"].user)
    assert phone.post(address, {"withdraw": "reminder_wechat"}).status_code == 302
    assert not has_consent(child, "reminder_wechat")
    phone.post(address, {"give": "reminder_wechat"})
    assert has_consent(child, "reminder_wechat")


def test_childs_record_is_closed_only_when_confirmed(counter: dict[str, Any]) -> None:
    child = register(counter).child
    phone, address = Client(headers={"accept-language": "en"}), f"/family/{child.pk}/consents/"
    phone.force_login(counter["guardian"].user)
    assert "This closes the child" in phone.post(address, {"withdraw": "care"}).content.decode()
    assert has_consent(child, "care")
    phone.post(address, {"withdraw": "care", "confirm": "care"})
    assert not has_consent(child, "share_store")
    assert child not in patients_visible_to(counter["by"])


def test_nobody_else_decides_about_the_consents_of_a_child(counter: dict[str, Any]) -> None:
    child = register(counter).child
    for user in (make_patient().user, counter["by"]):
        phone = Client()
        phone.force_login(user)
        assert phone.post(f"/family/{child.pk}/consents/", {"withdraw": "care", "confirm": "care"}).status_code == 404
    assert has_consent(child, "care")
