"""Who is in a snapshot, who leaves it, and how rarely there is a new one."""

from datetime import date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Consent, ConsentText, Patient
from accounts.own_data import erase_patient
from accounts.services.consent import withdraw_consent
from core import clock
from partners.models import Snapshot, SnapshotPerson
from partners.pseudonyms import new_secret, pseudonym
from partners.rules.calendar import leaves_at, next_snapshot_at
from partners.rules.query import parse
from partners.selectors import snapshot_grid
from partners.services.answering import counts_of
from partners.services.snapshots import TooSoon, add_synthetic_persons, build_snapshot
from screening.models import Encounter, Report, ReportVersion
from tests.factories import at, make_clinician, make_encounter, make_patient

pytestmark = pytest.mark.django_db


def signed(encounter: Encounter, right: int | None, left: int | None, *, number: int = 1, kind: str = "signed") -> None:
    report, _made = Report.objects.get_or_create(encounter=encounter, defaults={"created_at": clock.now()})
    ReportVersion.objects.create(
        report=report,
        number=number,
        kind=kind,
        finding={"right": eye("OD", right), "left": eye("OS", left)},
        photo_ids=[],
        model_versions=[],
        rule_version="test",
        created_at=clock.now(),
        signed_by=make_clinician() if kind == "signed" else None,
        signed_at=clock.now() if kind == "signed" else None,
    )


def eye(laterality: str, grade: int | None) -> dict[str, object]:
    return {"laterality": laterality, "grade": grade, "state": "missing" if grade is None else "graded", "retakes": 0, "photo_ids": []}


def participant() -> Patient:
    patient = make_patient()
    text = ConsentText.objects.first()
    assert text is not None
    Consent.objects.create(patient=patient, purpose="research_rwd", text=text, given_by=patient.user, given_at=clock.now())
    return patient


def row_of(snapshot: Snapshot, patient: Patient) -> tuple[int, int] | None:
    found = SnapshotPerson.objects.filter(snapshot=snapshot, pseudonym=pseudonym(snapshot, patient.pk)).first()
    return (found.index_year, found.latest_grade) if found else None


def test_a_person_stands_in_the_year_of_her_first_grade_with_the_worse_eye_of_the_last() -> None:
    patient, year = participant(), clock.now().year
    signed(make_encounter(patient, opened_at=at(year - 3, 5, 1)), None, None)
    signed(make_encounter(patient, opened_at=at(year - 2, 5, 1)), 0, None)
    latest = make_encounter(patient, opened_at=at(year - 1, 5, 1))
    signed(latest, 4, 4)
    signed(latest, 1, 2, number=2)
    signed(make_encounter(patient, opened_at=at(year, 1, 2)), 4, 4, kind="preliminary")
    assert row_of(build_snapshot(), patient) == (year - 2, 2)


def test_only_who_agrees_to_research_and_has_a_signed_grade_on_the_grid_is_in() -> None:
    year = clock.now().year
    silent, ungraded, long_ago, patient = make_patient(), participant(), participant(), participant()
    for person, opened, grade in ((silent, year, 0), (ungraded, year, None), (long_ago, year - 9, 0), (patient, year, 0)):
        signed(make_encounter(person, opened_at=at(opened, 1, 2)), grade, grade)
    snapshot = build_snapshot()
    assert snapshot.persons.count() == 1
    assert row_of(snapshot, patient) == (year, 0)


def with_row(snapshot: Snapshot, patient: Patient) -> SnapshotPerson:
    return SnapshotPerson.objects.create(snapshot=snapshot, pseudonym=pseudonym(snapshot, patient.pk), index_year=snapshot.last_year, latest_grade=0)


@pytest.mark.parametrize(("purpose", "is_out"), [("research_rwd", True), ("care", True), ("reminder_wechat", False)])
def test_whoever_withdraws_research_or_her_record_is_in_no_new_count(purpose: str, is_out: bool) -> None:
    patient, other = participant(), participant()
    older, newest = (Snapshot.objects.create(built_at=at(2026, month, 1), last_year=2026, secret=new_secret()) for month in (1, 6))
    own, others = [with_row(snapshot, patient) for snapshot in (older, newest)], with_row(newest, other)
    assert patient.user is not None
    withdraw_consent(patient=patient, purpose=purpose, by=patient.user)
    assert {SnapshotPerson.objects.get(pk=row.pk).withdrawn_at is not None for row in own} == {is_out}
    assert SnapshotPerson.objects.get(pk=others.pk).withdrawn_at is None
    assert sum(counts_of(newest, parse({}, snapshot_grid(newest)))) == (1 if is_out else 2)


def test_an_erased_person_is_in_no_new_count() -> None:
    patient = make_patient(is_demo=True)
    snapshot = Snapshot.objects.create(built_at=at(2026, 1, 1), last_year=2026, secret=new_secret())
    row = with_row(snapshot, patient)
    erase_patient(patient)
    row.refresh_from_db()
    assert row.withdrawn_at is not None


def test_a_snapshot_knows_nobody_by_another_snapshots_pseudonym() -> None:
    patient = participant()
    signed(make_encounter(patient), 0, 0)
    first = build_snapshot()
    Snapshot.objects.update(built_at=clock.now() - timedelta(days=81))
    second = build_snapshot()
    assert bytes(first.persons.get().pseudonym) != bytes(second.persons.get().pseudonym)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM partners_snapshot")
        assert first.secret.encode() not in bytes(cursor.fetchone()[0])


def test_the_next_snapshot_waits_a_quarter() -> None:
    build_snapshot()
    with pytest.raises(TooSoon):
        build_snapshot()
    with pytest.raises(CommandError, match="may be built from"):
        call_command("build_snapshot")
    assert Snapshot.objects.count() == 1


def test_four_snapshots_a_year_at_most() -> None:
    built = [at(2026, 1, 1) + timedelta(days=80 * place) for place in range(4)]
    assert next_snapshot_at([]) is None
    assert next_snapshot_at(built[:3]) == built[2] + timedelta(days=80)
    assert next_snapshot_at(built) == at(2026, 1, 1) + timedelta(days=365)


def test_made_up_persons_are_marked_kept_and_never_doubled() -> None:
    first = build_snapshot()
    add_synthetic_persons(count=50, seed=1)
    add_synthetic_persons(count=50, seed=1)
    assert first.persons.filter(is_synthetic=True).count() == 50
    Snapshot.objects.update(built_at=clock.now() - timedelta(days=81))
    second = build_snapshot()
    cells = [list(snapshot.persons.order_by("index_year", "latest_grade").values_list("index_year", "latest_grade")) for snapshot in (first, second)]
    assert cells[0] == cells[1]
    assert not Patient.objects.exists()


def test_production_has_no_made_up_persons(settings: object) -> None:
    build_snapshot()
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="do not exist in production"):
        call_command("add_synthetic_persons")


def test_answers_leave_at_full_ten_seconds_whatever_they_took() -> None:
    asked = datetime.combine(date(2026, 11, 25), datetime.min.time(), tzinfo=clock.now().tzinfo) + timedelta(seconds=7.9)
    planned = leaves_at(asked)
    assert planned.second == 10
    assert {leaves_at(asked, asked + timedelta(seconds=took)) for took in (0.001, 0.5, 2)} == {planned}
    assert leaves_at(asked, asked + timedelta(seconds=3)).second == 20
    assert leaves_at(asked + timedelta(seconds=0.2)).second == 20
