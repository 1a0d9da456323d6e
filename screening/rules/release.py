"""What a patient may read about a finding, before and after a clinician signed it."""

from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime, timedelta

from core.pure.days import local_day
from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION, EyeFinding, PersonFinding
from screening.rules.protocol_rows import POLICY, PROTOCOL

WAITING_SENTENCE = timedelta(days=POLICY["waiting_sentence"].value)


@dataclass(frozen=True)
class Sentence:
    """A code of sentences.csv with what it needs to be printed.

    `banner` is none (nothing found), watch, see, now or blank (not readable, waiting). `safety_net` says that the
    safety-net sentence belongs under it, `preliminary` that the words *not yet signed* do.
    """

    code: str
    banner: str
    date: Day | None = None
    laterality: str | None = None
    preliminary: bool = False

    @property
    def safety_net(self) -> bool:
        return self.banner != "now"


def patient_sentence(
    finding: PersonFinding,
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

    Before a signature: *a doctor will answer* unless `release_unsigned`; then a referable finding with its provisional
    date; everything else only if the weights `may_reassure` and no earlier referral is open (`earlier_referable`: a
    classifier never lowers it). The date of *a doctor will answer* is always 7 days after `accepted_at` (of the first
    photo without an answer) in the patient's `zone`, so that it tells nothing. A symptom and an encounter without any
    grade are told whatever the switches say. `due` is followup's date for the finding; without one no sentence that
    needs a date is shown. `last_accepted_at` dates the messages about photos, see `always_shown`.
    Source: DESIGN.md section 4 walk 2, UX.md "Words".
    """
    if finding.symptom:
        return Sentence("now_eye", "now")
    waiting = Sentence("doctor_will_answer", "blank", date=local_day(accepted_at, zone) + WAITING_SENTENCE)
    gaps = always_shown(finding, accepted_at=last_accepted_at or accepted_at, zone=zone)
    if finding.worst_grade is None and not finding.referable:
        return gaps[0] if gaps else waiting
    if not (signed or release_unsigned):
        return waiting
    if finding.referable:
        return Sentence("see_a_doctor", "see", date=due, preliminary=not signed) if due else waiting
    if not signed and (not may_reassure or earlier_referable or finding.suspected_referable_ungradable or due is None):
        return waiting
    if finding.incomplete:
        return gaps[0] if gaps else waiting
    if finding.worst_grade == 0:
        return Sentence("nothing_found", "none", preliminary=not signed)
    return Sentence("watch", "watch", date=due, preliminary=not signed) if due else waiting


def always_shown(finding: PersonFinding, *, accepted_at: datetime, zone: str) -> tuple[Sentence, ...]:
    """The messages about photos that are shown whatever was signed: examination in person, retake, missing eye.

    Their dates are those of the eye's own step: the row's days from the acceptance of the encounter's latest photo.
    """
    accepted_on = local_day(accepted_at, zone)
    gaps = [_gap(eye, accepted_on) for eye in finding.eyes if eye.state in ("ungradable", "missing")]
    return tuple(sorted(gaps, key=lambda sentence: _GAP_ORDER.index(sentence.code)))


_GAP_ORDER = ("examination_in_person", "not_readable", "eye_missing")


def _gap(eye: EyeFinding, accepted_on: Day) -> Sentence:
    if eye.state == "missing":
        return _dated("eye_missing", "blank", eye, "eye_missing", accepted_on)
    if eye.retakes >= PHOTOS_BEFORE_EXAMINATION:
        return _dated("examination_in_person", "see", eye, "ungradable_after_retakes", accepted_on)
    return _dated("not_readable", "blank", eye, "ungradable", accepted_on)


def _dated(code: str, banner: str, eye: EyeFinding, row_id: str, accepted_on: Day) -> Sentence:
    return Sentence(code, banner, date=accepted_on + timedelta(days=PROTOCOL[row_id].days), laterality=eye.laterality)
