"""A family of three generations: a grandmother who is followed, her daughter, and a child whose eyes a store measures."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from accounts.consent_texts import SHARE_STORE
from accounts.models import Organisation, Patient, User
from accounts.services.consent import give_consents
from accounts.services.guardians import PURPOSES, register_child
from core import clock
from core.ids import new_id
from dev.demo.stage import days_ago, send_eyes, sign_as_read, tell
from screening.myopia.visits import open_visit, record_measurements
from screening.rules.myopia.entries import Entry


def follow_grandmother(patient: Patient, doctor: User) -> None:
    """Two years of checks, each signed: nothing found, and this autumn moderate changes of one eye."""
    with days_ago(374):
        tell(patient, {"diabetes": "type2", "diabetes_year": 2013, "hba1c": 7.9, "symptom": False})
        earlier = send_eyes(patient, "none_right.jpg", "none_left.jpg", seed=900)
    with days_ago(373):
        sign_as_read(earlier, doctor)
    with days_ago(9):
        tell(patient, {"hba1c": 8.4, "symptom": False})
        latest = send_eyes(patient, "moderate_right.jpg", "none_left.jpg", seed=901)
    with days_ago(8):
        sign_as_read(latest, doctor)


def measure_child(mother: Patient, store: Organisation, staff: User) -> Patient:
    """A girl of eight whom the store sees twice in half a year; her refraction without drops has gone from +0.25 to -0.75."""
    assert mother.user is not None
    with days_ago(190):
        give_consents(patient=mother, purposes=[SHARE_STORE], by=mother.user, language="zh-hans", store=store, witness=staff)
        child = bring_child(mother, "陈小雨", date(2018, 3, 12), store, staff)
        visit_child(child, store, staff, acuity="5.0", sphere="+0.25", length="23.10")
    with days_ago(0.2):
        visit_child(child, store, staff, acuity="4.8", sphere="-0.75", length="23.41")
    return child


def bring_child(guardian: Patient, name: str, birth: date, store: Organisation, staff: User) -> Patient:
    """A mother registers her child at the counter and agrees to everything that is asked."""
    return register_child(
        guardian=guardian,
        name=name,
        birth_date=birth,
        relation="mother",
        verified="seen_in_person",
        child_agrees=True,
        purposes=PURPOSES,
        store=store,
        by=staff,
    ).child


def visit_child(child: Patient, store: Organisation, staff: User, *, acuity: str, sphere: str, length: str = "") -> None:
    """One visit: acuity, refraction without drops and, where given, axial length; the left eye a little behind the right."""
    now = clock.now()
    visit = open_visit(visit_id=new_id(), patient=child, store=store, by=staff)
    entries = []
    for laterality, behind in (("OD", Decimal(0)), ("OS", Decimal("0.25"))):
        taken = Entry(id=new_id(), code="acuity", taken_at=now, laterality=laterality, value=acuity, notation="five_point", confirmed=True)
        entries.append(taken)
        refraction = replace(taken, id=new_id(), code="refraction", value="", notation="", sphere=f"{Decimal(sphere) + behind:+}")
        entries.append(replace(refraction, cylinder="-0.50", axis="175", device="autorefractor"))
        if length:
            entries.append(replace(taken, id=new_id(), code="axial_length", value=str(Decimal(length) - behind / 5), notation="", device="optical"))
    record_measurements(visit=visit, entries=entries, by=staff)
