"""Consent given and withdrawn: one purpose a row, with the words that were read."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import audit, consent_texts
from accounts.consent_texts import SHARE_STORE
from accounts.events import consent_given, consent_withdrawn
from accounts.models import Consent, ConsentText, Organisation, Patient, User
from accounts.selectors import active_consents, decides_for, default_reading_centre
from core import clock
from core.problems import Problem

CARE = "care"


def give_consents(
    *, patient: Patient, purposes: Collection[str], by: User, language: str, store: Organisation | None = None, witness: User | None = None
) -> list[Consent]:
    """Note what the person agreed to just now, in the words of `language`; what she agreed to before stays as it was.

    `store` is whom `share_store` is for; `witness` the member of staff before whom she said so at a counter. Returns the new rows. Raises
    Problem `unknown_purpose`, or `care_needed` when there would be no record to agree about; Http404 where `by` may not decide for the patient.
    """
    _may_decide(by, patient)
    askable = consent_texts.every_purpose() if store else consent_texts.purposes_without_place()
    if set(purposes) - set(askable):
        raise Problem("unknown_purpose", _("This purpose is not asked about here."), pointer="/purposes")
    with transaction.atomic():
        patient = Patient.objects.select_for_update().get(pk=patient.pk)
        organisations = {"share_clinic": default_reading_centre(), SHARE_STORE: store}
        active = {(consent.purpose, consent.organisation) for consent in active_consents(patient)}
        agreed = {purpose for purpose, _organisation in active}
        if CARE not in {*agreed, *purposes}:
            raise Problem(
                "care_needed",
                _("Without care and screening there is no record, so nothing else can be agreed to."),
                status_code=422,
                pointer="/purposes",
            )
        given = [
            _give(patient, purpose, by, language, organisations.get(purpose), witness)
            for purpose in askable
            # A store is one of several; of every other purpose there is one consent, whatever clinic it names.
            if purpose in purposes and ((purpose, store) not in active if purpose == SHARE_STORE else purpose not in agreed)
        ]
        # Told only when all are given, so that no receiver plans on half an answer.
        for consent in given:
            consent_given.send(sender=Consent, patient=patient, purpose=consent.purpose)
        return given


def withdraw_consent(*, patient: Patient, purpose: str, by: User, organisation: UUID | None = None) -> list[Consent]:
    """End a consent from now on; of those to share with several stores, that of `organisation` alone where it is given.

    Without care there is no record, so withdrawing it ends every other purpose too. What a doctor signed is kept under the clinic's duty.
    Returns the ended rows, none when it was not given. Raises Problem `unknown_purpose`, or Http404 where `by` may not decide for the patient.
    """
    _may_decide(by, patient)
    if purpose not in consent_texts.every_purpose():
        raise Problem("unknown_purpose", _("This purpose is not asked about here."), status_code=404)
    with transaction.atomic():
        patient = Patient.objects.select_for_update().get(pk=patient.pk)
        meant = [consent for consent in active_consents(patient) if purpose in (consent.purpose, CARE)]
        ending = [consent for consent in meant if purpose != SHARE_STORE or organisation in (None, consent.organisation_id)]
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
    if not decides_for(by, patient):
        raise Http404


def _give(patient: Patient, purpose: str, by: User, language: str, organisation: Organisation | None, witness: User | None) -> Consent:
    words = consent_texts.wording(purpose, language, organisation or default_reading_centre())
    text, _made = ConsentText.objects.get_or_create(
        purpose=purpose,
        language=language,
        sha256=words.sha256,
        defaults={"version": words.version, "text": words.text, "created_at": clock.now()},
    )
    consent = Consent.objects.create(patient=patient, purpose=purpose, organisation=organisation, text=text, given_by=by, given_at=clock.now())
    seen = {"witness": witness.pk} if witness else {}
    audit.record("give_consent", actor=by, subject=consent, patient=patient, purpose=purpose, text=text.pk, version=words.version, **seen)
    return consent
