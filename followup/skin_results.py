"""The released result of one sitting about a spot: urgency, what to do and by when; never a class, never a percentage."""

from datetime import datetime

from django.conf import settings

from core import clock
from core.dates import day_in_words
from followup.models import Step
from followup.result_view import WAITING, Message, ResultView, next_step_of, signature
from followup.rules.sentences import sentence
from followup.rules.skin_steps import planned_day
from followup.rules.state import SignedLesion
from followup.skin_state import signed_lesion
from screening.classifiers import registry
from screening.findings import lesion_finding_of
from screening.models import Encounter, ReportVersion
from screening.rules.quality import SKIN_INSTRUCTIONS, skin_instruction
from screening.rules.release import Sentence
from screening.rules.skin.protocol import SKIN_PROTOCOL
from screening.rules.skin.release import lesion_gap, lesion_sentence
from screening.rules.skin.urgency import LesionFinding, SkinPhoto
from screening.selectors import latest_version, signed_version
from screening.skin.findings import finding_now, skin_photos


def released_lesion(encounter: Encounter, language: str) -> ResultView:
    """The one sentence of the sitting with all that belongs beside it, in `language` (zh-hans or en).

    A signed answer stands until a newer one is released; a photo that came after it adds *a doctor will answer*. What the program saw is never
    released. Cost: about 15 queries.
    """
    latest, signed = latest_version(encounter), signed_version(encounter)
    photos = skin_photos(encounter)
    finding = lesion_finding_of(latest) if latest else finding_now(encounter)
    shown, version = _sentence(encounter, finding, latest, photos), latest
    gap = lesion_gap(finding, accepted_at=_last_accepted(encounter, photos), zone=encounter.patient.zone)
    also = [gap] if gap is not None and gap.code != shown.code else []
    if shown.code == WAITING and signed is not None and signed != latest:
        also.append(shown)
        finding, version = lesion_finding_of(signed), signed
        shown = _sentence(encounter, finding, signed, photos)
    return ResultView(
        encounter=encounter,
        code=shown.code,
        banner=shown.banner,
        text=_text(shown, photos, language),
        date=shown.date,
        laterality=None,
        also=tuple(Message(other.code, _text(other, photos, language)) for other in also),
        preliminary=sentence("preliminary", language) if shown.preliminary else None,
        signed=signature(version, encounter, language),
        safety_net=sentence("safety_net_skin", language) if shown.safety_net else None,
        draft_rules=sentence("draft_rules", language) if any(row.status.startswith("proposal") for row in SKIN_PROTOCOL.values()) else None,
        notice=sentence("not_a_diagnosis", language),
        next_step=next_step_of(encounter),
        reading_released=False,
        finding=finding,
        version=version,
    )


def _sentence(encounter: Encounter, finding: LesionFinding, version: ReportVersion | None, photos: list[SkinPhoto]) -> Sentence:
    is_signed = version is not None and version.kind == ReportVersion.Kind.SIGNED
    covered = version.photo_ids if version is not None and is_signed else []
    last = _last_accepted(encounter, photos)
    if version is not None and is_signed:
        report = signed_lesion(version, photos, encounter)
    else:
        taken_at = max((photo.taken_at for photo in photos), default=encounter.opened_at)
        report = SignedLesion(finding, taken_at=taken_at, accepted_at=last, signed_at=clock.now())
    return lesion_sentence(
        finding,
        signed=is_signed,
        # A reading that is no report yet is nobody's answer.
        release_unsigned=settings.RELEASE_UNSIGNED and version is not None,
        may_reassure=registry.live(encounter.programme).may_reassure,
        accepted_at=min((photo.accepted_at for photo in photos if photo.photo_id not in covered), default=encounter.opened_at),
        last_accepted_at=last,
        zone=encounter.patient.zone,
        due=planned_day(report, encounter.patient.zone),
        earlier_referable=_referral_open(encounter),
    )


def _last_accepted(encounter: Encounter, photos: list[SkinPhoto]) -> datetime:
    return max((photo.accepted_at for photo in photos), default=encounter.opened_at)


def _referral_open(encounter: Encounter) -> bool:
    referrals = Step.objects.filter(kind="referral", state=Step.State.OPEN, encounter__lesion=encounter.lesion_id)
    return referrals.exclude(encounter=encounter).exists()


def _text(shown: Sentence, photos: list[SkinPhoto], language: str) -> str:
    fields = {"date": day_in_words(shown.date, language)} if shown.date else {}
    if shown.code == "not_readable":
        unread = [photo.reason for photo in photos if photo.outcome == "retake"]
        instruction = (skin_instruction(unread[-1]) if unread else None) or SKIN_INSTRUCTIONS["blur"]
        fields["instruction"] = instruction.text(language)
    if shown.code == "now_skin":
        fields["signs"] = sentence("skin_signs", language)
    # Where no photo came, none was received: the answers were.
    code = "answers_received" if shown.code == WAITING and not photos else shown.code
    return sentence(code, language, **fields)
