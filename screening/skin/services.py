"""A sitting about one spot: where it is and what was answered, and the stop when an answer means an emergency."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Patient, User
from accounts.selectors import decides_for, has_consent
from core import clock
from core.problems import Problem
from screening import events
from screening.models import Answers, Encounter, Lesion
from screening.rules.composition import COMPOSE_WAIT
from screening.rules.skin.body_sites import fault_of_site
from screening.rules.skin.questionnaire import QUESTIONNAIRE, VERSION, fault_of
from screening.skin import faults
from screening.skin.composition import compose
from screening.skin.findings import answer_rows, answers_now, asked_person
from screening.skin.selectors import SKIN, own_spot

_NOT_GIVEN = object()


@transaction.atomic
def open_spot(
    *,
    patient: Patient,
    by: User,
    encounter_id: UUID,
    body_site: str = "",
    side: str = "",
    landmark: str = "",
    lesion: UUID | None = None,
    answers: Mapping[str, object] | None = None,
) -> Encounter:
    """Begin a sitting about a new spot, or about one that is known (`lesion`), with the answers given so far.

    `encounter_id` is made by the client: sent twice it begins once. Raises Problem `consent_missing` (403), a fault of place or answer at its
    field, `sitting_differs` (409) for a known id with another place; Http404 for somebody else's sitting or spot, or where `by` may not answer.
    """
    patient = _who_is_asked(patient, by)
    known = Encounter.objects.filter(pk=encounter_id).exists()
    if lesion is None and (fault := fault_of_site(body_site, side)):
        raise Problem(fault, faults.SITES[fault], pointer="/body_site" if fault == "unknown_site" else "/side")
    _refuse_faults(answers or {})
    if known:
        return _again(own_spot(patient, encounter_id), body_site, side, lesion)
    now = clock.now()
    spot = _known_spot(patient, lesion) if lesion else None
    spot = spot or Lesion.objects.create(patient=patient, body_site=body_site, side=side, landmark=landmark or None, created_at=now)
    encounter = Encounter.objects.create(
        pk=encounter_id, patient=patient, programme=SKIN, lesion=spot, opened_at=now, compose_after=now + COMPOSE_WAIT
    )
    audit.record("open_spot", actor=by, subject=encounter, patient=patient)
    if answers:
        _append(encounter, answers, by)
    return encounter


@transaction.atomic
def answer_questions(*, encounter: Encounter, by: User, answers: Mapping[str, object]) -> Encounter:
    """Append answers to a sitting; those given before stay on record and no longer count. What changes nothing writes nothing.

    Raises Problem with a fault at its answer, or Http404 where `by` may not answer. After an emergency answers are kept, but take nothing back.
    """
    encounter = own_spot(_who_is_asked(encounter.patient, by), encounter.pk)
    _refuse_faults(answers)
    standing = answers_now(answer_rows(encounter), asked_person(encounter.patient, encounter.opened_at))
    if any(standing.get(code, _NOT_GIVEN) != value for code, value in answers.items()):
        _append(encounter, answers, by)
    return encounter


def _who_is_asked(patient: Patient, by: User) -> Patient:
    """The patient, locked, where `by` decides for her and she agreed to what this way needs."""
    if not decides_for(by, patient):
        raise Http404
    for purpose in ("care", "share_clinic"):
        if not has_consent(patient, purpose):
            raise Problem(
                "consent_missing",
                _("Without your consent no doctor may look at this. You can be seen in person at any skin clinic; show them this message."),
                status_code=403,
                purpose=purpose,
            )
    return Patient.objects.select_for_update().get(pk=patient.pk)


def _again(encounter: Encounter, body_site: str, side: str, lesion: UUID | None) -> Encounter:
    spot = encounter.lesion
    assert spot is not None
    same = lesion == spot.pk if lesion else (spot.body_site, spot.side) == (body_site, side)
    if not same:
        raise Problem("sitting_differs", _("This check was begun for another place of the body."), status_code=409, pointer="/body_site")
    return encounter


def _known_spot(patient: Patient, lesion: UUID) -> Lesion:
    spot = Lesion.objects.filter(pk=lesion, patient=patient).first()
    if spot is None:
        raise Http404
    return spot


def _refuse_faults(answers: Mapping[str, object]) -> None:
    for code, value in answers.items():
        if fault := fault_of(code, value):
            raise Problem(fault, faults.ANSWERS[fault], pointer=f"/answers/{code}")


def _append(encounter: Encounter, answers: Mapping[str, object], by: User) -> None:
    """One row, what follows from it now, and word to followup: an emergency has its step before this commits."""
    row = Answers.objects.create(
        encounter=encounter, questionnaire=QUESTIONNAIRE, version=VERSION, answers=dict(answers), recorded_by=by, recorded_at=clock.now()
    )
    audit.record("record_answers", actor=by, subject=row, patient=encounter.patient, codes=sorted(answers))
    compose(encounter)
    events.answers_recorded.send(sender=Answers, patient=encounter.patient, encounter=encounter)
