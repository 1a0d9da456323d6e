"""A child's visit on the store's pages, and what her guardian reads of it at home."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organisation, Patient
from core import clock
from core.ids import new_id
from followup.models import Step
from screening.models import Encounter, Measurement
from tests.factories import make_child, make_patient, make_staff, make_store, share_with

pytestmark = pytest.mark.django_db
NEEDED = ["care", "share_store"]


@dataclass
class Desk:
    """Staff of a store in the browser, and a child whose guardian shares with it."""

    browser: Client
    store: Organisation
    guardian: Patient
    child: Patient

    def visit(self) -> str:
        """The address of today's visit, started."""
        answer = self.browser.post(f"/store/children/{self.child.pk}/visit/")
        return str(answer["Location"]).removesuffix("measure/")

    def measure(self, visit: str, **typed: str) -> Any:
        common = {"form_id": str(new_id()), "notation": "five_point", "refractor": "autorefractor", "treatment": "none"}
        return self.browser.post(f"{visit}measure/", {**common, **typed})


@pytest.fixture
def desk() -> Desk:
    store, guardian = make_store(), make_patient()
    assert guardian.user is not None
    child = make_child(birth_year=clock.now().year - 10, guardian=guardian.user)
    for person in (guardian, child):
        share_with(person, store)
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(make_staff(store))
    return Desk(browser, store, guardian, child)


def both_eyes(sphere: str = "+1.00", acuity: str = "5.0") -> dict[str, str]:
    return {f"{eye}_{name}": value for eye in ("OD", "OS") for name, value in (("acuity", acuity), ("sphere", sphere))}


def test_measured_visit_goes_on_and_its_plan_has_a_date_and_a_page_for_the_parents(desk: Desk) -> None:
    visit = desk.visit()
    answer = desk.measure(visit, **both_eyes("-1.00", "4.7"))
    assert answer["Location"] == f"{visit}photo/"
    plan = desk.browser.get(f"{visit}plan/").content.decode()
    assert "See an eye doctor" in plan
    assert "Suspected myopia" in plan
    paper = desk.browser.get(f"{visit}parents/").content.decode()
    assert desk.child.name in paper
    assert "4.7 (0.5)" in paper
    assert "-1.00" in paper
    assert "recheck_intervals_children.csv" in paper


def test_second_press_joins_todays_visit(desk: Desk) -> None:
    assert desk.visit() == desk.visit()
    assert Encounter.objects.filter(programme="myopia").count() == 1


def test_form_sent_twice_is_measured_once(desk: Desk) -> None:
    visit, form_id = desk.visit(), str(new_id())
    for _press in range(2):
        assert desk.measure(visit, form_id=form_id, **both_eyes()).status_code == 302
    assert Measurement.objects.filter(code="acuity").count() == 2


def test_fault_stands_at_its_field_and_what_was_typed_stays(desk: Desk) -> None:
    page = desk.measure(desk.visit(), **both_eyes(), OD_cylinder="-0.50", OD_axis="190").content.decode()
    assert re.search(r'id="id_OD_axis_error".*?whole number from 0 to 180', page, re.DOTALL)
    assert 'value="190"' in page
    assert Measurement.objects.count() == 0


def test_unusual_number_is_asked_at_its_field_and_kept_with_a_tick(desk: Desk) -> None:
    visit, form_id = desk.visit(), str(new_id())
    page = desk.measure(visit, form_id=form_id, OD_length="2345").content.decode()
    assert "Do you mean 23.45?" in page
    assert 'name="OD_length_confirmed"' in page
    assert desk.measure(visit, form_id=form_id, OD_length="2345", OD_length_confirmed="on").status_code == 302
    assert str(Measurement.objects.get(code="axial_length").value) == "23.450"


def test_nothing_entered_does_not_go_on(desk: Desk) -> None:
    page = desk.measure(desk.visit())
    assert page.status_code == 200
    assert "Nothing was entered yet" in page.content.decode()


def test_last_value_and_its_day_stand_beside_the_field(desk: Desk, settings: Any) -> None:
    desk.measure(desk.visit(), **both_eyes("-0.75", "4.9"))
    settings.CLOCK_SHIFT_SECONDS = 3 * 24 * 3600
    page = desk.browser.get(f"{desk.visit()}measure/").content.decode()
    assert "4.9 (0.8) · " in page
    assert "-0.75 · " in page


def test_right_eye_comes_before_the_left_in_the_order_of_tab(desk: Desk) -> None:
    page = desk.browser.get(f"{desk.visit()}measure/").content.decode()
    places = [page.index(f'name="{name}"') for name in ("OD_acuity", "OD_sphere", "OD_cylinder", "OD_axis", "OD_length", "OS_acuity", "OS_sphere")]
    assert places == sorted(places)
    assert "tabindex" not in page[places[0] : places[-1]]


def test_guardian_registers_a_child_once(desk: Desk) -> None:
    form = {
        "name": "<i>小雪</i>",
        "birth_date": f"{clock.now().year - 5}-03-04",
        "sex": "F",
        "relation": "mother",
        "verified": "document_seen",
        "purposes": NEEDED,
    }
    address = f"/store/people/{desk.guardian.pk}/children/"
    told = [desk.browser.post(address, form, follow=True).content.decode() for _press in range(2)]
    assert "Registered." in told[0]
    assert "registered before" in told[1]
    assert Patient.objects.filter(user=None).count() == 2
    assert "&lt;i&gt;小雪" in told[1]
    assert "<i>小雪" not in told[1]


def test_registration_that_cannot_be_is_told_at_its_field(desk: Desk) -> None:
    form = {
        "name": "小雪",
        "birth_date": "2999-01-01",
        "sex": "F",
        "relation": "mother",
        "verified": "document_seen",
        "purposes": ["care", "share_store"],
    }
    page = desk.browser.post(f"/store/people/{desk.guardian.pk}/children/", form).content.decode()
    assert re.search(r'id="id_birth_date_error".*?cannot be right', page, re.DOTALL)


def test_guardian_reads_steps_and_visits_of_her_child_and_of_no_other(desk: Desk) -> None:
    visit = desk.visit()
    desk.measure(visit, **both_eyes("-1.00", "4.7"))
    home = Client(headers={"accept-language": "en"})
    assert desk.guardian.user is not None
    home.force_login(desk.guardian.user)
    family = home.get("/family/").content.decode()
    assert desk.child.name in family
    assert "See an eye doctor" in family
    page = home.get(f"/family/{desk.child.pk}/").content.decode()
    assert "Suspected myopia" in page
    encounter = Encounter.objects.get(programme="myopia")
    assert home.get(f"/family/{desk.child.pk}/visits/{encounter.pk}/").status_code == 200
    stranger = make_child()
    assert home.get(f"/family/{stranger.pk}/").status_code == 404
    assert home.get(f"/family/{stranger.pk}/visits/{encounter.pk}/").status_code == 404


def test_second_visit_that_refers_reads_so_while_the_first_referral_is_open(desk: Desk, settings: Any) -> None:
    desk.measure(desk.visit(), **both_eyes("-1.00", "4.7"))
    settings.CLOCK_SHIFT_SECONDS = 60 * 24 * 3600
    visit = desk.visit()
    desk.measure(visit, **both_eyes("-1.00", "4.7"))
    page = desk.browser.get(f"{visit}result/").content.decode()
    assert "Signs that a doctor should look at" in page
    assert "Small changes" not in page


def test_visit_in_which_something_lacks_never_reads_as_well(desk: Desk) -> None:
    visit = desk.visit()
    desk.measure(visit, OD_acuity="5.0", OD_sphere="+1.00", OS_acuity_failed="on")
    page = desk.browser.get(f"{visit}result/").content.decode()
    assert "does not mean that all is well" in page
    assert "No sign of short-sightedness in this check" not in page.split("<table")[0].split("Left eye (OS)")[1]
    assert Step.objects.get(patient=desk.child, state="open").rule_id == "not_measurable"


def test_other_store_sees_nothing(desk: Desk) -> None:
    visit = desk.visit()
    other = Client()
    other.force_login(make_staff(make_store("另一家眼镜")))
    for page in ("measure/", "result/", "plan/", "parents/"):
        assert other.get(f"{visit}{page}").status_code == 404
    assert other.post(f"/store/children/{desk.child.pk}/visit/").status_code == 404
    assert other.get(f"/store/people/{desk.guardian.pk}/children/").status_code == 404


def test_guardians_home_leads_to_her_child(desk: Desk) -> None:
    home = Client()
    assert desk.guardian.user is not None
    home.force_login(desk.guardian.user)
    assert f'href="/family/{desk.child.pk}/"' in home.get("/home/", follow=True).content.decode()
