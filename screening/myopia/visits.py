"""A child's visit to a store and what is measured in it: small commands with ids and times of the client's own, so that sent twice is done once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Organisation, Patient, User
from accounts.selectors import patients_visible_to, shares_with_store, stores_of
from core import clock
from core.problems import Problem
from core.pure.days import local_day
from screening import events
from screening.models import Encounter, Measurement
from screening.myopia.rows import age_on, in_order, is_born_by, refraction_of
from screening.myopia.selectors import MYOPIA
from screening.myopia.words import fault_in_words, question_in_words
from screening.rules.myopia.entries import Entry, Taken, read_entry
from screening.rules.myopia.entry import EntryFault
from screening.rules.myopia.plausibility import Earlier

ADULT = 18
CLOCKS_DIFFER = timedelta(minutes=5)
"""A tablet's clock may run ahead of ours by this much."""


@transaction.atomic
def open_visit(*, visit_id: UUID, patient: Patient, store: Organisation, by: User, opened_at: datetime | None = None) -> Encounter:
    """The child's visit under the client's id, opened on first use. `opened_at` is the client's own time, where it was offline.

    Raises Http404 where `by` is not staff of the store, the child does not share with it, or the id is another's; Problem `not_a_child` (422)
    from 18 years on, `in_future` and `before_birth`.
    """
    _staff_of(store, patient, by)
    now = clock.now()
    opened = opened_at or now
    if opened > now + CLOCKS_DIFFER:
        raise Problem("in_future", _("This moment lies in the future."), status_code=422, pointer="/opened_at")
    day = local_day(opened, patient.zone)
    if not is_born_by(patient, day):
        raise Problem("before_birth", _("This moment lies before the child was born."), status_code=422, pointer="/opened_at")
    if age_on(patient, day) >= ADULT:
        raise Problem("not_a_child", _("From 18 years on this programme is not for her."), status_code=422, pointer="/patient", limit=ADULT)
    visit, is_new = Encounter.objects.get_or_create(
        pk=visit_id, defaults={"patient": patient, "programme": MYOPIA, "store": store, "opened_at": opened}
    )
    if (visit.patient_id, visit.programme, visit.store_id) != (patient.pk, MYOPIA, store.pk):
        raise Http404
    if is_new:
        audit.record("open_visit", actor=by, subject=visit, patient=patient, store=store.pk)
    return visit


@transaction.atomic
def record_measurements(*, visit: Encounter, entries: Sequence[Entry], by: User) -> list[Measurement]:
    """Take all entries or none; those that were taken before are given back as they are.

    Raises Problem (422) with the first fault's code, or `confirm` where only questions are left; `faults` and `questions` list them all with their
    pointers. Problem `id_twice` (422), and `measurement_conflict` (409) where an id stands for something else already; Http404 for anybody but
    staff of the visit's store.
    """
    if visit.store is None or visit.programme != MYOPIA:
        raise Http404
    _staff_of(visit.store, visit.patient, by)
    patient = Patient.objects.select_for_update().get(pk=visit.patient_id)
    if len({entry.id for entry in entries}) < len(entries):
        raise Problem("id_twice", _("Two measurements have the same id; each needs its own."), status_code=422, pointer="/measurements")
    taken_before = {row.pk: row for row in Measurement.objects.filter(pk__in=[entry.id for entry in entries]).select_related("encounter")}
    for place, entry in enumerate(entries):
        if entry.id in taken_before:
            _check_same(taken_before[entry.id], entry, visit, place)
    read = _read_all(visit, patient, entries)
    now = clock.now()
    fresh = [_row(visit, entry, taken, by, now) for entry, taken in read if entry.id not in taken_before]
    if fresh:
        Measurement.objects.bulk_create(fresh)
        audit.record("record_measurements", actor=by, subject=visit, patient=patient, codes=sorted({str(row.code) for row in fresh}))
        events.measurements_recorded.send(sender=Measurement, patient=patient)
    known = {row.pk: row for row in fresh} | taken_before
    return [known[entry.id] for entry in entries]


@dataclass(frozen=True)
class _Told:
    """One fault or question at its place in the batch."""

    pointer: str
    code: str
    detail: str

    @property
    def document(self) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "detail": self.detail}


def _read_all(visit: Encounter, patient: Patient, entries: Sequence[Entry]) -> list[tuple[Entry, Taken]]:
    rows = in_order(Measurement.objects.filter(encounter__patient=patient))
    lengths = {row.laterality: row.value for row in rows if row.encounter_id == visit.pk and row.code == "axial_length"}
    read: list[tuple[Entry, Taken]] = []
    faults: list[_Told] = []
    questions: list[_Told] = []
    for place, entry in enumerate(entries):
        try:
            _check_moment(entry, patient)
            other = lengths.get("OS" if entry.laterality == "OD" else "OD")
            taken = read_entry(entry, earlier=_earlier(entry, rows, visit), other_eye=other)
        except EntryFault as fault:
            faults.append(_Told(f"/measurements/{place}/{fault.field}", fault.code, fault_in_words(fault)))
            continue
        if entry.code == "axial_length":
            lengths[entry.laterality] = taken.value
        if not entry.confirmed:
            questions += [_Told(f"/measurements/{place}/{asked.field}", asked.code, question_in_words(asked)) for asked in taken.questions]
        read.append((entry, taken))
    if faults:
        raise _problem(faults[0].code, faults, questions)
    if questions:
        raise _problem("confirm", faults, questions)
    return read


def _problem(code: str, faults: Sequence[_Told], questions: Sequence[_Told]) -> Problem:
    first = (*faults, *questions)[0]
    return Problem(
        code,
        first.detail,
        status_code=422,
        pointer=first.pointer,
        faults=[told.document for told in faults],
        questions=[told.document for told in questions],
    )


def _check_moment(entry: Entry, patient: Patient) -> None:
    if entry.taken_at > clock.now() + CLOCKS_DIFFER:
        raise EntryFault("in_future", "taken_at")
    if not is_born_by(patient, local_day(entry.taken_at, patient.zone)):
        raise EntryFault("before_birth", "taken_at")


def _earlier(entry: Entry, rows: Sequence[Measurement], visit: Encounter) -> Earlier | None:
    """The last number of another visit that this one may be compared with: same eye, same kind of device, drops or none alike."""
    for row in reversed(rows):
        alike = (row.code, row.laterality, row.device, row.cycloplegic) == (entry.code, entry.laterality, entry.device, entry.cycloplegic)
        if not alike or row.encounter_id == visit.pk or row.taken_at >= entry.taken_at:
            continue
        refraction = refraction_of(row)
        value = refraction.spherical_equivalent if refraction else row.value
        if value is not None:
            return Earlier(value, row.taken_at)
    return None


def _row(visit: Encounter, entry: Entry, taken: Taken, by: User, now: datetime) -> Measurement:
    refraction = taken.refraction
    return Measurement(
        pk=entry.id,
        encounter=visit,
        code=entry.code,
        laterality=entry.laterality if entry.code != Measurement.Code.TREATMENT else "",
        value=taken.value,
        sphere=refraction.sphere if refraction else None,
        cylinder=refraction.cylinder if refraction else None,
        axis=refraction.axis if refraction else None,
        category=taken.category,
        unit=taken.unit,
        notation=taken.notation,
        corrected=entry.corrected and entry.code == Measurement.Code.ACUITY,
        cycloplegic=entry.cycloplegic and entry.code == Measurement.Code.REFRACTION,
        device=entry.device,
        entered=entry.typed,
        confirmed=sorted({question.code for question in taken.questions}),
        taken_at=entry.taken_at,
        recorded_by=by,
        recorded_at=now,
    )


def _check_same(row: Measurement, entry: Entry, visit: Encounter, place: int) -> None:
    if row.encounter_id != visit.pk:
        raise Http404
    if _meaning(row) != {"code": entry.code, "eye": entry.laterality, **entry.typed}:
        raise Problem(
            "measurement_conflict",
            _("Something else was recorded under this id already; both are given, nothing was changed."),
            status_code=409,
            pointer=f"/measurements/{place}/id",
            kept=_meaning(row),
            sent={"code": entry.code, "eye": entry.laterality, **entry.typed},
        )


def _meaning(row: Measurement) -> Mapping[str, Any]:
    return {"code": row.code, "eye": row.laterality, **row.entered}


def _staff_of(store: Organisation, patient: Patient, by: User) -> None:
    own = stores_of(by).filter(pk=store.pk)
    if not own.exists() or not shares_with_store(patient, own) or not patients_visible_to(by).filter(pk=patient.pk).exists():
        raise Http404
