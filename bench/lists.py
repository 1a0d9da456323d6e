"""Every list with few rows and with many: how many queries it costs. A list whose count grows with its rows gets slower every week."""

from collections.abc import Callable
from datetime import date

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.consent_texts import SHARE_STORE
from accounts.models import Organisation, User
from accounts.services.consent import give_consents
from accounts.services.staff import ensure_clinician, ensure_reading_centre, ensure_store, ensure_store_staff
from core.ids import new_id
from dev.demo.family import bring_child, visit_child
from dev.demo.stage import make_person, send_eyes
from screening.services.store_sittings import open_sitting

FEW, MANY = 3, 12


def run() -> dict[str, str]:
    """Queries of each list with 3 people and with 12; *constant* where they are the same."""
    centre = ensure_reading_centre(name_zh="示范阅片中心", name_en="Demo reading centre")
    doctor = ensure_clinician(organisation=centre, handle=f"bench.{new_id().hex[-8:]}", name="bench", password=new_id().hex, on_duty=True)
    store = ensure_store(name_zh=f"门店 {new_id().hex[-6:]}", name_en="Bench store")
    staff = ensure_store_staff(store=store, handle=f"bench.{new_id().hex[-8:]}", name="bench", password=new_id().hex)
    guardian = _come(store, staff, 0)
    lists = {
        "photos (API, clinician)": _api(doctor, "/api/v1/photos?page_size=100"),
        "steps (API, clinician)": _api(doctor, "/api/v1/steps?page_size=100"),
        "reviews (API)": _api(doctor, "/api/v1/reviews?page_size=100"),
        "tasks (API)": _api(doctor, "/api/v1/tasks?page_size=100"),
        "the clinician's queue (page)": _page(doctor, "/clinic/"),
        "the store's day (page)": _page(staff, "/store/"),
        "a guardian's children (page)": _page(guardian, "/family/"),
        "her home (page)": _page(guardian, "/home/"),
        "her history (page)": _page(guardian, "/history/"),
    }
    counted: dict[str, list[int]] = {name: [] for name in lists}
    came = 1
    for people in (FEW, MANY):
        while came < people:
            _come(store, staff, came)
            _bring_child(guardian, store, staff, came)
            came += 1
        for name, ask in lists.items():
            counted[name].append(_queries(ask))
    return {name: f"{few} queries, constant" if few == many else f"{few} -> {many} queries, GROWS" for name, (few, many) in counted.items()}


def _come(store: Organisation, staff: User, number: int) -> User:
    """Somebody with diabetes who is photographed at the store; her login."""
    person = make_person(f"bench {number}", date(1960, 1, 1), facts={"diabetes": "type2", "symptom": False})
    assert person.user is not None
    give_consents(patient=person, purposes=[SHARE_STORE], by=person.user, language="en", store=store, witness=staff)
    sitting = open_sitting(sitting_id=new_id(), patient=person, store=store, by=staff)
    send_eyes(person, "moderate_right.jpg", "none_left.jpg", seed=number, by=staff, sitting=sitting.pk)
    return person.user


def _bring_child(guardian: User, store: Organisation, staff: User, number: int) -> None:
    child = bring_child(guardian.patient, f"child {number}", date(2016, 9, 1), store, staff)
    visit_child(child, store, staff, acuity="4.9", sphere="-1.00")


def _api(user: User, path: str) -> Callable[[], int]:
    _row, token = AuthToken.objects.create(user=user)
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
    return lambda: int(client.get(path).status_code)


def _page(user: User, path: str) -> Callable[[], int]:
    client = Client()
    client.force_login(user)
    return lambda: int(client.get(path).status_code)


def _queries(ask: Callable[[], int]) -> int:
    ask()
    with CaptureQueriesContext(connection) as captured:
        status = ask()
    assert status == 200, status
    return len(captured)
