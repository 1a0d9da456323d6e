"""The released result of one encounter: what a patient may read now, in words and dates. The page and the API say the same."""

from datetime import date, datetime

from django.conf import settings
from django.db.models import Max

from core import clock
from core.dates import day_in_words
from followup.models import Step
from followup.patient_state import patient_state
from followup.result_view import WAITING, Message, ResultView, next_step_of, signature
from followup.rules.protocol import provisional_due
from followup.rules.sentences import sentence
from followup.skin_results import released_lesion
from screening.classifiers import registry
from screening.findings import person_finding_of
from screening.models import Encounter, Reading, ReportVersion
from screening.retina.symptoms import symptom_of
from screening.rules.diabetic_retinopathy import LATERALITIES, PersonFinding, person_finding
from screening.rules.other_findings import OTHER_CHANGE, other_change
from screening.rules.protocol_rows import PROTOCOL
from screening.rules.quality import retake_instruction
from screening.rules.release import Sentence, always_shown, patient_sentence
from screening.selectors import corrected_photos, eye_of_encounter, latest_version, photo_findings, signed_version


def released_result(encounter: Encounter, language: str) -> ResultView:
    """The one sentence of the encounter with all that belongs beside it, in `language` (zh-hans or en), by its programme."""
    return released_lesion(encounter, language) if encounter.lesion_id else _released_eyes(encounter, language)


def _released_eyes(encounter: Encounter, language: str) -> ResultView:
    """Both eyes as one answer.

    A signed answer stands until a newer one is released; a photo that came after it adds *a doctor will answer*.
    Cost: about 20 queries, and 7 more for each earlier encounter of the patient.
    """
    latest, signed = latest_version(encounter), signed_version(encounter)
    finding = person_finding_of(latest) if latest else _finding_now(encounter)
    shown, version = _sentence(encounter, finding, latest), latest
    overtaken = shown.code == WAITING and signed is not None and signed != latest and set(signed.photo_ids) <= set(latest.photo_ids if latest else ())
    gaps = always_shown(finding, accepted_at=_last_accepted(encounter), zone=encounter.patient.zone)
    also = [gap for gap in gaps if (gap.code, gap.laterality) != (shown.code, shown.laterality)]
    if overtaken and signed is not None:
        also.append(shown)
        finding, version = person_finding_of(signed), signed
        shown = _sentence(encounter, finding, signed)
    is_signed = version is not None and version.kind == ReportVersion.Kind.SIGNED
    messages = [Message(other.code, _text(other, encounter, language), other.laterality) for other in also]
    if shown.preliminary and other_change(_seen(encounter)):
        messages.append(Message(OTHER_CHANGE, sentence(OTHER_CHANGE, language)))
    return ResultView(
        encounter=encounter,
        code=shown.code,
        banner=shown.banner,
        text=_text(shown, encounter, language),
        date=shown.date,
        laterality=shown.laterality,
        also=tuple(messages),
        preliminary=sentence("preliminary", language) if shown.preliminary else None,
        signed=signature(version, encounter, language),
        safety_net=sentence("safety_net_eye", language) if shown.safety_net else None,
        draft_rules=sentence("draft_rules", language) if any(row.status.startswith("proposal") for row in PROTOCOL.values()) else None,
        notice=sentence("not_a_diagnosis", language),
        next_step=next_step_of(encounter),
        reading_released=is_signed or shown.preliminary,
        finding=finding,
        version=version,
    )


def _finding_now(encounter: Encounter) -> PersonFinding:
    """What the readings say before a report is composed."""
    photos = photo_findings(encounter)
    right, left = (eye_of_encounter(encounter, eye, photos) for eye in LATERALITIES)
    return person_finding(right, left, symptom=symptom_of(encounter))


def _sentence(encounter: Encounter, finding: PersonFinding, version: ReportVersion | None) -> Sentence:
    is_signed = version is not None and version.kind == ReportVersion.Kind.SIGNED
    return patient_sentence(
        finding,
        signed=is_signed,
        # A reading that is no report yet is nobody's answer.
        release_unsigned=settings.RELEASE_UNSIGNED and version is not None,
        may_reassure=registry.live(encounter.programme).may_reassure,
        accepted_at=_waiting_since(encounter),
        last_accepted_at=_last_accepted(encounter),
        zone=encounter.patient.zone,
        due=_planned_due(encounter) if is_signed else _provisional_due(encounter),
        earlier_referable=_referral_open(encounter),
    )


def _seen(encounter: Encounter) -> list[list[str]]:
    """The other findings that the program saw on each photo of this person that a clinician has not set aside."""
    return [seen.reading.findings_seen for seen in corrected_photos(encounter) if seen.outcome == Reading.Outcome.GRADED and not seen.is_other_person]


def _waiting_since(encounter: Encounter) -> datetime:
    """When the first photo came that no signature covers: the review's own clock counts from it."""
    signed = signed_version(encounter)
    accepted = encounter.photos.exclude(pk__in=signed.photo_ids if signed else []).values_list("accepted_at", flat=True)
    return min(accepted, default=encounter.opened_at)


def _last_accepted(encounter: Encounter) -> datetime:
    return encounter.photos.aggregate(last=Max("accepted_at"))["last"] or encounter.opened_at


def _planned_due(encounter: Encounter) -> date | None:
    """The day of the recall or referral that the signature planned; once it is closed, the day it was for."""
    steps = Step.objects.filter(encounter=encounter, kind__in=["recall", "referral"])
    step = steps.filter(state=Step.State.OPEN).order_by("due_on").first() or steps.order_by("-opened_at").first()
    return step.due_on if step else None


def _provisional_due(encounter: Encounter) -> date | None:
    now = clock.now()
    state = patient_state(encounter.patient, now)
    found = next((known for known in state.encounters if known.encounter_id == str(encounter.pk)), None)
    return provisional_due(state, found, now) if found else None


def _referral_open(encounter: Encounter) -> bool:
    return Step.objects.filter(patient=encounter.patient, kind="referral", state=Step.State.OPEN).exclude(encounter=encounter).exists()


def _text(shown: Sentence, encounter: Encounter, language: str) -> str:
    fields = {"date": day_in_words(shown.date, language)} if shown.date else {}
    if shown.laterality:
        fields["eye"] = sentence(f"eye.{shown.laterality}", language)
        fields["instruction"] = _instruction(encounter, shown.laterality, language)
    return sentence(shown.code, language, **fields)


def _instruction(encounter: Encounter, laterality: str, language: str) -> str:
    """What to do about the eye's last photo that could not be read."""
    unread = [seen.reading for seen in corrected_photos(encounter) if seen.laterality == laterality and seen.outcome == Reading.Outcome.RETAKE]
    return retake_instruction(unread[-1].reason if unread else "", "patient").text(language)
