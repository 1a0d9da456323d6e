"""A sitting led by a store's staff: opened while the person is at the counter, so that both eyes and every retake stand together."""

from uuid import UUID

from django.db import transaction
from django.http import Http404

from accounts import audit
from accounts.models import Organisation, Patient, User
from accounts.selectors import photos_may_be_sent_by, stores_of
from core import clock
from screening.models import Encounter
from screening.retina.sittings import SAME_SITTING
from screening.selectors import EYE, unfinished_sitting


@transaction.atomic
def open_sitting(*, sitting_id: UUID, patient: Patient, store: Organisation, by: User) -> Encounter:
    """The eye sitting that this visit is: one that still asks for a photo, else the store's own of the last day, else a new one under this id.

    Whoever completes a sitting leads it from then on, since its photos would join it anyway. Raises Http404 where `by` is not staff of the store,
    the person does not share with it, or the id is another's.
    """
    if not stores_of(by).filter(pk=store.pk).exists() or not photos_may_be_sent_by(by, patient):
        raise Http404
    Patient.objects.select_for_update().get(pk=patient.pk)
    now = clock.now()
    named = Encounter.objects.filter(pk=sitting_id).first()
    if named is not None and (named.patient_id, named.programme, named.store_id) != (patient.pk, EYE, store.pk):
        raise Http404
    lately = Encounter.objects.filter(patient=patient, programme=EYE, store=store, opened_at__gt=now - SAME_SITTING).order_by("-opened_at")
    sitting = named or unfinished_sitting(patient, now=now) or lately.first()
    if sitting is None:
        sitting = Encounter.objects.create(pk=sitting_id, patient=patient, programme=EYE, store=store, opened_at=now)
        audit.record("open_visit", actor=by, subject=sitting, patient=patient, store=store.pk)
    _lead(sitting, store, by)
    return sitting


def lead_by(sitting: Encounter, by: User) -> None:
    """A sitting of the eyes into which store staff sent a photo is their store's from then on; photos she sends herself change nothing."""
    store = stores_of(by).first() if sitting.programme == EYE else None
    if store is not None:
        _lead(sitting, store, by)


def _lead(sitting: Encounter, store: Organisation, by: User) -> None:
    if sitting.store_id != store.pk:
        sitting.store = store
        sitting.save(update_fields=["store"])
        audit.record("lead_sitting", actor=by, subject=sitting, patient=sitting.patient_id, store=store.pk)
