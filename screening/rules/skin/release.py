"""What a patient may read about a spot, before and after a dermatologist signed it: never a class, never a percentage."""

from datetime import date as Day
from datetime import datetime, timedelta

from core.pure.days import local_day
from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION
from screening.rules.protocol_rows import urgency_rank
from screening.rules.release import WAITING_SENTENCE, Sentence
from screening.rules.skin.decision import least_urgency
from screening.rules.skin.protocol import SKIN_PROTOCOL
from screening.rules.skin.urgency import LesionFinding


def lesion_sentence(
    finding: LesionFinding,
    *,
    signed: bool,
    release_unsigned: bool,
    may_reassure: bool,
    accepted_at: datetime,
    zone: str,
    due: Day | None,
    last_accepted_at: datetime | None = None,
    earlier_referable: bool = False,
) -> Sentence:
    """The banner of the result page: exactly one sentence.

    An emergency, and answers that send her today, are told before any signature; so is a photo that cannot be read. Before a signature all
    else is *a doctor will answer* unless `release_unsigned`; then a visit with its provisional date, and a watch only if the weights
    `may_reassure` and neither the place nor an open referral forbids it. Nothing is ever less than a watch. The arguments are those of
    screening.rules.release.patient_sentence. Source: CLINICAL.md B(iii), DESIGN.md section 4 walk 2, UX.md "Words".
    """
    if finding.emergency is not None and not signed:
        return Sentence("emergency_skin", "now")
    if least_urgency(finding) == "same_day" and not signed:
        return Sentence("now_skin", "now")
    waiting = Sentence("doctor_will_answer", "blank", date=local_day(accepted_at, zone) + WAITING_SENTENCE)
    gap = lesion_gap(finding, accepted_at=last_accepted_at or accepted_at, zone=zone)
    if gap is not None and (finding.state in ("ungradable", "missing") or finding.urgency == "short"):
        return gap
    if not (signed or release_unsigned):
        return waiting
    if signed and finding.urgency == "same_day":
        return Sentence("now_skin", "now")
    if urgency_rank(finding.urgency) >= urgency_rank("refer"):
        return Sentence("see_a_doctor", "see", date=due, preliminary=not signed) if due else waiting
    if due is None or (not signed and (not may_reassure or not finding.may_reassure_site or earlier_referable)):
        return waiting
    return Sentence("skin_watch" if finding.may_reassure_site else "skin_recheck", "watch", date=due, preliminary=not signed)


def lesion_gap(finding: LesionFinding, *, accepted_at: datetime, zone: str) -> Sentence | None:
    """The message about a photo that is shown whatever was signed: examination in person, retake, missing close-up; its date is its step's own."""
    if finding.state == "missing":
        return _dated("skin_photo_missing", "blank", "skin_photo_missing", accepted_at, zone)
    if finding.state == "ungradable" and finding.retakes >= PHOTOS_BEFORE_EXAMINATION:
        return _dated("skin_examination_in_person", "see", "skin_ungradable_after_retakes", accepted_at, zone)
    if finding.state == "ungradable":
        return _dated("not_readable", "blank", "skin_ungradable", accepted_at, zone)
    if "skin_in_person" in finding.row_ids:
        return _dated("skin_in_person", "see", "skin_in_person", accepted_at, zone)
    return None


def _dated(code: str, banner: str, row_id: str, accepted_at: datetime, zone: str) -> Sentence:
    return Sentence(code, banner, date=local_day(accepted_at, zone) + timedelta(days=SKIN_PROTOCOL[row_id].days))
