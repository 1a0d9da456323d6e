"""Consent given and withdrawn: one purpose a row, with the words that were read."""

from collections.abc import Collection

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import audit, consent_texts
from accounts.events import consent_given, consent_withdrawn
from accounts.models import Consent, ConsentText, Patient, User
from accounts.selectors import active_consents, default_reading_centre
from core import clock
from core.problems import Problem

CARE = "care"


def give_consents(*, patient: Patient, purposes: Collection[str], by: User, language: str) -> list[Consent]:
    """Note what the person agreed to just now, in the words of `language`; what she agreed to before stays as it was.

    Returns the new rows. Raises Problem `unknown_purpose`, or `care_needed` when there would be no record to agree about; Http404 where
    `by` may not decide for the patient.
    """
    _may_decide(by, patient)
    unknown = set(purposes) - set(consent_texts.purposes())
    if unknown:
        raise Problem("unknown_purpose", _("This purpose is not asked about here."), pointer="/purposes")
    with transaction.atomic():
        patient = Patient.objects.select_for_update().get(pk=patient.pk)
        active = {consent.purpose for consent in active_consents(patient)}
        if CARE not in {*active, *purposes}:
            raise Problem(
                "care_needed",
                _("Without care and screening there is no record, so nothing else can be agreed to."),
                status_code=422,
                pointer="/purposes",
            )
        given = [_give(patient, purpose, by, language) for purpose in consent_texts.purposes() if purpose in purposes and purpose not in active]
        # Told only when all are given, so that no receiver plans on half an answer.
        for consent in given:
            consent_given.send(sender=Consent, patient=patient, purpose=consent.purpose)
        return given


def withdraw_consent(*, patient: Patient, purpose: str, by: User) -> list[Consent]:
    """End a consent from now on. Without care there is no record, so withdrawing it ends every other purpose too.

    What a doctor signed is kept under the clinic's duty. Returns the ended rows, none when it was not given. Raises Problem
    `unknown_purpose`, or Http404 where `by` may not decide for the patient.
    """
    _may_decide(by, patient)
    if purpose not in consent_texts.purposes():
        raise Problem("unknown_purpose", _("This purpose is not asked about here."), status_code=404)
    with transaction.atomic():
        patient = Patient.objects.select_for_update().get(pk=patient.pk)
        ending = [consent for consent in active_consents(patient) if purpose in (consent.purpose, CARE)]
        for consent in ending:
            consent.withdrawn_at = clock.now()
            consent.withdrawn_by = by
            consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
            audit.record("withdraw_consent", actor=by, subject=consent, patient=patient, purpose=consent.purpose)
        # Told only when all are ended, so that no receiver plans on a consent that ends in the next breath.
        for consent in ending:
            consent_withdrawn.send(sender=Consent, patient=patient, purpose=consent.purpose)
        return ending


def _may_decide(by: User, patient: Patient) -> None:
    if patient.user_id != by.pk:
        raise Http404


def _give(patient: Patient, purpose: str, by: User, language: str) -> Consent:
    centre = default_reading_centre()
    words = consent_texts.wording(purpose, language, centre)
    text, _made = ConsentText.objects.get_or_create(
        purpose=purpose,
        language=language,
        sha256=words.sha256,
        defaults={"version": words.version, "text": words.text, "created_at": clock.now()},
    )
    consent = Consent.objects.create(
        patient=patient,
        purpose=purpose,
        organisation=centre if purpose == "share_clinic" else None,
        text=text,
        given_by=by,
        given_at=clock.now(),
    )
    audit.record("give_consent", actor=by, subject=consent, patient=patient, purpose=purpose, text=text.pk, version=words.version)
    return consent
