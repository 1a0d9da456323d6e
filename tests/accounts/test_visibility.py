"""Who sees whom: the one door to patients."""

from datetime import timedelta

import pytest

from accounts.models import Membership, Organisation, Patient
from accounts.selectors import actor_role, default_reading_centre, duty_clinician, has_consent, patients_visible_to
from accounts.services.consent import withdraw_consent
from accounts.services.staff import ensure_clinician, ensure_reading_centre
from core import clock
from tests.factories import make_clinician, make_patient, make_user

pytestmark = pytest.mark.django_db


def make_sample() -> Patient:
    now = clock.now()
    return Patient.objects.create(name="Sample", birth_year=1970, is_sample=True, erase_at=now + timedelta(hours=24), created_at=now)


def test_a_patient_sees_herself_and_nobody_else(centre: Organisation) -> None:
    herself, _other = make_patient(), make_patient()
    assert list(patients_visible_to(herself.user)) == [herself]
    assert actor_role(herself.user) == "patient"


def test_a_clinician_sees_those_who_share_as_long_as_they_do(centre: Organisation) -> None:
    clinician = make_clinician()
    sharing, _silent = make_patient(), make_patient(consents=("care", "automatic_reading"))
    assert list(patients_visible_to(clinician)) == [sharing]
    withdraw_consent(patient=sharing, purpose="share_clinic", by=sharing.user)
    assert not patients_visible_to(clinician).exists()


def test_a_clinician_of_another_organisation_sees_nobody(centre: Organisation) -> None:
    make_patient()
    elsewhere = Organisation.objects.create(kind="clinic", name_zh="别处", name_en="Elsewhere", created_at=clock.now())
    assert not patients_visible_to(make_clinician(elsewhere)).exists()


@pytest.mark.parametrize(("starts", "ends"), [(-10, -1), (1, None)])
def test_a_membership_that_is_over_or_has_not_begun_opens_nothing(centre: Organisation, starts: int, ends: int | None) -> None:
    make_patient()
    user, now = make_user(), clock.now()
    Membership.objects.create(
        user=user,
        organisation=centre,
        role="clinician",
        starts_at=now + timedelta(days=starts),
        ends_at=None if ends is None else now + timedelta(days=ends),
    )
    assert not patients_visible_to(user).exists()
    assert actor_role(user) == "none"


def test_sample_persons_are_seen_by_no_clinician_and_need_no_signature_on_consent(centre: Organisation) -> None:
    sample = make_sample()
    assert not patients_visible_to(make_clinician()).exists()
    assert has_consent(sample, "automatic_reading")
    assert not has_consent(sample, "share_clinic")
    assert not has_consent(sample, "reminder_wechat")


def test_looking_for_patients_costs_one_query(centre: Organisation, django_assert_num_queries: object) -> None:
    clinician = make_clinician()
    for _person in range(3):
        make_patient()
    with django_assert_num_queries(1):
        assert len(patients_visible_to(clinician)) == 3


def test_the_first_clinician_on_duty_answers_for_the_queue(centre: Organisation) -> None:
    assert duty_clinician(centre) is None
    wang = ensure_clinician(organisation=centre, handle="dr.wang", name="王敏", password="one", on_duty=True)
    ensure_clinician(organisation=centre, handle="dr.chen", name="陈静", password="two", on_duty=True)
    assert duty_clinician(centre) == wang


def test_the_reading_centre_is_made_once_and_keeps_its_name(centre: Organisation) -> None:
    assert ensure_reading_centre(name_zh="另一个", name_en="Another") == centre == default_reading_centre()
    assert default_reading_centre().name_zh == "示范阅片中心"


def test_a_known_clinician_takes_the_new_password_and_one_membership(centre: Organisation) -> None:
    for password in ("one", "two", "two"):
        wang = ensure_clinician(organisation=centre, handle="dr.wang", name="王敏", password=password)
    assert wang.check_password("two")
    assert wang.memberships.count() == 1
